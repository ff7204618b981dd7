"""Effect sizes, planning, agreement, retries and families against libraries and print."""

import math

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.power import TTestPower
from statsmodels.stats.proportion import proportion_effectsize

from runoff_statistics import (
    PairedTable,
    Spread,
    benjamini_hochberg,
    cliffs_delta,
    cohens_dz,
    cohens_h,
    cohens_kappa,
    detectable_mean_difference,
    discordant_odds_ratio,
    entries_for_mean,
    krippendorffs_alpha,
    power_of_mean,
    rank_biserial,
    retry_effect,
)
from runoff_statistics.agreement import AlphaMetric, KappaWeights

TOLERANCE = 1e-9
_ = math.nan
KRIPPENDORFF = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
    [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
]
"""Four observers, twelve units, gaps: Krippendorff 2011, section C."""


@pytest.mark.parametrize(
    ("metric", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_krippendorffs_alpha_is_his_own(metric: AlphaMetric, alpha: float) -> None:
    """Krippendorff, Computing Krippendorff's alpha-reliability (2011), to his three digits."""
    found = krippendorffs_alpha(KRIPPENDORFF, metric=metric).estimate

    assert found is not None
    assert round(found, 3) == alpha


@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
def test_cohens_kappa_is_scikit_learns(weights: KappaWeights) -> None:
    """Categories that only one judge uses included."""
    rng = np.random.default_rng(0)
    a = rng.integers(0, 5, 300)
    b = np.where(rng.random(300) < 0.6, a, rng.integers(0, 6, 300))

    expected = cohen_kappa_score(a, b, weights=None if weights == "none" else weights)

    assert cohens_kappa(a, b, weights=weights).estimate == pytest.approx(expected, abs=TOLERANCE)


@pytest.mark.parametrize("n", [2, 3, 10, 50, 400, 20_000])
@pytest.mark.parametrize("effect", [0.01, 0.2, 1.0, 5.0])
def test_power_of_the_t_test_is_statsmodels(n: int, effect: float) -> None:
    """Both tails, noncentral t; where scipy's tail fails it is below 1e-10."""
    expected = TTestPower().power(effect, n, 0.05)

    if math.isnan(expected):
        pytest.skip("statsmodels has no value there")
    assert power_of_mean(n, effect * 0.4, Spread(0.4, test="t")) == pytest.approx(
        expected, abs=TOLERANCE
    )


def test_entries_and_detectable_difference_are_statsmodels() -> None:
    """Their solver stops at 1e-6 or so of the argument."""
    solver = TTestPower()

    needed = solver.solve_power(effect_size=0.1, alpha=0.05, power=0.9)
    seen = solver.solve_power(nobs=500, alpha=0.05, power=0.8)

    spread = Spread(0.4, test="t")
    assert entries_for_mean(0.04, spread, power=0.9) == math.ceil(needed)
    assert detectable_mean_difference(500, spread) == pytest.approx(0.4 * seen, rel=1e-6)


def test_benjamini_hochberg_is_scipys() -> None:
    """Ties, zeros and ones among 200."""
    p_values = np.concatenate([np.random.default_rng(0).random(190) ** 3, [0, 0, 1, 1, 0.5] * 2])

    assert benjamini_hochberg(p_values) == pytest.approx(
        stats.false_discovery_control(p_values), abs=TOLERANCE
    )


def test_benjamini_hochberg_finds_what_its_paper_finds() -> None:
    """Fifteen endpoints of 1995, section 4.2: four at 0.05, where Bonferroni finds three."""
    # fmt: off
    p_values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459,
                0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
    # fmt: on

    assert int((benjamini_hochberg(p_values) <= 0.05).sum()) == 4


def test_cohens_h_is_statsmodels() -> None:
    """Both ends of the scale included."""
    for a, b in [(0.9, 0.8), (0.0, 1.0), (0.31, 0.3)]:
        assert cohens_h(a, b) == pytest.approx(proportion_effectsize(a, b), abs=TOLERANCE)


def test_the_odds_ratio_has_the_binomials_exact_limits() -> None:
    """Clopper and Pearson's share, as odds."""
    found = discordant_odds_ratio(PairedTable(50, 30, 12, 8))

    limits = stats.binomtest(30, 42).proportion_ci(0.95, method="exact")
    assert found.estimate == 2.5
    assert found.interval is not None
    assert found.interval.low == pytest.approx(limits.low / (1 - limits.low), abs=TOLERANCE)
    assert found.interval.high == pytest.approx(limits.high / (1 - limits.high), abs=TOLERANCE)


def test_the_other_effect_sizes_follow_from_scipys_statistics() -> None:
    """U, W and t each hold the effect size of their test."""
    rng = np.random.default_rng(4)
    a, b = rng.integers(0, 6, 40).astype(float), rng.integers(0, 5, 40).astype(float)
    moved = (a - b)[a != b]

    u = stats.mannwhitneyu(a, b).statistic
    ranks = stats.rankdata(np.abs(moved))
    t = stats.ttest_rel(a, b).statistic

    assert cliffs_delta(a, b) == pytest.approx(2 * u / 1600 - 1, abs=TOLERANCE)
    assert rank_biserial(a - b) == pytest.approx(
        (ranks * np.sign(moved)).sum() / ranks.sum(), abs=TOLERANCE
    )
    assert cohens_dz(a - b) == pytest.approx(t / math.sqrt(40), abs=TOLERANCE)


def test_retries_of_passes_are_fishers_tea() -> None:
    """Three of four cups each: 34/70 two-sided (Fisher 1935, chapter II)."""
    retried = np.repeat([True, False], 4)

    found = retry_effect([1, 1, 1, 0, 1, 0, 0, 0], retried)

    assert found.test.p_value == pytest.approx(34 / 70, abs=TOLERANCE)


def test_retries_of_graded_scores_are_r_s_wilcox_test() -> None:
    """R's ?wilcox.test, Hollander and Wolfe 69f: W = 35, p = 0.2544 two-sided (exact)."""
    at_term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    earlier = [1.15, 0.88, 0.90, 0.74, 1.21]

    found = retry_effect(at_term + earlier, np.repeat([True, False], [10, 5]))

    assert found.test.statistic == 35
    assert found.test.p_value == pytest.approx(0.2544, abs=5e-5)
