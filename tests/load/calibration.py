"""Do the statistics keep what they promise? By simulation, where the truth is known.

`coverage.…` is how often a 95 % interval holds the truth, `false_positives.…` how often a test
at 5 % finds a difference that is not there. Tests that are exact on discrete scores (McNemar, sign,
Wilcoxon, Fisher) may lie below 5 %. `role` says what a row is of: what a document shows (`chosen`),
what it shows where a method was asked for by name (`asked`), what that method says by itself, from
which no document concludes anything (`alone`), or a mistake that nobody should make (`mistake`).
The first two carry `holds`, within three Monte Carlo standard errors: it is true in each of them.
The others carry `shown_to_fail`. `cost.…` is processor time for a million pairs.
"""

import math
import time
from collections.abc import Callable

import numpy as np

from runoff_statistics import (
    AnytimeDifference,
    PairedComparison,
    Significance,
    adjusted_family,
    compare_scores,
    mean_interval,
    means_within_margin,
    paired_table,
    proportions_within_margin,
    quantile_difference,
    quantile_test,
    resampled_difference,
    retry_effect,
    swap_test,
    t_test,
    wilson_interval,
)
from runoff_statistics.choice import IntervalName, TestName
from runoff_statistics.resampling import Resampled, resamples
from tests.load import populations as of
from tests.load.accuracies import exact_coverage
from tests.load.means import (
    ALPHA,
    ASKED,
    BENCH,
    MISTAKE,
    N_SAMPLES,
    N_SLOW,
    coverage,
    coverage_of_means,
    false_positives_of_blocks,
    false_positives_of_means,
    holds,
    level,
    margins_of_means,
    of_asked,
    planned_power,
    rejects,
)
from tests.load.populations import Pairs, Rng, many
from tests.load.reporting import Role, report, report_share

SIZES = (50, 200, 1_000)
N_IMAGES = {50: 1_500, 200: 750, 1_000: 300}
"""Samples by the number of images, of 1,000 resamples each, as many as a document draws."""


def main() -> None:
    """All of it takes some five minutes of one core."""
    for n in SIZES:
        coverage_of_means(n)
        exact_coverage(n)
        _coverage_of_others(n)
        false_positives_of_means(n)
        margins_of_means(n)
        _false_positives(n)
    false_positives_of_blocks()
    planned_power()
    _families()
    _watching()
    _cost()


def _coverage_of_others(n: int) -> None:
    def wilson(rng: Rng, _: int) -> bool:
        interval = wilson_interval(int(rng.binomial(n, 0.9)), n)
        return interval.low <= 0.9 <= interval.high

    def in_clusters(rng: Rng, _: int) -> bool:
        return holds(mean_interval(*of.clustered(rng, n)), 0.0)

    def clusters_forgotten(rng: Rng, _: int) -> bool:
        return holds(mean_interval(of.clustered(rng, n)[0]), 0.0)

    def median(rng: Rng, _: int) -> bool:
        return holds(_asked(of.skewed(rng, n), interval="median").difference, 0.0)

    def latency(share: float) -> Callable[[Rng, int], bool]:
        def quantiles(rng: Rng, _: int) -> bool:
            pairs = of.skewed_apart(rng, n)
            truth = of.quantile_apart(share)
            return holds(quantile_difference(pairs.a, pairs.b, share), truth)

        return quantiles

    def recall(rng: Rng, number: int) -> bool:
        hits = of.images(rng, n)
        found = resampled_difference(
            lambda w: (w @ (hits[0] - hits[1])) / (w @ hits[2]), n, seed=number
        )
        return holds(found, 0.0)

    cases = {
        "wilson": wilson,
        "clustered_t": in_clusters,
        "quantile_difference_p50": latency(0.5),
    }
    if n >= 72:  # below there is no interval
        cases["quantile_difference_p95"] = latency(0.95)
    for name, draw in cases.items():
        coverage(name, n, many(N_SAMPLES, n, draw))
    coverage("median", n, many(N_SAMPLES, n, median), role=ASKED)
    hits = many(N_SAMPLES, n, clusters_forgotten)
    coverage("t_with_clusters_forgotten", n, hits, role=MISTAKE)
    coverage("resampled_images", n, many(N_IMAGES[n], n, recall))


def _false_positives(n: int) -> None:
    tests: dict[str, Callable[[Rng, int], Significance]] = {
        "mcnemar": lambda rng, s: _chosen(of.pass_fail(rng, n), s),
        "clustered_t": lambda rng, s: t_test(*of.clustered(rng, n)),
        "quantile_p50": lambda rng, s: _of_latency(of.skewed(rng, n), 0.5),
        "retried.pass_fail": lambda rng, s: _of_retries(rng, of.pass_fail(rng, n).a),
        "retried.graded": lambda rng, s: _of_retries(rng, of.skewed(rng, n).a),
    }
    if n >= 72:
        tests["quantile_p95"] = lambda rng, s: _of_latency(of.skewed(rng, n), 0.95)
    _false_positives_of_asked(n)
    for name, test in tests.items():
        level(name, n, many(N_SAMPLES, n, lambda rng, s, test=test: rejects(test(rng, s))))  # type: ignore[misc]  # bound now

    def swapped(rng: Rng, number: int) -> bool:
        hits = of.images(rng, n)
        gap = hits[0] - hits[1]
        return rejects(
            swap_test(
                lambda w: (1.0 - 2.0 * w) @ gap / hits[2].sum(), n, n_resamples=199, seed=number
            )
        )

    level("swapped_images", n, many(N_SLOW, n, swapped))

    def equivalent(rng: Rng, _: int) -> bool:
        return means_within_margin(of.normal(rng, n, 0.3).differences, 0.3).equivalent

    def not_inferior(rng: Rng, _: int) -> bool:
        pairs = of.pass_fail(rng, n, -0.05)
        table = paired_table(pairs.a == 1, pairs.b == 1)
        return proportions_within_margin(table, 0.05).not_inferior

    def not_inferior_images(rng: Rng, number: int) -> bool:
        hits, margin = of.images(rng, n), 0.05
        # Alike, and A's recall taken down by the margin.
        gap, wanted = hits[0] - hits[1], hits[2]
        drawn = resamples(n, n_resamples=400, seed=number)
        values = np.concatenate([(rows @ gap) / (rows @ wanted) for rows in drawn]) - margin
        seen = float(gap.sum() / wanted.sum()) - margin
        return Resampled(seen, values, n).within_margin(margin).not_inferior

    level("non_inferiority_of_images_at_the_margin", n, many(N_SLOW, n, not_inferior_images))
    level("equivalence_at_the_margin", n, many(N_SAMPLES, n, equivalent))
    level("non_inferiority_at_the_margin", n, many(N_SAMPLES, n, not_inferior))


def _false_positives_of_asked(n: int) -> None:
    """Of ranks, which answer a question of their own; and of right and wrong."""
    ranks: dict[str, tuple[TestName, Callable[[Rng, int], Pairs]]] = {
        "wilcoxon.skewed_alike": ("wilcoxon", of.skewed),
        "wilcoxon.graded": ("wilcoxon", of.graded),
        "sign.skewed_alike": ("sign", of.skewed),
    }
    for name, (test, draw) in ranks.items():

        def ranked(
            rng: Rng,
            _: int,
            test: TestName = test,
            draw: Callable[[Rng, int], Pairs] = draw,
        ) -> bool:
            return rejects(_asked(draw(rng, n), test=test).test)

        level(name, n, many(N_SAMPLES, n, ranked), role=ASKED)
    of_right_and_wrong: tuple[TestName, ...] = ("t", "adjusted_t", "wilcoxon")
    for method in of_right_and_wrong:

        def guarded(rng: Rng, _: int, method: TestName = method) -> tuple[bool, bool]:
            pairs = of.pass_fail(rng, n)
            found = compare_scores(pairs.a, pairs.b, "pass_fail", bounds=of.UNIT, test=method)
            assert found.alone is not None
            assert found.alone.test is not None
            return rejects(found.test), rejects(found.alone.test)

        of_asked(level, method, "pass_fail", n, many(N_SAMPLES, n, guarded))


def _asked(
    pairs: Pairs, *, test: TestName | None = None, interval: IntervalName | None = None
) -> PairedComparison:
    return compare_scores(pairs.a, pairs.b, "error", test=test, interval=interval)


def _chosen(pairs: Pairs, seed: int) -> Significance:
    return compare_scores(pairs.a, pairs.b, "pass_fail", seed=seed).test


def _of_latency(pairs: Pairs, share: float) -> Significance:
    return quantile_test(pairs.a, pairs.b, share)


def _of_retries(rng: Rng, scores: of.Scores) -> Significance:
    return retry_effect(scores, rng.random(len(scores)) < 0.2).test


def _families() -> None:
    """Twelve sections of which none, or half, differ: any false alarm; share of false ones."""

    def any_false(n_true: int) -> Callable[[Rng, int], bool]:
        def family(rng: Rng, _: int) -> bool:
            return _false_and_found(rng, n_true, "holm")[0] > 0

        return family

    for n_true in (0, 6):
        hits = many(N_SAMPLES, n_true, any_false(n_true))
        report_share(BENCH, f"family_wise_error.holm.{n_true}_of_12", hits, ALPHA, at_most=True)
    shares = []
    for number in range(N_SAMPLES):
        n_false, n_found = _false_and_found(
            np.random.default_rng([9, number]), 6, "benjamini_hochberg"
        )
        shares.append(n_false / max(n_found, 1))
    report(
        BENCH, "false_discovery_rate.benjamini_hochberg.6_of_12", [float(np.mean(shares))], "share"
    )


def _false_and_found(rng: Rng, n_true: int, method: str) -> tuple[int, int]:
    """Sections are correlated, since the models are the same in all."""
    common = rng.normal(size=100)
    p_values = {}
    for section in range(12):
        values = 0.6 * common + 0.8 * rng.normal(size=100) + 0.4 * (section < n_true)
        p_values[str(section)] = t_test(values).p_value
    family = adjusted_family("sections", p_values, method=method)  # type: ignore[arg-type]  # two literals
    found = [int(each.name) for each in family.tests if (each.p_adjusted or 0.0) <= ALPHA]
    return sum(section >= n_true for section in found), len(found)


def _watching() -> None:
    """Looked at all along up to 2,000 entries, against an ordinary test looked at 40 times."""
    looks = np.unique(np.geomspace(10, 2_000, 40).astype(int))

    def watch(rng: Rng, apart: float) -> AnytimeDifference:
        watched = AnytimeDifference()
        watched.update(of.pass_fail(rng, 2_000, apart).differences)
        return watched

    def tells_equals_apart(rng: Rng, *, shuffled: bool) -> bool:
        """Of a data set that is sorted: first what A alone gets right, at last what B alone does,
        as many of each."""
        half = np.sort(np.abs(of.pass_fail(rng, 1_000).differences))[::-1]
        values = np.concatenate([half, -half[::-1]])
        if shuffled:
            rng.shuffle(values)
        watched, start = AnytimeDifference(), 0
        for look in looks:
            watched.update(values[start:look])
            start = look
            if watched.decision() is not None:
                return True
        return False

    def ever_rejects(rng: Rng, _: int) -> bool:
        return rejects(watch(rng, 0.0).test())

    def ever_leaves_out(rng: Rng, _: int) -> bool:
        differences = of.pass_fail(rng, 2_000, 0.04).differences
        watched, start = AnytimeDifference(), 0
        for look in looks:
            watched.update(differences[start:look])
            start = look
            if not holds(watched.interval(), 0.04):
                return True
        return False

    def ordinary(rng: Rng, _: int) -> bool:
        differences = of.pass_fail(rng, 2_000).differences
        return any(rejects(t_test(differences[:look])) for look in looks)

    cases = {
        "anytime_p": many(N_SAMPLES, 1, ever_rejects),
        "anytime_interval": many(N_SLOW, 1, ever_leaves_out),
        "ordinary_t": many(N_SLOW, 1, ordinary),
        "sorted_then_shuffled": many(
            N_SLOW, 1, lambda rng, _: tells_equals_apart(rng, shuffled=True)
        ),
        "sorted_as_it_is": many(N_SLOW, 1, lambda rng, _: tells_equals_apart(rng, shuffled=False)),
    }
    for metric, hits in cases.items():
        role: Role = "mistake" if metric in ("ordinary_t", "sorted_as_it_is") else "chosen"
        name = f"false_positives.{metric}.watched"
        report_share(BENCH, name, hits, ALPHA, at_most=True, role=role)
    power = many(N_SLOW, 2, lambda rng, _: rejects(watch(rng, 0.04).test()))
    report(BENCH, "found.anytime.4_points_2000_entries", [sum(power) / len(power)], "share")


def _cost() -> None:
    """Processor time of the chosen method, and its growth from 100,000 pairs to a million."""

    def seconds(n: int, take: Callable[[Rng, int], object]) -> float:
        began_s = time.process_time()
        take(np.random.default_rng(0), n)
        return time.process_time() - began_s

    def compared(
        kind: str, draw: Callable[[Rng, int], Pairs], bounds: tuple[float, float] | None = None
    ) -> Callable[[int], float]:
        def measure(n: int) -> float:
            pairs = draw(np.random.default_rng(0), n)
            return seconds(n, lambda _, __: compare_scores(pairs.a, pairs.b, kind, bounds=bounds))  # type: ignore[arg-type]  # a literal

        return measure

    cases = {
        "pass_fail": compared("pass_fail", of.pass_fail),
        "graded": compared("graded", of.graded, of.UNIT),
        "bounded": compared("bounded", of.shares, of.UNIT),
        "error": compared("error", of.skewed),
        "latency": compared("latency", of.skewed),
    }
    for name, measure in cases.items():
        small, large = (
            min(measure(100_000) for _ in range(5)),
            [measure(1_000_000) for _ in range(3)],
        )
        report(BENCH, f"cost.{name}.1000000_pairs", large, "s of one core")
        report(
            BENCH, f"cost.{name}.exponent", [math.log10(min(large) / small)], "log10 per tenfold"
        )


if __name__ == "__main__":
    main()
