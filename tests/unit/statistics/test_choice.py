"""Which method is taken and said, quantiles, families, agreement: what has no other place."""

import math
from typing import get_args

import numpy as np
import pytest

from runoff_statistics import (
    InvalidProbability,
    InvalidScores,
    NoEntries,
    PairedTable,
    UnknownMethod,
    adjusted_family,
    choose_method,
    cohens_h,
    cohens_kappa,
    compare_scores,
    discordant_odds_ratio,
    krippendorffs_alpha,
    mcnemar_p_value,
    paired_difference,
    quantile_difference,
    quantile_interval,
    quantile_test,
    t_test,
)
from runoff_statistics.choice import INTERVALS, TESTS, IntervalName, ScoreKind, TestName

A = np.array([1.0, 1, 1, 1, 0, 1, 1, 0, 1, 1] * 4)
B = np.array([1.0, 0, 1, 0, 0, 1, 1, 1, 0, 1] * 4)
TABLE = PairedTable(both_right=20, only_a=12, only_b=4, both_wrong=4)


def test_every_name_has_words_for_the_document() -> None:
    """A name that is added to one list and not to the other would fail at a user's."""
    assert set(TESTS) == set(get_args(TestName))
    assert set(INTERVALS) == set(get_args(IntervalName))
    for kind in get_args(ScoreKind):
        assert choose_method(kind).why


def test_passes_and_failures_get_mcnemar_and_the_interval_that_fits_it() -> None:
    """The numbers of the functions themselves, under the names of the document."""
    found = compare_scores(A, B, "pass_fail")

    assert (found.choice.test_name, found.choice.overridden) == ("exact McNemar", False)
    assert found.test.p_value == mcnemar_p_value(TABLE)
    assert found.difference.interval == paired_difference(TABLE).interval
    assert found.effect == 3.0


def test_clusters_always_get_the_cluster_robust_t() -> None:
    """Also passes and failures: ten documents with four answers each are ten, not forty."""
    documents = np.repeat(np.arange(10), 4)

    found = compare_scores(A, B, "pass_fail", clusters=documents)

    assert found.choice.test_name == "cluster-robust t (CR1)"
    assert found.test == t_test(A - B, documents)
    with pytest.raises(UnknownMethod, match="clustered"):
        compare_scores(A, B, "pass_fail", clusters=documents, test="mcnemar")


def test_no_interval_of_clusters_goes_beyond_what_is_possible() -> None:
    """Two clusters have t of one degree of freedom, which alone reaches to 13 errors."""
    a, b = [1.0] * 20 + [0.0] * 20, [0.0] * 10 + [1.0] * 5 + [0.0] * 25

    found = compare_scores(a, b, "pass_fail", bounds=(0, 1), clusters=["x"] * 20 + ["y"] * 20)
    assert found.difference.interval is not None
    assert (found.difference.interval.low, found.difference.interval.high) == (-1.0, 1.0)


def test_clusters_follow_the_entries_that_are_left() -> None:
    """An entry without a score takes its cluster's name along."""
    with_gap = np.append(A, math.nan), np.append(B, 1.0)
    documents = np.append(np.repeat(np.arange(10), 4), 77)

    found = compare_scores(*with_gap, "graded", clusters=documents)

    assert found.n_missing == 1
    assert found.test == t_test(A - B, documents[:-1])


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("interval", INTERVALS)
def test_every_method_can_be_asked_for(test: TestName, interval: IntervalName) -> None:
    """And the document says that it was."""
    found = compare_scores(A, B, "graded", test=test, interval=interval)

    assert found.choice.overridden == ((test, interval) != ("adjusted_t", "adjusted_t"))
    assert found.test.p_value is not None
    assert found.difference.interval is not None or found.difference.reason


def test_methods_for_passes_refuse_other_scores() -> None:
    """0.5 is neither right nor wrong."""
    with pytest.raises(InvalidScores, match="0 and 1 only"):
        compare_scores([0.5], [1.0], "pass_fail")


def test_unknown_names_are_refused() -> None:
    """With those that there are."""
    with pytest.raises(UnknownMethod, match="pass_fail, graded"):
        choose_method("stars")  # type: ignore[arg-type]  # the slip tested
    with pytest.raises(UnknownMethod, match="mcnemar, adjusted_t"):
        choose_method("graded", test="welch")  # type: ignore[arg-type]  # the slip tested
    with pytest.raises(UnknownMethod, match="tango, adjusted_t"):
        choose_method("graded", interval="wald")  # type: ignore[arg-type]  # the slip tested
    with pytest.raises(UnknownMethod, match="nominal"):
        krippendorffs_alpha([[1.0], [1.0]], metric="ratio")  # type: ignore[arg-type]  # as above
    with pytest.raises(UnknownMethod, match="linear"):
        cohens_kappa([1], [1], weights="cubic")  # type: ignore[arg-type]  # as above
    with pytest.raises(UnknownMethod, match="holm"):
        adjusted_family("one test", {"a": 0.1}, method="sidak")  # type: ignore[arg-type]  # as above


def test_a_family_is_declared_and_keeps_the_raw_values() -> None:
    """A test that could not be made is listed and does not count: 0.01 times 2, not 3."""
    family = adjusted_family("accuracy in all sections", {"x": 0.01, "y": None, "z": 0.04})
    found = {test.name: (test.p_value, test.p_adjusted) for test in family.tests}

    assert found == {"x": (0.01, 0.02), "y": (None, None), "z": (0.04, 0.04)}
    assert (family.declared, family.n_tests) == ("accuracy in all sections", 2)
    false_discoveries = adjusted_family(
        "the same", {"x": 0.01, "z": 0.04}, method="benjamini_hochberg"
    )
    assert [test.p_adjusted for test in false_discoveries.tests] == [0.02, 0.04]
    with pytest.raises(InvalidProbability):
        adjusted_family("broken", {"x": math.nan})


def test_a_slower_tail_is_seen_where_medians_are_equal() -> None:
    """One in ten calls takes 5 s longer: the 95th percentile differs, the median does not."""
    rng = np.random.default_rng(0)
    b = rng.lognormal(0, 0.3, 1_000)
    a = b + 5.0 * (rng.random(1_000) < 0.1)

    tail, median = quantile_difference(a, b, 0.95), quantile_difference(a, b, 0.5)

    assert tail.interval is not None
    assert median.interval is not None
    assert tail.interval.low > 3
    assert median.interval.high < 0.2
    assert (quantile_test(a, b, 0.95).p_value or 1) < 1e-6


def test_a_high_quantile_of_few_entries_has_no_interval() -> None:
    """The 95th percentile of 71 values may lie above all of them; of 72 it does in 2.5 %."""
    values = np.arange(72.0)

    assert quantile_interval(values, 0.95).interval is not None
    short = quantile_interval(values[:71], 0.95)
    assert short.interval is None
    assert short.reason == "a 0.95 interval of this quantile needs 72 entries"
    assert quantile_difference(values[:71], values[:71], 0.95).reason == short.reason
    assert quantile_test(values[:71], values[:71], 0.95).p_value is None


def test_agreement_at_its_ends() -> None:
    """Full agreement, one category, gaps only, and what is no rating."""
    assert cohens_kappa(["a", "b"], ["a", "b"]).estimate == 1.0
    assert cohens_kappa(["a", "b"], ["b", "a"]).estimate == -1.0
    assert cohens_kappa(["a"], ["a"]).estimate is None
    assert krippendorffs_alpha([[1.0, 2.0], [1.0, 2.0]]).estimate == 1.0
    assert krippendorffs_alpha([[1.0, 1.0], [1.0, 1.0]]).reason is not None
    with pytest.raises(NoEntries):
        krippendorffs_alpha([[1.0, math.nan], [math.nan, 2.0]])
    with pytest.raises(NoEntries):
        cohens_kappa([], [])
    with pytest.raises(InvalidScores, match="2 ratings and a has 1"):
        cohens_kappa([1], [1, 2])
    with pytest.raises(InvalidScores, match="NaN"):
        cohens_kappa([math.nan], [1.0])
    with pytest.raises(InvalidScores, match="n_judges"):
        krippendorffs_alpha([1.0, 2.0])
    with pytest.raises(InvalidScores, match="infinite"):
        krippendorffs_alpha([[math.inf], [1.0]])
    with pytest.raises(InvalidScores, match="at most 1000"):
        cohens_kappa(np.arange(2_000), np.arange(2_000))


def test_effect_sizes_of_nothing_are_none() -> None:
    """Infinity would be no number to show."""
    assert discordant_odds_ratio(PairedTable(5, 0, 0, 5)).estimate is None
    only_a = discordant_odds_ratio(PairedTable(5, 3, 0, 5))
    assert (only_a.estimate, only_a.reason) == (None, "only B is right on no entry")
    none_for_a = discordant_odds_ratio(PairedTable(5, 0, 3, 5))
    assert none_for_a.estimate == 0.0
    assert none_for_a.interval is not None
    assert none_for_a.interval.low == 0.0
    with pytest.raises(NoEntries):
        discordant_odds_ratio(PairedTable(0, 0, 0, 0))
    with pytest.raises(InvalidProbability):
        cohens_h(1.5, 0.5)
