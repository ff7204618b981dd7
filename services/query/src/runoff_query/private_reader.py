"""A reader of the log that shares its consumer with nobody.

Two processes on one durable consumer would each get a part of the messages. The projector's
place in the log is its checkpoint, and a feed's is its client's, so neither needs the server to
remember one: each reads by a consumer of its own, which the server forgets soon after it left.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import APIError, NotFoundError

from runoff_contracts.subjects import LOG_STREAM
from runoff_eventlog.canceling import heeding
from runoff_eventlog.log import EventLog
from runoff_eventlog.reader import ConsumerGone, LogReader
from runoff_query.outages import NATS_AWAY

_FORGET_S = 120.0
_WATCH_S = 10.0


@asynccontextmanager
async def private_reader(
    log: EventLog,
    name: str,
    *,
    after_seq: int,
    batch: int,
    linger_s: float = 0.0,
    linger_types: Collection[str] | None = None,
    filter_subjects: list[str] | None = None,
) -> AsyncIterator[LogReader]:
    """Read what stands behind `after_seq`, for as long as the context is open.

    Raises:
        ExceptionGroup: With ConsumerGone when the server forgot the consumer: make another one.

    Args:
        name: Says in the server's list of consumers who reads.
    """
    consumer = f"{name}-{secrets.token_hex(8)}"
    await log.js.add_consumer(
        LOG_STREAM,
        ConsumerConfig(
            # On disk, so that it outlives a restart of the server.
            durable_name=consumer,
            filter_subjects=filter_subjects,
            ack_policy=AckPolicy.NONE,
            inactive_threshold=_FORGET_S,
        ),
    )
    async with (
        LogReader(
            log,
            consumer,
            after_seq=after_seq,
            batch=batch,
            linger_s=linger_s,
            linger_types=linger_types,
        ) as reader,
        asyncio.TaskGroup() as group,
    ):
        watching = group.create_task(_watch(log, consumer))
        yield reader
        watching.cancel()


async def _watch(log: EventLog, consumer: str) -> None:
    """Notice that the server forgot the consumer: a reset of it would wait for ever."""
    while True:
        await asyncio.sleep(_WATCH_S)
        try:
            await heeding(log.js.consumer_info(LOG_STREAM, consumer))
        except NotFoundError as error:
            raise ConsumerGone(consumer) from error
        except (*NATS_AWAY, APIError):
            continue
