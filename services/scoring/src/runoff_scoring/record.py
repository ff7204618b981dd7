"""A run's record: scorecards and columns, which are all that a comparison reads of it."""

from dataclasses import dataclass
from typing import Self

from runoff_objects.arrays import pack, unpack
from runoff_objects.errors import BadArrays
from runoff_scoring.columns import AnswerColumns
from runoff_scoring.scorecards import Scorecards


@dataclass(frozen=True)
class Record:
    """Of the entries that are scored, in entry order."""

    cards: Scorecards
    columns: AnswerColumns

    def to_bytes(self) -> bytes:
        """The object; equal records give equal bytes."""
        meta = {
            "given_up": self.columns.given_up,
            "workers": [each.model_dump(mode="json") for each in self.columns.workers],
        }
        return pack({**self.cards.arrays(), **self.columns.arrays()}, meta)

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """The record that `to_bytes` wrote.

        Raises:
            BadArrays: An earlier release wrote it, or nobody did.
        """
        packed = unpack(content)
        try:
            return cls(Scorecards.unpacked(packed), AnswerColumns.unpacked(packed))
        except KeyError as error:
            raise BadArrays(f"{error} is not there") from error
