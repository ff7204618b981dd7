"""How far contenders disagree, by task; labels are in test_entries.py."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given as over
from hypothesis import strategies as st
from pydantic import TypeAdapter

from runoff_contracts.answers import Box, Point
from runoff_contracts.events.entry import Difference, EntryProcessed, Prediction
from runoff_contracts.events.lifecycle import ScorerUsed
from runoff_contracts.ids import new_run_id
from runoff_contracts.scorers import DEFAULT_SCORERS
from runoff_contracts.task import Task
from runoff_scoring.difference import difference
from runoff_scoring.entries import score_entry
from runoff_scoring.record import Record
from runoff_scoring.scorers import SCORERS
from tests.unit.scoring import given
from tests.unit.scoring.texts import SETTLED, answer

Corner = tuple[str, float, float]


def boxes(*corners: Corner, confidence: float | None = 0.9) -> Prediction:
    """Boxes of 10 by 10."""
    found = [
        Box(label=label, x=x, y=y, width=10, height=10, confidence=confidence)
        for label, x, y in corners
    ]
    return Prediction(contender=0, boxes=found, attempts=SETTLED)


def point(x: float, y: float) -> Prediction:
    return Prediction(contender=0, point=Point(x=x, y=y), attempts=SETTLED)


def found(*predictions: Prediction, within_px: float = 10) -> Difference:
    result = difference(predictions, within_px=within_px)
    assert result is not None
    return result


@pytest.mark.parametrize(
    ("texts", "kind", "n_agree"),
    [
        (["Paris", "paris.", "The Paris"], "all_match", 3),
        (["1,000", "1000.0", "$1000"], "all_match", 3),
        (["Paris", "Rome", "PARIS!"], "partial", 2),
        (["1.5", "15"], "all_different", 1),
        (["", ""], "all_match", 2),
        (["A", "the"], "all_different", 1),
    ],
)
def test_texts_match_by_their_normalised_words_or_their_value(
    texts: list[str], kind: str, n_agree: int
) -> None:
    """Who writes 1,000 and who writes 1000 do not disagree."""
    result = found(*(answer(each) for each in texts))

    assert (result.kind, result.n_agree, result.n_answers) == (kind, n_agree, len(texts))


def test_json_answers_match_by_value_whatever_the_order_of_their_keys() -> None:
    """The text of an object says nothing about its value."""
    one = answer('{"a": 1, "b": 2}', data={"a": 1, "b": 2})
    other = answer('{"b":2,"a":1}', data={"b": 2, "a": 1})

    assert found(one, other).kind == "all_match"
    assert found(one, answer("{}", data={"a": 2})).kind == "all_different"


def test_failed_contenders_have_no_opinion_in_any_task() -> None:
    """A failure is no other answer, and one answer alone is no difference."""
    assert found(answer("a"), answer(None), answer("a")).kind == "all_match"
    assert found(point(1, 1), answer(None), point(2, 2)).n_answers == 2
    assert difference([boxes(("cat", 0, 0)), answer(None)]) is None


def test_points_match_when_close_and_say_the_largest_distance() -> None:
    """A 3-4-5 triangle: 5 pixels apart."""
    result = found(point(0, 0), point(3, 4), within_px=5)

    assert (result.kind, result.distance_px) == ("all_match", 5.0)
    assert found(point(0, 0), point(3, 4), within_px=4.99).kind == "all_different"


def test_points_that_a_chain_links_are_one_answer() -> None:
    """Single linkage: the ends of the chain are 16 pixels apart, each step is 8."""
    result = found(point(0, 0), point(16, 0), point(8, 0), point(100, 0))

    assert (result.kind, result.n_agree, result.n_answers) == ("partial", 3, 4)
    assert result.distance_px == 100.0


def test_a_run_that_chose_how_far_off_is_right_uses_it_for_agreement() -> None:
    """What counts as the same place is one question, asked of targets and of contenders."""
    entry = EntryProcessed(
        run_id=given.RUN_ID,
        index=0,
        entry_id="e",
        target={"x": 0, "y": 0},
        predictions=[point(0, 0), point(30, 0).model_copy(update={"contender": 1})],
        worker="w",
    )
    wide = [SCORERS["within", 1].with_params({"px": 50})]
    assert _kind(score_entry(entry, []).difference) == "all_different"
    assert _kind(score_entry(entry, wide).difference) == "all_match"


def _kind(result: Difference | None) -> str:
    assert result is not None
    return result.kind


def test_detections_match_by_the_classes_detected_each_as_often() -> None:
    """Two cats are not one cat."""
    cat, two = boxes(("cat", 0, 0)), boxes(("cat", 0, 0), ("cat", 50, 50))

    assert found(cat, two, cat).kind == "partial"
    assert found(two, boxes(("cat", 50, 50), ("cat", 0, 0))).kind == "all_match"


def test_a_box_of_low_confidence_was_not_detected() -> None:
    """From 0.5 on it was; a detector that says no confidence means what it says."""
    nothing, unsure = boxes(), boxes(("cat", 0, 0), confidence=0.49)

    assert found(nothing, unsure).kind == "all_match"
    assert found(nothing, unsure).iou is None
    assert found(nothing, boxes(("cat", 0, 0), confidence=0.5)).kind == "all_different"
    assert found(nothing, boxes(("cat", 0, 0), confidence=None)).kind == "all_different"


def test_the_overlap_of_detections_is_that_of_the_best_pairing() -> None:
    """Half shifted boxes of 10 by 10 share 50 of 150; pairing in order would give 0."""
    a = boxes(("cat", 0, 0), ("cat", 100, 0))
    b = boxes(("cat", 105, 0), ("cat", 0, 0))

    assert found(a, b).iou == pytest.approx((1 + 1 / 3) / 2)


def test_boxes_of_one_class_in_different_places_do_not_overlap() -> None:
    """The classes match, and the overlap says that the places do not."""
    result = found(boxes(("cat", 0, 0)), boxes(("cat", 500, 0)))

    assert (result.kind, result.iou) == ("all_match", 0.0)


def test_the_overlap_is_that_of_the_two_contenders_that_agree_least() -> None:
    """One contender beside all others is what a reader looks for."""
    a, b = boxes(("cat", 0, 0)), boxes(("cat", 5, 0))

    assert found(a, a, b).iou == pytest.approx(1 / 3)
    assert found(a, boxes(("dog", 0, 0))).iou is None


def test_numbers_beyond_measure_do_not_break_an_entry() -> None:
    """Floats as large as JSON can say: areas and distances overflow."""
    far = Prediction(contender=0, point=Point(x=1.7e308, y=0), attempts=SETTLED)
    huge = Box(label="cat", x=-1.7e308, y=0, width=1.7e308, height=1.7e308)
    vast = Prediction(contender=0, boxes=[huge], attempts=SETTLED)

    assert found(far, point(-1.7e308, 0)).distance_px is None
    assert found(vast, vast).iou == 0.0


@over(st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=2, max_size=8))
def test_agreement_of_points_does_not_depend_on_their_order(
    places: list[tuple[float, float]],
) -> None:
    """Contenders are in the order of launch, which says nothing."""
    forth = found(*(point(x, y) for x, y in places))
    back = found(*(point(x, y) for x, y in reversed(places)))

    assert (forth.kind, forth.n_agree) == (back.kind, back.n_agree)
    assert forth.distance_px == pytest.approx(back.distance_px)


P, Q, FAR = point(0, 0), point(0.01, 0), point(500, 0)
CAT, UNSURE = boxes(("cat", 0, 0)), boxes(("cat", 0, 0), confidence=0.3)


PAIRS = [
    ("coordinates", [P, Q, FAR], {(0, 2), (1, 2)}),
    ("coordinates", [FAR, P, answer(None), Q], {(0, 1), (0, 3)}),
    ("coordinates", [P, Q, P], set()),
    ("coordinates", [P, FAR, point(0, 500)], {(0, 1), (0, 2), (1, 2)}),
    ("detection", [CAT, boxes(("cat", 7, 7)), boxes()], {(0, 2), (1, 2)}),
    ("detection", [CAT, UNSURE], {(0, 1)}),
    ("text", [answer("Paris"), answer("paris."), answer("Rome")], {(0, 2), (1, 2)}),
    ("classification", [given.prediction(each) for each in "xyx"], {(0, 1), (1, 2)}),
]


@pytest.mark.parametrize(("task", "predictions", "disagreeing"), PAIRS)
def test_contenders_disagree_in_pairs_as_the_task_says(
    task: str, predictions: list[Prediction], disagreeing: set[tuple[int, int]]
) -> None:
    """However many there are: two points are never alike to the last digit."""
    placed = [
        each.model_copy(update={"contender": place}) for place, each in enumerate(predictions)
    ]
    entry = EntryProcessed(
        run_id=given.RUN_ID, index=0, entry_id="e", predictions=placed, worker="w"
    )
    measure = DEFAULT_SCORERS[TypeAdapter(Task).validate_python(task)][0]
    run = given.created(1, len(placed), task=task, scorers=[ScorerUsed(name=measure, version=1)])
    taken = given.taken_of(run, [entry])
    kept = replace(taken, record=Record.from_bytes(taken.record.to_bytes()))

    for each in (taken, kept):
        agreement = given.compare(each).agreement
        assert {(pair.a, pair.b) for pair in agreement if pair.n_disagree} == disagreeing


@pytest.mark.parametrize(("task", "predictions", "disagreeing"), PAIRS)
def test_contenders_of_several_runs_disagree_as_those_of_one(
    task: str, predictions: list[Prediction], disagreeing: set[tuple[int, int]]
) -> None:
    """Nobody held their answers against each other when they were given."""
    measure = DEFAULT_SCORERS[TypeAdapter(Task).validate_python(task)][0]
    runs = []
    for each in predictions:
        run = given.created(
            1,
            1,
            run_id=new_run_id(),
            task=task,
            scorers=[ScorerUsed(name=measure, version=1)],
        )
        entry = EntryProcessed(
            run_id=run.run_id, index=0, entry_id="e", predictions=[each], worker="w"
        )
        runs.append(given.taken_of(run, [entry]))

    agreement = given.compare(*runs).agreement

    assert {(pair.a, pair.b) for pair in agreement if pair.n_disagree} == disagreeing
