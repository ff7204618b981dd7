"""The work queue: a shallow stream in memory, in which each slice stands once at most."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from nats.aio.client import Client
from nats.errors import ConnectionClosedError, NoRespondersError
from nats.js.errors import APIError, NoStreamResponseError, NotFoundError

from runoff_contracts import subjects
from runoff_contracts.signals import Paused
from runoff_contracts.task import PRIORITIES, Priority
from runoff_contracts.work import WorkItem
from runoff_eventlog.bootstrap import make_work_queue
from runoff_eventlog.canceling import heeding

UNREACHABLE = (
    TimeoutError,
    NoRespondersError,
    NoStreamResponseError,
    ConnectionClosedError,
    OSError,
    APIError,
)
_ANSWER_S = 2.0
_NOTHING_THERE = {"Nats-Expected-Last-Subject-Sequence": "0"}
_SOMETHING_THERE = 10071
"""JetStream's code for a broken expectation."""

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Queued:
    """What is in the queue at one moment."""

    made_at: datetime | None = None
    """None where there is no queue."""
    slices: Mapping[str, set[int]] = field(default_factory=dict)
    """By run: what waits and what is worked on."""
    n_consumers: int = 0
    """One for each priority, unless whoever made it was cut off."""


class WorkQueue:
    """Puts work in, looks at it, takes it out; workers pull from it."""

    def __init__(self, nc: Client) -> None:
        self._nc, self._js = nc, nc.jetstream(timeout=5)

    @property
    def n_reconnects(self) -> int:
        """Grows when the server may have been restarted, and the queue lost with it."""
        return self._nc.stats["reconnects"]

    async def look_or_make(self) -> Queued:
        """What is in the queue now; an empty one is made where the server lost it.

        Raises:
            UNREACHABLE: When the server does not answer.
        """
        queued = await self.look()
        if queued.n_consumers < len(PRIORITIES):
            await make_work_queue(self._nc)
            queued = await self.look()
        return queued

    async def put(self, item: WorkItem, *, priority: Priority, traceparent: str | None) -> None:
        """Hand out a slice; one that is in the queue already stays there once.

        Raises:
            UNREACHABLE: When the server does not answer; the item may be in the queue.
        """
        headers = dict(_NOTHING_THERE)
        if traceparent:
            headers["traceparent"] = traceparent
        subject = subjects.work(priority, item.run_id, item.slice)
        body = item.model_dump_json().encode()
        try:
            await heeding(self._js.publish(subject, body, timeout=_ANSWER_S, headers=headers))
        except APIError as error:
            if error.err_code != _SOMETHING_THERE:
                raise

    async def look(self) -> Queued:
        """What is in the queue now.

        Raises:
            UNREACHABLE: When the server does not answer.
        """
        try:
            asked = self._js.stream_info(subjects.WORK_STREAM, subjects_filter="work.>")
            info = await heeding(asked)
        except NotFoundError:
            return Queued()
        slices: dict[str, set[int]] = {}
        for subject in info.state.subjects or ():
            _, _, run_id, number = subject.split(".")
            slices.setdefault(run_id, set()).add(int(number))
        return Queued(info.created, slices, info.state.consumer_count or 0)

    async def pause(self, run_id: str, *, seq: int) -> None:
        """Tell workers to let go of what they have not begun of a run.

        What they let go of leaves the queue without being in the log: that tells it from what
        they are at, so that it can be handed out again and nothing is asked twice.

        Args:
            seq: Of the run's lifecycle while it is paused; items of earlier ones are meant.
        """
        signal = Paused(lifecycle_seq=seq)
        try:
            await self._nc.publish(subjects.paused(run_id), signal.model_dump_json().encode())
        except UNREACHABLE as error:
            # Told again at the next look; workers that open the run read it in the log.
            logger.warning("work.not_paused", run=run_id, error=repr(error))

    async def drop(self, run_id: str) -> None:
        """Take a run's work out of the queue, and tell workers to let go of what they hold."""
        try:
            await self._nc.publish(subjects.canceled(run_id), b"")
            await self.clear(run_id)
        except UNREACHABLE as error:
            # A worker that takes what stays answers for a run that is over; nobody waits for it.
            logger.warning("work.not_purged", run=run_id, error=repr(error))

    async def clear(self, run_id: str) -> None:
        """Take a run's work out of the queue.

        Raises:
            UNREACHABLE: When the server does not answer.
        """
        of_run = subjects.work_of_run(run_id)
        await heeding(self._js.purge_stream(subjects.WORK_STREAM, subject=of_run))
