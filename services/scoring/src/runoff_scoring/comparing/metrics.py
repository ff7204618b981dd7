"""The scorers that contenders share, with the scores that are compared."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from runoff_contracts.compared import ComparedMetric
from runoff_contracts.comparison_asked import ComparisonAsked
from runoff_contracts.events.lifecycle import RunCreated, ScorerUsed
from runoff_contracts.scorers import (
    ValueKind,
    bounds_of,
    higher_is_better,
    is_exact,
    kind_of,
    scorer_info,
)
from runoff_scoring.comparing import refusals
from runoff_scoring.comparing.joined import Joined

RANKED = ("map_50", "map_50_95")
"""Average precision, which no entry has alone: see `ranked`."""
_WITH_WORST = ("pass_fail", "graded", "bounded", "ranked")


@dataclass(frozen=True)
class Metric:
    """One scorer's scores of the compared entries."""

    name: str
    scorer: str
    """`name@version`."""
    kind: ValueKind
    higher_is_better: bool
    unit: str | None
    bounds: tuple[float, float] | None
    """Between which values lie; None where there is no bound."""
    is_exact: bool
    """The same answers give the same scores to the last bit."""
    values: NDArray[np.float64]
    """Shape (c, n), NaN where there is none; means over the runs of a contender of several."""
    of_members: NDArray[np.float64]
    """Of each run by itself, shape (m, n); the same array where nothing is pooled."""


def shared_metrics(joined: Joined, asked: ComparisonAsked, notes: list[str]) -> list[Metric]:
    """The scorers that all runs have in the same version with the same parameters and judge.

    The primary one is first: the first that is asked for, else the first that passes or fails,
    else the first. Where average precision alone is asked for, all are here.

    Raises:
        NotComparable: When there is none, or not one that is asked for; or when scores are
            missing and that is to be refused.
    """
    used = _shared([each.run.created for each in joined.contenders], notes, joined)
    if asked.metrics is not None:
        names = [each.name for each in used]
        ranked = RANKED if joined.first.created.task == "detection" else ()
        for name in asked.metrics:
            if name not in (*names, *ranked):
                raise refusals.unknown_metric(name, [*names, *ranked])
        wanted = [name for name in dict.fromkeys(asked.metrics) if name in names]
        used = [used[names.index(name)] for name in wanted or names]
    elif used:
        kinds = [kind_of(each.name, each.params) for each in used]
        first = kinds.index("pass_fail") if "pass_fail" in kinds else 0
        used = [used[first], *used[:first], *used[first + 1 :]]
    if not used:
        raise refusals.no_shared_scorers(notes)
    return [_metric(joined, each, asked, notes) for each in used]


def _shared(runs: Sequence[RunCreated], notes: list[str], joined: Joined) -> list[ScorerUsed]:
    """In the order of the first run."""
    found = []
    for used in runs[0].scorers:
        wanted = _identity(runs[0], used)
        others = [_used(run, used.name) for run in runs[1:]]
        if used.name == "judge_pairwise" and not joined.one_run:
            notes.append("judge_pairwise holds contenders of one run against each other: left out")
        elif all(
            other is not None and _identity(run, other) == wanted
            for run, other in zip(runs[1:], others, strict=True)
        ):
            found.append(used)
        else:
            notes.append(
                f"{used.name} has not the same version, parameters and judge in all runs: left out"
            )
    return found


def _used(run: RunCreated, name: str) -> ScorerUsed | None:
    return next((each for each in run.scorers if each.name == name), None)


def _identity(run: RunCreated, used: ScorerUsed) -> tuple[int, str, str | None]:
    """What has to be the same: version, parameters with their defaults, and judge."""
    info = scorer_info(used.name)
    params = dict(used.params)
    if info is not None:
        # Those that an earlier release took and this one does not are held as they are.
        with suppress(ValidationError):
            params = info.params.model_validate(params).model_dump(mode="json")
    judge = next((each.digest for each in run.judges or () if each.scorer == used.name), None)
    return used.version, json.dumps(params, sort_keys=True), judge


def _metric(joined: Joined, used: ScorerUsed, asked: ComparisonAsked, notes: list[str]) -> Metric:
    kind = kind_of(used.name, used.params)
    info = scorer_info(used.name)
    upward = higher_is_better(used.name, used.params) is not False
    values = joined.scores(used.name)
    if asked.missing == "refuse":
        _check_nothing_missing(joined, used.name, values)
    if asked.missing == "count_as_wrong":
        if upward and kind in _WITH_WORST:
            _count_as_wrong(joined, values)
        else:
            notes.append(f"{used.name} has no worst score: what was not answered is left out of it")
    return Metric(
        name=used.name,
        scorer=f"{used.name}@{used.version}",
        # A mean of right and wrong is one of a few steps.
        kind="graded" if joined.is_pooled and kind == "pass_fail" else kind,
        higher_is_better=upward,
        unit=None if info is None else info.unit,
        bounds=bounds_of(used.name, used.params),
        is_exact=is_exact(used.name, used.params),
        values=joined.pooled(values),
        of_members=values,
    )


def has_worst(metric: ComparedMetric) -> bool:
    """Whether what was not answered can be counted as wrong: the worst score is 0."""
    return metric.higher_is_better and metric.kind in _WITH_WORST


def _check_nothing_missing(joined: Joined, name: str, values: NDArray[np.float64]) -> None:
    for each, row in zip(joined.members, values, strict=True):
        n_missing = int(np.isnan(row).sum())
        if n_missing:
            raise refusals.something_missing(each.name, name, n_missing)


def _count_as_wrong(joined: Joined, values: NDArray[np.float64]) -> None:
    """Of entries that can be scored: they have a target, or another contender has a score."""
    cards = joined.first.record.cards
    has_target = np.array([each != "null" for each in cards.targets], dtype=bool)
    scorable = joined.of_entries(joined.first, has_target[cards.target_codes]).astype(np.bool_)
    scorable = scorable | ~np.isnan(values).all(axis=0)
    values[np.isnan(values) & ~joined.members_answered & scorable] = 0.0
