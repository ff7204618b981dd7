"""Means of skewed and bounded scores: how their intervals and tests keep what they promise.

A part of `calibration`, with what all of it is counted by.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from runoff_statistics import (
    Estimate,
    Significance,
    adjusted_interval,
    adjusted_moments,
    adjusted_test,
    bootstrap_interval,
    caution,
    mean_interval,
    sign_flip_test,
    t_test,
    within_margin_of,
)
from runoff_statistics.bootstrap import BootstrapMethod
from runoff_statistics.choice import IntervalName, TestName
from runoff_statistics.means import skewness
from tests.load import populations as of
from tests.load.populations import Rng, many
from tests.load.reporting import report_share

BENCH = "calibration"
N_CHEAP = 10_000
"""Samples where each takes a sum or two: the Monte Carlo error is 0.2 points."""
N_SAMPLES = 1_500
N_SLOW = 500
"""Samples where each is resampled."""
N_BOOTSTRAPS = {50: 4_000, 200: 2_000, 1_000: 1_000}
"""By the number of entries: three bootstraps a sample, of 1,000 resamples each."""
ALPHA = 0.05


def holds(found: Estimate, truth: float) -> bool:
    """No interval holds everything, since it claims nothing."""
    return found.interval is None or found.interval.low <= truth <= found.interval.high


def rejects(found: Significance) -> bool:
    return found.p_value is not None and found.p_value <= ALPHA


def coverage(metric: str, n: int, hits: Sequence[bool], warned: float | None = None) -> None:
    metric = f"coverage.{metric}.n{n}"
    report_share(BENCH, metric, hits, 0.95, at_most=False, warned=warned)


def level(metric: str, n: int, hits: Sequence[bool], warned: float | None = None) -> None:
    metric = f"false_positives.{metric}.n{n}"
    report_share(BENCH, metric, hits, ALPHA, at_most=True, warned=warned)


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits)


@dataclass(frozen=True)
class _Means:
    """Differences of which the mean is known."""

    draw: Callable[[Rng, int], of.Scores]
    truth: float
    bounds: tuple[float, float] | None = None


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
    """The adjusted t, Student's, and the bootstraps."""
    for name, each in (DIFFERENCES | ONE_MODEL).items():

        def adjusted(rng: Rng, _: int, each: _Means = each) -> bool:
            return holds(adjusted_interval(each.draw(rng, n), bounds=each.bounds), each.truth)

        def student(rng: Rng, _: int, each: _Means = each) -> bool:
            return holds(mean_interval(each.draw(rng, n)), each.truth)

        coverage(f"adjusted_t.{name}", n, many(N_CHEAP, n, adjusted))
        warned = _warned(each, n, "adjusted_t", "t") if name in DIFFERENCES else None
        coverage(f"t.{name}", n, many(N_CHEAP, n, student), warned)
    for name in ("normal", "skewed", "graded"):
        for method in get_args(BootstrapMethod):

            def bootstrap(
                rng: Rng, number: int, each: _Means = DIFFERENCES[name], method: Any = method
            ) -> bool:
                values = each.draw(rng, n)
                found = bootstrap_interval(values, method=method, n_resamples=1_000, seed=number)
                return holds(found, each.truth)

            warned = _warned(DIFFERENCES[name], n, "adjusted_t", method)
            coverage(f"{method}.{name}", n, many(N_BOOTSTRAPS[n], n, bootstrap), warned)


def _warned(
    of_means: _Means, n: int, test: TestName, interval: IntervalName, *, margin: bool = False
) -> float:
    """In which share of samples a document would warn of these methods."""

    def warns(rng: Rng, _: int) -> bool:
        return caution(of_means.draw(rng, n), test, interval, margin=margin) is not None

    return _share(many(N_SAMPLES, n, warns))


def false_positives_of_means(n: int) -> None:
    """Where the means do not differ, however else the differences look."""
    for name, means in EQUAL.items():

        def adjusted(rng: Rng, _: int, means: _Means = means) -> bool:
            return rejects(adjusted_test(means.draw(rng, n), bounds=means.bounds))

        def student(rng: Rng, _: int, means: _Means = means) -> bool:
            return rejects(t_test(means.draw(rng, n)))

        level(f"adjusted_t.{name}", n, many(N_CHEAP, n, adjusted))
        level(f"t.{name}", n, many(N_CHEAP, n, student), _warned(means, n, "t", "adjusted_t"))
    for name in ("skewed_alike", "skewed_apart", "graded"):

        def permuted(rng: Rng, number: int, means: _Means = EQUAL[name]) -> bool:
            return rejects(sign_flip_test(means.draw(rng, n), n_resamples=999, seed=number))

        warned = _warned(EQUAL[name], n, "permutation", "adjusted_t")
        level(f"permutation.{name}", n, many(N_SAMPLES, n, permuted), warned)

    def not_inferior_shares(rng: Rng, _: int) -> bool:
        differences = of.shares(rng, n).differences
        found = adjusted_moments(differences, bounds=_BETWEEN)
        skewed = skewness(differences)
        return within_margin_of(found, -of.SHARES_APART, skewness=skewed).not_inferior

    warned = _warned(DIFFERENCES["shares"], n, "adjusted_t", "adjusted_t", margin=True)
    name = "non_inferiority_of_shares_at_the_margin"
    level(name, n, many(N_CHEAP, n, not_inferior_shares), warned)


def false_positives_of_blocks(n: int = 5_000) -> None:
    """Above 1,024 differences whole blocks are flipped."""

    def alike(rng: Rng, number: int) -> bool:
        differences = of.skewed(rng, n).differences
        return rejects(sign_flip_test(differences, n_resamples=999, seed=number))

    def apart(rng: Rng, number: int) -> bool:
        differences = of.skewed_apart(rng, n).differences - of.SKEWED_APART
        return rejects(sign_flip_test(differences, n_resamples=999, seed=number))

    level("permutation.skewed_alike", n, many(N_SAMPLES, n, alike))
    level("permutation.skewed_apart", n, many(N_SAMPLES, n, apart))
