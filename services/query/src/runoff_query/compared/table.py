"""The table of compared entries, as `runoff_scoring.comparing.table` writes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from runoff_objects.arrays import Packed, Texts, unpack
from runoff_objects.errors import BadArrays

_SCORE = "score."
_NO_WORD = -2


@dataclass(frozen=True)
class Codes:
    """What each entry says of a dimension, as places in a list of words; -1 says nothing."""

    words: Sequence[str]
    codes: NDArray[np.int32]

    def fits(self, word: str) -> NDArray[np.bool_]:
        """Which entries say this word."""
        place = self.words.index(word) if word in self.words else _NO_WORD
        return np.asarray(self.codes == place)


@dataclass(frozen=True)
class EntriesTable:
    """The compared entries as arrays, for c contenders and n entries."""

    index: NDArray[np.int32]
    """Shape (c, n): place of the entry in each contender's run."""
    entry_ids: Texts
    scores: Mapping[str, NDArray[np.float64]]
    """By metric, shape (c, n); NaN where there is none."""
    higher_is_better: Mapping[str, bool]
    """By metric; the primary one is the first that is in `scores` too."""
    difference: NDArray[np.float64]
    confidence_difference: NDArray[np.float64]
    """Shape (n,), NaN where there is none; so the difference."""
    section: Codes | None
    split: Codes | None
    contenders: Sequence[tuple[str, int]]
    """Run and position of each."""
    baseline: int | None
    n_bytes: int
    latency_s: NDArray[np.float32] | None = None
    confidence: NDArray[np.float32] | None = None
    """Shape (c, n), NaN where not known; None where nobody's are, and in tables of before 0.2."""

    @property
    def n_contenders(self) -> int:
        """Contenders."""
        return len(self.index)

    @property
    def n_entries(self) -> int:
        """Compared entries."""
        return int(self.index.shape[1])

    @property
    def metrics(self) -> list[str]:
        """Those that entries have scores of, the primary one first."""
        return [name for name in self.higher_is_better if name in self.scores]

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """The table of an object; its arrays are views of these bytes.

        Raises:
            BadArrays: It is no such object.
        """
        packed = unpack(content)
        arrays, meta = packed.arrays, packed.meta
        try:
            return cls(
                index=arrays["index"],
                entry_ids=packed.texts("entry_ids"),
                scores={
                    name.removeprefix(_SCORE): values
                    for name, values in arrays.items()
                    if name.startswith(_SCORE)
                },
                higher_is_better={
                    each["name"]: each["higher_is_better"] for each in meta["metrics"]
                },
                difference=arrays["difference"],
                confidence_difference=arrays["confidence_difference"],
                section=_codes(packed, "section"),
                split=_codes(packed, "split"),
                contenders=[(each["run_id"], each["position"]) for each in meta["contenders"]],
                baseline=meta["baseline"],
                n_bytes=len(content),
                latency_s=arrays.get("latency_s"),
                confidence=arrays.get("confidence"),
            )
        except (KeyError, TypeError) as error:
            raise BadArrays(f"{error} is not there") from error


def _codes(packed: Packed, dimension: str) -> Codes | None:
    if f"by.{dimension}" not in packed.arrays:
        return None
    return Codes(list(packed.texts(f"values.{dimension}")), packed.arrays[f"by.{dimension}"])
