"""How many entries a comparison needs, and what so many show. It brings scipy: import it late."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.ids import short_id
from runoff_contracts.plan_size import PlanSize, PlanSizeAsked, SizeRow
from runoff_scoring.errors import NotComparable
from runoff_statistics import (
    InvalidCount,
    Spread,
    detectable_difference,
    detectable_mean_difference,
    entries_for_mean,
    entries_for_proportions,
)
from runoff_statistics.adjusted import bounds_of_differences

_AROUND = (0.25, 0.5, 1, 2, 4)


@dataclass(frozen=True)
class Variation:
    """How much entries vary between two models."""

    kind: Literal["pass_fail", "mean"]
    amount: float
    """Discordance of what passes or fails; standard deviation of the differences of the rest."""
    bounds: tuple[float, float] | None = None
    """Of differences of the rest; None where nobody knows."""
    deviations: NDArray[np.float64] | None = field(default=None, compare=False)
    """How far these lay from their mean, in ascending order."""
    metric: str | None = None
    from_run: str | None = None

    @property
    def spread(self) -> Spread:
        """Of differences that do not just pass or fail."""
        return Spread(self.amount, self.bounds, self.deviations)


def variation_of(
    scores: NDArray[np.float64],
    *,
    metric: str,
    is_pass_fail: bool,
    run_id: str,
    bounds: tuple[float, float] | None = None,
) -> Variation:
    """How much the entries of a run vary: of its pairs, the one that varies most.

    Args:
        scores: Of one metric, shape (n_contenders, n_entries), NaN where there is none.
        bounds: Between which these lie whatever happens.

    Raises:
        NotComparable: When no pair of its models says anything of that.
    """
    found: list[tuple[float, NDArray[np.float64] | None]] = []
    for a in range(len(scores)):
        for b in range(a + 1, len(scores)):
            differences = scores[a] - scores[b]
            differences = differences[~np.isnan(differences)]
            if is_pass_fail and len(differences):
                found.append((float(np.mean(differences != 0)), None))
            elif len(differences) > 1:
                away = np.sort(np.abs(differences - differences.mean()))
                found.append((float(np.std(differences, ddof=1)), away))
    amount, deviations = max(found, key=lambda each: each[0], default=(0.0, None))
    if amount == 0:
        raise NotComparable(
            "nothing-varies",
            f"Run {run_id} does not say how much entries vary by {metric}",
            status=422,
            detail="its models never differ there; name a discordance or an sd instead",
        )
    if is_pass_fail:
        return Variation("pass_fail", amount, metric=metric, from_run=run_id)
    of_both = bounds_of_differences(bounds)
    return Variation("mean", amount, of_both, deviations, metric=metric, from_run=run_id)


def variation_given(asked: PlanSizeAsked) -> Variation | None:
    """What was given without a run."""
    if asked.discordance is not None:
        return Variation("pass_fail", asked.discordance)
    return None if asked.sd is None else Variation("mean", asked.sd)


def plan_size(asked: PlanSizeAsked, varied: Variation) -> PlanSize:
    """The answer with a table around it, and in a sentence.

    Raises:
        NotComparable: For a difference that no number of entries could show.
    """
    shown = _shown_by(asked, varied)
    if asked.difference is not None:
        n_entries, difference = _needed(asked, varied), asked.difference
        found: float | None = difference
    else:
        n_entries = asked.n_entries or 0
        found = shown(n_entries)
    around = sorted({max(round(n_entries * each), 2) for each in _AROUND})
    size = PlanSize(
        kind=varied.kind,
        metric=varied.metric,
        discordance=varied.amount if varied.kind == "pass_fail" else None,
        sd=varied.amount if varied.kind == "mean" else None,
        from_run=varied.from_run,
        power=asked.power,
        alpha=asked.alpha,
        n_entries=n_entries,
        difference=found,
        rows=[SizeRow(n_entries=each, difference=shown(each)) for each in around],
        sentence="",
    )
    return size.model_copy(update={"sentence": _sentence(size, asked)})


def _needed(asked: PlanSizeAsked, varied: Variation) -> int:
    difference = asked.difference or 0.0
    if varied.kind == "pass_fail" and difference > varied.amount:
        raise NotComparable(
            "difference-too-large",
            f"No difference is larger than the discordance, {varied.amount:.4g}",
            status=422,
            detail="two models can differ by no more than the entries that one of them gets right",
        )
    confidence, power = 1 - asked.alpha, asked.power
    try:
        if varied.kind == "pass_fail":
            amount = varied.amount
            return max(
                entries_for_proportions(difference, amount, confidence=confidence, power=power), 2
            )
        return entries_for_mean(difference, varied.spread, confidence=confidence, power=power)
    except InvalidCount as error:
        raise NotComparable(
            "difference-too-small",
            "More entries are needed than anybody has",
            status=422,
            detail=f"{error}; name a larger difference",
        ) from error


def _shown_by(asked: PlanSizeAsked, varied: Variation) -> Callable[[int], float | None]:
    confidence, power = 1 - asked.alpha, asked.power
    if varied.kind == "pass_fail":
        amount = varied.amount
        return lambda n: detectable_difference(n, amount, confidence=confidence, power=power)
    spread = varied.spread
    return lambda n: detectable_mean_difference(n, spread, confidence=confidence, power=power)


def _sentence(size: PlanSize, asked: PlanSizeAsked) -> str:
    given = f"in {100 * size.power:.4g} of 100 comparisons"
    if size.kind == "pass_fail":
        varied = (
            f"where exactly one of two models is right on {100 * (size.discordance or 0):.4g} %"
        )
    else:
        varied = f"where differences vary by {size.sd:.4g} (standard deviation) from entry to entry"
    of_run = f", as {size.metric} of run {short_id(size.from_run)} does" if size.from_run else ""
    test = f"tested at {100 * size.alpha:.4g} %"
    if size.difference is None:
        return (
            f"{size.n_entries:,} entries show no difference {given}, however large, {varied}"
            f"{of_run} ({test})."
        )
    amount = _amount(size, size.difference)
    if asked.difference is not None:
        return (
            f"To see a difference of {amount} {given}, {size.n_entries:,} entries are needed "
            f"{varied}{of_run} ({test})."
        )
    return (
        f"{size.n_entries:,} entries show a difference of {amount} or more {given}, {varied}"
        f"{of_run} ({test}); a smaller one may well go unseen."
    )


def _amount(size: PlanSize, value: float) -> str:
    return f"{100 * value:.3g} points" if size.kind == "pass_fail" else f"{value:.3g}"
