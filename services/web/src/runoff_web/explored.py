"""Many runs as points: what each contender was launched with, and what came of it, as axes."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from runoff_contracts.views import ContenderView, RunView
from runoff_web.charts.parallel import ParallelAxis

Value = float | str
MAX_WORDS: Final = 12
"""Different words of an axis; one with more says nothing."""
MAX_AXES: Final = 8
_DECADES: Final = 99
_KINDS: Final = ("params.", "model", "dataset")
"""Of parameters, in the order in which they become axes; those of the configuration are last."""


@dataclass(frozen=True)
class Explored:
    """One contender of one run."""

    run: RunView
    contender: ContenderView
    values: Mapping[str, Value]

    @property
    def key(self) -> str:
        """Names the contender in the page."""
        return f"{self.run.run_id}-{self.contender.position}"


def explored(runs: Iterable[RunView]) -> list[Explored]:
    """Every contender of these runs."""
    return [Explored(run, each, _values(run, each)) for run in runs for each in run.contenders]


def axes_of(points: Sequence[Explored]) -> list[ParallelAxis]:
    """What can be an axis: parameters first, then results; whatever has one value only is left
    out, and so are words of more than twelve kinds.
    """
    names = list(dict.fromkeys(name for each in points for name in each.values))
    found = [_axis(name, [each.values[name] for each in points if name in each.values])
             for name in names]  # fmt: skip
    return [each for each in found if each is not None]


def chosen_axes(known: Sequence[ParallelAxis], wanted: Sequence[str]) -> list[ParallelAxis]:
    """Those that an address names, in its order; else the first few parameters and results."""
    by_name = {each.name: each for each in known}
    asked = [by_name[each] for each in wanted if each in by_name]
    if asked:
        return asked
    # What somebody gave a run tells more than how it was carried out.
    params = sorted((each for each in known if _is_param(each.name)), key=_rank)[: MAX_AXES - 3]
    results = [each for each in known if not _is_param(each.name)]
    return params + results[: MAX_AXES - len(params)]


def place_of(axis: ParallelAxis, given: Value | None) -> float | None:
    """A value as a number on its axis; words are counted from 0."""
    if given is None:
        return None
    if axis.words:
        return float(axis.words.index(str(given))) if str(given) in axis.words else None
    return given if isinstance(given, float) else None


def within(
    each: Explored,
    axes: Mapping[str, ParallelAxis],
    brushes: Mapping[str, tuple[float, float]],
) -> bool:
    """Whether it lies in all ranges."""
    for name, (low, high) in brushes.items():
        if name not in axes:
            continue
        place = place_of(axes[name], each.values.get(name))
        if place is None or not low <= place <= high:
            return False
    return True


def _rank(axis: ParallelAxis) -> int:
    return next((at for at, kind in enumerate(_KINDS) if axis.name.startswith(kind)), len(_KINDS))


def _is_param(name: str) -> bool:
    return name.startswith(("params.", "config.")) or name in {"model", "dataset"}


def _values(run: RunView, each: ContenderView) -> dict[str, Value]:
    found: dict[str, Value] = {"model": each.model, "dataset": run.dataset}
    for name, given in run.params.items():
        _put(found, f"params.{name}", given)
    for name, given in run.config.model_dump(mode="json").items():
        _put(found, f"config.{name}", given)
    for name, given in each.metrics.items():
        _put(found, f"metrics.{name}", given)
    _put(found, "latency_mean_s", each.latency_mean_s)
    _put(found, "cost_usd", each.cost_usd)
    _put(found, "approval_rate", each.approval_rate)
    if run.started_at and run.settled_at:
        _put(found, "duration_s", (run.settled_at - run.started_at).total_seconds())
    return found


def _put(found: dict[str, Value], name: str, given: object) -> None:
    if isinstance(given, bool):
        found[name] = "yes" if given else "no"
    elif isinstance(given, int | float) and math.isfinite(given) and abs(given) < 1e300:
        found[name] = float(given)
    elif isinstance(given, str):
        found[name] = given


def _axis(name: str, values: Sequence[Value]) -> ParallelAxis | None:
    numbers = [each for each in values if isinstance(each, float)]
    if len(numbers) < len(values):
        words = sorted({str(each) for each in values})
        if not 2 <= len(words) <= MAX_WORDS:
            return None
        return ParallelAxis(name, 0.0, float(len(words) - 1), False, tuple(words))
    low, high = min(numbers), max(numbers)
    if low == high:
        return None
    return ParallelAxis(name, low, high, low > 0 and high / low >= _DECADES)
