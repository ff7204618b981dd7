"""Answers entries that somebody asks about again, straight from the log.

All workers share one consumer of the log, and each message is one entry. A message that a dead
worker held comes to another one; what the log has is not asked twice.
"""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import Error as JetStreamError
from pydantic import ValidationError

from runoff_contracts import subjects
from runoff_contracts.errors import ContractError
from runoff_contracts.events.again import EntryAnsweredAgain, EntryAskedAgain
from runoff_contracts.events.entry import Attempt, Prediction
from runoff_contracts.events.lifecycle import RunCreated
from runoff_contracts.work import WorkItem
from runoff_eventlog.bootstrap import ASKED_AGAIN, ASKED_AGAIN_WAIT_S
from runoff_eventlog.canceling import heeding
from runoff_eventlog.errors import ConflictingAppend
from runoff_eventlog.log import EventLog
from runoff_eventlog.message import Message
from runoff_eventlog.tracing import context_of
from runoff_inference_worker.attempts import Asker
from runoff_inference_worker.errors import RunUnknown, Unavailable
from runoff_inference_worker.instruments import Instruments, entries_settled
from runoff_inference_worker.leases import in_vain
from runoff_inference_worker.pictures import Memory, Pictures
from runoff_inference_worker.provider import Anchor
from runoff_inference_worker.runs import Runs
from runoff_inference_worker.slices import Sheet, Slice
from runoff_objects.entry_set import open_entry_set
from runoff_objects.store import Objects
from runoff_runtime.telemetry import tracer

_AT_ONCE = 8
_WAIT_S = 5.0
_PAUSE_S = 1.0
MOST_DELIVERIES = 5
"""After which an entry that no worker gets done is answered as failed."""

logger = structlog.get_logger(__name__)


class Again:
    """The loop of one worker over what is asked again."""

    def __init__(
        self,
        log: EventLog,
        objects: Objects,
        runs: Runs,
        *,
        pictures: Pictures,
        memory: Memory,
        worker: str,
    ) -> None:
        self._log, self._objects, self._runs = log, objects, runs
        self._pictures, self._memory, self._worker = pictures, memory, worker
        self._bound: JetStreamContext.PullSubscription | None = None

    async def run(self, nc: Client) -> None:
        """Answer until canceled; what is not done by then comes to another worker."""
        js = nc.jetstream(timeout=5)
        slots = asyncio.Semaphore(_AT_ONCE)
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    await slots.acquire()
                    msg = await self._next(js)
                    if msg is None:
                        slots.release()
                    else:
                        group.create_task(self._see_to(msg, slots))
        finally:
            # A server's last word that nobody read would hold up the end of this process.
            await self._unsubscribe()

    async def _next(self, js: JetStreamContext) -> Msg | None:
        """The next message; none where none came for a while, or the log is away."""
        try:
            if self._bound is None:
                bound = js.pull_subscribe_bind(ASKED_AGAIN, subjects.LOG_STREAM)
                self._bound = await heeding(bound)
            (msg,) = await heeding(self._bound.fetch(1, timeout=_WAIT_S))
        except TimeoutError:
            return None
        except (NatsError, JetStreamError, OSError) as error:
            logger.warning("log.unavailable", error=repr(error))
            await self._unsubscribe()
            await asyncio.sleep(_PAUSE_S)
            return None
        return msg

    async def _unsubscribe(self) -> None:
        bound, self._bound = self._bound, None
        if bound is not None:
            with suppress(NatsError, OSError):
                await bound.unsubscribe()

    async def _see_to(self, msg: Msg, slots: asyncio.Semaphore) -> None:
        """One message; whatever happens in it ends neither the loop nor the process."""
        keeping = asyncio.create_task(_keep(msg))
        try:
            await self._answer(msg)
            await msg.ack()
        except (ContractError, ValidationError):
            logger.exception("entry.unreadable", subject=msg.subject)
            await msg.term()
        except Exception as error:  # the outermost loop of an item
            logger.warning("entry.not_answered", subject=msg.subject, error=repr(error))
            await msg.nak(delay=_PAUSE_S)
        finally:
            keeping.cancel()
            slots.release()

    async def _answer(self, msg: Msg) -> None:
        message = Message.delivered(msg)
        asked = message.events()[0][1]
        if not isinstance(asked, EntryAskedAgain) or await self._is_answered(asked):
            return
        with tracer.start_as_current_span("answer again", context=context_of(message.headers)):
            try:
                created = await self._runs.created(asked.run_id)
            except RunUnknown as error:
                logger.warning("entry.of_unknown_run", error=str(error))
                return
            if msg.metadata.num_delivered > MOST_DELIVERIES:
                n_tries = msg.metadata.num_delivered - 1
                predictions = _failed(asked, in_vain("entry", n_tries))
            else:
                predictions = await self._predictions(asked, created)
            await self._append(asked, predictions)

    async def _predictions(self, asked: EntryAskedAgain, created: RunCreated) -> list[Prediction]:
        entries = await open_entry_set(self._objects, created.entries)
        rows = await entries.rows(asked.index, 1)
        askers = [
            Asker(
                place,
                await self._runs.model(created.contenders[position], created),
                created.config,
                Instruments(created.contenders[position].model),
            )
            for place, position in enumerate(asked.contenders)
        ]
        anchor = None
        if asked.seed is not None and asked.mode != "rerun":
            anchor = Anchor(asked.mode, asked.seed.text)
        item = WorkItem(run_id=asked.run_id, slice=0, start=asked.index, n=1)
        sheet = Sheet(item, rows, len(askers))
        try:
            slice_ = Slice(sheet, askers, rank=0, rest=None, anchor=anchor)
            await slice_.answer(self._pictures, self._memory)
        finally:
            for asker in askers:
                await asker.model.close()
        ((_, fact),) = sheet.facts(self._worker)
        entries_settled(1)
        return [
            each.model_copy(update={"contender": position})
            for position, each in zip(asked.contenders, fact.predictions, strict=True)
        ]

    async def _is_answered(self, asked: EntryAskedAgain) -> bool:
        return asked.answer_version in {
            event.answer_version
            for message in await self._log.read(subjects.entry(asked.run_id, asked.index))
            for _, event in message.events()
            if isinstance(event, EntryAnsweredAgain)
        }

    async def _append(self, asked: EntryAskedAgain, predictions: list[Prediction]) -> None:
        """Append behind whatever stands there: versions may be answered in any order.

        Raises:
            EventLogError: When the log does not answer.
        """
        subject = subjects.entry(asked.run_id, asked.index)
        event = EntryAnsweredAgain(
            run_id=asked.run_id,
            index=asked.index,
            entry_id=asked.entry_id,
            answer_version=asked.answer_version,
            predictions=predictions,
            worker=self._worker,
            answered_at=datetime.now(UTC),
        )
        while not await self._is_answered(asked):
            last = await self._log.last(subject)
            try:
                await self._log.append(
                    subject,
                    [event],
                    append_id=f"{asked.run_id}:{asked.index}:answered:{asked.answer_version}",
                    expected_seq=last.seq if last else 0,
                    correlation_id=asked.run_id,
                    causation_id=asked.command_id,
                )
            except ConflictingAppend:
                continue


def _failed(asked: EntryAskedAgain, reason: str) -> list[Prediction]:
    attempt = Attempt(
        started_at=datetime.now(UTC),
        duration_s=0.0,
        error=Unavailable(reason, retry=False).fact(),
    )
    return [Prediction(contender=each, attempts=[attempt]) for each in asked.contenders]


async def _keep(msg: Msg) -> None:
    """Extend the lease until canceled."""
    while True:
        await asyncio.sleep(ASKED_AGAIN_WAIT_S / 3)
        await msg.in_progress()
