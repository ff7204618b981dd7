"""A reader of the log that shares its consumer with nobody.

Two processes on one durable consumer would each get a part of the messages. Who has a place in the
log anyway (the projector its checkpoint, a feed its client's last id, run-manager what it holds)
needs no server to remember one: each reads by a consumer of its own. It is in memory, since the
server would write its state to disk and sync it up to ten times a second while it reads.
"""

import secrets
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from runoff_contracts.subjects import LOG_STREAM
from runoff_eventlog.canceling import heeding
from runoff_eventlog.log import EventLog
from runoff_eventlog.reader import LogReader

_FORGET_S = 120.0


@asynccontextmanager
async def private_reader(
    log: EventLog,
    name: str,
    *,
    after_seq: int,
    batch: int = 256,
    linger_s: float = 0.0,
    linger_types: Collection[str] | None = None,
    filter_subjects: list[str] | None = None,
    headers_only: bool = False,
    outlives_server: bool = False,
) -> AsyncIterator[LogReader]:
    """Read what stands behind `after_seq`, for as long as the context is open.

    The reader raises ConsumerGone when the server forgot the consumer, as at its restart: see
    that the log is still the same one, then make another reader.

    Args:
        name: Says in the server's list of consumers who reads.
        outlives_server: Keep the consumer on disk, for a long reading that cannot begin anew.
    """
    made = await heeding(
        log.js.add_consumer(
            LOG_STREAM,
            ConsumerConfig(
                name=f"{name}-{secrets.token_hex(8)}",
                filter_subjects=filter_subjects,
                headers_only=headers_only or None,
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=after_seq + 1,
                ack_policy=AckPolicy.NONE,
                num_replicas=1,
                mem_storage=not outlives_server,
                inactive_threshold=_FORGET_S,
            ),
        )
    )
    async with LogReader(
        log,
        made.name,
        after_seq=after_seq,
        batch=batch,
        linger_s=linger_s,
        linger_types=linger_types,
        n_behind=made.num_pending or 0,
    ) as reader:
        yield reader
