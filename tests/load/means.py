"""Means of skewed and bounded scores: how their intervals and tests keep what they promise.

A part of `calibration`, with what all of it is counted by.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from runoff_statistics import (
    Estimate,
    Significance,
    Spread,
    adjusted_interval,
    adjusted_test,
    bootstrap_interval,
    caution,
    entries_for_mean,
    mean_interval,
    mean_within_margin,
    sign_flip_test,
    t_test,
)
from runoff_statistics.bootstrap import BootstrapMethod
from runoff_statistics.cautions import FEWEST
from runoff_statistics.choice import IntervalName, TestName
from tests.load import populations as of
from tests.load.populations import Rng, many
from tests.load.reporting import Role, report_share

BENCH = "calibration"
N_CHEAP = 10_000
"""Samples where each takes a sum or two: the Monte Carlo error is 0.2 points."""
N_SAMPLES = 1_500
N_SLOW = 500
"""Samples where each is resampled."""
N_BOOTSTRAPS = {50: 4_000, 200: 2_000, 1_000: 1_000}
"""By the number of entries: three bootstraps a sample, of 1,000 resamples each."""
ALPHA = 0.05
ASKED: Role = "asked"
MISTAKE: Role = "mistake"


def holds(found: Estimate, truth: float) -> bool:
    """No interval holds everything, since it claims nothing."""
    return found.interval is None or found.interval.low <= truth <= found.interval.high


def rejects(found: Significance) -> bool:
    return found.p_value is not None and found.p_value <= ALPHA


def coverage(
    metric: str,
    n: int,
    hits: Sequence[bool],
    warned: Sequence[bool] | None = None,
    *,
    role: Role = "chosen",
) -> None:
    metric = f"coverage.{metric}.n{n}"
    report_share(BENCH, metric, hits, 0.95, at_most=False, warned=warned, role=role)


def level(
    metric: str,
    n: int,
    hits: Sequence[bool],
    warned: Sequence[bool] | None = None,
    *,
    role: Role = "chosen",
) -> None:
    metric = f"false_positives.{metric}.n{n}"
    report_share(BENCH, metric, hits, ALPHA, at_most=True, warned=warned, role=role)


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
        hits = many(N_CHEAP, n, student)
        if name in DIFFERENCES:
            coverage(f"t.{name}", n, hits, _warned(each, n, N_CHEAP, "adjusted_t", "t"), role=ASKED)
        else:  # no document has it
            coverage(f"t.{name}", n, hits, role=MISTAKE)
    for name in ("normal", "skewed", "graded", "pixels"):
        for method in get_args(BootstrapMethod):

            def bootstrap(
                rng: Rng, number: int, each: _Means = DIFFERENCES[name], method: Any = method
            ) -> bool:
                values = each.draw(rng, n)
                found = bootstrap_interval(values, method=method, n_resamples=1_000, seed=number)
                return holds(found, each.truth)

            hits = many(N_BOOTSTRAPS[n], n, bootstrap)
            warned = _warned(DIFFERENCES[name], n, N_BOOTSTRAPS[n], "adjusted_t", method)
            coverage(f"{method}.{name}", n, hits, warned, role=ASKED)


def _warned(
    of_means: _Means, n: int, n_samples: int, test: TestName, interval: IntervalName
) -> list[bool]:
    """Whether a document warns of these methods, by sample: the very samples of `many`."""

    def warns(rng: Rng, _: int) -> bool:
        return caution(of_means.draw(rng, n), test, interval) is not None

    return [True] * n_samples if n < FEWEST else many(n_samples, n, warns)


def false_positives_of_means(n: int) -> None:
    """Where the means do not differ, however else the differences look."""
    for name, means in EQUAL.items():

        def adjusted(rng: Rng, _: int, means: _Means = means) -> bool:
            return rejects(adjusted_test(means.draw(rng, n), bounds=means.bounds))

        def student(rng: Rng, _: int, means: _Means = means) -> bool:
            return rejects(t_test(means.draw(rng, n)))

        level(f"adjusted_t.{name}", n, many(N_CHEAP, n, adjusted))
        warned = _warned(means, n, N_CHEAP, "t", "adjusted_t")
        level(f"t.{name}", n, many(N_CHEAP, n, student), warned, role=ASKED)
    for name in ("skewed_alike", "skewed_apart", "graded", "pixels"):

        def permuted(rng: Rng, number: int, means: _Means = EQUAL[name]) -> bool:
            return rejects(sign_flip_test(means.draw(rng, n), n_resamples=999, seed=number))

        warned = _warned(EQUAL[name], n, N_SAMPLES, "permutation", "adjusted_t")
        level(f"permutation.{name}", n, many(N_SAMPLES, n, permuted), warned, role=ASKED)


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


def false_positives_of_blocks(n: int = 5_000) -> None:
    """Above 1,024 differences whole blocks are flipped."""

    def alike(rng: Rng, number: int) -> bool:
        differences = of.skewed(rng, n).differences
        return rejects(sign_flip_test(differences, n_resamples=999, seed=number))

    def apart(rng: Rng, number: int) -> bool:
        differences = of.skewed_apart(rng, n).differences - of.SKEWED_APART
        return rejects(sign_flip_test(differences, n_resamples=999, seed=number))

    level("permutation.skewed_alike", n, many(N_SAMPLES, n, alike), role=ASKED)
    level("permutation.skewed_apart", n, many(N_SAMPLES, n, apart), role=ASKED)
