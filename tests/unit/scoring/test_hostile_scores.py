"""Whatever scores come, there is a document that says what can be said, or a refusal."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as cases
from hypothesis import strategies as st
from numpy.typing import NDArray

from runoff_contracts.comparison import ComparisonDocument, canonical
from runoff_contracts.events.lifecycle import ScorerUsed
from runoff_scoring.comparing.document import make_comparison
from runoff_scoring.comparing.taken import RunTaken
from runoff_scoring.errors import NotComparable
from tests.unit.scoring import given

KINDS = {
    "exact_match": "pass_fail",
    "judge_pairwise": "graded",
    "token_f1": "bounded",
    "m:f": "error",
}


def scored(values: dict[str, NDArray[np.float64]]) -> RunTaken:
    """A run with these scores, each of shape (contenders, entries)."""
    n_contenders, n_entries = next(iter(values.values())).shape
    used = [ScorerUsed(name=each, version=1) for each in values]
    run = given.created(n_entries, n_contenders, task="text")
    taken = given.taken(
        [("x", ("x",) * n_contenders)] * n_entries, run=run.model_copy(update={"scorers": []})
    )
    cards = replace(taken.record.cards, scores=values)
    columns = replace(
        taken.record.columns,
        numbers={
            **taken.record.columns.numbers,
            "confidence": np.full((n_contenders, n_entries), np.nan),
        },
    )
    return replace(
        taken,
        created=run.model_copy(update={"scorers": used}),
        record=replace(taken.record, cards=cards, columns=columns),
    )


def only(name: str, *rows: list[float], **options: Any) -> ComparisonDocument:
    return given.compare(scored({name: np.array(rows, dtype=float)}), **options)


odd = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, 1.0, 0.5, math.nan, math.inf, 1e308, -1e-308]),
)


@st.composite
def runs(draw: st.DrawFn) -> RunTaken:
    n_contenders, n_entries = draw(st.integers(2, 4)), draw(st.integers(1, 8))
    names = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3, unique=True))

    def scores(name: str) -> NDArray[np.float64]:
        of = st.sampled_from([0.0, 1.0, math.nan]) if name == "exact_match" else odd
        flat = draw(
            st.lists(of, min_size=n_contenders * n_entries, max_size=n_contenders * n_entries)
        )
        return np.array(flat).reshape(n_contenders, n_entries)

    return scored({name: scores(name) for name in names})


METHOD = st.fixed_dictionaries(
    {},
    optional={
        "test": st.sampled_from(["adjusted_t", "permutation", "wilcoxon", "sign", "t"]),
        "interval": st.sampled_from(
            ["adjusted_t", "t", "percentile", "bca", "studentized", "median"]
        ),
    },
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@cases(
    runs(),
    st.fixed_dictionaries(
        {},
        optional={
            "margin": st.sampled_from([1e-9, 0.02, 0.9, 1e200, 1e308]),
            "alpha": st.sampled_from([1e-9, 0.5]),
            "missing": st.sampled_from(["paired_only", "count_as_wrong", "refuse"]),
            "adjust": st.sampled_from(["holm", "benjamini_hochberg"]),
            "baseline": st.just({"run_id": given.RUN_ID, "position": 1}),
            "by": st.just(["section", "class", "metadata.k"]),
            "confidence": st.sampled_from([0.5, 0.99]),
            "methods": st.just("asked"),
        },
    ),
    st.fixed_dictionaries(dict.fromkeys(KINDS, METHOD)),
)
def test_every_question_has_a_document_or_a_refusal(
    run: RunTaken, options: dict[str, Any], methods: dict[str, Any]
) -> None:
    """Never a crash, never NaN, and never a claim without a test."""
    if "methods" in options:
        options["methods"] = {each.name: methods[each.name] for each in run.created.scorers}
    try:
        made = make_comparison(given.asked(run, **options), [run])
    except NotComparable as refused:
        assert 400 <= refused.problem.status < 500
        return

    assert make_comparison(given.asked(run, **options), [run]).content == made.content
    document = ComparisonDocument.model_validate(json.loads(made.content))
    assert canonical(document) == made.content
    assert document.verdict
    for metric in document.metrics:
        for pair in metric.pairs:
            assert pair.n_both + pair.n_missing == document.pairing.n_shared
            assert (pair.n_both == 0) == (pair.outcome == "nothing_shared")
            if pair.outcome in {"a_better", "b_better"}:
                assert pair.p_adjusted is not None
                assert pair.p_adjusted <= document.family.alpha
            alone = pair.asked_alone
            if alone is not None and alone.p_value is not None:
                assert pair.p_value is not None
                assert pair.p_value >= alone.p_value
            if alone is not None and alone.interval is not None and pair.interval is not None:
                assert pair.interval[0] <= alone.interval[0] <= alone.interval[1]
                assert alone.interval[1] <= pair.interval[1]
        for found in metric.estimates:
            assert (found.value is None) == (found.n == 0)


@pytest.mark.parametrize("name", sorted(KINDS))
@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([1.0] * 12, [1.0] * 12),
        ([0.0] * 12, [0.0] * 12),
        ([1.0, 0.0] * 6, [1.0, 0.0] * 6),
    ],
    ids=["all right", "all wrong", "all ties"],
)
def test_ties_are_not_called_equal(name: str, a: list[float], b: list[float]) -> None:
    """No entry speaks for either."""
    document = only(name, a, b)

    (pair,) = document.primary.pairs
    assert (pair.difference, pair.outcome) == (0.0, "not_separable")
    assert document.primary.winner.certainty == "tie"
    assert document.verdict.count("equal") == document.verdict.count("does not make them equal")


@pytest.mark.parametrize("name", sorted(KINDS))
def test_where_nothing_is_scored_nothing_is_said(name: str) -> None:
    """All missing is no tie at 0."""
    document = only(name, [math.nan] * 3, [math.nan] * 3)

    assert [each.value for each in document.primary.estimates] == [None, None]
    assert document.primary.winner.certainty == "nothing"
    assert document.verdict.startswith("Nothing can be said")
    assert document.family.n_tests == 0


@pytest.mark.parametrize("n_failed", [1, 2])
def test_whoever_alone_has_scores_is_not_the_best(n_failed: int) -> None:
    """A function that raises on every entry makes nobody else better."""
    document = only("exact_match", [1.0, 0.0, 1.0, 1.0, 1.0], *([[math.nan] * 5] * n_failed))

    assert document.primary.winner.contenders == []
    assert document.primary.winner.certainty == "nothing"
    assert document.verdict.startswith("Nothing can be said")


@pytest.mark.parametrize("name", sorted(KINDS))
@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_entries_prove_nothing(name: str, n: int) -> None:
    """However far they are apart."""
    (pair,) = only(name, [1.0] * n, [0.0] * n).primary.pairs

    assert pair.outcome == "not_separable"
    assert abs(pair.difference or 0.0) == 1.0


def test_differences_that_are_all_the_same_have_no_interval_and_say_why() -> None:
    """A width of 0 would claim certainty."""
    (pair,) = only("m:f", [1.5] * 30, [1.0] * 30).primary.pairs

    assert (pair.difference, pair.interval) == (0.5, None)
    assert pair.reason is not None
    assert "no spread" in pair.reason
    assert pair.outcome == "a_better", "thirty swaps one way are no chance"


def test_infinite_scores_are_no_scores() -> None:
    """JSON knows none either: the log says null of them."""
    document = only("m:f", [math.inf, 1.0, 2.0, -math.inf], [1.0, 1.0, 1.0, 1.0])

    assert [each.n for each in document.primary.estimates] == [2, 4]
    assert document.primary.pairs[0].n_both == 2
