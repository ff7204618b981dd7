"""The labelled vectors that an embedding is held against: read from a file that nobody vouches for.

The file is what `numpy.savez("gallery.npz", vectors=…, labels=…)` writes: `vectors` of shape
(k, d), one a row, and `labels` of shape (k), strings or whole numbers. Nothing in it is run or
unpickled, and what it says of its size is checked before anything is unpacked.
"""

import io
import zipfile
import zlib
from dataclasses import dataclass
from tokenize import TokenError
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from runoff_inference_worker.errors import WorkerError

MOST_NUMBERS = 16 * 1024 * 1024
"""In all vectors: 64 MB as float32."""
_MOST_LABELS = 20_000
_MOST_LABEL_CHARACTERS = 200
_MOST_BYTES = {"vectors": MOST_NUMBERS * 8, "labels": 64 * 1024 * 1024}
_N_IN_BLOCK = 4 * 1024 * 1024
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The others of `zipfile` unpack without a bound."""
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    TokenError,
    OSError,
    EOFError,
    ArithmeticError,
    LookupError,
    MemoryError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What zipfile and numpy raise on files that were made to hurt; they have no common error."""


class BadGallery(WorkerError):
    """The file holds no labelled vectors: make it anew, as its message says."""


@dataclass(frozen=True)
class Gallery:
    """Known vectors of unit length, those of one label after one another."""

    labels: list[str]
    """Each once, sorted."""
    vectors: NDArray[np.float32]
    """Of shape (k, d)."""
    starts: NDArray[np.intp]
    """The first row of each label."""

    @property
    def width(self) -> int:
        """Numbers in a vector."""
        return int(self.vectors.shape[1])

    def likeness(self, rows: NDArray[Any]) -> NDArray[np.float64]:
        """Cosine of the angle to the nearest vector of each label, from -1 to 1.

        Args:
            rows: Vectors of shape (n, d).

        Returns:
            Shape (n, labels); a row of NaN where a vector is zero or not finite.
        """
        asked = unit(rows).astype(np.float32)
        n_rows = max(_N_IN_BLOCK // len(self.vectors), 1)
        blocks = [
            np.maximum.reduceat(asked[start : start + n_rows] @ self.vectors.T, self.starts, axis=1)
            for start in range(0, len(asked), n_rows)
        ]
        return np.concatenate(blocks).astype(np.float64)


def unit(rows: NDArray[Any]) -> NDArray[np.float64]:
    """Rows of length 1; of NaN where a row is zero or not finite."""
    rows = rows.astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        # By the largest first: the square of a large number has none.
        rows = rows / np.abs(rows).max(axis=1, keepdims=True)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float64)


def read_gallery(content: bytes, nearest: Literal["vector", "centroid"]) -> Gallery:
    """The vectors of a file; with `centroid` one a label, the mean direction of its vectors.

    Source of the centroid: Snell, Swersky and Zemel, Prototypical Networks (2017), with cosines;
    CLIP takes the mean of the prompts of a label in the same way.

    Raises:
        BadGallery: With what is wrong and what would be right.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            vectors = _array(archive, "vectors")
            given = _array(archive, "labels")
    except _DAMAGED as error:
        said = str(error).partition("\n")[0][:200] or type(error).__name__
        raise BadGallery(
            f"it cannot be read as numpy.savez(file, vectors=…, labels=…) writes it: {said}"
        ) from error
    _check_shapes(vectors, given)
    labels = _labels(given)
    rows = unit(vectors)
    bad = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if len(bad):
        raise BadGallery(f"vector {bad[0]} ({labels[bad[0]]!r}) is zero or not finite")
    names, places = np.unique(np.asarray(labels), return_inverse=True)
    _check_labels(names)
    order = np.argsort(places, kind="stable")
    rows, starts = rows[order], np.flatnonzero(np.diff(places[order], prepend=-1))
    if nearest == "centroid":
        rows = unit(np.add.reduceat(rows, starts, axis=0))
        starts = np.arange(len(names))
        if not np.isfinite(rows).all():
            raise BadGallery("the vectors of a label cancel each other out: it has no centroid")
    return Gallery(names.tolist(), rows.astype(np.float32), starts)


def _array(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """One array of the archive, its header held against its bytes before numpy makes room."""
    found = archive.getinfo(f"{name}.npy")
    limit = _MOST_BYTES[name]
    if found.compress_type not in _PLAIN or found.file_size > limit:
        raise ValueError(f"{name} is packed in another way, or larger than {limit} bytes")
    with archive.open(found) as file:
        content = io.BytesIO(file.read(limit + 1))
    version = np.lib.format.read_magic(content)
    read_header = (
        np.lib.format.read_array_header_1_0
        if version == (1, 0)
        else np.lib.format.read_array_header_2_0
    )
    shape, _, kind = read_header(content)
    if kind.hasobject:
        raise ValueError(f"{name} holds Python objects; make it by numpy.array(…, dtype=…)")
    n_bytes = int(np.prod(shape, dtype=object)) * kind.itemsize
    if n_bytes != len(content.getbuffer()) - content.tell():
        raise ValueError(f"{name} does not hold as much as it says")
    content.seek(0)
    read: NDArray[Any] = np.lib.format.read_array(content, allow_pickle=False)
    return read


def _check_shapes(vectors: NDArray[Any], labels: NDArray[Any]) -> None:
    if vectors.ndim != 2 or vectors.dtype.kind not in "fiu" or not vectors.size:
        raise BadGallery(
            f"vectors has shape {vectors.shape} and type {vectors.dtype}; numbers of shape (k, d) "
            "are needed"
        )
    if labels.shape != vectors.shape[:1] or labels.dtype.kind not in "Uiu":
        raise BadGallery(
            f"labels has shape {labels.shape} and type {labels.dtype}; {vectors.shape[:1]} strings "
            "or whole numbers are needed, one a vector"
        )
    if vectors.size > MOST_NUMBERS:
        raise BadGallery(f"it holds {vectors.size} numbers; at most {MOST_NUMBERS} are kept")


def _labels(given: NDArray[Any]) -> list[str]:
    try:
        labels = [str(each) for each in given.tolist()]
        for label in labels:
            label.encode()
    except ValueError as error:
        raise BadGallery(f"a label is no text: {error}") from error
    for label in labels:
        if not 0 < len(label) <= _MOST_LABEL_CHARACTERS:
            raise BadGallery(
                f"label {label[:40]!r} has {len(label)} characters; 1 to {_MOST_LABEL_CHARACTERS} "
                "are needed"
            )
    return labels


def _check_labels(names: NDArray[Any]) -> None:
    if not 2 <= len(names) <= _MOST_LABELS:
        raise BadGallery(f"it has {len(names)} different labels; 2 to {_MOST_LABELS} are needed")
