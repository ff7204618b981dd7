"""Why the log has a reader of its own: FastStream 0.7.8 loses messages when it collects batches.

Its batch pull gathers by several `fetch` calls and catches nats-py's TimeoutError only, which also
raises the plain one. That ends the collecting task with what it had gathered; where acknowledging
one message covers all before it, the next batch's acknowledgement buries those for ever.
"""

from __future__ import annotations

import asyncio
import random
from typing import Annotated, Any

from faststream import AckPolicy, Context
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.nats.message import NatsBatchMessage
from nats.aio.client import Client
from nats.js import api as js_api
from nats.js.api import ConsumerConfig, StorageType, StreamConfig

from runoff_testkit.servers import Server

_LIMIT_S = 40.0
"""Servers in containers take their time: a run may lose its first message after twenty seconds."""


async def test_faststreams_own_batch_pull_still_loses_messages(
    nc: Client, nats_server: Server
) -> None:
    """When this fails, FastStream may have been mended: compare it with LogReader again."""
    js = nc.jetstream()
    await js.add_stream(
        StreamConfig(name="TRICKLE", subjects=["trickle"], storage=StorageType.MEMORY)
    )
    handled: set[int] = set()
    broker = NatsBroker(nats_server.url, logger=None)

    async def handle(
        _: list[dict[str, str]], message: Annotated[NatsBatchMessage, Context("message")]
    ) -> None:
        handled.update(raw.metadata.sequence.stream for raw in message.raw_message)
        await message.raw_message[-1].ack()

    subscriber: Any = broker.subscriber  # its overloads leave out batches that are pulled
    subscriber(
        stream=JStream("TRICKLE", declare=False),
        durable="batches",
        config=ConsumerConfig(
            ack_policy=js_api.AckPolicy.ALL, ack_wait=60, filter_subjects=["trickle"]
        ),
        pull_sub=PullSub(batch_size=1000, timeout=0.05, batch=True),
        ack_policy=AckPolicy.MANUAL,
    )(handle)

    async def lost() -> set[int]:
        """Acknowledged and never handled: what is handled is noted before it is acknowledged."""
        info = await js.consumer_info("TRICKLE", "batches")
        floor = info.ack_floor.stream_seq if info.ack_floor else 0
        return set(range(1, floor + 1)) - handled

    await broker.start()
    try:
        rng, loop = random.Random(1), asyncio.get_running_loop()
        deadline = loop.time() + _LIMIT_S
        while not (missing := await lost()) and loop.time() < deadline:
            for _ in range(100):
                await nc.publish("trickle", b"{}")
                await asyncio.sleep(rng.random() * 0.004)
    finally:
        await broker.stop()

    assert missing, (
        "FastStream's batch pull lost nothing: if that holds, runoff_eventlog.reader may be retired"
    )
