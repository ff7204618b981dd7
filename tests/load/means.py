"""Means of skewed and bounded scores: how their intervals and tests keep what they promise.

A part of `calibration`, with what all of it is counted by.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from runoff_statistics import (
    Estimate,
    PairedComparison,
    SignFlips,
    Significance,
    Spread,
    adjusted_interval,
    adjusted_test,
    compare_scores,
    entries_for_mean,
    mean_interval,
    mean_within_margin,
    more_careful_test,
)
from runoff_statistics.bootstrap import BootstrapMethod
from runoff_statistics.choice import IntervalName, TestName
from tests.load import populations as of
from tests.load.populations import Rng, many
from tests.load.reporting import Role, report_share

BENCH = "calibration"
N_CHEAP = 10_000
"""Samples where each takes a sum or two: the Monte Carlo error is 0.2 points."""
N_ASKED = 5_000
N_SAMPLES = 1_500
N_SLOW = 500
"""Samples where each is resampled."""
N_BOOTSTRAPS = {50: 2_000, 200: 1_000, 1_000: 500}
"""By the number of entries: three bootstraps a sample, of 2,000 resamples each."""
ALPHA = 0.05
ASKED: Role = "asked"
ALONE: Role = "alone"
MISTAKE: Role = "mistake"


def holds(found: Estimate, truth: float) -> bool:
    """No interval holds everything, since it claims nothing."""
    return found.interval is None or found.interval.low <= truth <= found.interval.high


def rejects(found: Significance) -> bool:
    return found.p_value is not None and found.p_value <= ALPHA


def coverage(metric: str, n: int, hits: Sequence[bool], *, role: Role = "chosen") -> None:
    report_share(BENCH, f"coverage.{metric}.n{n}", hits, 0.95, at_most=False, role=role)


def level(metric: str, n: int, hits: Sequence[bool], *, role: Role = "chosen") -> None:
    report_share(BENCH, f"false_positives.{metric}.n{n}", hits, ALPHA, at_most=True, role=role)


def of_asked(
    tell: Callable[..., None], method: str, of_what: str, n: int, hits: Sequence[tuple[bool, bool]]
) -> None:
    """A row of what a document shows, and one of what was asked for alone: each hit has both."""
    shown, alone = zip(*hits, strict=True)
    tell(f"{method}.{of_what}", n, shown, role=ASKED)
    tell(f"{method}_alone.{of_what}", n, alone, role=ALONE)


@dataclass(frozen=True)
class _Means:
    """Differences of which the mean is known."""

    draw: Callable[[Rng, int], of.Scores]
    truth: float
    bounds: tuple[float, float] | None = None

    def compared(
        self,
        rng: Rng,
        n: int,
        *,
        test: TestName | None = None,
        interval: IntervalName | None = None,
    ) -> PairedComparison:
        """As a document has it, of A's scores that are the differences and of B's that are 0."""
        kind, bounds = ("error", None) if self.bounds is None else ("bounded", of.UNIT)
        return compare_scores(
            self.draw(rng, n),
            np.zeros(n),
            kind,  # type: ignore[arg-type]  # two literals
            bounds=bounds,
            test=test,
            interval=interval,
        )


_BETWEEN = (-1.0, 1.0)
DIFFERENCES = {
    "normal": _Means(lambda rng, n: of.normal(rng, n, 0.3).differences, 0.3),
    "graded": _Means(
        lambda rng, n: of.graded(rng, n, of.GRADED_APART).differences, of.GRADED_APART, _BETWEEN
    ),
    "pixels": _Means(lambda rng, n: of.pixels(rng, n).differences, of.PIXELS_APART),
    "shares": _Means(lambda rng, n: of.shares(rng, n).differences, of.SHARES_APART, _BETWEEN),
    "steps": _Means(lambda rng, n: of.steps(rng, n).differences, of.STEPS_APART, _BETWEEN),
    "log_loss": _Means(lambda rng, n: of.log_loss(rng, n).differences, of.LOG_LOSS_APART),
    "skewed": _Means(lambda rng, n: of.skewed_apart(rng, n).differences, of.SKEWED_APART),
}
ONE_MODEL = {
    "one_model_near_perfect": _Means(of.near_perfect, of.NEAR_PERFECT, of.UNIT),
    "one_model_skewed": _Means(lambda rng, n: of.skewed_apart(rng, n).a, math.exp(0.53)),
}
EQUAL = {
    "normal": _Means(lambda rng, n: of.normal(rng, n).differences, 0),
    "skewed_alike": _Means(lambda rng, n: of.skewed(rng, n).differences, 0),
    "skewed_apart": _Means(lambda rng, n: of.skewed_apart(rng, n).differences - of.SKEWED_APART, 0),
    "pixels": _Means(lambda rng, n: of.pixels(rng, n).differences - of.PIXELS_APART, 0),
    "log_loss": _Means(lambda rng, n: of.log_loss(rng, n).differences - of.LOG_LOSS_APART, 0),
    "graded": _Means(lambda rng, n: of.graded(rng, n).differences, 0, _BETWEEN),
    "shares": _Means(lambda rng, n: of.shares(rng, n, 0.58).differences, 0, _BETWEEN),
    "steps": _Means(lambda rng, n: of.steps(rng, n, 0.17).differences, 0, _BETWEEN),
}
"""The same where the means do not differ."""


def coverage_of_means(n: int) -> None:
    """The adjusted t; Student's and the bootstraps where they are asked for, and alone."""
    for name, each in (DIFFERENCES | ONE_MODEL).items():

        def adjusted(rng: Rng, _: int, each: _Means = each) -> bool:
            return holds(adjusted_interval(each.draw(rng, n), bounds=each.bounds), each.truth)

        coverage(f"adjusted_t.{name}", n, many(N_CHEAP, n, adjusted))
    for name, each in ONE_MODEL.items():  # no document has it

        def student(rng: Rng, _: int, each: _Means = each) -> bool:
            return holds(mean_interval(each.draw(rng, n)), each.truth)

        coverage(f"t.{name}", n, many(N_CHEAP, n, student), role=MISTAKE)
    for name, each in DIFFERENCES.items():
        of_asked(coverage, "t", name, n, _intervals(each, n, N_ASKED, "t"))
    for name in ("normal", "skewed", "graded", "pixels"):
        for method in get_args(BootstrapMethod):
            hits = _intervals(DIFFERENCES[name], n, N_BOOTSTRAPS[n], method)
            of_asked(coverage, method, name, n, hits)


def _intervals(
    means: _Means, n: int, n_samples: int, method: IntervalName
) -> list[tuple[bool, bool]]:
    """Whether they hold the truth, asked for and alone."""

    def both(rng: Rng, _: int) -> tuple[bool, bool]:
        found = means.compared(rng, n, interval=method)
        assert found.alone is not None
        assert found.alone.difference is not None
        return holds(found.difference, means.truth), holds(found.alone.difference, means.truth)

    return many(n_samples, n, both)


def false_positives_of_means(n: int) -> None:
    """Where the means do not differ, however else the differences look."""
    for name, means in EQUAL.items():

        def adjusted(rng: Rng, _: int, means: _Means = means) -> bool:
            return rejects(adjusted_test(means.draw(rng, n), bounds=means.bounds))

        def student(rng: Rng, _: int, means: _Means = means) -> tuple[bool, bool]:
            found = means.compared(rng, n, test="t")
            assert found.alone is not None
            assert found.alone.test is not None
            return rejects(found.test), rejects(found.alone.test)

        level(f"adjusted_t.{name}", n, many(N_CHEAP, n, adjusted))
        of_asked(level, "t", name, n, many(N_ASKED, n, student))
    for name in ("skewed_alike", "skewed_apart", "graded", "pixels"):
        of_asked(level, "permutation", name, n, _permuted(EQUAL[name], n))


def false_positives_of_blocks(n: int = 5_000) -> None:
    """Above 1,024 differences whole blocks are flipped."""
    for name in ("skewed_alike", "skewed_apart"):
        of_asked(level, "permutation", name, n, _permuted(EQUAL[name], n))


def _permuted(means: _Means, n: int) -> list[tuple[bool, bool]]:
    """Whether they reject, asked for and alone; as in a document all flip their signs at once."""
    flips, usual = SignFlips(), []
    for number in range(N_SAMPLES):
        rng = np.random.default_rng([n, number])
        usual.append(means.compared(rng, n).test)
        flips.add(means.draw(np.random.default_rng([n, number]), n))
    return [
        (rejects(more_careful_test(test, flipped)), rejects(flipped))
        for test, flipped in zip(usual, flips.results(), strict=True)
    ]


def margins_of_means(n: int) -> None:
    """A is worse by the margin: how often it is called not inferior, in whichever direction."""
    n_samples = {50: 2_000, 200: 1_000, 1_000: 1_000}[n]
    for name, means in DIFFERENCES.items():
        for sign, way in ((1, ""), (-1, ".turned")):
            # What has bounds stays within them: A is worse as it is, or it is left out.
            margin = -sign * means.truth if means.bounds else 0.3
            if margin <= 0:
                continue
            moved = 0.0 if means.bounds else -sign * means.truth - margin

            def claims(
                rng: Rng,
                _: int,
                means: _Means = means,
                sign: int = sign,
                by: tuple[float, float] = (margin, moved),
            ) -> bool:
                differences = sign * means.draw(rng, n) + by[1]
                return mean_within_margin(differences, by[0], bounds=means.bounds).not_inferior

            name_ = f"non_inferiority.{name}{way}_at_the_margin"
            level(name_, n, many(n_samples, n, claims))


def planned_power() -> None:
    """The entries of a plan show the difference as often as it says: 80 %, A or B the better one.

    As `runoff plan --from-run` has it, of a run with many entries.
    """
    for name, means in DIFFERENCES.items():
        known = means.draw(np.random.default_rng(3), 50_000)
        deviations = np.sort(np.abs(known - known.mean()))
        spread = Spread(float(known.std()), means.bounds, deviations)
        for effect in (0.4, 0.2, 0.1):
            apart = effect * spread.sd
            sized = entries_for_mean(apart, spread)

            def finds(
                rng: Rng, number: int, means: _Means = means, n: int = sized, by: float = apart
            ) -> bool:
                away = by if number % 2 else -by
                differences = means.draw(rng, n) - means.truth + away
                return rejects(adjusted_test(differences, bounds=means.bounds))

            hits = many(2_000, sized, finds)
            name_ = f"planned_power.{name}.{effect}_sd.n{sized}"
            report_share(BENCH, name_, hits, 0.8, at_most=False)
