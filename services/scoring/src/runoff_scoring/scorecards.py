"""Scorecards: a run's scores as arrays in entry order, which comparisons are computed from.

Stored as an `.npz` object with these arrays, for c contenders and n entries:

- one a scorer, by its name, float64 of shape (c, n): the score, NaN where nothing was scored;
- `answers`, int32 of shape (c, n): place of the answer's words in `labels`, -1 where none was
  given;
- `groups`, int32 of shape (c, n): equal for contenders of an entry whose answers match as the
  run's task says, -1 where none was given;
- `labels` (sorted), `entry_ids` and `targets`, each a JSON list in UTF-8;
- `difference` and `confidence_difference`, float64 of shape (n,), NaN where there is none.
"""

import hashlib
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import EntryScored
from runoff_contracts.events.lifecycle import RunCreated
from runoff_scoring.errors import IncompleteRun

MAX_WORDS = 1000
"""Characters of an answer that are kept; a long one goes on as its hash."""
_SHORTENED = re.compile(r".{1000}… sha256:[0-9a-f]{64}", re.DOTALL)
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
    targets: list[str]
    """Each as JSON, `null` where there is none: boxes as objects would take ten times the room."""
    difference: NDArray[np.float64]
    confidence_difference: NDArray[np.float64]
    groups: NDArray[np.int32]

    @property
    def n_entries(self) -> int:
        """Entries of the run."""
        return len(self.entry_ids)

    def label(self, contender: int, index: int) -> str | None:
        """What a contender answered for an entry."""
        code = int(self.answers[contender, index])
        return self.labels[code] if code >= 0 else None

    def target(self, index: int) -> Target:
        """What was wanted of an entry."""
        target: Target = json.loads(self.targets[index])
        return target

    @classmethod
    def of(cls, created: RunCreated, events: Iterable[EntryScored]) -> Self:
        """Fill the arrays from scored entries, in whatever order they come.

        Raises:
            IncompleteRun: When an entry of the run is not among them.
        """
        builder = ScorecardsBuilder(created)
        builder.add(events)
        return cls(**builder.arrays())

    def to_bytes(self) -> bytes:
        """The `.npz` object; equal scorecards give equal bytes."""
        buffer = io.BytesIO()
        np.savez(
            buffer,
            allow_pickle=False,
            answers=self.answers,
            groups=self.groups,
            labels=_text(self.labels),
            entry_ids=_text(self.entry_ids),
            targets=np.frombuffer(f"[{', '.join(self.targets)}]".encode(), dtype=np.uint8),
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
            # Scorecards of earlier releases have none: the words of answers are next best.
            groups = arrays["groups"] if "groups" in arrays.files else fixed["answers"]
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
            targets=[json.dumps(each) for each in json.loads(fixed["targets"].tobytes())],
            difference=fixed["difference"],
            confidence_difference=fixed["confidence_difference"],
            groups=groups,
        )


class ScorecardsBuilder:
    """Fills a run's arrays with one part of its scored entries after another."""

    def __init__(self, created: RunCreated) -> None:
        self._created = created
        n_entries = created.n_entries
        shape = (len(created.contenders), n_entries)
        self._scores = {each.name: np.full(shape, np.nan) for each in created.scorers}
        self._answers = np.full(shape, -1, dtype=np.int32)
        self._groups: dict[int, Sequence[int]] = {}
        self._codes: dict[str, int] = {}
        self._entry_ids = [""] * n_entries
        self._targets = ["null"] * n_entries
        self._difference = np.full(n_entries, np.nan)
        self._confidence = np.full(n_entries, np.nan)

    def add(self, events: Iterable[EntryScored]) -> None:
        """Entries in any order."""
        for event in events:
            index = event.index
            self._entry_ids[index] = event.entry_id
            self._targets[index] = json.dumps(event.target)
            for score in event.scores:
                if score.value is not None:
                    self._scores[score.scorer][score.contender, index] = score.value
            for contender, words in enumerate(event.answers):
                if words is not None:
                    code = self._codes.setdefault(shortened(words), len(self._codes))
                    self._answers[contender, index] = code
            if event.difference is not None:
                self._difference[index] = event.difference.value
                if event.difference.groups is not None:
                    self._groups[index] = event.difference.groups
            if event.confidence_difference is not None:
                self._confidence[index] = event.confidence_difference

    def arrays(self) -> dict[str, Any]:
        """What `Scorecards` is made of, by field (of as many types, hence `Any`).

        Raises:
            IncompleteRun: When an entry of the run was not added.
        """
        found = sum(1 for each in self._entry_ids if each)
        if found < self._created.n_entries:
            raise IncompleteRun(self._created.run_id, found=found, expected=self._created.n_entries)
        labels = sorted(self._codes)
        places = np.full(len(labels) + 1, -1, dtype=np.int32)  # the last is what code -1 picks
        places[[self._codes[label] for label in labels]] = np.arange(len(labels))
        answers = places[self._answers]
        return {
            "scores": self._scores,
            "answers": answers,
            "groups": self._grouped(answers),
            "labels": labels,
            "entry_ids": self._entry_ids,
            "targets": self._targets,
            "difference": self._difference,
            "confidence_difference": self._confidence,
        }

    def _grouped(self, answers: NDArray[np.int32]) -> NDArray[np.int32]:
        """Words say it of labels alone: texts that match may be spelled in two ways, and boxes
        at one place be detected by one contender and not by the other.
        """
        groups, positions = answers.copy(), np.arange(len(answers), dtype=np.int32)
        groups[:, self._difference == 0] = 0
        groups[:, self._difference == 1] = positions[:, None]
        groups[answers < 0] = -1
        for index, found in self._groups.items():
            groups[answers[:, index] >= 0, index] = found
        return groups


def shortened(words: str) -> str:
    """An answer as scorecards keep it: equal ones stay equal, different ones different."""
    if len(words) <= MAX_WORDS or _SHORTENED.fullmatch(words):
        return words
    return f"{words[:MAX_WORDS]}… sha256:{hashlib.sha256(words.encode()).hexdigest()}"


def _text(values: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(values).encode(), dtype=np.uint8)
