"""Which comparison is most worth opening, and why: chosen among what there is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from runoff_contracts.compared import Certainty
from runoff_contracts.task import Status
from runoff_contracts.views import ComparisonSummary, RunView

_NEW: Final = 5
"""A decided comparison among so many newest ones goes before newer ones that tell nothing."""
_REASONS: Final[dict[Certainty, str]] = {
    "separable": "the newest, and one model was shown to be better",
    "not_separable": "the newest; best in number is not shown to be better, more entries may tell",
    "tie": "the newest; the best are equal in number",
    "nothing": "the newest; fewer than two models have scores in it",
}


@dataclass(frozen=True)
class Picked:
    """A comparison that is there."""

    comparison: ComparisonSummary
    reason: str


@dataclass(frozen=True)
class Pair:
    """Two completed runs over the same entries that no comparison holds together."""

    first: RunView
    second: RunView


def pick(compared: Sequence[ComparisonSummary]) -> Picked | None:
    """The one to open first, of comparisons that come newest first."""
    for place, each in enumerate(compared[:_NEW]):
        if each.certainty == "separable":
            newer = f"{place} newer tell{'s' if place == 1 else ''} nothing"
            told = f"one model was shown to be better; {newer}" if place else _REASONS["separable"]
            return Picked(each, told)
    return Picked(compared[0], _REASONS[compared[0].certainty]) if compared else None


def uncompared(runs: Iterable[RunView], compared: Sequence[ComparisonSummary]) -> Pair | None:
    """The newest two runs that could be compared and never were, of runs that come newest first."""
    together = [set(each.run_ids) for each in compared]
    completed = [each for each in runs if each.status is Status.COMPLETED]
    # The later run leads: the newest of the pairs has the newest run in it.
    for newer, older in combinations(completed, 2):
        ids = {newer.run_id, older.run_id}
        is_known = any(ids <= each for each in together)
        if newer.entries_digest == older.entries_digest and not is_known:
            return Pair(newer, older)
    return None


def lonely(runs: Iterable[RunView]) -> RunView | None:
    """The newest completed run of one model: a second one would make a comparison."""
    completed = (each for each in runs if each.status is Status.COMPLETED)
    return next((each for each in completed if len(each.contenders) == 1), None)
