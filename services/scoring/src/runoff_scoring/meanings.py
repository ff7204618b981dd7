"""A number for what an answer says, so that answers of several runs can be held against each other.

Within a run the log says which answers match (`difference`); across runs nobody held them against
each other when they were given. Labels mean what they spell, texts what their normalised form says.
Boxes and points are no labels: of boxes the classes count (`columns`), of points the distance.
"""

import hashlib
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.task import Task
from runoff_scoring.text.structure import meaning


def number_of(said: object) -> int:
    """64 bits of a hash of its representation: two of a million are alike once in 10^7 runs."""
    if isinstance(said, Decimal):
        said = said.normalize()  # 1 and 1.0 are equal, and their representations are not
    content = repr(said).encode(errors="replace")
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "little")


def meanings_of(task: Task, labels: Sequence[str]) -> NDArray[np.uint64]:
    """One number a label, of shape (len(labels),); equal for those that match."""
    said = (meaning(each) for each in labels) if task == "text" else iter(labels)
    return np.fromiter(map(number_of, said), dtype=np.uint64, count=len(labels))
