"""Named arrays as one object, read without copying: scores of a run, entries of a comparison.

The bytes are, in this order:

| bytes | what |
| --- | --- |
| 8 | `RUNOFFA1` |
| 8 | length of the head, unsigned, little-endian |
| n | the head: JSON in UTF-8, `{"meta": …, "arrays": {name: [dtype, shape, offset]}}` |
| … | each array in C order, at its offset from the object's first byte, a multiple of 64 |

`dtype` is numpy's name with little-endian byte order (`<f8`, `<i4`, `|u1`, `|b1`). Keys are sorted
and gaps are zero, so that equal arrays give equal bytes. A list of texts is two arrays: `<name>`,
their UTF-8 one after another, and `<name>.ends`, int64, where each ends.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, overload

import numpy as np
from numpy.typing import NDArray

from runoff_objects.errors import BadArrays

MAGIC = b"RUNOFFA1"
_ALIGNED = 64
_DTYPES = {"<f8", "<f4", "<i8", "<i4", "<i2", "|i1", "|u1", "|b1", "<u8"}

Array = NDArray[Any]
"""Of a dtype that its name in the object says."""


@dataclass(frozen=True)
class Packed:
    """What an object of arrays holds; the arrays are views of its bytes and cannot be written."""

    arrays: dict[str, Array]
    meta: dict[str, Any]
    """JSON that the writer put beside them."""

    def texts(self, name: str) -> "Texts":
        """A list of texts."""
        return Texts(self.arrays[name], self.arrays[f"{name}.ends"])


class Texts(Sequence[str]):
    """Many short texts as two arrays: none becomes an object before it is asked for."""

    def __init__(self, utf8: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        self.utf8, self.ends = utf8, ends

    @classmethod
    def of(cls, values: Sequence[str]) -> Self:
        """Lone surrogates, which JSON may bring, are replaced."""
        encoded = [value.encode(errors="replace") for value in values]
        ends = np.cumsum(np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded)))
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), ends.astype(np.int64))

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        start = int(self.ends[place - 1]) if place else 0
        return self.utf8[start : int(self.ends[place])].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        content, start = self.utf8.tobytes(), 0
        for end in self.ends.tolist():
            yield content[start:end].decode()
            start = end

    def take(self, places: NDArray[np.intp]) -> "Texts":
        """The texts at these places, in their order."""
        starts = np.concatenate([[0], self.ends[:-1]]).astype(np.int64)[places]
        lengths = self.ends[places] - starts
        ends = np.cumsum(lengths)
        # Where each byte of the result comes from: its own place, moved by its text's distance.
        moved = np.repeat(starts - (ends - lengths), lengths)
        return Texts(self.utf8[np.arange(len(moved)) + moved], ends.astype(np.int64))

    def arrays(self, name: str) -> dict[str, Array]:
        """As they are packed."""
        return {name: self.utf8, f"{name}.ends": self.ends}


def pack(arrays: Mapping[str, Array], meta: Mapping[str, Any] | None = None) -> bytes:
    """The object; equal arrays and meta give equal bytes.

    Raises:
        BadArrays: An array is of another dtype than the module lists.
    """
    made = {name: np.ascontiguousarray(arrays[name]) for name in sorted(arrays)}
    head: dict[str, tuple[str, list[int], int]] = {}
    offset = 0
    for name, array in made.items():
        if array.dtype.str not in _DTYPES:
            raise BadArrays(f"{name} is of dtype {array.dtype.str}")
        head[name] = (array.dtype.str, list(array.shape), offset)
        offset += _padded(array.nbytes)
    first = _first(head, meta)
    placed = {name: (dtype, shape, at + first) for name, (dtype, shape, at) in head.items()}
    text = _head(placed, meta)
    parts = [MAGIC, len(text).to_bytes(8, "little"), text, bytes(first - 16 - len(text))]
    for array in made.values():
        parts += [array.tobytes(), bytes(_padded(array.nbytes) - array.nbytes)]
    return b"".join(parts)


def unpack(content: bytes) -> Packed:
    """The arrays of an object, as views of its bytes.

    Raises:
        BadArrays: It is no such object, or is cut off.
    """
    if content[:8] != MAGIC:
        raise BadArrays("it does not begin as one")
    n_head = int.from_bytes(content[8:16], "little")
    try:
        head = json.loads(content[16 : 16 + n_head])
        found = {
            name: _view(content, dtype, shape, offset)
            for name, (dtype, shape, offset) in head["arrays"].items()
        }
    except (ValueError, KeyError, TypeError) as error:
        raise BadArrays(str(error)) from error
    return Packed(found, head["meta"])


def _view(content: bytes, dtype: str, shape: list[int], offset: int) -> Array:
    if dtype not in _DTYPES:
        raise ValueError(f"dtype {dtype}")
    count = int(np.prod(shape, dtype=np.int64))
    if not count:
        return np.zeros(shape, dtype=dtype)
    return np.frombuffer(content, dtype=dtype, count=count, offset=offset).reshape(shape)


def _first(head: dict[str, tuple[str, list[int], int]], meta: Mapping[str, Any] | None) -> int:
    """Where the first array stands: far enough for a head whose offsets are the longest."""
    longest = {name: (dtype, shape, at + 2**32) for name, (dtype, shape, at) in head.items()}
    return _padded(16 + len(_head(longest, meta)))


def _head(
    arrays: Mapping[str, tuple[str, list[int], int]], meta: Mapping[str, Any] | None
) -> bytes:
    head = {"arrays": arrays, "meta": meta or {}}
    return json.dumps(head, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _padded(n_bytes: int) -> int:
    return -(-n_bytes // _ALIGNED) * _ALIGNED
