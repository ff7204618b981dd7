"""Which of a few values each entry has: split, section, a key of the metadata."""

import json
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

MAX_SECTIONS = 1000
MAX_METADATA_VALUES = 50
MAX_METADATA_KEYS = 100
MAX_KEPT = 10_000
"""Values of a key, for which there are no groups any more: documents and conversations, by which
a comparison clusters entries. A megabyte."""
_MAX_VALUE = 200


class Values:
    """One value an entry, or none; no groups are made of more distinct ones than allowed."""

    def __init__(self, n_entries: int, *, limit: int) -> None:
        self._codes: dict[str, int] = {}
        self._of_entry: NDArray[np.int32] | None = np.full(n_entries, -1, dtype=np.int32)
        self._limit = limit
        self.given_up: str | None = None
        """In words, why nothing is grouped by these values."""

    def set(self, index: int, value: JsonValue) -> None:
        """Say what an entry has; nothing is said of None."""
        if value is None or self._of_entry is None:
            return
        if isinstance(value, list | dict):
            self._give_up("values that are no single text, number or truth value")
            return
        text = value if isinstance(value, str) else json.dumps(value)
        if len(text) > _MAX_VALUE:
            self._give_up(f"values longer than {_MAX_VALUE} characters")
            return
        self._of_entry[index] = self._codes.setdefault(text, len(self._codes))
        if len(self._codes) > self._limit:
            self.given_up = f"more than {self._limit} values"
        if len(self._codes) > max(self._limit, MAX_KEPT):
            self._give_up(f"more than {self._limit} values")

    def codes(self) -> tuple[list[str], NDArray[np.int32]] | None:
        """The values, sorted, and the place of each entry's among them, -1 where it has none."""
        if self._of_entry is None or not self._codes:
            return None
        values = sorted(self._codes)
        places = np.full(len(values) + 1, -1, dtype=np.int32)  # the last is what -1 picks
        places[[self._codes[value] for value in values]] = np.arange(len(values))
        return values, places[self._of_entry]

    def groups(self) -> list[tuple[str, NDArray[np.intp]]]:
        """Each value, sorted, with the places of its entries in their order."""
        if self._of_entry is None or self.given_up is not None:
            return []
        return [
            (value, np.flatnonzero(self._of_entry == code))
            for value, code in sorted(self._codes.items())
        ]

    def _give_up(self, reason: str) -> None:
        self._of_entry, self._codes, self.given_up = None, {}, reason


class Metadata:
    """The values of each key of the metadata."""

    def __init__(self, n_entries: int) -> None:
        self._n_entries = n_entries
        self.keys: dict[str, Values] = {}
        self.more_keys = False
        """There were more than are kept."""

    def set(self, index: int, metadata: Mapping[str, JsonValue]) -> None:
        """Say what an entry has."""
        for key, value in metadata.items():
            values = self.keys.get(key)
            if values is None:
                if len(self.keys) >= MAX_METADATA_KEYS:
                    self.more_keys = True
                    continue
                values = self.keys[key] = Values(self._n_entries, limit=MAX_METADATA_VALUES)
            values.set(index, value)
