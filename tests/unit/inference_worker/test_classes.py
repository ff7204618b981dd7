"""From a row of numbers to a label, a confidence and the likeliest ten."""

from __future__ import annotations

import numpy as np
import pytest

from runoff_contracts.model_spec import OnnxSpec
from runoff_contracts.specs.tensors import ClassOutput, ImageInput
from runoff_inference_worker.classes import answers_of
from runoff_inference_worker.errors import MalformedAnswer
from runoff_inference_worker.provider import Answer


def spec_of(n_labels: int, activation: str = "none") -> OnnxSpec:
    return OnnxSpec(
        labels=[f"l{number}" for number in range(n_labels)],
        input=ImageInput(size=(1, 1)),
        output=ClassOutput.model_validate({"activation": activation}),
    )


def one(row: list[float], activation: str = "none") -> Answer:
    (answer,) = answers_of(np.asarray([row], np.float32), spec_of(len(row), activation), n_asked=1)
    assert isinstance(answer, Answer)
    return answer


def test_the_largest_value_is_the_label() -> None:
    """Its probability is the confidence; the others follow, likeliest first."""
    answer = one([0.2, 0.7, 0.1])

    assert (answer.label, answer.confidence) == ("l1", 0.7)
    assert answer.probabilities == {"l1": 0.7, "l0": 0.2, "l2": 0.1}
    assert list(answer.probabilities) == ["l1", "l0", "l2"]


def test_softmax_of_large_values_does_not_overflow() -> None:
    """exp(1000) has no number; the difference of two of them has."""
    answer = one([1000.0, 1000.0 + np.log(3.0)], "softmax")

    assert answer.confidence == pytest.approx(0.75, abs=1e-4)


def test_sigmoid_gives_each_label_its_own() -> None:
    """They need not sum up to one."""
    answer = one([0.0, np.log(3.0), -800.0], "sigmoid")

    assert answer.probabilities == {"l1": 0.75, "l0": 0.5, "l2": 0.0}


def test_scores_that_are_no_probabilities_give_a_label_alone() -> None:
    """A confidence of 14.2 would mean nothing."""
    answer = one([3.5, 14.2, -2.0])

    assert (answer.label, answer.confidence, answer.probabilities) == ("l1", None, None)


def test_rounding_of_short_floats_is_forgiven() -> None:
    """A softmax in float32 or float16 may say 1.0000001."""
    assert one([1.0000002, 0.0]).confidence == 1.0


def test_of_equal_values_the_first_label_is_taken() -> None:
    """The same file always gives the same answer."""
    assert one([0.5, 0.5]).label == "l0"


@pytest.mark.parametrize("n_labels", [11, 1000])
def test_the_ten_likeliest_are_kept(n_labels: int) -> None:
    """Of a thousand labels, nearly all say nothing."""
    row = np.random.default_rng(7).dirichlet(np.ones(n_labels)).astype(np.float32)

    answer = one(row.tolist())

    expected = [f"l{place}" for place in np.argsort(-row)[:10]]
    assert answer.probabilities is not None
    assert list(answer.probabilities) == expected
    assert answer.label == expected[0]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_row_that_is_not_finite_is_malformed_and_no_other(bad: float) -> None:
    """An overflow inside the model for one image says nothing about its neighbours."""
    rows = np.array([[0.1, 0.9], [bad, 0.5], [0.8, 0.2]], np.float32)

    answers = answers_of(rows, spec_of(2), n_asked=3)

    assert [type(each) for each in answers] == [Answer, MalformedAnswer, Answer]


@pytest.mark.parametrize("shape", [(1, 3), (2, 2), (2,), (1, 2, 1)])
def test_another_shape_is_malformed(shape: tuple[int, ...]) -> None:
    """Guessing which number belongs to which label would be worse than failing."""
    with pytest.raises(MalformedAnswer, match="needed is"):
        answers_of(np.zeros(shape, np.float32), spec_of(2), n_asked=1)


def test_numbers_are_rounded_to_six_digits() -> None:
    """A third digit decides little; twelve of them fill the log."""
    assert one([1 / 3, 2 / 3]).probabilities == {"l1": 0.666667, "l0": 0.333333}
