"""What becomes of one work item: answered, appended, acknowledged; or handed back, or settled."""

import asyncio
from collections.abc import Callable

import structlog
from obstore.exceptions import BaseError as StoreError

from runoff_contracts import subjects
from runoff_contracts.work import WorkItem
from runoff_eventlog.log import EventLog
from runoff_eventlog.tracing import context_of
from runoff_inference_worker.append import append_slice
from runoff_inference_worker.environment import Environment
from runoff_inference_worker.errors import RunUnknown
from runoff_inference_worker.instruments import entries_settled
from runoff_inference_worker.leases import Held, Leases, in_vain
from runoff_inference_worker.longest import Facts
from runoff_inference_worker.patience import patiently
from runoff_inference_worker.pictures import Memory, Pictures
from runoff_inference_worker.runs import OpenRun, Runs
from runoff_inference_worker.slices import Sheet, Slice, unanswered
from runoff_inference_worker.taking import Taken, take_over
from runoff_objects.entry_set import EntryRow, open_entry_set
from runoff_objects.errors import ObjectError
from runoff_objects.store import Objects
from runoff_runtime.telemetry import tracer

MOST_FAILURES = 5
"""Deliveries after which an item that our own code fails on is settled as failed."""
MOST_DELIVERIES = 12
"""Deliveries after which an item is not even tried: it ends every worker that touches it."""
_LONGEST_DELAY_S = 30.0
_REMEMBERED = 10_000

logger = structlog.get_logger(__name__)


class Canceled:
    """Runs that were canceled while this worker lives."""

    def __init__(self) -> None:
        self._runs: dict[str, None] = {}

    def __contains__(self, run_id: str) -> bool:
        return run_id in self._runs

    def add(self, run_id: str) -> None:
        """Remember a run; the oldest is forgotten when there are very many."""
        self._runs[run_id] = None
        if len(self._runs) > _REMEMBERED:
            del self._runs[next(iter(self._runs))]


class Paused:
    """Runs that were paused while this worker lives, and what of them is not to be begun."""

    def __init__(self) -> None:
        self._seqs: dict[str, int] = {}

    def add(self, run_id: str, seq: int) -> None:
        """Items handed out before `seq` are not to be begun; those of after a resumption are."""
        self._seqs[run_id] = max(seq, self._seqs.pop(run_id, 0))
        if len(self._seqs) > _REMEMBERED:
            del self._seqs[next(iter(self._seqs))]

    def __contains__(self, item: WorkItem) -> bool:
        return item.lifecycle_seq < self._seqs.get(item.run_id, 0)


class Work:
    """Carries out work items, several side by side."""

    def __init__(
        self,
        log: EventLog,
        objects: Objects,
        runs: Runs,
        leases: Leases,
        canceled: Canceled,
        *,
        pictures: Pictures,
        memory: Memory,
        worker: str,
        on_open: Callable[[], None],
    ) -> None:
        """Prepare to work; `on_open` is told when more is known of what an item's run can use."""
        self._log, self._objects, self._runs = log, objects, runs
        self._leases, self._canceled = leases, canceled
        self._pictures, self._memory = pictures, memory
        self._worker, self._on_open = worker, on_open
        self._paused, self._environment = Paused(), Environment()
        self._slices: dict[tuple[str, int], Slice] = {}

    async def do(self, held: Held) -> None:
        """See to one item. Whatever happens in it ends neither the process nor another item."""
        try:
            await self._carry_out(held)
        except Exception as error:  # the outermost loop of an item
            where = {"run_id": held.item.run_id, "slice": held.item.slice}
            if _is_outage(error):
                logger.warning("store.unavailable", error=repr(error), **where)
                await self._back(held)
                return
            logger.exception("slice.failed", n_delivered=held.n_delivered, **where)
            await self._failed(held)

    def pause(self, run_id: str, seq: int) -> None:
        """Let go of what was not begun of a run; what a model was asked about is seen through."""
        self._paused.add(run_id, seq)
        now = asyncio.get_running_loop().time()
        for held in self._leases:
            slice_ = self._slices.get(held.key)
            if held.item in self._paused and held.canceling and slice_ and not slice_.has_begun:
                held.canceling.reschedule(now)

    async def _carry_out(self, held: Held) -> None:
        item = held.item
        if item.run_id in self._canceled or item in self._paused or await self._is_in_log(held):
            await self._leases.done(held)
            return
        if held.n_delivered > MOST_DELIVERIES:
            n_tries = held.n_delivered - 1
            await self._settle(held, in_vain("slice", n_tries))
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
                    if run.paused_seq is not None:
                        self._paused.add(item.run_id, run.paused_seq)
                    if not run.is_settled and item not in self._paused:
                        await self._answer(run, held)
            except RunUnknown as error:
                logger.warning("work.of_unknown_run", error=str(error))
            await self._leases.done(held)

    async def _is_in_log(self, held: Held) -> bool:
        """Whether a worker before us got as far as the log."""
        if held.n_delivered == 1:
            return False
        subject = subjects.processed(held.item.run_id, held.item.slice)
        return await patiently(lambda: self._log.last(subject)) is not None

    async def _answer(self, run: OpenRun, held: Held) -> None:
        held.n_useful = run.n_useful
        self._on_open()
        rows = await run.entries.rows(held.item.start, held.item.n)
        sheet = Sheet(held.item, rows, len(run.created.contenders))
        answers: Taken = {}
        if (taker := run.taker) is not None:
            answers = await patiently(lambda: taker.answers(held.item.start, len(rows)))
            take_over(sheet, answers, taker.taken)
        slice_ = Slice(
            sheet,
            run.askers,
            rank=held.rank,
            rest=run.rest,
            judges=run.judges,
            judged={place - held.item.start: each.judgements for place, each in answers.items()},
        )
        try:
            async with asyncio.timeout(None) as held.canceling:
                self._slices[held.key] = slice_
                if held.item in self._paused:
                    return
                if held.item.run_id not in self._canceled:
                    await slice_.answer(self._pictures, self._memory)
        except TimeoutError:
            where = {"run_id": held.item.run_id, "slice": held.item.slice}
            if held.item.run_id in self._canceled:
                logger.info("slice.canceled", **where)
            elif held.item in self._paused:
                # Not even what was taken over is appended: the slice comes again, whole.
                logger.info("slice.put_off", **where)
                return
            else:
                raise
        finally:
            held.canceling = None
            self._slices.pop(held.key, None)
        elapsed_s = slice_.elapsed_s
        facts = sheet.facts(self._worker)
        if facts:
            await self._append(held, facts, elapsed_s=elapsed_s)

    async def _append(self, held: Held, facts: Facts, *, elapsed_s: float) -> None:
        facts = await self._environment.tell(held.item.run_id, facts)
        await patiently(lambda: append_slice(self._log, held.item, facts, elapsed_s=elapsed_s))
        self._environment.told(held.item.run_id)
        entries_settled(len(facts))
        self._leases.answered(len(facts), elapsed_s=elapsed_s)

    async def _failed(self, held: Held) -> None:
        """Hand an item back that we failed on, later each time; at last settle it."""
        if held.n_delivered >= MOST_FAILURES:
            try:
                await self._settle(held, "the worker failed on this slice; its log says why")
            except Exception:  # as in `do`
                logger.exception("slice.not_settled", run_id=held.item.run_id)
            else:
                return
        await self._back(held)

    async def _back(self, held: Held) -> None:
        delay_s = min(0.25 * 2.0**held.n_delivered, _LONGEST_DELAY_S)
        await self._leases.back(held, delay_s=delay_s)

    async def _settle(self, held: Held, reason: str) -> None:
        """Write that nobody answered, so that the run does not hang."""
        item = held.item
        try:
            created = await patiently(lambda: self._runs.created(item.run_id))
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


def _is_outage(error: BaseException) -> bool:
    """Whether it was the object store that did not answer: waiting mends that, not settling."""
    if isinstance(error, BaseExceptionGroup):
        return all(_is_outage(each) for each in error.exceptions)
    return isinstance(error, StoreError)
