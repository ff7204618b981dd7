"""What routes that take files in their body have to say of it, and of the name that it is given."""

from typing import Final

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from runoff_contracts.ids import Name
from runoff_query.api.problems import refuse

LINES: Final = ("application/x-ndjson", "application/jsonl")
LINES_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
    }
}
_NAME: Final[TypeAdapter[str]] = TypeAdapter(Name)


def media_type_of(request: Request) -> str:
    """What the body is said to be, in small letters and without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def check_type(request: Request, known: tuple[str, ...], *, what: str) -> str:
    """The body's type, which is one of those known.

    Raises:
        ProblemRaised: 415 for another one.
    """
    media_type = media_type_of(request)
    if media_type not in known:
        raise refuse(
            "unsupported-media-type",
            f"{what} not taken as {media_type or 'a body without a type'}",
            415,
            f"Known are {', '.join(known)}.",
        )
    return media_type


def check_lines(request: Request) -> None:
    """Refuse a body of predictions that is not said to be JSON lines."""
    check_type(request, LINES, what="Predictions are")


def checked_name(name: object, *, problem: str, title: str) -> str:
    """The name that something is to be registered under.

    Raises:
        ProblemRaised: 422 on `name`, where it can be none.
    """
    try:
        return _NAME.validate_python(name)
    except ValidationError as error:
        raise refuse(
            problem,
            title,
            422,
            field="name",
            hint="1 to 100 letters, digits, dots, dashes, underscores, a letter or digit first",
        ) from error
