"""The live routes: a run's progress, and every event of the log from any point on."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final

import pydantic_core
import structlog
from fastapi import APIRouter, Header, Query
from starlette.responses import Response

from runoff_contracts import subjects
from runoff_contracts.envelope import BATCH_TYPE, CONTENT_TYPE
from runoff_contracts.events import TYPES
from runoff_contracts.views import RunView
from runoff_eventlog.log import EventLog
from runoff_eventlog.message import Message
from runoff_eventlog.private import private_reader
from runoff_eventlog.reader import ConsumerGone, LogReader
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.problems import refuse
from runoff_query.api.reading import FreshOf
from runoff_query.api.runs import known_run, resolve
from runoff_query.api.stream import KEEP_ALIVE_S, EventStream, Outlet, event_text
from runoff_query.outages import NATS_AWAY, causes

_BATCH_MESSAGES = 16
_CHANGES_PACE_S = 0.1
_FEW_BYTES = 32 * 1024
"""Put into words sooner than a thread is told to."""
_SUBJECTS: Final = {
    str(each.model_fields["type"].default): each.subject_template for each in TYPES.classes
}

logger = structlog.get_logger(__name__)

router = APIRouter(tags=["live"])
_STREAM: Final[dict[int | str, dict[str, Any]]] = {  # as FastAPI has it
    200: {"content": {"text/event-stream": {}}, "description": "Server-sent events"}
}


@router.get("/runs/{run_id}/events", response_class=Response, responses=_STREAM)
async def follow_run(run_id: str, parts: PartsOf, _: FreshOf) -> Response:
    """A run each time that it moved on, as `progress`, at last as `settled`; ids are sequences."""
    run = await known_run(parts, run_id)
    return EventStream(partial(_progress, parts, run.run_id), closing=parts.live.closing)


@router.get("/changes", response_class=Response, responses=_STREAM)
async def follow_changes(parts: PartsOf) -> Response:
    """Names the runs that moved on, ten times a second at most: `{"runs": […], "all": false}`.

    `all` says that more moved on than are named. Hearing every change is not promised: whoever
    reads what he shows when the stream opens, and again at each change, misses nothing that stays.
    """
    return EventStream(partial(_changes, parts), closing=parts.live.closing)


@router.get("/events", response_class=Response, responses=_STREAM)
async def follow_events(
    parts: PartsOf,
    after: Annotated[
        int | None,
        Query(ge=0, le=2**62, description="Begin behind this sequence; now if not given"),
    ] = None,
    type: Annotated[str | None, Query(description="As `run.completed`")] = None,
    run: Annotated[str | None, Query(description="Only events of this run")] = None,
    last_event_id: Annotated[str | None, Header(pattern=r"^\d{1,18}(\.\d{1,9})?$")] = None,
) -> Response:
    """Every event of the log, one by one, then each new one; goes on until the client leaves.

    An id is a sequence, and the place within it where one message holds a slice of events.
    `Last-Event-ID` goes on exactly behind the event of that id.
    """
    wanted = _Wanted(type, None if run is None else await resolve(parts, run))
    if type is not None and type not in _SUBJECTS:
        raise refuse(
            "unknown-event-type",
            f"There is no event {type!r}",
            422,
            field="type",
            hint=f"one of {', '.join(_SUBJECTS)}",
        )
    log = EventLog(parts.nats(), source="runoff/query")
    if after is None or after > parts.progress.seq:
        last_seq = await log.last_seq()
        after = last_seq if after is None else min(after, last_seq)
    start = _Start.of(last_event_id, after)
    return EventStream(partial(_feed, log, wanted, start), closing=parts.live.closing)


async def _progress(parts: Parts, run_id: str, outlet: Outlet) -> None:
    seen: RunView | None = None
    async with parts.live.viewer(run_id) as views:
        while True:
            try:
                async with asyncio.timeout(KEEP_ALIVE_S):
                    view = await views.get()
            except TimeoutError:
                await outlet.comment()
                continue
            if view is None:
                return
            if view != seen:
                settled = view.status.settled
                await outlet.event(
                    view.model_dump_json(),
                    event="settled" if settled else "progress",
                    id_=str(view.seq),
                )
                if settled:
                    return
                seen = view


async def _changes(parts: Parts, outlet: Outlet) -> None:
    with parts.changes.listener() as listener:
        while True:
            try:
                async with asyncio.timeout(KEEP_ALIVE_S):
                    await listener.woken.wait()
            except TimeoutError:
                await outlet.comment()
                continue
            await outlet.event(listener.take(), event="changed")
            await asyncio.sleep(_CHANGES_PACE_S)


@dataclass(frozen=True)
class _Wanted:
    """Which events a client wants."""

    type: str | None
    run_id: str | None

    def subjects(self) -> list[str] | None:
        """Filters of the log; none for all of it."""
        if self.type is None:
            if self.run_id is None:
                return None
            return [subjects.run_events(self.run_id), "runoff.comparison.>"]
        parts = _SUBJECTS[self.type].split(".")
        wild = ["*" if part.startswith("<") else part for part in parts]
        if self.run_id is not None and parts[1] == "run":
            wild[2] = self.run_id
        return [".".join(wild)]

    def fits(self, type_: object, data: object) -> bool:
        """Whether an event is wanted."""
        if self.type not in {None, type_}:
            return False
        if self.run_id is None:
            return True
        runs = data.get("run_ids", [data.get("run_id")]) if isinstance(data, dict) else []
        return self.run_id in runs


@dataclass(frozen=True)
class _Start:
    """Behind which event to begin: a message, and a place in it where it was read in part."""

    seq: int
    place: int | None = None

    @classmethod
    def of(cls, last_event_id: str | None, after: int) -> "_Start":
        if last_event_id is None:
            return cls(after)
        seq, dot, place = last_event_id.partition(".")
        return cls(int(seq), int(place) if dot else None)

    @property
    def after_seq(self) -> int:
        """What to read the log from: a message that was read in part is read again."""
        return self.seq if self.place is None else max(self.seq - 1, 0)

    def is_behind(self, seq: int, place: int) -> bool:
        """Whether the event stands behind this start."""
        if seq == self.seq:
            return self.place is not None and place > self.place
        return seq > self.seq


async def _feed(log: EventLog, wanted: _Wanted, start: _Start, outlet: Outlet) -> None:
    """Read on until an outage; the client then comes again with the id that it saw last."""
    try:
        async with (
            private_reader(
                log,
                "feed",
                after_seq=start.after_seq,
                batch=_BATCH_MESSAGES,
                filter_subjects=wanted.subjects(),
            ) as reader,
            asyncio.TaskGroup() as group,
        ):
            # One batch waits while the client takes the one before: a slow client reads slowly.
            batches: asyncio.Queue[list[Message]] = asyncio.Queue(maxsize=1)
            group.create_task(_pump(reader, batches))
            while True:
                await _hand_over(batches, wanted, start, outlet)
    except* (*NATS_AWAY, ConsumerGone) as errors:
        logger.info("feed.interrupted", errors=causes(errors))


async def _pump(reader: LogReader, batches: "asyncio.Queue[list[Message]]") -> None:
    async for batch in reader.batches():
        await batches.put(batch)


async def _hand_over(
    batches: "asyncio.Queue[list[Message]]", wanted: _Wanted, start: _Start, outlet: Outlet
) -> None:
    try:
        async with asyncio.timeout(KEEP_ALIVE_S):
            batch = await batches.get()
    except TimeoutError:
        await outlet.comment()
        return
    for message in batch:
        if len(message.body) > _FEW_BYTES:
            text = await asyncio.to_thread(_in_words, message, wanted, start)
        else:
            text = _in_words(message, wanted, start)
        await outlet.text(text or ": \n\n")


def _in_words(message: Message, wanted: _Wanted, start: _Start) -> str:
    """The wanted events of a message; a message that is no event is passed over."""
    try:
        return "".join(_events(message, wanted, start))
    except (ValueError, KeyError, TypeError) as error:
        logger.warning("feed.unreadable", seq=message.seq, error=repr(error))
        return ""


def _events(message: Message, wanted: _Wanted, start: _Start) -> Iterator[str]:
    headers = message.headers
    content = pydantic_core.from_json(message.body)
    if headers.get(CONTENT_TYPE) == BATCH_TYPE:
        for place, item in enumerate(content):
            if start.is_behind(message.seq, place) and wanted.fits(item["type"], item["data"]):
                yield _event(message, item, f"{message.seq}.{place}")
    elif wanted.fits(headers["ce-type"], content) and message.seq > start.seq:
        item = {
            "id": headers["ce-id"],
            "type": headers["ce-type"],
            "time": headers["ce-time"],
            "data": content,
        }
        yield _event(message, item, str(message.seq))


def _event(message: Message, item: dict[str, object], id_: str) -> str:
    data = {
        "seq": message.seq,
        "subject": message.subject,
        "id": item["id"],
        "type": item["type"],
        "time": item["time"],
        "data": item["data"],
    }
    return event_text(pydantic_core.to_json(data).decode(), id_=id_)
