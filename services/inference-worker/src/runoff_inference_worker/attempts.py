"""Asks one contender's model: slots, batches, limit, retries, and the record of every attempt.

All providers go through here, so that `timeout_s`, `retries` and `concurrency` mean the same for
each of them, and so that no failed call is lost.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from runoff_contracts.events.entry import Attempt, Prediction
from runoff_contracts.run_config import RunConfig
from runoff_inference_worker.errors import AttemptFailed, RateLimited
from runoff_inference_worker.feed import Feed, Pending
from runoff_inference_worker.instruments import Instruments
from runoff_inference_worker.provider import Answer, Model, Reply
from runoff_inference_worker.rates import Rates
from runoff_inference_worker.retries import is_worth_it, retry_delay
from runoff_inference_worker.slots import AdaptiveSlots, Slots
from runoff_inference_worker.tally import cost_of, usage_of

Report = Callable[[int, Prediction], None]
"""Takes the place of an entry in its slice and what the contender made of it."""

_TOO_BUSY = {503, 529}
"""Of a server that has too much to do; 529 is what Anthropic answers."""


@dataclass(frozen=True, slots=True)
class _Start:
    """What was the case when a call began."""

    queue_s: float
    """How long its first entry waited for a slot and for the rates."""
    n_slots: int | None
    round: int
    n_booked: float


class Asker:
    """One contender of a run on this worker, shared by all of the run's slices."""

    def __init__(
        self,
        position: int,
        model: Model,
        config: RunConfig,
        instruments: Instruments,
        *,
        adapts: bool = False,
        looks: bool = True,
    ) -> None:
        """Prepare to ask; `adapts` and `looks` as the provider says them."""
        self.looks = looks
        self.position, self.model = position, model
        self._config, self._instruments = config, instruments
        self._adaptive = AdaptiveSlots(config.concurrency) if adapts else None
        self._slots = self._adaptive or Slots(config.concurrency)
        self._rates = Rates.of(config)

    async def settle(self, feed: Feed, report: Report, *, rank: int) -> None:
        """Ask until every entry of the feed is settled.

        Args:
            rank: Of the slice; lower ones get free slots first.
        """
        async with asyncio.TaskGroup() as calls:
            while await feed.ready(self._n_wanted()):
                await self._slots.take(rank)
                n_booked = await self._in_rates() if self._rates else 0.0
                if not feed.is_ready(self._n_wanted()):
                    self._slots.free()  # other slots' calls took the rest meanwhile
                    continue
                batch = feed.take(self._n_wanted())
                calls.create_task(self._calls(batch, n_booked, feed, report, rank))

    async def _calls(
        self, batch: list[Pending], n_booked: float, feed: Feed, report: Report, rank: int
    ) -> None:
        """Make calls, one after another, for as long as their slot is this slice's.

        In one task: from an answer to the next call by way of a free slot takes four turns of the
        event loop, in each of which all other answers that came meanwhile take theirs.
        """
        try:
            while batch:
                await self._call(batch, self._start(batch[0], n_booked), feed, report)
                if self._adaptive is None:
                    await asyncio.sleep(0)  # a model at hand may have answered without a wait
                batch = self._following(feed, rank)
        finally:
            self._slots.free()

    def _following(self, feed: Feed, rank: int) -> list[Pending]:
        """What to ask next in a slot that is held; nothing where that is not this slice's turn."""
        n_wanted = self._n_wanted()
        if self._rates or not self._slots.may_keep(rank) or not feed.is_ready(n_wanted):
            return []
        return feed.take(n_wanted)

    def refuse(self, place: int, error: AttemptFailed, report: Report) -> None:
        """Settle an entry that no model can be asked about."""
        attempt = Attempt(started_at=datetime.now(UTC), duration_s=0.0, error=error.fact())
        self._instruments.attempts(1, 0.0, error)
        report(place, Prediction(contender=self.position, attempts=[attempt]))

    def _n_wanted(self) -> int:
        return self.model.n_wanted(self._config.batch_size)

    async def _in_rates(self) -> float:
        """Wait until the rates allow a call; the slot is given back where the wait is canceled."""
        try:
            return await self._rates.wait() if self._rates else 0.0
        except asyncio.CancelledError:
            self._slots.free()
            raise

    def _start(self, first: Pending, n_booked: float) -> _Start:
        waited_s = time.perf_counter() - (first.ready_s or first.first_ready_s)
        if self._adaptive is None:
            return _Start(waited_s, None, 0, n_booked)
        return _Start(waited_s, self._adaptive.limit, self._adaptive.round, n_booked)

    async def _call(self, batch: list[Pending], start: _Start, feed: Feed, report: Report) -> None:
        """Make one call, and settle its entries or hand them back to the feed."""
        began_s, started_at = time.perf_counter(), datetime.now(UTC)
        replies: Sequence[Reply] = ()
        try:
            with self._instruments.call(len(batch)):
                replies = await self.model.answer(
                    [pending.ask for pending in batch], self._config.timeout_s
                )
        except AttemptFailed as error:
            duration_s = time.perf_counter() - began_s
            reply = Reply(error, started_at, duration_s, len(batch), error.usage, error.cost_usd)
            replies = [reply] * len(batch)
            if len(batch) > 1 and error.retry:
                self._ask_alone(batch, reply, start, feed)
                return
        finally:
            self._learn(replies, start)
        n_settled, now_s = 0, time.perf_counter()
        made = self._attempts(replies, start)
        for pending, reply, attempt in zip(batch, replies, made, strict=False):
            pending.attempts.append(attempt)
            outcome = reply.outcome
            if isinstance(outcome, Answer):
                report(pending.place, self._answered(pending, outcome, reply, now_s))
                n_settled += 1
            else:
                n_settled += self._gave_up(pending, outcome, feed, report)
        if len(replies) < len(batch):
            feed.again(batch[len(replies) :])
        feed.settled(n_settled)

    def _learn(self, replies: Sequence[Reply], start: _Start) -> None:
        """Adapt slots and rates to how the call went, while it holds its slot."""
        if self._adaptive is not None and replies:
            outcome = replies[0].outcome
            if _is_overload(outcome):
                self._adaptive.overloaded(start.round)
            elif isinstance(outcome, Answer) and not replies[0].is_cached:
                self._adaptive.answered()
        if self._rates is not None:
            self._rates.used(replies[0].usage if replies else None, n_booked=start.n_booked)

    def _answered(self, pending: Pending, answer: Answer, reply: Reply, now_s: float) -> Prediction:
        attempts = pending.attempts
        usage, cost_usd = reply.usage, reply.cost_usd
        if len(attempts) > 1:
            usage, cost_usd = usage_of(attempts), cost_of(attempts)
        # Models that answer in microseconds answer with labels, which need no second look.
        make = Prediction.trusted if _is_plain_label(answer) else Prediction
        return make(
            contender=self.position,
            label=answer.label,
            boxes=answer.boxes,
            point=answer.point,
            text=answer.text,
            data=answer.data,
            confidence=answer.confidence,
            probabilities=answer.probabilities,
            logprob=answer.logprob,
            latency_s=reply.duration_s / reply.n_batch if reply.is_timed else None,
            usage=usage,
            cost_usd=cost_usd,
            total_s=round(now_s - pending.first_ready_s, 6),
            cached=reply.is_cached,
            attempts=attempts,
        )

    def _gave_up(
        self, pending: Pending, outcome: AttemptFailed, feed: Feed, report: Report
    ) -> bool:
        """Deal with a failed attempt; False where the entry is to be asked again."""
        pending.n_tried += 1
        if not is_worth_it(outcome) or pending.n_tried > self._config.retries:
            report(pending.place, self._failed(pending))
            return True
        delay_s = round(retry_delay(pending.n_tried, outcome), 6)
        _wait_before_next(pending, delay_s)
        asyncio.get_running_loop().call_later(delay_s, feed.again, [pending])
        return False

    def _failed(self, pending: Pending) -> Prediction:
        return Prediction(
            contender=self.position,
            usage=usage_of(pending.attempts),
            cost_usd=cost_of(pending.attempts),
            total_s=_since(pending.first_ready_s),
            attempts=pending.attempts,
        )

    def _ask_alone(self, batch: list[Pending], reply: Reply, start: _Start, feed: Feed) -> None:
        """No entry of a batch got an answer, and one of them may be to blame: ask each by itself.

        The failed call is kept, but is not counted among an entry's retries.
        """
        attempt = self._attempts([reply], start)[0]
        for pending in batch:
            pending.attempts.append(attempt)
            _wait_before_next(pending, 0.0)
        feed.again(batch)

    def _attempts(self, replies: Sequence[Reply], start: _Start) -> list[Attempt]:
        """The record of each reply; answers of the same call share one."""
        made: list[Attempt] = []
        before: Reply | None = None
        queue_s = round(start.queue_s, 6)
        for reply in replies:
            error = reply.outcome if isinstance(reply.outcome, AttemptFailed) else None
            if self._instruments.are_on:
                self._instruments.attempts(1, reply.duration_s, error)
            if before is not None and _is_same_call(before, reply):
                made.append(made[-1])
                continue
            before = reply if error is None else None
            made.append(
                Attempt(
                    started_at=reply.started_at,
                    duration_s=reply.duration_s,
                    n_batch=reply.n_batch,
                    error=error.fact() if error else None,
                    queue_s=queue_s,
                    n_slots=start.n_slots,
                    usage=reply.usage,
                    cost_usd=reply.cost_usd,
                )
            )
        return made


def _is_same_call(before: Reply, reply: Reply) -> bool:
    return (
        before.started_at is reply.started_at
        and isinstance(reply.outcome, Answer)
        and reply.usage is None
        and reply.cost_usd is None
    )


def _is_overload(outcome: Answer | AttemptFailed) -> bool:
    return isinstance(outcome, RateLimited) or (
        isinstance(outcome, AttemptFailed) and outcome.status_code in _TOO_BUSY
    )


def _is_plain_label(answer: Answer) -> bool:
    confidence = answer.confidence
    return (
        answer.label is not None
        and answer.text is None
        and answer.boxes is None
        and answer.point is None
        and answer.logprob is None
        and (confidence is None or 0.0 <= confidence <= 1.0)
    )


def _since(moment_s: float) -> float:
    return round(time.perf_counter() - moment_s, 6)


def _wait_before_next(pending: Pending, delay_s: float) -> None:
    """Say in the last attempt how long the next one waits."""
    pending.alone = True
    pending.attempts[-1] = pending.attempts[-1].model_copy(update={"retry_delay_s": delay_s})
