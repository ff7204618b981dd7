"""Each contender by itself: what it answered, how sure it was, what it cost, what was retried."""

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.bands import HIGH_ABOVE, MEDIUM_FROM
from runoff_contracts.compared import (
    Approval,
    ComparedContender,
    ConfidenceBands,
    Latency,
    PooledRun,
    RetriedScores,
    Spending,
)
from runoff_contracts.reviewing import newest
from runoff_scoring.comparing.joined import Joined
from runoff_scoring.comparing.metrics import Metric
from runoff_scoring.comparing.taken import ContenderTaken
from runoff_scoring.comparing.times import latencies
from runoff_statistics import retry_effect, wilson_interval

_DIGITS = 9
"""As `runoff_contracts.bands`."""


def describe(joined: Joined, primary: Metric) -> list[ComparedContender]:
    """One a contender, over the compared entries."""
    timed = latencies(joined.number("latency_s"), joined.number("total_s"), len(joined.contenders))
    return [
        _contender(joined, place, each, primary, latency)
        for place, (each, latency) in enumerate(zip(joined.contenders, timed, strict=True))
    ]


def bands(values: NDArray[np.float64]) -> ConfidenceBands | None:
    """Shares of confidences, or of their differences, in the bands; NaN is nothing known."""
    known = np.round(values[~np.isnan(values)], _DIGITS)
    n = len(known)
    if not n:
        return None
    low, high = int((known < MEDIUM_FROM).sum()), int((known > HIGH_ABOVE).sum())
    return ConfidenceBands(n=n, low=low / n, medium=(n - low - high) / n, high=high / n)


def _contender(
    joined: Joined, place: int, taken: ContenderTaken, primary: Metric, latency: Latency | None
) -> ComparedContender:
    run, contender = taken.run, taken.contender
    n_answered = int(joined.answered[place].sum())
    confidence = _row(joined, place, "confidence")
    return ComparedContender(
        run_id=run.run_id,
        position=contender.position,
        model=contender.model,
        number=contender.number,
        digest=contender.digest,
        alias=run.alias,
        name=taken.name,
        n_asked=joined.n_entries,
        n_answered=n_answered,
        n_failed=joined.n_entries - n_answered,
        pooled=_pooled(joined, place, primary),
        duration_s=_duration_s(taken),
        model_time_s=_sum(_row(joined, place, "latency_s")),
        latency=latency,
        spending=_spending(joined, place),
        logprob_mean=_mean(_row(joined, place, "logprob")),
        confidence_mean=_mean(confidence),
        confidence_bands=None if confidence is None else bands(confidence),
        retried=_retried(joined, place, primary),
        approval=approval_of(taken),
    )


def approval_of(taken: ContenderTaken) -> Approval | None:
    """What people said of the contender's own answers; None where nobody said anything.

    The interval is Wilson's, as if the reviewed answers were drawn at random: people who look at
    the most disputed ones first see worse answers than there are on average.
    """
    counted = [
        each
        for member in taken.members
        for (_, contender, version), each in newest(member.run.reviews).items()
        if contender == member.position and version == 1
    ]
    if not counted:
        return None
    n, n_approved = len(counted), sum(each.decision == "approved" for each in counted)
    interval = wilson_interval(n_approved, n)
    return Approval(
        n_approved=n_approved,
        n_rejected=n - n_approved,
        n_edited=sum(each.edited is not None for each in counted),
        rate=n_approved / n,
        interval=(interval.low, interval.high),
    )


def _pooled(joined: Joined, place: int, primary: Metric) -> list[PooledRun]:
    """Each run of a contender of several by itself, by the primary metric."""
    taken = joined.contenders[place]
    if not taken.repeats:
        return []
    rows = joined.by_contender(primary.of_members)[place]
    return [
        PooledRun(
            run_id=each.run.run_id,
            position=each.position,
            alias=each.run.alias,
            model=each.contender.model,
            number=each.contender.number,
            n=int((~np.isnan(row)).sum()),
            value=_mean(None if np.isnan(row).all() else row),
        )
        for each, row in zip(taken.members, rows, strict=True)
    ]


def _duration_s(taken: ContenderTaken) -> float | None:
    """The mean of its runs; None where one has not ended."""
    found = [each.run.duration_s for each in taken.members]
    known = [each for each in found if each is not None]
    return sum(known) / len(known) if len(known) == len(found) else None


def _row(joined: Joined, place: int, name: str) -> NDArray[np.float64] | None:
    found = joined.number(name)
    return None if found is None or np.isnan(found[place]).all() else found[place]


def _sum(row: NDArray[np.float64] | None) -> float | None:
    return None if row is None else float(np.nansum(row))


def _mean(row: NDArray[np.float64] | None) -> float | None:
    return None if row is None else float(np.nanmean(row))


def _spending(joined: Joined, place: int) -> Spending:
    n_input, n_output = _row(joined, place, "n_input"), _row(joined, place, "n_output")
    cost = _row(joined, place, "cost_usd")
    tokens = [None if each is None else int(np.nansum(each)) for each in (n_input, n_output)]
    return Spending(
        n_metered=0 if n_input is None else int((~np.isnan(n_input)).sum()),
        n_input_tokens=tokens[0],
        n_output_tokens=tokens[1],
        n_total_tokens=None if tokens[0] is None or tokens[1] is None else tokens[0] + tokens[1],
        n_priced=0 if cost is None else int((~np.isnan(cost)).sum()),
        cost_usd=_sum(cost),
    )


def _retried(joined: Joined, place: int, primary: Metric) -> RetriedScores | None:
    """None where every answer, or none, came at the first attempt."""
    members = joined.contenders[place].members
    attempts = np.concatenate(
        [joined.of(each, each.run.record.columns.n_attempts) for each in members]
    )
    values = joined.by_contender(primary.of_members)[place].ravel()
    scored = ~np.isnan(values)
    again = attempts[scored].astype(int) > 1
    # Of one group alone nothing is to be tested, and scipy.stats is not to be imported for it.
    if not again.any() or again.all():
        return None
    found = retry_effect(values[scored], again)
    return RetriedScores(
        n_retried=found.n_retried,
        n_first=len(again) - found.n_retried,
        mean_retried=found.mean_retried,
        mean_first=found.mean_others,
        p_value=found.test.p_value,
        test=found.test.method,
    )
