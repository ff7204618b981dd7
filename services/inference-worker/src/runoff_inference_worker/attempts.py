"""Asks one contender's model: slots, batches, limit, retries, and the record of every attempt.

All providers go through here, so that `timeout_s`, `retries` and `concurrency` mean the same for
each of them, and so that no failed call is lost.
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from runoff_contracts.events.entry import Attempt, Prediction
from runoff_contracts.run_config import RunConfig
from runoff_inference_worker.errors import AttemptFailed
from runoff_inference_worker.feed import Feed, Pending
from runoff_inference_worker.instruments import Instruments
from runoff_inference_worker.provider import Answer, Model, Reply
from runoff_inference_worker.slots import Slots

Report = Callable[[int, Prediction], None]
"""Takes the place of an entry in its slice and what the contender made of it."""

_FIRST_DELAY_S = 0.1
_LONGEST_DELAY_S = 5.0


def retry_delay(n_failed: int, *, draw: Callable[[], float] = random.random) -> float:
    """Wait before the next attempt: doubled each time, and spread over its upper half.

    Without the spread, entries that failed together would all come back in one moment.
    """
    whole: float = min(_FIRST_DELAY_S * 2 ** (n_failed - 1), _LONGEST_DELAY_S)
    return whole * (0.5 + draw() / 2)


class Asker:
    """One contender of a run on this worker, shared by all of the run's slices."""

    def __init__(
        self, position: int, model: Model, config: RunConfig, instruments: Instruments
    ) -> None:
        self.position, self.model = position, model
        self._config, self._instruments = config, instruments
        self._slots = Slots(config.concurrency)

    async def settle(self, feed: Feed, report: Report, *, rank: int) -> None:
        """Ask until every entry of the feed is settled.

        Args:
            rank: Of the slice; lower ones get free slots first.
        """
        async with asyncio.TaskGroup() as calls:
            while await feed.ready(self._n_wanted()):
                await self._slots.take(rank)
                calls.create_task(self._call(feed.take(self._n_wanted()), feed, report))

    def refuse(self, place: int, error: AttemptFailed, report: Report) -> None:
        """Settle an entry that no model can be asked about."""
        attempt = Attempt(started_at=datetime.now(UTC), duration_s=0.0, error=error.fact())
        self._instruments.attempts(1, 0.0, error)
        report(place, Prediction(contender=self.position, attempts=[attempt]))

    def _n_wanted(self) -> int:
        return self.model.n_wanted(self._config.batch_size)

    async def _call(self, batch: list[Pending], feed: Feed, report: Report) -> None:
        """Make one call, and settle its entries or hand them back to the feed."""
        began_s, started_at = time.perf_counter(), datetime.now(UTC)
        try:
            with self._instruments.call(len(batch)):
                replies = await self.model.answer(
                    [pending.ask for pending in batch], self._config.timeout_s
                )
        except AttemptFailed as error:
            duration_s = time.perf_counter() - began_s
            replies = [Reply(error, started_at, duration_s, len(batch))] * len(batch)
            if len(batch) > 1 and error.retry:
                self._ask_alone(batch, replies[0], feed)
                return
        finally:
            self._slots.free()
        n_settled = 0
        for pending, reply, attempt in zip(batch, replies, self._attempts(replies), strict=False):
            pending.attempts.append(attempt)
            n_settled += self._settled(pending, reply, feed, report)
        if len(replies) < len(batch):
            feed.again(batch[len(replies) :])
        feed.settled(n_settled)

    def _settled(self, pending: Pending, reply: Reply, feed: Feed, report: Report) -> bool:
        """Deal with one reply; False where the entry is to be asked again."""
        outcome = reply.outcome
        if isinstance(outcome, Answer):
            prediction = Prediction(
                contender=self.position,
                label=outcome.label,
                boxes=outcome.boxes,
                point=outcome.point,
                text=outcome.text,
                data=outcome.data,
                confidence=outcome.confidence,
                probabilities=outcome.probabilities,
                logprob=outcome.logprob,
                latency_s=reply.duration_s / reply.n_batch,
                attempts=pending.attempts,
            )
            report(pending.place, prediction)
            return True
        pending.n_tried += 1
        if not outcome.retry or pending.n_tried > self._config.retries:
            report(pending.place, Prediction(contender=self.position, attempts=pending.attempts))
            return True
        delay_s = round(retry_delay(pending.n_tried), 6)
        _wait_before_next(pending, delay_s)
        asyncio.get_running_loop().call_later(delay_s, feed.again, [pending])
        return False

    def _ask_alone(self, batch: list[Pending], reply: Reply, feed: Feed) -> None:
        """No entry of a batch got an answer, and one of them may be to blame: ask each by itself.

        The failed call is kept, but is not counted among an entry's retries.
        """
        attempt = self._attempts([reply])[0]
        for pending in batch:
            pending.attempts.append(attempt)
            _wait_before_next(pending, 0.0)
        feed.again(batch)

    def _attempts(self, replies: Sequence[Reply]) -> list[Attempt]:
        """The record of each reply; answers of the same call share one."""
        made: list[Attempt] = []
        before: Reply | None = None
        for reply in replies:
            error = reply.outcome if isinstance(reply.outcome, AttemptFailed) else None
            self._instruments.attempts(1, reply.duration_s, error)
            if before is not None and before.started_at is reply.started_at and error is None:
                made.append(made[-1])
                continue
            before = reply if error is None else None
            made.append(
                Attempt(
                    started_at=reply.started_at,
                    duration_s=reply.duration_s,
                    n_batch=reply.n_batch,
                    error=error.fact() if error else None,
                )
            )
        return made


def _wait_before_next(pending: Pending, delay_s: float) -> None:
    """Say in the last attempt how long the next one waits."""
    pending.alone = True
    pending.attempts[-1] = pending.attempts[-1].model_copy(update={"retry_delay_s": delay_s})
