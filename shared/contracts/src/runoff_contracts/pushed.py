"""Which entries a batch of pushed predictions answers, and what by: compact, for one message.

A mark stands for an answer: equal answers have equal marks, so that the log can tell the same
row sent twice from another answer for an entry that has one.
"""

import base64
import hashlib
import struct
from collections.abc import Iterator, Sequence
from typing import Annotated, Self

from pydantic import Field, model_validator

from runoff_contracts.event import Fact

MAX_ROWS = 5000
"""Of one batch: it travels in one message, and is folded within a few milliseconds."""
_MARK_BYTES = 8
_IS_ANSWER = 1


def mark_of(content: bytes, *, is_answer: bool) -> int:
    """64 bits that stand for a row, never 0; the lowest says whether it answers or failed."""
    bits = int.from_bytes(hashlib.sha256(content).digest()[:_MARK_BYTES], "big")
    return (bits | 3) if is_answer else (bits | 3) ^ _IS_ANSWER


def is_answer(mark: int) -> bool:
    """Whether the row of a mark answers; otherwise it says that the model failed."""
    return bool(mark & _IS_ANSWER)


class Marked(Fact):
    """Places of entries in a run's entry set, each with the mark of its answer."""

    ranges: list[tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=1)]]]
    """First place and number of places that follow each other; ascending, none twice."""
    marks: str = Field(max_length=MAX_ROWS * 12)
    """Base64 of 8 bytes a place, big end first, in order of the places."""

    @classmethod
    def of(cls, pairs: Sequence[tuple[int, int]]) -> Self:
        """From places and marks, ascending by place, none twice."""
        ranges: list[tuple[int, int]] = []
        for place, _ in pairs:
            if ranges and place == sum(ranges[-1]):
                ranges[-1] = (ranges[-1][0], ranges[-1][1] + 1)
            else:
                ranges.append((place, 1))
        marks = struct.pack(f">{len(pairs)}Q", *(mark for _, mark in pairs))
        return cls(ranges=ranges, marks=base64.b64encode(marks).decode())

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Each place with its mark."""
        places = (place for start, n in self.ranges for place in range(start, start + n))
        return zip(places, self._marks(), strict=True)

    @property
    def n(self) -> int:
        """How many places there are."""
        return sum(n for _, n in self.ranges)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        end = 0
        for start, n in self.ranges:
            if start < end:
                raise ValueError("the places are not ascending")
            end = start + n
        marks = self._marks()
        if not 1 <= len(marks) <= MAX_ROWS or len(marks) != self.n or 0 in marks:
            raise ValueError("marks and places do not fit together")
        return self

    def _marks(self) -> tuple[int, ...]:
        content = base64.b64decode(self.marks, validate=True)
        if len(content) % _MARK_BYTES:
            raise ValueError("a mark has 8 bytes")
        return struct.unpack(f">{len(content) // _MARK_BYTES}Q", content)
