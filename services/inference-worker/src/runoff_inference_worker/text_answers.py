"""From the output of a served model of texts to predictions: labels, their numbers, or texts."""

from typing import Any

from numpy.typing import NDArray

from runoff_contracts.specs.oip import OipTextSpec
from runoff_inference_worker.classes import labeled
from runoff_inference_worker.errors import AttemptFailed, MalformedAnswer
from runoff_inference_worker.provider import Answer

_LABEL_CHARACTERS = 200
_TEXT_CHARACTERS = 100_000


def text_answers_of(
    values: NDArray[Any], spec: OipTextSpec, *, n_asked: int
) -> list[Answer | AttemptFailed]:
    """The prediction for each text of one call, or what is wrong with it.

    Args:
        values: Strings, (n,) or (n, 1); for classification also numbers of shape (n, labels), or
            integers, (n,) or (n, 1), each the place of a label among those declared.

    Raises:
        MalformedAnswer: When the output has another shape.
    """
    if values.dtype == object:
        read = label_answer if spec.task == "classification" else text_answer
        return [read(each, spec.labels) for each in _column(values, n_asked)]
    if spec.task == "text":
        raise MalformedAnswer("the output holds numbers, a text is needed")
    if not spec.labels:
        raise MalformedAnswer("the output holds numbers, and no labels are declared for them")
    if values.dtype.kind in "iu" and values.shape in {(n_asked,), (n_asked, 1)}:
        return [_numbered(int(each), spec.labels) for each in _column(values, n_asked)]
    return labeled(values, spec.labels, "none", n_asked=n_asked)


def label_answer(value: str, labels: list[str]) -> Answer | AttemptFailed:
    """A label that came as text; one of those declared, where any are."""
    label = value.strip()
    if not 0 < len(label) <= _LABEL_CHARACTERS:
        return MalformedAnswer(
            f"the label has {len(label)} characters, not 1 to {_LABEL_CHARACTERS}"
        )
    if labels and label not in labels:
        return MalformedAnswer(f"{label!r} is none of the labels declared")
    return Answer(label)


def text_answer(value: str, _labels: list[str]) -> Answer | AttemptFailed:
    """A text as it came."""
    if len(value) > _TEXT_CHARACTERS:
        return MalformedAnswer(f"the text has {len(value)} characters, over {_TEXT_CHARACTERS}")
    return Answer(text=value)


def _column(values: NDArray[Any], n_asked: int) -> list[Any]:
    if values.shape not in {(n_asked,), (n_asked, 1)}:
        raise MalformedAnswer(
            f"the output has shape {values.shape}, needed is {(n_asked,)} or {(n_asked, 1)}"
        )
    return list(values.ravel().tolist())


def _numbered(place: int, labels: list[str]) -> Answer | AttemptFailed:
    if not 0 <= place < len(labels):
        return MalformedAnswer(f"the output says label {place}, there are {len(labels)}")
    return Answer(labels[place])
