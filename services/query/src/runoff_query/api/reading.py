"""What all reads have in common: `?after=`, `If-None-Match`, `limit` and `cursor`, the answer."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import pydantic_core
from fastapi import Depends, Header, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.problems import ProblemRaised, refuse
from runoff_query.api.progress import Version

AFTER_S = 10.0
MAX_PAGE = 1000

Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="At most so many items")]
Cursor = Annotated[
    str | None, Query(max_length=2000, description="`next_cursor` of the part before")
]
IdempotencyKey = Annotated[
    str | None, Header(min_length=1, max_length=200, description="The same key, the same run")
]
After = Annotated[
    int | None,
    Query(ge=0, le=2**62, description="Wait (10 s at most) until the views have this sequence"),
]
IfNoneMatch = Annotated[str | None, Header()]
Key = str | int | float | None


class NotModified(Exception):
    """The caller has this already."""

    def __init__(self, etag: str) -> None:
        super().__init__(etag)
        self.etag = etag


@dataclass(frozen=True)
class Fresh:
    """The read models as they stood before the read: what is answered is at least that new."""

    version: Version
    live: str = ""
    """Names what of the answer is heard and not in the tables; nothing where all of it is."""

    @property
    def etag(self) -> str:
        """Of what is answered: weak, as that of the tables."""
        etag = self.version.etag
        return f'{etag[:-1]}-{self.live}"' if self.live else etag

    def check(self, if_none_match: str | None) -> None:
        """Nothing where the caller has to be answered.

        Raises:
            NotModified: Where the caller has this already.
        """
        if is_known(self.etag, if_none_match):
            raise NotModified(self.etag)

    def answer(self, view: BaseModel, *, status: int = 200) -> Response:
        """The view, with what tells the next request whether it is still the same."""
        headers = {
            "ETag": self.etag,
            "Cache-Control": "no-cache",
            "Runoff-Seq": str(self.version.seq),
        }
        return as_json(view, status=status, headers=headers)


async def _fresh(
    request: Request,
    parts: PartsOf,
    after: After = None,
    if_none_match: IfNoneMatch = None,
) -> Fresh:
    await _reach(parts, after)
    fresh = Fresh(await parts.progress.version())
    fresh.check(if_none_match)
    return fresh


async def _reach(parts: PartsOf, after: After = None) -> None:
    if after is not None:
        await parts.progress.reach(after, limit_s=AFTER_S)


async def arrived(request: Request, parts: PartsOf) -> None:
    """What was made at this address a moment ago is there: part of every request."""
    await parts.progress.arrived(request.url.path)


FreshOf = Annotated[Fresh, Depends(_fresh)]
Reached = Annotated[None, Depends(_reach)]
"""The views have the sequence of `?after=`; what is answered then does not depend on it."""


def is_known(etag: str, if_none_match: str | None) -> bool:
    """Whether the caller says that it has this already."""
    return etag in {each.strip() for each in (if_none_match or "").split(",")}


async def not_modified(_: Request, error: Exception) -> Response:
    """Answers `NotModified`."""
    if not isinstance(error, NotModified):
        raise error
    return Response(status_code=304, headers={"ETag": error.etag, "Cache-Control": "no-cache"})


def as_json(
    view: BaseModel, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A view as it is: it was validated when it was made."""
    return Response(
        view.model_dump_json(), status, dict(headers or {}), media_type="application/json"
    )


def made(parts: Parts, view: BaseModel, seq: int, address: str, *, is_new: bool = True) -> Response:
    """The answer of a request that made something: whoever goes to its address finds it.

    Args:
        seq: In the log, of what was made.
    """
    parts.progress.expect(address, seq)
    return as_json(view, status=201 if is_new else 200, headers={"Location": address})


def make_cursor(kind: str, *keys: Key) -> str:
    """Where the next part of a list begins; only this API can read it."""
    return base64.urlsafe_b64encode(pydantic_core.to_json([kind, *keys])).decode().rstrip("=")


def kind_of(name: str, *asked: object) -> str:
    """The kind of a list's cursors that are of no other question to it."""
    return f"{name}:{hashlib.sha256(repr(asked).encode()).hexdigest()[:16]}"


def read_cursor(kind: str, cursor: str | None, *types: type) -> list[Key] | None:
    """The keys of a cursor, or none for the first part.

    Raises:
        ProblemRaised: 422 when it is no cursor of such a list.
    """
    if cursor is None:
        return None
    keys = cursor_keys(kind, cursor)
    if len(keys) != len(types) or not all(
        type(key) is wanted for key, wanted in zip(keys, types, strict=True)
    ):
        raise bad_cursor()
    return keys


def cursor_keys(kind: str, cursor: str) -> list[Any]:
    """The keys of a cursor, each of any JSON type: whoever asks has to look.

    Raises:
        ProblemRaised: 422 when it is no cursor of such a list.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found = pydantic_core.from_json(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        found = None
    if not isinstance(found, list) or not found or found[0] != kind:
        raise bad_cursor()
    return found[1:]


def bad_cursor() -> ProblemRaised:
    """What a cursor is answered with that is not of the list."""
    return refuse(
        "bad-cursor",
        "The cursor is not of this list",
        422,
        field="cursor",
        hint="next_cursor of the part before, with the same sort and filter",
    )
