"""A service with one command and one task, for tests that start, stop and break it.

Run by `runoff_runtime.start` with a MODE: the task, on the word of the test, `waits`, `dies` or
`ends`; `unready` is never ready.
"""

import asyncio
import sys

import structlog
from nats.aio.client import Client

from runoff_contracts.commands import Accepted, CancelRun
from runoff_runtime.broker import make_broker
from runoff_runtime.commands import ask, handle
from runoff_runtime.process import Service, run
from runoff_runtime.settings import ServiceSettings
from runoff_runtime.telemetry import tracer
from tests.integration.runtime.test_commands import ORDER, accept

GO = "sample.go"
CLEANED_UP = "sample.cleaned-up"
WORKING = "sample.working"

logger = structlog.get_logger(__name__)


async def answer(command: CancelRun) -> Accepted:
    with tracer.start_as_current_span("cancel run"):
        logger.info("canceling", run=command.run_id)
        return await accept(command)


async def work(nc: Client) -> None:
    told = asyncio.Event()

    async def tell(_: object) -> None:
        told.set()

    await nc.subscribe(GO, cb=tell)
    await nc.flush()
    logger.info(WORKING)
    try:
        await told.wait()
        if sys.argv[1] == "dies":
            raise ValueError("the task broke")
        if sys.argv[1] == "waits":
            with tracer.start_as_current_span("ask for it"):
                logger.info("asked", reply=str((await ask(nc, ORDER)).outcome.status))
            await asyncio.Event().wait()
    finally:
        # As workers do that hand their work back: it takes a moment, and the connection.
        await asyncio.sleep(0.15)
        await nc.publish(CLEANED_UP, b"")
        await nc.flush()


async def ready() -> bool:
    return sys.argv[1] != "unready"


def make() -> Service:
    settings = ServiceSettings()
    broker = make_broker(settings, name="sample")
    handle(broker, CancelRun, queue="sample", handler=answer)
    return Service("sample", settings, broker, tasks=[work], check=ready)


def main() -> int:
    return run(make)
