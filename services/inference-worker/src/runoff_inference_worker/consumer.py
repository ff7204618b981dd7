"""Takes work items by priority, as many as keep every model busy, until told to stop.

Several items are in hand at once, so that no model waits while a slice is appended.
"""

import asyncio
from collections.abc import Coroutine

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import ValidationError

from runoff_contracts import subjects
from runoff_contracts.signals import Paused
from runoff_contracts.work import WorkItem
from runoff_eventlog.log import EventLog
from runoff_inference_worker.leases import Held, Leases
from runoff_inference_worker.pictures import Memory, Pictures
from runoff_inference_worker.pulls import Pulls, order
from runoff_inference_worker.runs import Runs
from runoff_inference_worker.work import Canceled, Work
from runoff_objects.store import Objects

_SWEEP_S = 5.0

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
        self._nc: Client = log.nc
        self._runs, self._grace_s = runs, grace_s
        self._leases = Leases(log.nc, worker=worker)
        self._pulls = Pulls(log.nc, self._deliver)
        self._canceled = Canceled()
        self._room = asyncio.Event()
        self._work = Work(
            log,
            objects,
            runs,
            self._leases,
            self._canceled,
            pictures=pictures,
            memory=memory,
            worker=worker,
            on_open=self._room.set,
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._group: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Work until canceled; then finish or hand back what is in hand."""
        canceled = await self._nc.subscribe(subjects.canceled("*"), cb=self._cancel)
        paused = await self._nc.subscribe(subjects.paused("*"), cb=self._pause)
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
                await paused.unsubscribe()
            await self._runs.close()

    async def _pull(self) -> None:
        turn = 0
        while True:
            n_items = self._leases.n_wanted
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
            self._spawn(self._do(held))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        if self._group is None:
            work.close()
            return
        task = self._group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(self, held: Held) -> None:
        try:
            await self._work.do(held)
        finally:
            self._room.set()

    async def _cancel(self, msg: Msg) -> None:
        """A run was canceled: stop what is under way of it, and take none of it any more."""
        run_id = msg.subject.rpartition(".")[2]
        if run_id in self._canceled:
            return
        self._canceled.add(run_id)
        for held in self._leases:
            if held.item.run_id == run_id and held.canceling is not None:
                held.canceling.reschedule(asyncio.get_running_loop().time())

    async def _pause(self, msg: Msg) -> None:
        """A run was paused: begin nothing of it that was handed out before."""
        try:
            paused = Paused.model_validate_json(msg.data)
        except ValidationError:
            logger.exception("signal.malformed", subject=msg.subject)
            return
        self._work.pause(msg.subject.rpartition(".")[2], paused.lifecycle_seq)

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
