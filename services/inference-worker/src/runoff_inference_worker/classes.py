"""From a row of numbers, one a label, to a prediction."""

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.specs.tensors import ClassOutput, TensorSpec
from runoff_inference_worker.errors import AttemptFailed, MalformedAnswer
from runoff_inference_worker.provider import Answer

N_LISTED = 10
"""Probabilities that an answer keeps, the likeliest."""
ROUNDING = 1e-4
"""A probability of float16 or float32 arithmetic may be so far outside of 0 to 1."""


def answers_of(values: object, spec: TensorSpec, *, n_asked: int) -> list[Answer | AttemptFailed]:
    """Predictions of one call's output; see `labeled`."""
    return labeled(values, spec.labels, class_output(spec).activation, n_asked=n_asked)


def labeled(
    values: object, labels: list[str], activation: str | None, *, n_asked: int
) -> list[Answer | AttemptFailed]:
    """Predictions of rows with one number a label.

    Values with the activation `none` that are no probabilities (not within 0 and 1) give a label
    and no confidence; with no activation at all none is ever taken for one.

    Raises:
        MalformedAnswer: When the output has another shape than (entries, labels).
    """
    rows = np.asarray(values)
    if rows.shape != (n_asked, len(labels)):
        raise MalformedAnswer(
            f"the output has shape {rows.shape}, needed is {(n_asked, len(labels))}"
        )
    rows = rows.astype(np.float64)
    finite = np.asarray(np.isfinite(rows).all(axis=1))
    if not finite.all():
        rows = np.where(finite[:, np.newaxis], rows, 0.0)
    shares = activated(rows, activation or "none")
    within = (shares >= -ROUNDING) & (shares <= 1 + ROUNDING)
    proper = np.asarray(within.all(axis=1) & (activation is not None))
    order = _likeliest(rows)
    listed = np.round(np.clip(np.take_along_axis(shares, order, axis=1), 0.0, 1.0), 6)
    made: list[Answer | AttemptFailed] = []
    for is_finite, is_proper, places, numbers in zip(
        finite.tolist(), proper.tolist(), order.tolist(), listed.tolist(), strict=True
    ):
        if not is_finite:
            made.append(MalformedAnswer("the output holds values that are not finite"))
        elif not is_proper:
            made.append(Answer(labels[places[0]]))
        else:
            made.append(
                Answer(
                    labels[places[0]],
                    numbers[0],
                    {labels[place]: number for place, number in zip(places, numbers, strict=True)},
                )
            )
    return made


def class_output(spec: TensorSpec) -> ClassOutput:
    """The declared output of a classifier."""
    assert isinstance(spec.output, ClassOutput), "the task of the declaration says so"
    return spec.output


def activated(rows: NDArray[np.float64], activation: str) -> NDArray[np.float64]:
    """Probabilities of numbers, row by row: `none`, `softmax` or `sigmoid`."""
    if activation == "softmax":
        powers = np.exp(rows - rows.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)
    if activation == "sigmoid":
        # By tanh, which does not overflow: exp(-x) would for strongly negative values.
        return np.asarray(0.5 * (1 + np.tanh(0.5 * rows)), np.float64)
    return rows


def _likeliest(rows: NDArray[np.float64]) -> NDArray[np.intp]:
    """Places of the largest values, largest first; of equal ones the first label as a rule."""
    if rows.shape[1] <= 64:
        return np.argsort(-rows, axis=1, kind="stable")[:, :N_LISTED]
    some = np.sort(np.argpartition(-rows, N_LISTED, axis=1)[:, :N_LISTED], axis=1)
    inner = np.argsort(-np.take_along_axis(rows, some, axis=1), axis=1, kind="stable")
    return np.take_along_axis(some, inner, axis=1)
