"""Each scorer on answers whose score is known, and what it cannot score."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given as cases
from hypothesis import strategies as st

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.scorers import DEFAULT_SCORERS, KNOWN_SCORERS
from runoff_contracts.task import TASKS
from runoff_scoring.scorers import SCORERS, Scored
from tests.unit.scoring import given

TEN = {f"label {place}": 0.05 for place in range(10)}
HALF = {f"label {place}": 0.1 for place in range(10)}


def predicted(**answered: Any) -> Prediction:  # any answer, in JSON
    return Prediction.model_validate(
        {"contender": 0, "attempts": given.prediction("x").attempts, **answered}
    )


def score(
    name: str,
    prediction: Prediction,
    target: Target,
    metadata: dict[str, Any] | None = None,  # any JSON
    **params: Any,
) -> Scored:
    return SCORERS[name, 1].with_params(params)(prediction, target, metadata)


def classified(**probabilities: float) -> Prediction:
    return predicted(label="a", probabilities=probabilities)


def box(label: str, at: list[float], sure: float | None = None) -> dict[str, Any]:
    """From corners, as papers and libraries print them."""
    x, y, right, bottom = at
    return {
        "label": label,
        "x": x,
        "y": y,
        "width": right - x,
        "height": bottom - y,
        **({} if sure is None else {"confidence": sure}),
    }


@pytest.mark.parametrize("task", TASKS)
def test_the_primary_scorer_of_each_task_passes_or_fails(task: Any) -> None:
    """Comparisons test it pair by pair."""
    infos = [KNOWN_SCORERS[name] for name in DEFAULT_SCORERS[task]]

    assert infos[0].is_pass_fail
    assert all(task in info.tasks for info in infos)


def test_every_scorer_of_the_service_is_the_published_one() -> None:
    """Launch pins names and versions from the published table."""
    for (name, version), scorer in SCORERS.items():
        assert KNOWN_SCORERS[name] == scorer.info
        assert scorer.version == version


@pytest.mark.parametrize("name", [name for name, _ in SCORERS])
def test_without_target_or_answer_nothing_is_scored(name: str) -> None:
    """Missing is not wrong: a failed call must not lower a mean."""
    failed = given.prediction(None)
    if not SCORERS[name, 1].needs_target:
        pytest.skip("it needs no target")

    assert score(name, failed, "x").reason == "no answer"
    assert score(name, given.prediction("x"), None).reason == "no target"


@pytest.mark.parametrize(
    ("probabilities", "target", "value"),
    [
        # scikit-learn's own example: log_loss(["spam", "ham", "ham", "spam"],
        # [[.1, .9], [.9, .1], [.8, .2], [.35, .65]]) is 0.21616, the mean of these four.
        ({"spam": 0.9, "ham": 0.1}, "spam", 0.10536051565782628),
        ({"ham": 0.9, "spam": 0.1}, "ham", 0.10536051565782628),
        ({"ham": 0.8, "spam": 0.2}, "ham", 0.2231435513142097),
        ({"spam": 0.65, "ham": 0.35}, "spam", 0.4307829160924543),
        ({"a": 1.0, "b": 0.0}, "b", 36.04365338911715),
        ({"a": 1.0}, "b", 36.04365338911715),
        (TEN, "label 3", -math.log(0.05)),
    ],
)
def test_log_loss(probabilities: dict[str, float], target: str, value: float) -> None:
    """The negative logarithm of what the target was given, kept off infinity."""
    assert score("log_loss", classified(**probabilities), target).value == pytest.approx(value)


@pytest.mark.parametrize(
    ("probabilities", "target", "value"),
    [
        # Brier's forecasts of rain: certain and right is 0, certain and wrong 2, "70 %" 0.18.
        ({"rain": 1.0, "dry": 0.0}, "rain", 0.0),
        ({"rain": 1.0, "dry": 0.0}, "dry", 2.0),
        ({"rain": 0.7, "dry": 0.3}, "rain", 0.18),
        # scikit-learn's example of several labels: these three have a mean of 0.146...
        ({"eggs": 0.8, "ham": 0.1, "spam": 0.1}, "eggs", 0.06),
        ({"eggs": 0.2, "ham": 0.7, "spam": 0.1}, "ham", 0.14),
        ({"eggs": 0.2, "ham": 0.2, "spam": 0.6}, "spam", 0.24),
        ({"a": 0.333, "b": 0.333, "c": 0.333}, "a", 2 * 0.333**2 + 0.667**2),
        ({"a": 1.0}, "b", 2.0),
    ],
)
def test_brier(probabilities: dict[str, float], target: str, value: float) -> None:
    """The sum over all labels, from 0 to 2."""
    assert score("brier", classified(**probabilities), target).value == pytest.approx(value)


@pytest.mark.parametrize(
    ("target", "k", "value"),
    [("a", 1, 1.0), ("b", 1, 0.0), ("b", 2, 1.0), ("c", 2, 0.0), ("c", 5, 1.0), ("z", 5, 0.0)],
)
def test_top_k(target: str, k: int, value: float) -> None:
    """By probability, however the answer lists them."""
    prediction = classified(b=0.3, a=0.6, c=0.1)

    assert score("top_k", prediction, target, k=k).value == value


@pytest.mark.parametrize(
    ("name", "probabilities", "target", "reason"),
    [
        ("log_loss", None, "a", "gives no probabilities"),
        ("log_loss", {}, "a", "gives no probabilities"),
        ("log_loss", TEN, "z", "not among the listed"),
        ("log_loss", HALF, "z", "not among the listed"),
        ("log_loss", {"a": 0.5}, "z", "not among the listed"),
        ("log_loss", {"a": 0.9, "b": 0.8}, "a", "more than 1"),
        ("brier", None, "a", "gives no probabilities"),
        ("brier", TEN, "label 1", "labels are missing"),
        ("brier", {"a": 0.9, "b": 0.8}, "a", "more than 1"),
        ("top_k", None, "a", "gives no probabilities"),
        ("top_k", {"a": 0.5}, "a", "labels are missing"),
    ],
)
def test_probabilities_that_do_not_tell_are_not_scored(
    name: str, probabilities: dict[str, float] | None, target: str, reason: str
) -> None:
    """A guess would favour the model that says least."""
    scored = score(name, predicted(label="a", probabilities=probabilities), target)

    assert scored.value is None
    assert reason in str(scored.reason)


def test_top_1_needs_no_probabilities() -> None:
    """The label is the likeliest by itself."""
    assert score("top_k", predicted(label="a"), "a", k=1).value == 1.0
    assert score("top_k", predicted(label="a"), "b", k=1).value == 0.0


# Boxes and overlaps of the example in the documentation of torchmetrics' IntersectionOverUnion.
TARGET = [300.00, 100.00, 315.00, 150.00]
NEAR, NEARER = [296.55, 93.96, 314.97, 152.79], [298.55, 98.96, 314.97, 151.79]


@pytest.mark.parametrize(("at", "iou"), [(NEAR, 0.6898), (NEARER, 0.8614)])
def test_boxes_overlap_as_published(at: list[float], iou: float) -> None:
    """Found at just under the published overlap, and not at just over it."""
    prediction = predicted(boxes=[box("a", at)])

    for least, value in ((iou - 1e-4, 1.0), (iou + 1e-4, 0.0)):
        assert score("found_all", prediction, [box("a", TARGET)], iou=least).value == value


LEFT, RIGHT, FAR = [0.0, 0.0, 10.0, 10.0], [20.0, 0.0, 30.0, 10.0], [90.0, 90.0, 99.0, 99.0]


@pytest.mark.parametrize(
    ("boxes", "found_all", "precision", "recall", "f1", "agreement"),
    [
        ([("a", LEFT, 0.9), ("b", RIGHT, 0.9)], 1, 1, 1, 1, 1),
        ([("a", LEFT, 0.9)], 0, 1, 0.5, 2 / 3, 0.5),
        ([("a", LEFT, 0.9), ("b", RIGHT, 0.9), ("a", FAR, 0.9)], 0, 2 / 3, 1, 0.8, 1),
        ([("a", LEFT, 0.9), ("b", RIGHT, 0.9), ("a", FAR, 0.4)], 1, 1, 1, 1, 1),
        ([("a", LEFT, 0.9), ("b", RIGHT, 0.4)], 0, 1, 0.5, 2 / 3, 0.5),
        ([("a", LEFT, None), ("b", RIGHT, None)], 1, 1, 1, 1, 1),
        ([("b", LEFT, 0.9), ("a", RIGHT, 0.9)], 0, 0, 0, 0, 1),
        ([("a", LEFT, 0.9), ("a", LEFT, 0.9)], 0, 0.5, 0.5, 0.5, 0.5),
        ([("c", FAR, 0.9)], 0, 0, 0, 0, 0),
        ([], 0, None, 0, 0, 0),
    ],
)
def test_detection_of_an_image_with_two_targets(
    boxes: list[tuple[str, list[float], float | None]],
    found_all: float,
    precision: float | None,
    recall: float,
    f1: float,
    agreement: float,
) -> None:
    """A target is found once, by a box of its label that is sure enough."""
    prediction = predicted(boxes=[box(*each) for each in boxes])
    target: Target = [box("a", LEFT), box("b", RIGHT)]

    for name, value in {
        "found_all": found_all,
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "class_agreement": agreement,
    }.items():
        assert score(name, prediction, target).value == (
            None if value is None else pytest.approx(value)
        )


def test_an_empty_image_answered_with_nothing_is_right() -> None:
    """Nothing was missed or left over; precision and recall have nothing to divide by."""
    empty = predicted(boxes=[])

    assert score("found_all", empty, []).value == 1.0
    assert score("class_agreement", empty, []).value == 1.0
    for name in ("precision", "recall", "f1"):
        scored = score(name, empty, [])
        assert scored.value is None
        assert scored.reason


def test_a_crowd_need_not_be_found_and_takes_any_number_of_boxes() -> None:
    """As COCO counts: its boxes are neither found nor left over."""
    crowd = {**box("a", [0, 0, 50, 50]), "crowd": True}
    inside = [box("a", [0, 0, 10, 10], 0.9), box("a", [20, 20, 30, 30], 0.9)]

    for boxes in ([], inside):
        assert score("found_all", predicted(boxes=boxes), [crowd]).value == 1.0
        assert score("class_agreement", predicted(boxes=boxes), [crowd]).value == 1.0
    both: Target = [crowd, box("b", FAR)]
    assert score("precision", predicted(boxes=inside), both).value is None
    assert score("recall", predicted(boxes=inside), both).value == 0.0


@pytest.mark.parametrize(
    ("point", "target", "distance"),
    [((3, 4), (0, 0), 5.0), ((10.5, 20), (10.5, 20), 0.0), ((-5, 2), (0, -10), 13.0)],
)
def test_points_are_scored_by_their_distance(
    point: tuple[float, float], target: tuple[float, float], distance: float
) -> None:
    """Sides of right triangles with whole numbers; 500 is the diagonal of 300 by 400."""
    prediction = predicted(point={"x": point[0], "y": point[1]})
    wanted: Target = {"x": target[0], "y": target[1]}
    size = {"width": 300, "height": 400.0}

    assert score("pixel_distance", prediction, wanted).value == distance
    assert score("normalised_distance", prediction, wanted, size).value == distance / 500
    assert score("within", prediction, wanted, px=distance).value == 1.0
    if distance:
        assert score("within", prediction, wanted, px=distance - 0.01).value == 0.0


@pytest.mark.parametrize(
    "metadata",
    [None, {}, {"width": 5}, {"width": 0, "height": 5}, {"width": "5", "height": 5},
     {"width": True, "height": 5}],
)  # fmt: skip
def test_without_the_size_of_the_image_a_distance_is_no_share(metadata: Any) -> None:
    """It is not taken for granted."""
    scored = score("normalised_distance", predicted(point={"x": 1, "y": 1}), {"x": 0, "y": 0},
                   metadata)  # fmt: skip

    assert scored.value is None
    assert "width and height" in str(scored.reason)


@pytest.mark.parametrize(
    ("name", "prediction", "target"),
    [
        ("log_loss", {"label": "a", "probabilities": {"a": math.nan}}, "a"),
        ("brier", {"label": "a", "probabilities": {"a": math.nan, "b": 1.0}}, "a"),
        ("pixel_distance", {"point": {"x": 1e308, "y": 0}}, {"x": -1e308, "y": 0}),
    ],
)
def test_a_score_that_is_no_number_is_none(
    name: str, prediction: dict[str, Any], target: Target
) -> None:
    """A NaN would make every mean it is in a NaN."""
    assert score(name, predicted(**prediction), target).reason == (
        "the score is not a finite number"
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
answers = st.one_of(
    st.builds(predicted, label=st.text(max_size=9)),
    st.builds(predicted, boxes=st.just([box("a", LEFT, 0.9)])),
    st.builds(predicted, point=st.just({"x": 1, "y": 2})),
    st.builds(predicted, text=st.text(max_size=9)),
)


@cases(st.sampled_from(("accuracy", "log_loss", "brier", "top_k") + DEFAULT_SCORERS["detection"]
                       + DEFAULT_SCORERS["coordinates"]), answers, json_values)  # fmt: skip
def test_an_answer_or_target_of_another_task_is_no_crash(
    name: str, prediction: Prediction, target: Target
) -> None:
    """The log holds what it holds; a scorer that raised would stop scoring for every run."""
    scored = score(name, prediction, target)

    assert (scored.value is None) == (scored.reason is not None)
