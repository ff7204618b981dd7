"""Scorecards: a run's scores as arrays in entry order, which comparisons are computed from.

Stored as an `.npz` object with these arrays, for c contenders and n entries:

- one a scorer, by its name, float64 of shape (c, n): the score, NaN where nothing was scored;
- `answers`, int32 of shape (c, n): place of the label in `labels`, -1 where none was given;
- `labels` (text, sorted) and `entry_ids`, `targets` (text of shape (n,); a target of "" with
  `has_target` False is none);
- `difference` and `confidence_difference`, float64 of shape (n,), NaN where there is none.
"""

import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import EntryScored
from runoff_contracts.events.lifecycle import RunCreated
from runoff_scoring.errors import IncompleteRun

_FIXED = (
    "answers",
    "labels",
    "entry_ids",
    "targets",
    "difference",
    "confidence_difference",
)


@dataclass(frozen=True)
class Scorecards:
    """Arrays as the module describes them."""

    scores: dict[str, NDArray[np.float64]]
    answers: NDArray[np.int32]
    labels: list[str]
    entry_ids: list[str]
    targets: list[Target]
    difference: NDArray[np.float64]
    confidence_difference: NDArray[np.float64]

    @property
    def n_entries(self) -> int:
        """Entries of the run."""
        return len(self.entry_ids)

    def label(self, contender: int, index: int) -> str | None:
        """What a contender answered for an entry."""
        code = int(self.answers[contender, index])
        return self.labels[code] if code >= 0 else None

    @classmethod
    def of(cls, created: RunCreated, events: Iterable[EntryScored]) -> Self:
        """Fill the arrays from scored entries, in whatever order they come.

        Raises:
            IncompleteRun: When an entry of the run is not among them.
        """
        shape = (len(created.contenders), created.n_entries)
        scores = {each.name: np.full(shape, np.nan) for each in created.scorers}
        answers = np.full(shape, -1, dtype=np.int32)
        codes: dict[str, int] = {}
        entry_ids = [""] * created.n_entries
        targets: list[Target] = [None] * created.n_entries
        difference = np.full(created.n_entries, np.nan)
        confidence = np.full(created.n_entries, np.nan)
        for event in events:
            index = event.index
            entry_ids[index], targets[index] = event.entry_id, event.target
            for score in event.scores:
                if score.value is not None:
                    scores[score.scorer][score.contender, index] = score.value
            for contender, label in enumerate(event.answers):
                if label is not None:
                    answers[contender, index] = codes.setdefault(label, len(codes))
            if event.difference is not None:
                difference[index] = event.difference.value
            if event.confidence_difference is not None:
                confidence[index] = event.confidence_difference
        found = sum(1 for each in entry_ids if each)
        if found < created.n_entries:
            raise IncompleteRun(created.run_id, found=found, expected=created.n_entries)
        labels = sorted(codes)
        places = np.full(len(codes) + 1, -1, dtype=np.int32)  # the last is what code -1 picks
        places[[codes[label] for label in labels]] = np.arange(len(labels))
        return cls(scores, places[answers], labels, entry_ids, targets, difference, confidence)

    def to_bytes(self) -> bytes:
        """The `.npz` object; equal scorecards give equal bytes."""
        buffer = io.BytesIO()
        np.savez(
            buffer,
            allow_pickle=False,
            answers=self.answers,
            labels=_text(self.labels),
            entry_ids=_text(self.entry_ids),
            targets=_text(self.targets),
            difference=self.difference,
            confidence_difference=self.confidence_difference,
            **{f"score.{name}": values for name, values in self.scores.items()},
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """The scorecards that `to_bytes` wrote."""
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            fixed = {name: arrays[name] for name in _FIXED}
            scores = {
                name.removeprefix("score."): arrays[name]
                for name in arrays.files
                if name.startswith("score.")
            }
        return cls(
            scores=scores,
            answers=fixed["answers"],
            labels=json.loads(fixed["labels"].tobytes()),
            entry_ids=json.loads(fixed["entry_ids"].tobytes()),
            targets=json.loads(fixed["targets"].tobytes()),
            difference=fixed["difference"],
            confidence_difference=fixed["confidence_difference"],
        )


def _text(values: Sequence[Target]) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(values).encode(), dtype=np.uint8)
