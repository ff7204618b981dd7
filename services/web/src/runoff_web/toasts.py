"""What was just done, said once on the page that follows, with an Undo where there is one.

It is carried by a cookie for the length of one redirect. Cookies are shared by every port of a
host, so that somebody else's program may have set it: it says which of our own deeds is meant, and
the words and the form are made here.
"""

import base64
import binascii
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from starlette.requests import Request
from starlette.responses import Response

from runoff_web.format import count

COOKIE: Final = "runoff_done"
Deed = Literal["archived", "restored", "deleted", "renamed", "canceled"]
MAX_RUNS: Final = 100
_LIFE_S: Final = 60
_ID_BYTES: Final = 16
_MAX_TEXT: Final = 200


@dataclass(frozen=True)
class Undo:
    """A form that takes it back."""

    action: str
    fields: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Toast:
    """One thing that was done."""

    text: str
    undo: Undo | None = None
    is_bad: bool = False


def note(
    response: Response,
    deed: Deed,
    run_ids: Sequence[str],
    *,
    n_refused: int = 0,
    before: str = "",
) -> Response:
    """Let the next page say it.

    Args:
        run_ids: What it was done to.
        n_refused: To how many it could not be done.
        before: What a run was called, where it was renamed.
    """
    ids = b"".join(uuid.UUID(each).bytes for each in run_ids[:MAX_RUNS])
    packed = [deed, len(run_ids), base64.urlsafe_b64encode(ids).decode(), n_refused, before]
    value = base64.urlsafe_b64encode(json.dumps(packed).encode()).decode()
    response.set_cookie(COOKIE, value, max_age=_LIFE_S, httponly=True, samesite="lax")
    return response


def toast_of(request: Request) -> Toast | None:
    """What the page is to say; nothing where the cookie is missing or none of ours."""
    value = request.cookies.get(COOKIE)
    if value is None or len(value) > 4096:
        return None
    try:
        deed, n, packed, n_refused, before = json.loads(base64.urlsafe_b64decode(value))
        ids = base64.urlsafe_b64decode(packed)
    except (ValueError, TypeError, binascii.Error):
        return None
    fits = (
        deed in get_args(Deed)
        and type(n) is int
        and type(n_refused) is int
        and isinstance(before, str)
        and len(before) <= _MAX_TEXT
        and len(ids) % _ID_BYTES == 0
    )
    if not fits:
        return None
    places = range(0, len(ids), _ID_BYTES)
    run_ids = [str(uuid.UUID(bytes=ids[place : place + _ID_BYTES])) for place in places]
    return _toast(deed, n, run_ids, n_refused, before)


def _toast(deed: Deed, n: int, run_ids: list[str], n_refused: int, before: str) -> Toast:
    runs = f"{count(n)} run{'s' if n != 1 else ''}"
    rest = f"; {count(n_refused)} refused" if n_refused else ""
    fields = [("run", each) for each in run_ids]
    undo = None
    match deed:
        case "archived":
            undo = Undo("/runs/restore", fields) if fields else None
        case "restored":
            undo = Undo("/runs/archive", fields) if fields else None
        case "renamed":
            if len(run_ids) == 1:
                undo = Undo(f"/runs/{run_ids[0]}/alias", [("alias", before)])
        case "deleted" | "canceled":
            pass
    return Toast(f"{runs} {deed}{rest}", undo, is_bad=bool(n_refused) and not n)


def forget(request: Request, response: Response) -> None:
    """It is said: not once more."""
    if COOKIE in request.cookies:
        response.delete_cookie(COOKIE, samesite="lax")
