"""A worker and a scorer that speak the real messages, and remember what they were asked."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error
from nats.js.errors import Error as JetStreamError

from runoff_contracts import envelope, subjects
from runoff_contracts.events.entry import (
    Attempt,
    AttemptError,
    EntryProcessed,
    EntryScored,
    Prediction,
)
from runoff_contracts.signals import Paused
from runoff_contracts.task import PRIORITIES, Priority
from runoff_contracts.work import WorkItem
from runoff_eventlog.errors import EventLogError
from runoff_eventlog.log import EventLog

N_CONTENDERS = 2
_ANSWER_S = 1.0
_AGAIN_S = 0.02

Answer = Callable[[int, int], str | None]
"""The label that a contender gives for an entry; none where it fails."""


def always_x(_index: int, _contender: int) -> str | None:
    return "x"


def free(_: WorkItem) -> float | None:
    return None


def a_second(_: WorkItem) -> float:
    return 1.0


@dataclass
class Crew:
    """Takes work by priority, answers it, scores it."""

    log: EventLog
    answer: Answer = always_x
    elapsed_s: Callable[[WorkItem], float] = a_second
    """What it says that a slice took; nothing is waited for."""
    n_hands: int = 1
    asked: list[WorkItem] = field(default_factory=list)
    """Each time that models would have been asked, in order."""
    held: list[WorkItem] = field(default_factory=list)
    """Everything that it took in hand."""
    cost_usd: Callable[[WorkItem], float | None] = free
    """What it says that a slice cost."""
    scores: bool = True
    is_over: bool = False
    """Set, it goes home."""
    open: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared, it takes work and holds it."""

    def __post_init__(self) -> None:
        self.open.set()
        self._paused: dict[str, int] = {}

    @property
    def n_repeated(self) -> int:
        """How often a slice was asked that had been asked before."""
        times = Counter((item.run_id, item.slice) for item in self.asked)
        return times.total() - len(times)

    async def work(self) -> None:
        """For ever, with as many hands as it has."""
        await self.log.nc.subscribe(subjects.paused("*"), cb=self._pause)
        async with asyncio.TaskGroup() as group:
            for _ in range(self.n_hands):
                group.create_task(self._work())

    async def _pause(self, msg: Msg) -> None:
        run_id = msg.subject.rpartition(".")[2]
        self._paused[run_id] = Paused.model_validate_json(msg.data).lifecycle_seq

    async def _work(self) -> None:
        while not self.is_over:
            try:
                for priority in PRIORITIES:
                    if (msg := await take(self.log.nc, priority)) is not None:
                        await self.settle(msg)
                        break
                else:
                    await asyncio.sleep(_AGAIN_S)
            except (Error, JetStreamError, EventLogError, TimeoutError, OSError):
                await asyncio.sleep(_AGAIN_S)

    async def settle(self, msg: Msg) -> None:
        """Answer and score one slice, then take it out of the queue."""
        item = WorkItem.model_validate_json(msg.data)
        if item.lifecycle_seq < self._paused.get(item.run_id, 0):
            await msg.ack()
            return
        self.held.append(item)
        await self.open.wait()
        self.asked.append(item)
        await self.append(item)
        await msg.ack()
        if self.scores:
            await self.append_scores(item)

    async def append(self, item: WorkItem) -> None:
        """What the models made of a slice, as the inference worker appends it."""
        facts = [self._processed(item, index) for index in range(item.start, item.start + item.n)]
        failed = [any(each.label is None for each in fact.predictions) for fact in facts]
        answers = [each.label is not None for fact in facts for each in fact.predictions]
        cost_usd = self.cost_usd(item)
        await self.log.append_slice(
            subjects.processed(item.run_id, item.slice),
            [(f"{item.run_id}:{fact.index}:processed:1", fact) for fact in facts],
            slice_id=f"{item.run_id}/{item.slice}",
            headers={
                envelope.SLICE_START: str(item.start),
                envelope.N_ENTRIES: str(item.n),
                envelope.N_ANSWERS: str(sum(answers)),
                envelope.N_FAILED: str(sum(failed)),
                envelope.ELAPSED_S: str(self.elapsed_s(item)),
                **({} if cost_usd is None else {envelope.COST_USD: str(cost_usd)}),
            },
        )

    async def append_scores(self, item: WorkItem) -> None:
        """As scoring does; the scores themselves are none of run-manager's business."""
        facts = [
            EntryScored(
                run_id=item.run_id, index=index, entry_id=f"e{index}", scores=[], answers=[]
            )
            for index in range(item.start, item.start + item.n)
        ]
        await self.log.append_slice(
            subjects.scored(item.run_id, item.slice),
            [(f"{item.run_id}:{fact.index}:scored:1", fact) for fact in facts],
            slice_id=f"{item.run_id}/{item.slice}/scored",
            headers={envelope.N_ENTRIES: str(item.n)},
        )

    def _processed(self, item: WorkItem, index: int) -> EntryProcessed:
        return EntryProcessed(
            run_id=item.run_id,
            index=index,
            entry_id=f"e{index}",
            predictions=[self._prediction(index, place) for place in range(N_CONTENDERS)],
            worker="crew",
        )

    def _prediction(self, index: int, contender: int) -> Prediction:
        label = self.answer(index, contender)
        error = AttemptError(error_class="exception", message=f"no idea about {index}")
        attempt = Attempt(
            started_at=datetime.now(UTC), duration_s=0.0, error=None if label else error
        )
        return Prediction(contender=contender, label=label, attempts=[attempt])


async def take(nc: Client, priority: Priority) -> Msg | None:
    """The next work item of a priority; none where there is none now."""
    # The old style has an inbox of its own: deliveries keep the subject of the queue, by which
    # the shared inbox could not tell whose answer this is.
    msg = await nc.request(
        f"$JS.API.CONSUMER.MSG.NEXT.{subjects.WORK_STREAM}.work-{priority}",
        b'{"batch": 1, "no_wait": true}',
        timeout=_ANSWER_S,
        old_style=True,
    )
    return None if "Status" in (msg.headers or {}) else msg


@asynccontextmanager
async def at_work(nats_url: str, crew: Crew | None = None, **named: object) -> AsyncIterator[Crew]:
    """A crew with a connection of its own, at work for as long as the block lasts."""
    nc = await nats.connect(nats_url, reconnect_time_wait=0.05, max_reconnect_attempts=-1)
    crew = crew or Crew(EventLog(nc, source="runoff/crew"))
    for name, value in named.items():
        setattr(crew, name, value)
    task = asyncio.ensure_future(crew.work())
    try:
        yield crew
    finally:
        # `wait_for` of Python 3.11 loses a cancellation that comes with its result, and a task
        # group cancels its tasks once.
        crew.is_over = True
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await nc.close()
