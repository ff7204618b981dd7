"""What the pages work with: made once, in `app.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from runoff.client import Client
from runoff_web.asking import AtOnce, Documents
from runoff_web.early import Known
from runoff_web.live.hub import Hub
from runoff_web.media import Media
from runoff_web.rendering import Pages
from runoff_web.settings import WebSettings


@dataclass(frozen=True)
class Parts:
    """Everything that outlives a request."""

    settings: WebSettings
    client: Client
    at_once: AtOnce
    documents: Documents
    known: Known
    pages: Pages
    hub: Hub
    media: Media


Page = Callable[[Request], Response]
"""A page's function. It is no coroutine: Starlette calls it in a thread, where it may wait for the
API and make its HTML without holding up the streams of others."""


def parts_of(request: Request) -> Parts:
    """What this process works with."""
    # Starlette's state is an untyped bag; `app.py` puts exactly this there.
    return cast(Parts, request.app.state.parts)
