"""Ids and names: what they look like, and how they are made safe as a token of a subject."""

import re
import secrets
import time
from typing import Annotated
from urllib.parse import quote, unquote
from uuid import UUID

from pydantic import StringConstraints

RunId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
"""A UUID in its canonical lower-case form; those made here are version 7, so they sort by time."""

Name = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", strip_whitespace=True),
]
"""What a person calls a dataset or a model: letters, digits, dot, dash, underscore."""

Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
"""Names content by what it is: the same bytes have the same digest everywhere."""

ModelRef = Annotated[str, StringConstraints(min_length=3, max_length=300)]
"""`provider/name`, with `@version` where one version is meant: `onnx/digits-net@2`."""

EntryId = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""What a dataset's manifest calls an entry."""

_SAFE_TOKEN = re.compile(r"[A-Za-z0-9_-]+")


def new_run_id(*, now_s: float | None = None) -> str:
    """A UUID of version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then random bits."""
    milliseconds = int((time.time() if now_s is None else now_s) * 1000)
    value = (milliseconds & (2**48 - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return str(UUID(int=value))


def short_id(run_id: str) -> str:
    """As lists and sentences call a run: up to its millisecond, which the API takes for the whole.

    Ids begin with the time: of runs that were launched within the same minute the first eight
    characters are the same.
    """
    return run_id[:13]


def token(name: str) -> str:
    """One subject token for any name: a dot, star, or space in it would change the subject."""
    if _SAFE_TOKEN.fullmatch(name):
        return name
    return quote(name, safe="").replace(".", "%2E").replace("~", "%7E").replace("*", "%2A")


def from_token(text: str) -> str:
    """The name that `token` was made of."""
    return unquote(text)
