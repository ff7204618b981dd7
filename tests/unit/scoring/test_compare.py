"""The comparison document: hand-made tables, and numbers from scipy."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from scipy.stats import binomtest

from runoff_contracts.comparison import MAX_LISTED, ComparisonDocument, canonical, digest_of
from runoff_contracts.events.entry import Difference, EntryScored, Score
from runoff_contracts.events.lifecycle import ScorerUsed
from runoff_scoring.comparing.agreement import MAX_LISTED_BYTES
from runoff_scoring.comparing.refusals import check_count
from runoff_scoring.errors import NotComparable
from runoff_scoring.gathering import Gathered
from runoff_statistics import PairedTable, holm, paired_difference
from tests.unit.scoring import given

LIMIT_BYTES = 1024 * 1024


def test_two_contenders_by_hand() -> None:
    """20 entries: 10 right for both, 6 for a only, 1 for b only, 3 for none."""
    document = given.compared(given.paired_rows(10, 6, 1, 3))

    assert [each.n_failed for each in document.contenders] == [0, 0]
    a, b = document.primary.estimates
    assert (a.n, a.n_correct, a.value) == (20, 16, 0.8)
    assert (b.n, b.n_correct, b.value) == (20, 11, 0.55)
    (pair,) = document.primary.pairs
    assert (pair.n_both, pair.both_right, pair.only_a_right) == (20, 10, 6)
    assert (pair.only_b_right, pair.both_wrong, pair.n_disagree) == (1, 3, 7)
    assert document.agreement[0].n_disagree == 10, "two wrong answers may differ, too"
    assert pair.difference == 0.25
    # Of 7 entries that one of them alone got right, 6 and more one way: 2 * (7 + 1) / 2**7.
    assert pair.p_value == pytest.approx(0.125)
    assert pair.p_adjusted == pair.p_value
    assert pair.outcome == "not_separable"
    assert document.n_disagree == 10


def test_wilson_interval_by_hand() -> None:
    """16 of 20 by the closed form, with z = 1.959964."""
    a = given.compared(given.paired_rows(10, 6, 1, 3)).primary.estimates[0]

    z, n, p = 1.959963984540054, 20, 0.8
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert a.interval == pytest.approx((middle - half, middle + half))


def test_pairs_say_what_the_statistics_say() -> None:
    """Nothing is computed twice in two ways: scipy's exact test, Tango's interval."""
    table = PairedTable(both_right=50, only_a=30, only_b=9, both_wrong=11)
    document = given.compared(given.paired_rows(50, 30, 9, 11))

    (pair,) = document.primary.pairs
    assert pair.p_value == pytest.approx(binomtest(9, 39).pvalue, rel=1e-12)
    shared = paired_difference(table)
    assert pair.difference == shared.estimate
    assert pair.interval == (shared.interval.low, shared.interval.high)
    assert pair.outcome == "a_better"


def test_the_better_one_is_named_whichever_stands_first() -> None:
    """Turned around, everything turns around."""
    (forth,) = given.compared(given.paired_rows(50, 30, 9, 11)).primary.pairs
    (back,) = given.compared(given.paired_rows(50, 9, 30, 11)).primary.pairs

    assert (forth.outcome, back.outcome) == ("a_better", "b_better")
    assert forth.p_value == back.p_value
    assert forth.difference is not None
    assert back.difference == -forth.difference
    assert forth.interval is not None
    assert back.interval == pytest.approx((-forth.interval[1], -forth.interval[0]))


def three(n_ab: int, n_c: int, n_all: int) -> list[given.Row]:
    """Entries that a and b got right, that c alone got right, that all did."""
    return [
        *[("x", ("x", "x", "y"))] * n_ab,
        *[("x", ("y", "z", "x"))] * n_c,
        *[("x", ("x", "x", "x"))] * n_all,
    ]


def test_three_contenders_are_tested_in_every_pair_and_adjusted_together() -> None:
    """a and b are right on the same entries, so only two of the three pairs say anything."""
    document = given.compared(three(12, 2, 6))

    assert [(pair.a, pair.b) for pair in document.primary.pairs] == [(0, 1), (0, 2), (1, 2)]
    p = binomtest(2, 14).pvalue
    pairs = document.primary.pairs
    assert [pair.p_value for pair in pairs] == pytest.approx([1.0, p, p])
    assert [pair.p_adjusted for pair in pairs] == pytest.approx(list(holm([1.0, p, p])))
    # 0.0129 alone, 0.0388 among three: still under 5 %.
    assert [pair.outcome for pair in pairs] == ["not_separable", "a_better", "a_better"]
    assert document.n_disagree == 14
    assert [entry.difference for entry in document.disagreeing] == [1.0] * 2 + [0.5] * 12


def test_holm_may_take_back_what_one_test_alone_would_say() -> None:
    """8 to 1 is p = 0.039 for a pair by itself, and 0.117 among three pairs."""
    document = given.compared(three(8, 1, 6))

    pair = document.primary.pairs[1]
    assert pair.p_value == pytest.approx(0.0390625)
    assert pair.p_adjusted == pytest.approx(3 * 0.0390625)
    assert pair.outcome == "not_separable"


def test_contenders_that_answer_alike_are_not_called_equal() -> None:
    """No entry speaks for either: p is 1, and the interval says what could still be."""
    (pair,) = given.compared(given.paired_rows(15, 0, 0, 0)).primary.pairs

    assert (pair.difference, pair.p_value, pair.outcome) == (0.0, 1.0, "not_separable")
    assert pair.interval is not None
    assert pair.interval[0] < 0 < pair.interval[1]


def test_an_entry_counts_for_a_pair_only_when_both_were_scored() -> None:
    """b failed where a was right: that says nothing of b's accuracy."""
    rows: list[given.Row] = [("x", ("x", None))] * 5 + [("x", ("x", "x"))] * 3
    document = given.compared(rows)

    a, b = document.primary.estimates
    assert (a.n, b.n, b.value) == (8, 3, 1.0)
    assert [each.n_failed for each in document.contenders] == [0, 5]
    (pair,) = document.primary.pairs
    assert (pair.n_both, pair.n_missing, pair.n_disagree, pair.difference) == (3, 5, 0, 0.0)


@pytest.mark.parametrize(
    "rows",
    [
        [(None, ("x", "y"))] * 4,
        [("x", (None, None))] * 4,
        [("x", ("x", None)), ("x", (None, "x"))],
    ],
    ids=["no targets", "no answers", "never both"],
)
def test_where_nothing_is_shared_nothing_is_said(rows: list[given.Row]) -> None:
    """Missing numbers are none, not 0 and not NaN: the document stays JSON."""
    document = given.compared(rows)

    (pair,) = document.primary.pairs
    assert (pair.n_both, pair.outcome) == (0, "nothing_shared")
    assert (pair.difference, pair.interval, pair.p_value, pair.p_adjusted) == (None,) * 4
    assert "NaN" not in canonical(document).decode()


def test_without_targets_disagreement_is_still_shown() -> None:
    """It needs answers alone."""
    rows: list[given.Row] = [(None, ("x", "y")), (None, ("x", "x"))]
    document = given.compared(rows)

    assert [each.value for each in document.primary.estimates] == [None, None]
    assert document.n_disagree == document.agreement[0].n_disagree == 1


def test_pairs_without_a_test_do_not_count_among_the_tests() -> None:
    """c answered nothing: the one pair that was tested is adjusted for itself alone."""
    row: given.Row = ("x", ("x", "y", None))
    document = given.compared([row] * 6)

    first, *others = document.primary.pairs
    assert [pair.outcome for pair in others] == ["nothing_shared"] * 2
    assert first.outcome == "a_better"
    assert first.p_adjusted == first.p_value == pytest.approx(2 / 2**6)


def test_one_contender_cannot_be_compared() -> None:
    """The refusal says what to do instead."""
    run = given.taken([("x", ("x",))])

    with pytest.raises(NotComparable) as refused:
        check_count(given.asked(run).contenders)

    assert refused.value.problem.status == 422


def test_the_most_disputed_entries_come_first() -> None:
    """Largest difference, then the most confident disagreement, then entry order."""
    rows: list[given.Row] = [
        *[("x", ("x", "x", "y"))] * 2,
        *[("x", ("x", "y", "z"))] * 4,
    ]
    gaps = [0.9, 0.1, None, 0.3, 0.8, 0.3]
    entries = [
        given.sure(given.processed(index, row), 0.05, gap)
        for index, (row, gap) in enumerate(zip(rows, gaps, strict=True))
    ]

    listed = given.compare(given.taken_of(given.created(6, 3), entries)).disagreeing

    assert [entry.entry_id[-1] for entry in listed] == ["4", "3", "5", "2", "0", "1"]
    assert listed[3].confidence_difference is None
    assert (listed[0].target, listed[0].answers) == ("x", ["x", "y", "z"])


def test_the_list_of_disagreeing_entries_is_cut_and_their_number_is_not() -> None:
    """A page of a thousand is enough to look at; counts cover all."""
    rows: list[given.Row] = [("x", ("x", "y"))] * (MAX_LISTED + 7)
    document = given.compared(rows)

    assert len(document.disagreeing) == MAX_LISTED
    assert document.n_disagree == MAX_LISTED + 7


def test_a_document_of_sixteen_talkative_models_fits_a_message() -> None:
    """Sixteen labels of 200 characters an entry: a thousand of them would be over the limit."""
    answers = tuple(f"{place:02}{'é' * 198}" for place in range(16))
    row: given.Row = ("é" * 200, answers)
    document = given.compared([row] * MAX_LISTED)

    assert 0 < len(document.disagreeing) < MAX_LISTED
    assert document.n_disagree == MAX_LISTED
    assert len(canonical(document.disagreeing[0])) * len(document.disagreeing) < MAX_LISTED_BYTES
    assert len(canonical(document)) < LIMIT_BYTES


def test_the_document_is_the_same_bytes_each_time() -> None:
    """Its digest names it on every surface."""
    rows = given.paired_rows(50, 30, 9, 11)

    first, again = (canonical(given.compared(rows)) for _ in range(2))

    assert digest_of(first) == digest_of(again)


def test_the_document_says_what_it_was_made_from() -> None:
    """Dataset, entries, models and scorers by digest or version."""
    document = given.compared([("x", ("x", "y"))])

    (dataset,) = document.datasets
    assert (dataset.dataset, dataset.digest) == ("digits", given.digest(1))
    assert dataset.entries_digest == given.digest(2)
    assert [each.scorer for each in document.metrics] == ["accuracy@1"]
    assert [each.digest for each in document.contenders] == [given.digest(10), given.digest(11)]


def scored_by(*names: str, values: dict[str, list[list[float]]], task: str) -> ComparisonDocument:
    """A comparison of two contenders by scores that are given, by scorer, contender and entry."""
    n_entries = len(next(iter(values.values()))[0])
    run = given.created(
        n_entries, task=task, scorers=[ScorerUsed(name=each, version=1) for each in names]
    )
    events = [
        EntryScored(
            run_id=given.RUN_ID,
            index=index,
            entry_id=f"e{index}",
            target={"x": 0, "y": 0},
            scores=[
                Score(contender=place, scorer=name, value=row[index])
                for name, rows in values.items()
                for place, row in enumerate(rows)
            ],
            answers=[f"[{index},0.0]", f"[{index},0.01]"],
            difference=Difference(kind="all_match", n_agree=2, n_answers=2, value=0.0),
        )
        for index in range(n_entries)
    ]
    gathered = Gathered(run)
    gathered.add_scored(events)
    entries = [given.processed(index, (None, ("x", "x"))) for index in range(n_entries)]
    gathered.add_processed(entries)
    return given.compare(
        replace(given.taken([(None, ("x", "x"))]), created=run, record=gathered.record())
    )


WITHIN = {
    "pixel_distance": [[1.0] * 10, [99.0] * 10],
    "within": [[1.0] * 10, [0.0] * 9 + [1.0]],
}


def test_contenders_are_compared_by_the_first_scorer_that_passes_or_fails() -> None:
    """Whatever the task; a mean of distances has no exact McNemar test."""
    document = scored_by("pixel_distance", "within", values=WITHIN, task="coordinates")

    assert [each.name for each in document.metrics] == ["within", "pixel_distance"]
    assert [each.n_correct for each in document.primary.estimates] == [10, 1]
    assert document.primary.pairs[0].outcome == "a_better"
    assert "onnx/a is better than onnx/b by 90.0 points of within share" in document.verdict


def test_two_that_are_close_by_the_task_do_not_disagree() -> None:
    """Points a hundredth of a pixel apart have other words and are the same answer."""
    document = scored_by("within", values={"within": WITHIN["within"]}, task="coordinates")

    assert (document.n_disagree, document.agreement[0].n_disagree) == (0, 0)


def test_without_a_scorer_that_passes_or_fails_means_are_compared() -> None:
    """By a test of means, and lower is better where it is a distance."""
    document = scored_by(
        "pixel_distance", values={"pixel_distance": WITHIN["pixel_distance"]}, task="coordinates"
    )

    assert document.primary.kind == "error"
    assert document.primary.winner.contenders == [0]
    assert document.primary.pairs[0].difference == -98.0
    assert document.primary.pairs[0].outcome == "a_better"
    assert document.verdict.startswith(
        "onnx/a is better than onnx/b by 98 px of mean pixel_distance (lower is better)"
    )
