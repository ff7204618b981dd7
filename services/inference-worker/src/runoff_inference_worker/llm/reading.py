"""What a language model answered, read as the task wants it."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
from pydantic import JsonValue, TypeAdapter
from pydantic import ValidationError as ShapeError
from pydantic_core import from_json

from runoff_contracts.answers import Box, Point
from runoff_contracts.events.entry import Usage
from runoff_contracts.specs.llm import LlmSpec
from runoff_inference_worker.errors import MalformedAnswer
from runoff_inference_worker.llm.prompt import schema_of
from runoff_inference_worker.provider import Answer

MAX_CHARACTERS = 100_000
_MOST_BOXES = 1000
_FENCE = re.compile(r"\A```[a-z]*\n(.*)\n```\Z", re.DOTALL)
_EDGES = " \t\r\n.,;:!'\"`*()[]"
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Said:
    """What an API gave back, whatever its protocol."""

    text: str
    usage: Usage | None = None
    cost_usd: float | None = None
    logprob: float | None = None
    """Mean natural log probability of the answer's tokens."""


class Reader:
    """Reads the answers to one declaration's prompts."""

    def __init__(self, spec: LlmSpec) -> None:
        self._choices = {normal(each): each for each in spec.choices or ()}
        schema = schema_of(spec)
        self._validator = None if schema is None else validator_of(schema)
        self._read = self._reader(spec)

    def answer(self, said: Said) -> Answer:
        """The prediction.

        Raises:
            MalformedAnswer: When it is none; what the call was charged is kept.
        """
        try:
            return self._read(_checked(said.text), said)
        except MalformedAnswer as error:
            raise MalformedAnswer(
                error.message, usage=said.usage, cost_usd=said.cost_usd
            ) from error

    def _reader(self, spec: LlmSpec) -> Callable[[str, Said], Answer]:
        if spec.task == "classification":
            return self._label
        if spec.task == "detection":
            return self._boxes
        if spec.task == "coordinates":
            return self._point
        return self._text

    def _label(self, text: str, said: Said) -> Answer:
        confidence = None if said.logprob is None else min(math.exp(said.logprob), 1.0)
        return Answer(self._choice(text), confidence, logprob=said.logprob)

    def _text(self, text: str, said: Said) -> Answer:
        if self._validator is not None:
            return Answer(text=text, data=self._data(text), logprob=said.logprob)
        if self._choices:
            text = self._choice(text)
        return Answer(text=text, logprob=said.logprob)

    def _boxes(self, text: str, said: Said) -> Answer:
        value = self._data(text)
        boxes = _shaped(_BOXES, value["boxes"] if isinstance(value, dict) else value)
        if len(boxes) > _MOST_BOXES:
            raise MalformedAnswer(f"the answer has {len(boxes)} boxes, over {_MOST_BOXES}")
        return Answer(boxes=boxes, logprob=said.logprob)

    def _point(self, text: str, said: Said) -> Answer:
        return Answer(point=_shaped(_POINT, self._data(text)), logprob=said.logprob)

    def _choice(self, text: str) -> str:
        found = self._choices.get(normal(text))
        if found is None:
            raise MalformedAnswer(f"the answer is none of the choices: {text[:_SHOWN]!r}")
        return found

    def _data(self, text: str) -> JsonValue:
        fenced = _FENCE.match(text.strip())
        try:
            value: JsonValue = from_json(fenced[1] if fenced else text, allow_inf_nan=False)
        except ValueError as error:
            raise MalformedAnswer(f"the answer is no JSON: {error}") from error
        if self._validator is not None:
            _hold(self._validator, value)
        return value


_BOXES = TypeAdapter(list[Box])
_POINT = TypeAdapter(Point)


def normal(text: str) -> str:
    """A choice without what models add to it: case, spaces, quotes, a full stop."""
    return " ".join(text.split()).strip(_EDGES).casefold()


def validator_of(schema: dict[str, JsonValue]) -> jsonschema_rs.Validator:
    """Holds values against a schema, in time that no pattern in it can stretch.

    What it refers to elsewhere is not fetched.

    Raises:
        ValueError: When it is no schema.
    """
    return jsonschema_rs.validator_for(
        schema,
        pattern_options=jsonschema_rs.RegexOptions(),
        offline=True,
    )


def _said(error: ValueError) -> str:
    return str(error).partition("\n")[0][:_SHOWN]


def schema_error(schema: dict[str, JsonValue]) -> str | None:
    """What keeps a schema from being asked for; none where nothing does."""
    try:
        validator_of(schema)
    except ValueError as error:
        return f"it is no JSON Schema: {_said(error)}"
    if schema.get("type") != "object":
        return "the APIs want a schema whose type is object"
    return None


def _hold(validator: jsonschema_rs.Validator, value: JsonValue) -> None:
    try:
        error = next(iter(validator.iter_errors(value)), None)
    except ValueError as error_:  # nested too deep
        raise MalformedAnswer(f"the schema cannot be held against it: {error_}") from error_
    if error is not None:
        where = "/".join(str(each) for each in error.instance_path)
        said = error.message[:_SHOWN]
        raise MalformedAnswer(
            f"the answer does not fit the schema: {f'{where}: ' if where else ''}{said}"
        )


def _shaped(adapter: TypeAdapter[Any], value: JsonValue) -> Any:  # as the adapter's type
    try:
        return adapter.validate_python(value)
    except ShapeError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = "/".join(str(each) for each in first["loc"])
        raise MalformedAnswer(
            f"the answer does not fit the task: {where}: {first['msg']}"
        ) from error


def _checked(text: str) -> str:
    if len(text) > MAX_CHARACTERS:
        raise MalformedAnswer(f"the answer has {len(text)} characters, over {MAX_CHARACTERS}")
    if not text.strip():
        raise MalformedAnswer("the answer is empty")
    return clean(text)


def clean(text: str) -> str:
    """Without what no database and no JSON takes: half of a surrogate pair, a NUL."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
