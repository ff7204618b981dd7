"""A run's scores in the order in which its entries were handed out, slice by slice.

Slices come back in any order, hard ones last. Only the contiguous beginning counts: which entries
are in it does not follow from their results, as anytime-valid intervals ask.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.events.entry import EntryScored
from runoff_contracts.events.lifecycle import RunCreated
from runoff_contracts.plan import Plan
from runoff_contracts.planned import is_meant, named
from runoff_contracts.scorers import higher_is_better
from runoff_contracts.sequential import largest_value, pairs_watched

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """What is watched of a run; None of it changes while the run goes on."""

    created: RunCreated
    metric: str
    largest: float
    """No two scores are further apart."""
    higher_is_better: bool
    pairs: Sequence[tuple[int, int]]
    alpha: float
    """Of all pairs together."""
    margin: float | None
    min_entries: int
    shuffled: bool
    """The run is to stop when it is decided."""
    counts_failed: bool
    """A contender's failure to answer is a score of 0."""

    @property
    def models(self) -> list[str]:
        """Of the contenders, with their versions."""
        return [named(each) for each in self.created.contenders]


def question(created: RunCreated, plan: Plan | None) -> Question | None:
    """What is to be watched; none where there is nothing to compare, or by no bounded scorer.

    Args:
        plan: The sealed one that the run keeps to.
    """
    rule = created.config.stop_when_decided
    scorers = {each.name: each.params for each in created.scorers}
    if len(created.contenders) < 2 or not scorers:
        return None
    metric = (rule and rule.metric) or (plan and plan.metric) or created.scorers[0].name
    largest = largest_value(metric, scorers[metric]) if metric in scorers else None
    if largest is None:
        return None
    wanted = (rule and rule.baseline) or (plan and plan.baseline) or None
    baseline = next(
        (each.position for each in created.contenders if wanted and is_meant(wanted, each)), None
    )
    return Question(
        created=created,
        metric=metric,
        largest=largest,
        higher_is_better=higher_is_better(metric, scorers[metric]) is not False,
        pairs=pairs_watched(len(created.contenders), baseline),
        alpha=plan.alpha if plan else 0.05,
        margin=rule.margin if rule else plan.margin if plan else None,
        min_entries=rule.min_entries if rule else 1,
        shuffled=rule is not None,
        counts_failed=plan is not None and plan.missing == "count_as_wrong",
    )


@dataclass
class Ordered:
    """Scores from the first entry on, as far as there is no gap."""

    n: int = 0
    """Entries that were handed over."""
    _ahead: dict[int, Values] = field(default_factory=dict)
    """By first entry: slices behind a gap, shape (n_contenders, n_of_slice)."""

    def add(self, start: int, values: Values) -> None:
        """A slice; one that comes again is passed over."""
        if start >= self.n:
            self._ahead.setdefault(start, values)

    def take(self) -> Values | None:
        """What follows without a gap since the last time; none where nothing does."""
        parts = []
        while (values := self._ahead.pop(self.n, None)) is not None:
            parts.append(values)
            self.n += values.shape[1]
        return np.concatenate(parts, axis=1) if parts else None


def values_of(asked: Question, entries: Sequence[EntryScored]) -> tuple[int, Values] | None:
    """First entry of a slice and its scores, shape (n_contenders, n), NaN where there are none.

    None for a slice of other entries than this release cuts.
    """
    n_contenders = len(asked.created.contenders)
    values = np.full((n_contenders, len(entries)), np.nan)
    if not entries or entries[-1].index - entries[0].index != len(entries) - 1:
        return None
    for place, entry in enumerate(entries):
        for score in entry.scores:
            if score.scorer == asked.metric and score.contender < n_contenders:
                if score.value is not None:
                    values[score.contender, place] = score.value
                elif asked.counts_failed and entry.answers[score.contender] is None:
                    values[score.contender, place] = 0.0
    return entries[0].index, values
