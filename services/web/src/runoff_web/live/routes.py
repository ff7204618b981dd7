"""`GET /live?topics=…`: the stream that keeps a browser's pages fresh."""

import re
from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from runoff_web.live.hub import Hub

MAX_TOPICS: Final = 20
_TOPIC: Final = re.compile(r"runs|board|run\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def live(request: Request) -> Response:
    """Frames of some topics, from `since` or `Last-Event-ID` on."""
    hub: Hub = request.app.state.parts.hub
    topics = frozenset(request.query_params.get("topics", "").split(",")) - {""}
    if not topics or len(topics) > MAX_TOPICS or not all(map(_TOPIC.fullmatch, topics)):
        return PlainTextResponse(f"Name 1 to {MAX_TOPICS} topics, as runs, board or run.<id>.", 422)
    since = request.headers.get("last-event-id") or request.query_params.get("since")
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _watched(hub, topics, since), headers=headers, media_type="text/event-stream"
    )


async def _watched(hub: Hub, topics: frozenset[str], since: str | None) -> AsyncIterator[bytes]:
    with hub.viewing(topics):
        async for told in hub.stream(topics, since):
            yield told
