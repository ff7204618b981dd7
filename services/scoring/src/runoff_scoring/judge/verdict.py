"""What a judging model may reply, and how a reply is read."""

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, ValidationError

from runoff_scoring.text.structure import NotJson, json_of

_MOST_REASON = 2000


class BadVerdict(ValueError):
    """The reply is no verdict: ask again, or leave the verdict out. The message says why."""


_Reason = Annotated[str, StringConstraints(strip_whitespace=True)]


class PointsVerdict(BaseModel):
    """A judge's view of one answer."""

    model_config = ConfigDict(frozen=True)

    reason: _Reason = ""
    points: int = Field(ge=0)


class PairVerdict(BaseModel):
    """A judge's view of two answers, by the places at which they stood."""

    model_config = ConfigDict(frozen=True)

    reason: _Reason = ""
    better: Literal["1", "2", "tie"]


_Verdict = TypeVar("_Verdict", PointsVerdict, PairVerdict)


def points_schema(highest: int) -> dict[str, JsonValue]:
    """JSON Schema of a reply by points."""
    return _object({"points": {"type": "integer", "minimum": 0, "maximum": highest}})


def pair_schema() -> dict[str, JsonValue]:
    """JSON Schema of a reply on a pair."""
    return _object({"better": {"type": "string", "enum": ["1", "2", "tie"]}})


def points_verdict(reply: str, highest: int) -> PointsVerdict:
    """The verdict that a reply holds, with or without a Markdown fence around it.

    Raises:
        BadVerdict: When it holds none, or points out of range.
    """
    verdict = _read(reply, PointsVerdict)
    if verdict.points > highest:
        raise BadVerdict(f"{verdict.points} points of {highest}")
    return verdict


def pair_verdict(reply: str) -> PairVerdict:
    """The verdict that a reply holds.

    Raises:
        BadVerdict: When it holds none.
    """
    return _read(reply, PairVerdict)


def _read(reply: str, kind: type[_Verdict]) -> _Verdict:
    try:
        verdict = kind.model_validate(json_of(reply, fenced=True))
    except NotJson as error:
        raise BadVerdict(f"no JSON: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadVerdict(f"{where}: {first['msg']}" if where else first["msg"]) from error
    return verdict.model_copy(update={"reason": verdict.reason[:_MOST_REASON]})


def _object(field: dict[str, JsonValue]) -> dict[str, JsonValue]:
    # Strict modes of the APIs want every field required and no others.
    properties: dict[str, JsonValue] = {"reason": {"type": "string"}, **field}
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }
