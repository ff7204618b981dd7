"""The verdict in words."""

from __future__ import annotations

from typing import Any

import pytest

from runoff_statistics import PairedTable, paired_difference
from tests.unit.scoring import given
from tests.unit.scoring.test_hostile_scores import only

_OF_30_TO_9 = paired_difference(PairedTable(50, 30, 9, 11)).interval
INTERVAL = f"{100 * _OF_30_TO_9.low:+.1f} to {100 * _OF_30_TO_9.high:+.1f}"


def verdict(rows: list[given.Row]) -> str:
    return given.compared(rows).verdict


def test_the_better_of_two_is_named_with_difference_interval_and_p() -> None:
    """100 entries, 30 to 9: 21 points."""
    said = verdict(given.paired_rows(50, 30, 9, 11))

    assert said.startswith("onnx/a is better than onnx/b by 21.0 points of accuracy on 100 entries")
    assert f"95 % interval {INTERVAL}" in said
    assert "exact McNemar p = 0.0011" in said


def test_the_better_of_two_is_named_when_it_stands_second() -> None:
    """The same sentence, seen from the winner."""
    said = verdict(given.paired_rows(50, 9, 30, 11))

    assert said.startswith("onnx/b is better than onnx/a by 21.0 points of accuracy on 100 entries")
    assert f"95 % interval {INTERVAL}" in said


def test_two_that_cannot_be_told_apart_are_not_called_equal() -> None:
    """The interval says what could still be."""
    said = verdict(given.paired_rows(10, 1, 2, 3))

    assert said.startswith("onnx/a and onnx/b cannot be told apart on 16 entries")
    assert "difference in accuracy is −6.2 points, and anything from −" in said
    assert "exact McNemar p = 1)" in said
    assert said.endswith("That does not make them equal.")


def test_a_tiny_p_is_not_called_zero() -> None:
    """No test is that sure."""
    assert "p < 0.0001" in verdict(given.paired_rows(50, 40, 0, 10))


def test_two_without_a_common_entry_are_not_compared() -> None:
    """Whatever each did alone."""
    said = verdict([("x", ("x", None)), ("x", (None, "y"))])

    assert said == "Nothing can be said of onnx/a and onnx/b: no entry is scored for both."


def test_the_best_of_three_beats_one_and_may_not_beat_the_other() -> None:
    """a 18 of 20, b 17, c 4."""
    rows: list[given.Row] = [
        *[("x", ("x", "x", "y"))] * 14,
        *[("x", ("x", "x", "x"))] * 3,
        *[("x", ("x", "y", "x"))],
        *[("x", ("y", "z", "y"))] * 2,
    ]

    said = verdict(rows)

    assert said.startswith("onnx/a has the highest accuracy, 90.0 % (95 % interval ")
    assert "onnx/a is better than onnx/c (exact McNemar, Holm over 3 tests, 5 %);" in said
    assert "whether onnx/a is better than onnx/b cannot be told from these entries" in said
    assert said.endswith("which does not make them equal.")


def test_a_best_that_stands_last_is_named() -> None:
    """The place in the list decides nothing."""
    said = verdict([("x", ("y", "z", "x"))] * 20)

    assert said.startswith("onnx/c has the highest accuracy, 100.0 %")
    assert "onnx/c is better than onnx/a and onnx/b" in said


def test_those_who_share_the_highest_accuracy_are_all_named() -> None:
    """None of them has it alone."""
    said = verdict([("x", ("x", "x", "y"))] * 20)

    assert said.startswith("onnx/a and onnx/b have the highest accuracy, 100.0 %.")
    assert "onnx/a is better than onnx/c" in said
    assert "whether onnx/a is better than onnx/b cannot be told" in said


def test_a_best_by_easier_entries_is_not_called_better() -> None:
    """a answered 80 and got 75 % of them; b got 90 % of these, and few of the rest."""
    rows: list[given.Row] = [
        *[("x", ("x", "x", "y"))] * 60,
        *[("x", ("y", "x", "y"))] * 12,
        *[("x", ("y", "z", "y"))] * 8,
        *[("x", (None, "z", "y"))] * 80,
    ]

    said = verdict(rows)

    assert said.startswith("onnx/a has the highest accuracy, 75.0 %")
    assert "on entries that both answered, onnx/b is better" in said
    assert "hether onnx/a is better than onnx/b" not in said


@pytest.mark.parametrize("answers", [("x", "y", "z"), ("x", "x", "x")])
def test_three_without_targets_are_not_ranked(answers: tuple[str, ...]) -> None:
    """There is no accuracy."""
    assert verdict([(None, answers)] * 3) == "Nothing can be said: no entry was scored."


@pytest.mark.parametrize(
    "rows",
    [
        given.paired_rows(20, 0, 0, 0),
        given.paired_rows(10, 3, 3, 4),
        [("x", ("x", "x", "x"))] * 9,
        [("x", ("x", "y", "z"))] * 3,
    ],
)
def test_no_verdict_says_equal(rows: list[given.Row]) -> None:
    """Not found to differ is not the same as alike; the word stands only in its denial."""
    said = verdict(rows)

    assert said.count("equal") == said.count("does not make them equal")
    assert "same accuracy" not in said
    assert "no difference" not in said


def with_(rows: list[given.Row], **options: Any) -> str:
    base = {"run_id": given.RUN_ID, "position": 0}
    wanted = {**options, **({"baseline": base} if options.pop("against_first", False) else {})}
    wanted.pop("against_first", None)
    return given.compare(given.taken(rows), **wanted).verdict


def test_a_margin_asks_whether_two_are_as_good_as_equal() -> None:
    """900 of 1,000 agreed on, 50 to 50 beside: less than 4 points apart, whichever way."""
    said = with_(given.paired_rows(900, 50, 50, 0), margin=0.04)

    assert said.startswith(
        "onnx/a and onnx/b are equivalent: they differ by less than 4.0 points of accuracy on 1000"
    )
    assert "90 % interval" in said


def test_of_several_it_is_said_who_is_as_good_as_the_one_in_front() -> None:
    """Or as the baseline: equivalent, at least not worse, or neither shown."""
    rows: list[given.Row] = [
        *[("x", ("x", "x", "x", "x"))] * 600,
        *[("x", ("x", "y", "x", "x"))] * 6,
        *[("x", ("y", "x", "x", "y"))] * 4,
        *[("x", ("x", "x", "y", "x"))] * 3,
        *[("x", ("x", "x", "x", "y"))] * 21,
    ]
    against = with_(rows, against_first=True, margin=0.03)
    many = with_(rows, margin=0.03)

    assert (
        " Within 3.0 points of accuracy, onnx/b and onnx/c are equivalent to onnx/a (90 % interval"
        " of each pair by itself)."
    ) in against
    assert "Within 3.0 points of accuracy, " in many
    assert "Within" not in with_(rows, against_first=True)


def test_of_several_a_margin_that_shows_nothing_is_said_too() -> None:
    """Few entries."""
    rows: list[given.Row] = [*[("x", ("x", "y", "x"))] * 3, *[("x", ("x", "x", "y"))] * 4]
    said = with_(rows, margin=0.01)

    assert "onnx/b and onnx/c are not shown to be equivalent to onnx/a, nor to be no worse" in said


def test_an_interval_without_0_is_no_contradiction_of_an_adjusted_test() -> None:
    """It is of one test, and the p-value has paid for several."""
    rows = [*given.paired_rows(40, 9, 1, 0), *[("z", ("z", "z"))] * 20]
    alone, among = with_(rows, by=[]), with_(rows, by=["class"])

    assert alone.startswith("onnx/a is better than onnx/b by 11.4 points of accuracy")
    assert among.startswith("onnx/a and onnx/b cannot be told apart on 70 entries")
    assert "fits" not in among
    assert "; by itself its 95 % interval, +" in among
    assert "leaves 0 out, but as one of several tests it may be chance (exact McNemar p = " in among
    assert "after Holm over 3 tests)" in among


def test_of_several_it_is_said_who_failed_and_nobody_is_tested_without_scores() -> None:
    """One answered eleven of sixty, one nothing."""
    rows: list[given.Row] = [
        *[("x", ("x", "x", None))] * 11,
        *[("x", (None, "x", None))] * 49,
    ]
    told = (
        " Not every contender has as many scores (onnx/a 11 of 60, onnx/c none); pairs are compared"
        " on entries that both answered."
    )
    for said in (with_(rows), with_(rows, against_first=True)):
        assert said.endswith(told)
        assert said.count("onnx/c") == 1
    assert "scores (" not in with_(rows, missing="count_as_wrong")


def test_of_several_it_is_said_who_answered_other_entries_than_the_one_in_front() -> None:
    """No pair, and no word of which is better."""
    rows: list[given.Row] = [
        *[("x", ("x", "y", None))] * 11,
        *[("x", (None, "x", "y"))] * 49,
    ]
    assert with_(rows).endswith(" No entry is scored for onnx/a and for onnx/c.")


def test_a_pair_without_an_interval_says_its_test_its_p_and_why() -> None:
    """Of scores without spread, or too few, the permutation test is made and not t."""
    few = only("pixel_distance", [5.0] * 5, [0.0, 1.0, 2.0, 3.0, 4.0]).verdict
    steady = only("pixel_distance", [1.0] * 20, [5.0] * 20).verdict

    assert (
        "is +3 px (paired permutation (sign flips) p = 0.062; no interval, since fewer than 6"
        in few
    )
    assert steady.endswith(
        "(paired permutation (sign flips) p < 0.0001; no interval, since the differences show no"
        " spread to judge by)."
    )


def test_no_mean_of_distances_is_said_to_be_below_0() -> None:
    """One far off among ten that hit."""
    found = only("pixel_distance", [0.0] * 9 + [30.0], [1.0] * 10).metrics[0].estimates[0]

    assert found.interval is not None
    assert found.interval[0] == 0
    assert found.interval[1] > 10


def test_whose_margin_is_told_does_not_hang_on_the_order_of_contenders() -> None:
    """The one in front may be either side of a pair."""
    rows: list[given.Row] = [
        *[("x", ("x", "x", "y"))] * 100,
        *[("x", ("x", "y", "y"))] * 10,
        *[("x", ("y", "x", "y"))] * 14,
        *[("x", ("y", "y", "y"))] * 76,
        *[("x", ("x", None, "y"))] * 100,
    ]
    turned: list[given.Row] = [(target, (b, a, c)) for target, (a, b, c) in rows]

    assert " Within 5.0 points of accuracy, onnx/b is not worse than onnx/a (" in with_(
        rows, margin=0.05
    )
    assert " Within 5.0 points of accuracy, onnx/a is not worse than onnx/b (" in with_(
        turned, margin=0.05
    )


def test_a_margin_is_told_also_where_the_first_pair_shares_nothing() -> None:
    """The others have one."""
    rows: list[given.Row] = [
        *[("x", ("x", None, "x"))] * 200,
        *[("x", (None, "x", "x"))] * 200,
    ]

    assert "Within 10.0 points of accuracy, " in with_(rows, margin=0.1)


def test_what_cannot_be_judged_by_a_margin_is_not_called_open() -> None:
    """With its reason: there is no interval that it could be read from."""
    said = only("pixel_distance", [1.0] * 4, [3.0] * 4, [2.0] * 4, margin=0.5).verdict

    assert " Within 0.5 px of mean pixel_distance, of onnx/b and onnx/c it cannot be said: " in said
    assert "90 %" not in said


def test_what_a_margin_does_not_show_is_not_called_worse() -> None:
    """Twenty entries show next to nothing."""
    said = with_(given.paired_rows(10, 2, 3, 5), margin=0.02)

    assert said.startswith("It is not shown that onnx/a is less than 2.0 points of accuracy worse")
    assert said.endswith("which does not show that it is worse.")


def test_one_may_be_better_and_by_less_than_matters() -> None:
    """Both are said: a difference that is there, and that nobody need care for."""
    said = with_(given.paired_rows(9700, 120, 60, 120), margin=0.02)

    assert "are equivalent" in said
    assert said.endswith("onnx/a is better than onnx/b by 0.6 points of accuracy.")


def test_a_difference_that_is_there_is_said_also_where_the_margin_cannot_be_told() -> None:
    """Ten equal differences without bounds have a test and no spread."""
    said = only("pixel_distance", [1.0] * 10, [3.0] * 10, margin=0.5).verdict

    assert said.startswith("Whether onnx/a and onnx/b differ by less than 0.5 px of mean")
    assert said.endswith(". onnx/a is better than onnx/b by 2 px of mean pixel_distance.")


def test_a_margin_is_said_as_it_was_asked() -> None:
    """0.25 points are neither 0.2, which is not shown, nor 0.3."""
    said = with_(given.paired_rows(9999, 0, 0, 1), margin=0.0025)

    assert "they differ by less than 0.25 points of accuracy" in said


def test_what_is_not_0_is_not_rounded_to_it() -> None:
    """Forty of 200,000 entries: a fiftieth of a point."""
    said = with_(given.paired_rows(199_960, 40, 0, 0))

    assert said.startswith("onnx/a is better than onnx/b by 0.02 points of accuracy")
    assert "interval +0.0" in said
    assert "+0.0 " not in said


def test_unanswered_entries_that_count_are_not_called_answered() -> None:
    """B failed on 6 of 20."""
    rows: list[given.Row] = [*[("x", ("x", "x"))] * 14, *[("x", ("x", None))] * 6]
    counted = with_(rows, missing="count_as_wrong")

    assert "on 20 entries with unanswered ones counted as wrong" in counted
    assert "both answered" not in counted
    assert "on 14 entries that both answered" in with_(rows)


@pytest.mark.parametrize(("confidence", "told"), [(0.95, "95 %"), (0.9999999, "99.99999 %")])
def test_no_interval_is_called_one_of_all(confidence: float, told: str) -> None:
    """100 % would hold whatever may be."""
    assert f"({told} interval" in with_(given.paired_rows(50, 30, 9, 11), confidence=confidence)


def test_several_are_held_against_the_baseline_alone() -> None:
    """Who is better, who is worse, and who cannot be told."""
    rows: list[given.Row] = [
        *[("x", ("y", "x", "y", "y"))] * 30,
        *[("x", ("x", "x", "y", "x"))] * 40,
        *[("x", ("x", "x", "y", "y"))] * 1,
        *[("x", ("y", "y", "y", "x"))] * 2,
    ]

    said = with_(rows, against_first=True)

    assert said.startswith("onnx/b (by 41.1 points of accuracy) is better than the baseline onnx/a")
    assert "and onnx/c (by 56.2 points of accuracy) is worse than the baseline onnx/a" in said
    assert "Whether onnx/d is better than the baseline onnx/a cannot be told" in said
    assert "Holm over 3 tests, 5 %" in said
