"""What may be said of a run's models while it goes on, at any time and again and again."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field, JsonValue

from runoff_contracts.compared import Interval
from runoff_contracts.event import Fact
from runoff_contracts.ids import ModelRef, RunId
from runoff_contracts.scorers import kind_of

Decided = Literal["a_better", "b_better", "equivalent"]

MAX_MODELS_BY_PAIR = 5
"""More models than these are watched against one of them alone: 120 pairs tell nobody anything."""
_LARGEST = {"brier": 2.0}
"""Of scorers with bounds; 1 for all others."""


class WatchedPair(Fact):
    """How two models differ by what is known so far, on entries that both have a score for."""

    a: int
    """Place in `WatchedRun.models`."""
    b: int
    n_both: int
    difference: float | None
    """a minus b; None before the first entry."""
    interval: Interval | None
    """Holds at all times at once, so that looking again and again does not wear it out."""
    p_value: float
    """Anytime-valid, too: that there is no difference."""
    decided: Decided | None
    """None: not yet. It names the better one, whichever direction is good. Of a run in the
    dataset's order it says who is ahead, and decides nothing."""


class WatchedRun(Fact):
    """What a run's first entries say of its models, in the order in which they were handed out."""

    run_id: RunId
    models: list[ModelRef]
    """The run's contenders, with `@number` where they are registered."""
    n: int = Field(ge=0)
    """Entries that this is made of: all from the first one to here are scored."""
    n_entries: int = Field(ge=1)
    """That the run would ask."""
    metric: str
    higher_is_better: bool
    margin: float | None = None
    confidence: float
    """Of all pairs together."""
    method: str
    shuffled: bool
    """The entries come in an order that was shuffled. If not, the first ones may be unlike the
    others, and nothing is decided by them."""
    pairs: list[WatchedPair]
    decided: bool
    """Each pair is, on as many entries as were to be asked at least."""
    sentence: str


class StoppedRun(Fact):
    """A run that asked no further entries, since it was decided."""

    run_id: RunId
    n_entries: int = Field(ge=1)
    """That were asked: those it was decided on, and those that were under way by then."""
    n_planned: int = Field(ge=1)
    watched: WatchedRun
    """By what it was decided: its intervals hold although the run was stopped by them."""


def largest_value(scorer: str, params: Mapping[str, JsonValue]) -> float | None:
    """The largest value of a scorer whose smallest is 0; None where there are no such bounds.

    Args:
        params: Of the scorer, as the run has them.
    """
    return None if kind_of(scorer, params) == "error" else _LARGEST.get(scorer, 1.0)


def pairs_watched(n_models: int, baseline: int | None) -> Sequence[tuple[int, int]]:
    """Places of a and b: each model against the baseline (b), or each against each later one.

    Where the models are too many for that and there is no baseline, the first one is it.
    """
    if baseline is None and n_models > MAX_MODELS_BY_PAIR:
        baseline = 0
    if baseline is None:
        return [(a, b) for a in range(n_models) for b in range(a + 1, n_models)]
    return [(a, baseline) for a in range(n_models) if a != baseline]
