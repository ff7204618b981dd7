"""Scorecards: a run's scores as arrays in entry order, which comparisons are computed from.

With the columns of the answers (`columns`) they stand in one object of arrays
(`runoff_objects.arrays`). For c contenders and n entries its arrays are:

- `score.<scorer>`, float64 of shape (c, n): the score, NaN where nothing was scored;
- `answers`, int32 of shape (c, n): place of the answer's words in `labels`, -1 where none was
  given;
- `groups`, int32 of shape (c, n): equal for contenders of an entry whose answers match as the
  run's task says, -1 where none was given;
- `labels` (texts, sorted) and `meanings`, uint64: equal for labels that match as the task says, so
  that answers of several runs can be held against each other;
- `entry_ids` (texts), `targets` (texts, sorted: JSON of each different target) and
  `target_codes`, int32 of shape (n,): place of the entry's target among them;
- `places`, int32 of shape (n,): place of the entry in the run, whose slices may not all be there;
- `difference` and `confidence_difference`, float64 of shape (n,), NaN where there is none.
"""

import hashlib
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
from runoff_objects.arrays import Array, Packed, Texts
from runoff_scoring.errors import IncompleteRun
from runoff_scoring.meanings import meanings_of

MAX_WORDS = 1000
"""Characters of an answer that are kept; a long one goes on as its hash."""
_SHORTENED = re.compile(r".{1000}… sha256:[0-9a-f]{64}", re.DOTALL)
_SCORE = "score."


@dataclass(frozen=True)
class Scorecards:
    """Arrays as the module describes them."""

    scores: dict[str, NDArray[np.float64]]
    answers: NDArray[np.int32]
    labels: Texts
    meanings: NDArray[np.uint64]
    entry_ids: Texts
    targets: Texts
    target_codes: NDArray[np.int32]
    places: NDArray[np.int32]
    difference: NDArray[np.float64]
    confidence_difference: NDArray[np.float64]
    groups: NDArray[np.int32]

    @property
    def n_entries(self) -> int:
        """Entries that are here: all of a completed run's."""
        return len(self.places)

    def label(self, contender: int, index: int) -> str | None:
        """What a contender answered for an entry."""
        code = int(self.answers[contender, index])
        return self.labels[code] if code >= 0 else None

    def target(self, index: int) -> Target:
        """What was wanted of an entry."""
        return self.target_of(int(self.target_codes[index]))

    def target_of(self, code: int) -> Target:
        """One of the different targets."""
        target: Target = json.loads(self.targets[code])
        return target

    @classmethod
    def of(
        cls, created: RunCreated, events: Iterable[EntryScored], *, partial: bool = False
    ) -> Self:
        """Fill the arrays from scored entries, in whatever order they come.

        Args:
            partial: Content with the entries that come; else all of the run are wanted.

        Raises:
            IncompleteRun: When an entry of the run is not among them.
        """
        builder = ScorecardsBuilder(created)
        builder.add(events)
        return cls(**builder.arrays(partial=partial))

    def arrays(self) -> dict[str, Array]:
        """As they are packed."""
        return {
            **{f"{_SCORE}{name}": values for name, values in self.scores.items()},
            **self.labels.arrays("labels"),
            **self.entry_ids.arrays("entry_ids"),
            **self.targets.arrays("targets"),
            **{name: getattr(self, name) for name in _PLAIN},
        }

    @classmethod
    def unpacked(cls, packed: Packed) -> Self:
        """The scorecards whose arrays were packed.

        Raises:
            KeyError: When one of them is not there.
        """
        return cls(
            scores={
                name.removeprefix(_SCORE): values
                for name, values in packed.arrays.items()
                if name.startswith(_SCORE)
            },
            labels=packed.texts("labels"),
            entry_ids=packed.texts("entry_ids"),
            targets=packed.texts("targets"),
            **{name: packed.arrays[name] for name in _PLAIN},
        )


_PLAIN = (
    "answers",
    "groups",
    "meanings",
    "target_codes",
    "places",
    "difference",
    "confidence_difference",
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
        self._targets: dict[str, int] = {}
        self._target_codes = np.zeros(n_entries, dtype=np.int32)
        self._difference = np.full(n_entries, np.nan)
        self._confidence = np.full(n_entries, np.nan)

    def add(self, events: Iterable[EntryScored]) -> None:
        """Entries in any order."""
        for event in events:
            index = event.index
            self._entry_ids[index] = event.entry_id
            target = json.dumps(event.target)
            self._target_codes[index] = self._targets.setdefault(target, len(self._targets))
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

    def arrays(self, *, partial: bool = False) -> dict[str, Any]:
        """What `Scorecards` is made of, by field (of as many types, hence `Any`).

        Raises:
            IncompleteRun: When an entry of the run was not added, and all are wanted.
        """
        known = np.array([bool(each) for each in self._entry_ids], dtype=bool)
        found, expected = int(known.sum()), self._created.n_entries
        if found < expected and not partial:
            raise IncompleteRun(self._created.run_id, found=found, expected=expected)
        labels, places = _ranked(self._codes)
        answers = np.append(places, np.int32(-1))[self._answers]  # the last is what -1 picks
        targets, target_places = _ranked(self._targets)
        groups = self._grouped(answers)
        return {
            "scores": {name: values[:, known] for name, values in self._scores.items()},
            "answers": answers[:, known],
            "groups": groups[:, known],
            "labels": Texts.of(labels),
            "meanings": meanings_of(self._created.task, labels),
            "entry_ids": Texts.of([each for each in self._entry_ids if each]),
            "targets": Texts.of(targets),
            "target_codes": target_places[self._target_codes[known]],
            "places": np.flatnonzero(known).astype(np.int32),
            "difference": self._difference[known],
            "confidence_difference": self._confidence[known],
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


def _ranked(codes: dict[str, int]) -> tuple[list[str], NDArray[np.int32]]:
    """The texts, sorted, and the place of each code among them."""
    ranked = sorted(codes)
    places = np.zeros(len(ranked), dtype=np.int32)
    places[[codes[each] for each in ranked]] = np.arange(len(ranked), dtype=np.int32)
    return ranked, places
