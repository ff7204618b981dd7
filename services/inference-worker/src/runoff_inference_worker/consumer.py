"""Takes work items, answers them, appends what was answered, acknowledges.

Several items are in hand at once, so that no model waits while a slice is appended. Nothing that
happens to one item ends the process or another item.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import TypeVar

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import APIError
from pydantic import ValidationError

from runoff_contracts import subjects
from runoff_contracts.work import WorkItem
from runoff_eventlog.errors import AppendTooLarge, EventLogError
from runoff_eventlog.log import EventLog
from runoff_eventlog.tracing import context_of
from runoff_inference_worker.append import Facts, append_slice
from runoff_inference_worker.errors import RunUnknown
from runoff_inference_worker.leases import Held, Leases
from runoff_inference_worker.pictures import Memory, Pictures
from runoff_inference_worker.pulls import Pulls, order
from runoff_inference_worker.runs import OpenRun, Runs
from runoff_inference_worker.slices import Sheet, Slice, unanswered
from runoff_objects.entry_set import EntryRow, open_entry_set
from runoff_objects.errors import ObjectError
from runoff_objects.store import Objects
from runoff_runtime.telemetry import tracer

T = TypeVar("T")

MOST_ITEMS = 512
MOST_FAILURES = 5
"""Deliveries after which an item that our own code fails on is settled as failed."""
MOST_DELIVERIES = 12
"""Deliveries after which an item is not even tried: it ends every worker that touches it."""
_PATIENCE_S = 5.0
_ABSENT_S = 0.2
_SWEEP_S = 5.0
_REMEMBERED = 10_000

logger = structlog.get_logger(__name__)


class Consumer:
    """The work loop of one worker."""

    def __init__(
        self,
        log: EventLog,
        objects: Objects,
        runs: Runs,
        pictures: Pictures,
        memory: Memory,
        *,
        worker: str,
        grace_s: float,
    ) -> None:
        self._log, self._objects, self._runs = log, objects, runs
        self._pictures, self._memory = pictures, memory
        self._worker, self._grace_s = worker, grace_s
        self._nc: Client = log.nc
        self._leases = Leases(log.nc, worker=worker)
        self._pulls = Pulls(log.nc, self._deliver)
        self._room = asyncio.Event()
        self._canceled: dict[str, None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._group: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Work until canceled; then finish or hand back what is in hand."""
        canceled = await self._nc.subscribe(subjects.canceled("*"), cb=self._cancel)
        await self._pulls.open()
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                for keep in (
                    self._leases.keep,
                    self._leases.tell,
                    self._leases.beat,
                    self._sweep,
                ):
                    group.create_task(keep())
                try:
                    await self._pull()
                finally:
                    await self._finish()
        finally:
            if not self._nc.is_closed:
                await canceled.unsubscribe()
            await self._runs.close()

    async def _pull(self) -> None:
        turn = 0
        while True:
            n_items = self._n_wanted()
            if n_items == 0:
                self._room.clear()
                await self._room.wait()
                continue
            for priority in order(turn):
                if await self._pulls.ask(priority, n_items):
                    break
            else:
                await self._pulls.wait()
            turn += 1

    def _n_wanted(self) -> int:
        """Items to ask for: some when idle, else as many as keep all slots busy, and two."""
        n_held = len(self._leases)
        if n_held == 0:
            return 1
        n_entries = self._leases.n_entries
        n_useful = 2 * max(held.n_useful for held in self._leases)
        n_lacking = (n_useful - n_entries) * n_held // n_entries
        return max(min(n_lacking, MOST_ITEMS - n_held), 2 - n_held, 0)

    def _deliver(self, msg: Msg) -> None:
        """Start on an item, in a task of its own."""
        try:
            item = WorkItem.model_validate_json(msg.data)
        except ValidationError:
            logger.exception("work.malformed", subject=msg.subject)
            self._spawn(msg.term())
            return
        held = self._leases.take(msg, item)
        if held is not None:
            self._spawn(self._work(held))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        if self._group is None:
            work.close()
            return
        task = self._group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, held: Held) -> None:
        try:
            await self._carry_out(held)
        except Exception:  # the outermost loop of an item: no bug of ours ends the others
            logger.exception(
                "slice.failed",
                run_id=held.item.run_id,
                slice=held.item.slice,
                n_delivered=held.n_delivered,
            )
            await self._failed(held)
        finally:
            self._room.set()

    async def _carry_out(self, held: Held) -> None:
        item = held.item
        if item.run_id in self._canceled or await self._is_in_log(held):
            await self._leases.done(held)
            return
        if held.n_delivered > MOST_DELIVERIES:
            n_tries = held.n_delivered - 1
            await self._settle(held, f"the slice was handed out {n_tries} times in vain")
            return
        attributes: dict[str, str | int] = {
            "runoff.run_id": item.run_id,
            "runoff.n_entries": item.n,
        }
        with tracer.start_as_current_span(
            "answer slice", context=context_of(held.headers), attributes=attributes
        ):
            try:
                async with self._runs.use(item.run_id) as run:
                    if not run.is_settled:
                        await self._answer(run, held)
            except RunUnknown as error:
                logger.warning("work.of_unknown_run", error=str(error))
            await self._leases.done(held)

    async def _is_in_log(self, held: Held) -> bool:
        """Whether a worker before us got as far as the log."""
        if held.n_delivered == 1:
            return False
        subject = subjects.processed(held.item.run_id, held.item.slice)
        return await _patiently(lambda: self._log.last(subject)) is not None

    async def _answer(self, run: OpenRun, held: Held) -> None:
        held.n_useful = run.n_useful
        self._room.set()
        rows = await run.entries.rows(held.item.start, held.item.n)
        sheet = Sheet(held.item, rows, len(run.askers))
        slice_ = Slice(sheet, run.askers, rank=held.rank, rest=run.rest)
        try:
            async with asyncio.timeout(None) as held.canceling:
                if held.item.run_id not in self._canceled:
                    await slice_.answer(self._pictures, self._memory)
        except TimeoutError:
            if held.item.run_id not in self._canceled:
                raise
            logger.info("slice.canceled", run_id=held.item.run_id, slice=held.item.slice)
        finally:
            held.canceling = None
        elapsed_s = slice_.elapsed_s
        facts = sheet.facts(self._worker)
        if facts:
            await self._append(held, facts, elapsed_s=elapsed_s)

    async def _append(self, held: Held, facts: Facts, *, elapsed_s: float) -> None:
        await _patiently(lambda: append_slice(self._log, held.item, facts, elapsed_s=elapsed_s))
        self._leases.n_entries_done += len(facts)

    async def _failed(self, held: Held) -> None:
        """Hand an item back that we failed on, later each time; at last settle it."""
        if held.n_delivered >= MOST_FAILURES:
            try:
                await self._settle(held, "the worker failed on this slice; its log says why")
            except Exception:  # as in `_work`
                logger.exception("slice.not_settled", run_id=held.item.run_id)
            else:
                return
        await self._leases.back(held, delay_s=min(0.25 * 2**held.n_delivered, 30.0))

    async def _settle(self, held: Held, reason: str) -> None:
        """Write that nobody answered, so that the run does not hang."""
        item = held.item
        try:
            created = await _patiently(lambda: self._runs.created(item.run_id))
        except RunUnknown:
            await self._leases.done(held)
            return
        try:
            entries = await open_entry_set(self._objects, created.entries)
            rows = await entries.rows(item.start, item.n)
        except ObjectError:
            n_entries = min(item.n, created.n_entries - item.start)
            rows = [EntryRow(id=f"entry {item.start + place}") for place in range(n_entries)]
        facts = unanswered(created, item, rows, reason, self._worker)
        await self._append(held, facts, elapsed_s=0.0)
        await self._leases.done(held)

    async def _cancel(self, msg: Msg) -> None:
        """A run was canceled: stop what is under way of it, and take none of it any more."""
        run_id = msg.subject.rpartition(".")[2]
        self._canceled[run_id] = None
        if len(self._canceled) > _REMEMBERED:
            del self._canceled[next(iter(self._canceled))]
        for held in self._leases:
            if held.item.run_id == run_id and held.canceling is not None:
                held.canceling.reschedule(asyncio.get_running_loop().time())

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_S)
            await self._runs.sweep()

    async def _finish(self) -> None:
        """Give slices under way a moment, then hand back the rest for others to take at once."""
        # First of all: an item that is handed back would come to a pull request of our own.
        await self._pulls.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._grace_s)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        n_back = len(self._leases)
        for held in self._leases:
            await self._leases.back(held)
        if n_back:
            logger.info("work.handed_back", n_items=n_back)
        if self._nc.is_connected:
            await self._nc.flush(timeout=2)


async def _patiently(do: Callable[[], Awaitable[T]]) -> T:
    """Until the log answers: what models have said is not thrown away because it was away."""
    wait_s = 0.25
    while True:
        try:
            return await do()
        except AppendTooLarge:
            raise
        except (EventLogError, APIError) as error:
            logger.warning("log.unavailable", error=str(error))
        await asyncio.sleep(wait_s)
        wait_s = min(2 * wait_s, _PATIENCE_S)
