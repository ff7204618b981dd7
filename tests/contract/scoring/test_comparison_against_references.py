"""The document's numbers are those of scipy, statsmodels and scikit-learn on the same scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import fisher_exact, permutation_test, t, ttest_rel
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from runoff_contracts.comparison import ComparisonDocument
from runoff_contracts.events.lifecycle import ScorerUsed
from runoff_scoring.comparing.taken import RunTaken
from tests.unit.scoring import given

N = 400
EXACT = 1e-9
LABELS = np.array(list("wxyz"))


def run_of_random_answers(n: int = N) -> RunTaken:
    """Three classifiers with confidences, sections, documents and retries."""
    rng = np.random.default_rng(11)
    targets = rng.choice(LABELS, n)
    answers = [
        np.where(rng.random(n) < share, targets, rng.choice(LABELS, n)) for share in (0.8, 0.7, 0.5)
    ]
    entries = []
    for index in range(n):
        entry = given.processed(index, (targets[index], [each[index] for each in answers]))
        predictions = [
            given.prediction(
                each.label,
                contender=each.contender,
                confidence=float(rng.uniform(0.3, 1)),
                latency_s=float(rng.lognormal(-2, 0.5)),
                n_failed=int(rng.random() < 0.2),
            )
            for each in entry.predictions
        ]
        update = {
            "predictions": predictions,
            "section": f"s{index % 3}",
            "metadata": {"document": f"d{index // 8}"},
        }
        entries.append(entry.model_copy(update=update))
    used = [ScorerUsed(name=each, version=1) for each in ("accuracy", "brier")]
    taken = given.taken_of(given.created(n, 3, scorers=used), entries)
    cards = taken.record.cards
    brier = rng.beta(2, 5, (3, n)) + np.array([[0.0], [0.02], [0.1]])
    scores = {**cards.scores, "brier": brier}
    return replace(taken, record=replace(taken.record, cards=replace(cards, scores=scores)))


@pytest.fixture(scope="module")
def run() -> RunTaken:
    return run_of_random_answers()


@pytest.fixture(scope="module")
def document(run: RunTaken) -> ComparisonDocument:
    return given.compare(run)


def test_shares_have_wilson_intervals(run: RunTaken, document: ComparisonDocument) -> None:
    """statsmodels' `proportion_confint`."""
    right = run.record.cards.scores["accuracy"].sum(axis=1)
    for found, k in zip(document.primary.estimates, right, strict=True):
        assert found.value == k / N
        assert found.interval == pytest.approx(proportion_confint(k, N, method="wilson"), abs=EXACT)


def test_pairs_that_pass_or_fail_have_the_exact_mcnemar_test(document: ComparisonDocument) -> None:
    """statsmodels' `mcnemar`, with its table."""
    for pair in document.primary.pairs:
        table = [[pair.both_right, pair.only_a_right], [pair.only_b_right, pair.both_wrong]]
        assert pair.p_value == pytest.approx(mcnemar(table, exact=True).pvalue, abs=EXACT)
        assert pair.difference == pytest.approx(
            ((pair.only_a_right or 0) - (pair.only_b_right or 0)) / N, abs=EXACT
        )


def test_means_have_the_adjusted_t(run: RunTaken, document: ComparisonDocument) -> None:
    """statsmodels' weighted mean with half an entry at each bound of a Brier difference, ±2.

    Lower is better, which turns the outcome and no number.
    """
    brier = document.metrics[1]
    scores = run.record.cards.scores["brier"]
    weights = np.append(np.ones(N), [0.5, 0.5])
    for pair in brier.pairs:
        weighted = DescrStatsW(np.append(scores[pair.a] - scores[pair.b], [-2, 2]), weights)
        found = t(N - 1, loc=weighted.mean, scale=weighted.std_mean)
        assert pair.interval == pytest.approx(found.ppf([0.025, 0.975]), abs=EXACT)
        assert pair.p_value == pytest.approx(2 * min(found.cdf(0), found.sf(0)), abs=EXACT)
        if pair.outcome != "not_separable":
            assert (pair.outcome == "a_better") == ((pair.difference or 0) < 0)
    for place, estimate in enumerate(brier.estimates):
        weighted = DescrStatsW(np.append(scores[place], [0, 2]), weights)
        found = t(N - 1, loc=weighted.mean, scale=weighted.std_mean)
        assert estimate.value == pytest.approx(scores[place].mean(), abs=EXACT)
        assert estimate.interval == pytest.approx(found.ppf([0.025, 0.975]), abs=EXACT)


def test_the_paired_t_test_can_be_asked_for_and_is_held_to_the_usual_one(run: RunTaken) -> None:
    """scipy's `ttest_rel` stands beside; what is concluded from is never less careful."""
    asked = {"brier": {"test": "t", "interval": "t"}}
    scores = run.record.cards.scores["brier"]
    usual = given.compare(run, metrics=["brier"]).primary.pairs
    pairs = given.compare(run, metrics=["brier"], methods=asked).primary.pairs
    for pair, least in zip(pairs, usual, strict=True):
        expected = ttest_rel(scores[pair.a], scores[pair.b])
        low, high = expected.confidence_interval(0.95)
        assert pair.asked_alone is not None
        assert pair.asked_alone.interval == pytest.approx((low, high), abs=EXACT)
        assert pair.asked_alone.p_value == pytest.approx(expected.pvalue, abs=EXACT)
        assert least.interval is not None
        outer = min(low, least.interval[0]), max(high, least.interval[1])
        assert pair.interval == pytest.approx(outer, abs=EXACT)
        assert pair.p_value == pytest.approx(max(expected.pvalue, least.p_value or 0), abs=EXACT)


def test_the_exact_permutation_test_can_be_asked_for_and_is_held_to_the_usual_one() -> None:
    """scipy's `permutation_test` over all sign flips."""
    small = run_of_random_answers(12)
    asked = {"brier": {"test": "permutation"}}
    usual = given.compare(small, metrics=["brier"]).primary.pairs
    pairs = given.compare(small, metrics=["brier"], methods=asked).primary.pairs
    scores = small.record.cards.scores["brier"]
    for pair, least in zip(pairs, usual, strict=True):
        expected = permutation_test(
            (scores[pair.a] - scores[pair.b],),
            np.mean,
            permutation_type="samples",
            n_resamples=2**12 + 1,
        )
        assert pair.asked_alone is not None
        assert pair.asked_alone.p_value == pytest.approx(expected.pvalue, abs=EXACT)
        assert pair.p_value == pytest.approx(max(expected.pvalue, least.p_value or 0), abs=EXACT)


def test_all_tests_are_adjusted_as_one_family(document: ComparisonDocument) -> None:
    """statsmodels' `multipletests` over metrics, pairs and groups, in whichever order."""
    everything = [*document.metrics, *(each for group in document.groups for each in group.metrics)]
    pairs = [pair for metric in everything for pair in metric.pairs]
    raw = [pair.p_value for pair in pairs]

    assert len(pairs) == document.family.n_tests == 2 * 3 * 4
    assert [pair.p_adjusted for pair in pairs] == pytest.approx(
        multipletests(raw, method="holm")[1].tolist(), abs=EXACT
    )


def test_times_are_adjusted_as_a_family_of_their_own(document: ComparisonDocument) -> None:
    """statsmodels' `multipletests` over medians and 95th percentiles; the rest is told."""
    raw, paid, told = [], [], []
    for pair in document.latency:
        raw += [pair.median_p_value, pair.p95_p_value]
        paid += [pair.median_p_adjusted, pair.p95_p_adjusted]
        told += [(pair.median_difference_s, pair.median_outcome)]

    assert document.latency_family is not None
    assert document.latency_family.n_tests == len(raw) == 2 * 3
    assert paid == pytest.approx(multipletests(raw, method="holm")[1].tolist(), abs=EXACT)
    for (difference, outcome), p in zip(told, paid[::2], strict=True):
        better = "a_better" if difference is not None and difference < 0 else "b_better"
        assert outcome == (better if p is not None and p <= 0.05 else "not_separable")
    words = " ".join(document.family.outside)
    assert all(each in words for each in ("intervals", "times", "retries: 3 tests"))


def test_clusters_have_the_cluster_robust_t(run: RunTaken) -> None:
    """statsmodels' regression on a constant with clustered errors."""
    document = given.compare(run, clusters="metadata.document")
    codes = np.arange(N) // 8
    scores = run.record.cards.scores["accuracy"]
    for pair in document.primary.pairs:
        fit = sm.OLS(scores[pair.a] - scores[pair.b], np.ones(N)).fit(
            cov_type="cluster", cov_kwds={"groups": codes}, use_t=True
        )
        assert pair.p_value == pytest.approx(float(fit.pvalues[0]), abs=EXACT)
        assert pair.interval == pytest.approx(tuple(fit.conf_int()[0]), abs=EXACT)


def test_agreement_is_cohens_kappa(run: RunTaken, document: ComparisonDocument) -> None:
    """scikit-learn's."""
    for pair in document.agreement:
        a, b = (run.record.cards.answers[each] for each in (pair.a, pair.b))
        assert pair.kappa == pytest.approx(cohen_kappa_score(a, b), abs=EXACT)
        assert pair.n_disagree == int((a != b).sum())


def test_retries_are_tested_by_fisher(run: RunTaken, document: ComparisonDocument) -> None:
    """scipy's `fisher_exact` of right and wrong, retried or not."""
    for place, each in enumerate(document.contenders):
        right = run.record.cards.scores["accuracy"][place] == 1
        again = run.record.columns.n_attempts[place] > 1
        table = [[int((right & g).sum()), int((~right & g).sum())] for g in (again, ~again)]
        assert each.retried is not None
        assert each.retried.p_value == pytest.approx(
            fisher_exact(np.array(table)).pvalue, abs=EXACT
        )
        assert each.retried.n_retried + each.retried.n_first == N


def test_latencies_are_numpys_quantiles(run: RunTaken, document: ComparisonDocument) -> None:
    """And a histogram that holds each of them once."""
    for place, each in enumerate(document.contenders):
        known = run.record.columns.numbers["latency_s"][place]
        assert each.latency is not None
        assert each.latency.p95_s == pytest.approx(np.quantile(known, 0.95), abs=EXACT)
        assert sum(each.latency.histogram_counts) == each.latency.n == N
    (pair, *_) = document.latency
    assert pair.median_difference_s == pytest.approx(
        np.diff([np.median(run.record.columns.numbers["latency_s"][k]) for k in (1, 0)])[0],
        abs=EXACT,
    )
