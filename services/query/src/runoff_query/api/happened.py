"""`GET /runs/{id}/history`: what happened to a run, out of the log itself."""

import asyncio
from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import Response

from runoff_contracts import subjects
from runoff_contracts.views import Page, RunEventView
from runoff_eventlog.log import EventLog
from runoff_eventlog.message import Message
from runoff_query.api.parts import PartsOf
from runoff_query.api.reading import Cursor, Limit, as_json, make_cursor, read_cursor
from runoff_query.api.runs import known_run

router = APIRouter(tags=["runs"])
_KIND = "history"


@router.get("/runs/{run_id}/history", response_model=Page[RunEventView])
async def show_history(
    run_id: str, parts: PartsOf, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """The events of a run's own course, oldest first: launch, pauses, edits, its end.

    What was said of each entry is in `/api/events?run=…`; there are as many of those as entries.
    """
    run = await known_run(parts, run_id)
    keys = read_cursor(_KIND, cursor, int)
    log = EventLog(parts.nats(), source="runoff/query")
    subject = subjects.lifecycle(run.run_id)
    found: list[Message] = []
    async for part in log.parts(subject, after_seq=int(keys[0] or 0) if keys else 0):
        found += part
        if len(found) > limit:
            break
    # The first event of a run may hold half a megabyte of parameters and packages.
    items = await asyncio.to_thread(_views, found[:limit])
    more = make_cursor(_KIND, found[limit - 1].seq) if len(found) > limit else None
    return as_json(Page[RunEventView](items=items, next_cursor=more))


def _views(messages: Sequence[Message]) -> list[RunEventView]:
    return [
        RunEventView(
            seq=message.seq,
            id=id_,
            type=event.type,
            time=message.time,
            data=event.model_dump(mode="json", exclude={"type", "version", "run_id", "lineage"}),
        )
        for message in messages
        for id_, event in message.events()
    ]
