"""What a Python function is given, and how what it returns is read."""

import copy
import math
import numbers
from collections.abc import Mapping

import numpy as np
from PIL import Image
from pydantic import JsonValue, ValidationError

from runoff_contracts.answers import AnswerBody
from runoff_inference_worker.classes import N_LISTED
from runoff_inference_worker.errors import MalformedAnswer
from runoff_inference_worker.provider import Anchor, Answer, Ask

_ANSWERS = ("label", "boxes", "point", "text")
_KEYS = {*_ANSWERS, "confidence", "probabilities", "data", "logprob"}
_LABEL_CHARACTERS = 200
_ROUNDING = 1e-6


class Entry:
    """One entry as a function sees it. The target is not here: a model must not know it.

    Image and metadata are copies, made when they are asked for: what one model does to them is
    not seen by another.
    """

    __slots__ = ("_ask", "anchor", "id", "text")

    def __init__(self, ask: Ask) -> None:
        self.id: str = ask.entry_id
        self.text: str | None = ask.text
        self.anchor: Anchor | None = ask.anchor
        """For a variation, the answer to start from (`text`) and its `mode`."""
        self._ask = ask

    @property
    def image(self) -> Image.Image | None:
        """The image, upright, of mode RGB or L; None where the entry has no file."""
        picture = self._ask.picture
        if isinstance(picture, np.ndarray):
            return Image.fromarray(picture)
        return None if picture is None else picture.copy()

    @property
    def metadata(self) -> dict[str, JsonValue]:
        """What the manifest says of the entry beyond its own fields."""
        return copy.deepcopy(self._ask.metadata) if self._ask.metadata else {}

    def __repr__(self) -> str:
        return f"Entry({self.id!r})"


def answer_of(value: object) -> Answer:
    """The prediction that a function returned.

    Raises:
        MalformedAnswer: When it is none, with what is wrong about it.
    """
    if isinstance(value, str):
        return (
            Answer(_label(value))
            if len(value) <= _LABEL_CHARACTERS
            else _other({"text": value}, "text")
        )
    if isinstance(value, tuple) and len(value) == 2:
        return Answer(_label(value[0]), _share("confidence", value[1]))
    if isinstance(value, Mapping):
        return _from_mapping(value)
    raise MalformedAnswer(
        f"the function returned {_type(value)}; a label or text, (label, confidence) or a mapping "
        f"with one of {', '.join(_ANSWERS)} is needed"
    )


def _from_mapping(value: Mapping[object, object]) -> Answer:
    unknown = [key for key in value if key not in _KEYS]
    if unknown:
        raise MalformedAnswer(f"unknown key {unknown[0]!r}; known are {', '.join(sorted(_KEYS))}")
    given_answers = [name for name in _ANSWERS if value.get(name) is not None]
    if len(given_answers) > 1:
        raise MalformedAnswer(f"{' and '.join(given_answers)} exclude each other")
    if given_answers and given_answers != ["label"]:
        return _other(value, given_answers[0])
    label = _label(value.get("label"))
    given = value.get("probabilities")
    listed = None if given is None else _probabilities(given)
    confidence = value.get("confidence")
    if confidence is not None:
        return Answer(label, _share("confidence", confidence), listed)
    return Answer(label, None if listed is None else listed.get(label), listed)


def _other(value: Mapping[object, object], name: str) -> Answer:
    """Boxes, a point or a text, checked as the contracts have them."""
    confidence = value.get("confidence")
    try:
        body = AnswerBody.model_validate({name: value[name], "data": value.get("data")})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise MalformedAnswer(f"{where}: {first['msg']}") from error
    boxes = body.boxes
    if boxes is not None:
        boxes = sorted(boxes, key=lambda box: -(box.confidence or 0.0))
    return Answer(
        confidence=None if confidence is None else _share("confidence", confidence),
        boxes=boxes,
        point=body.point,
        text=body.text,
        data=body.data,
        logprob=_logprob(value.get("logprob")),
    )


def _logprob(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise MalformedAnswer(f"logprob is {_type(value)}, not a number")
    number = float(value)
    if not math.isfinite(number) or number > 0:
        raise MalformedAnswer(f"logprob is {number}, not 0 or below")
    return number


def _label(value: object) -> str:
    if not isinstance(value, str):
        raise MalformedAnswer(f"the label is {_type(value)}, not a string")
    if not 0 < len(value) <= _LABEL_CHARACTERS:
        raise MalformedAnswer(
            f"the label has {len(value)} characters, not 1 to {_LABEL_CHARACTERS}"
        )
    if not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value):
        raise MalformedAnswer("the label holds half of a surrogate pair, which is no text")
    return str(value)


def _share(what: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise MalformedAnswer(f"{what} is {_type(value)}, not a number")
    number = float(value)
    if not math.isfinite(number) or not -_ROUNDING <= number <= 1 + _ROUNDING:
        raise MalformedAnswer(f"{what} is {number}, not within 0 and 1")
    return min(max(number, 0.0), 1.0)


def _probabilities(value: object) -> dict[str, float]:
    if not isinstance(value, Mapping) or not value:
        raise MalformedAnswer(f"probabilities are {_type(value)}, not a mapping of labels")
    shares = {_label(key): _share("a probability", each) for key, each in value.items()}
    likeliest = sorted(shares.items(), key=lambda item: -item[1])[:N_LISTED]
    return {label: round(share, 6) for label, share in likeliest}


def _type(value: object) -> str:
    return "None" if value is None else f"of type {type(value).__name__}"
