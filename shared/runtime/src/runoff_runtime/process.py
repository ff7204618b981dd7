"""The shell of every service: broker, health, background tasks, one clean stop.

A background task that ends, ends the process: what supervises it starts a fresh one, which
recovers from the log. Nothing limps on with a dead reader.
"""

import asyncio
import gc
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
import uvicorn
import uvloop
from faststream.asgi import AsgiFastStream, AsgiResponse, get
from faststream.asgi.types import ASGIApp, Scope
from faststream.nats import NatsBroker
from nats.aio.client import Client

from runoff_runtime.broker import client_of, is_started
from runoff_runtime.logs import set_up_logs
from runoff_runtime.serving import Server
from runoff_runtime.settings import ServiceSettings
from runoff_runtime.telemetry import set_up_telemetry

Task = Callable[[Client], Coroutine[Any, Any, None]]
"""Runs until it is canceled; what it returns is nothing (hence `Any` in the coroutine)."""
Check = Callable[[], Awaitable[bool]]

logger = structlog.get_logger(__name__)


async def _always() -> bool:
    return True


@dataclass
class Service:
    """What a service is made of; `run` brings it up."""

    name: str
    settings: ServiceSettings
    broker: NatsBroker
    tasks: Sequence[Task] = ()
    """Started once the broker is connected."""
    check: Check = _always
    """Beyond a live connection, what makes the service ready."""
    app: ASGIApp | None = None
    """The web application; without one, health alone is served. It then starts the broker."""
    instance: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}")


def run(make: Callable[[], Service]) -> int:
    """Serve until SIGTERM or SIGINT; the exit code is 0, or 1 when something broke.

    Args:
        make: Called within the running event loop: a connection pool is bound to the loop that
            runs when it is made.
    """
    # A slice is some ten thousand small objects that die together: with the default threshold
    # the collector walks them a dozen times for nothing.
    gc.set_threshold(50_000, 20, 100)
    return uvloop.run(_run(make))


async def _run(make: Callable[[], Service]) -> int:
    service = make()
    settings = service.settings
    set_up_logs(service.name, level=settings.log_level, format_=settings.log_format)
    flush = set_up_telemetry(service.name, instance=service.instance)
    try:
        return await _serve(service)
    finally:
        await _end_the_rest()
        await asyncio.to_thread(flush)


async def _end_the_rest() -> None:
    """Cancel what still runs, and again: nats-py's reconnecting may swallow a cancellation.

    The loop itself cancels once, and would then wait for ever.
    """
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in others:
            task.cancel()
        await asyncio.wait(others, timeout=0.1)


async def _serve(service: Service) -> int:
    settings = service.settings
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = Server(
        uvicorn.Config(
            service.app or _health_app(service),
            host=settings.host,
            port=settings.port,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
    )
    code = 0
    try:
        await _run_server(service, server, stop)
    except* Exception as failures:
        for failure in failures.exceptions:
            logger.exception("service.failed", exc_info=failure)
        code = 1
    logger.info("service.stopped", code=code)
    return code


async def _run_server(service: Service, server: Server, stop: asyncio.Event) -> None:
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(server.serve())
        if await _started(service, server, serving, stop):
            await _work(service, stop)
            # Not before: the server closes the connection, which the tasks' clean-up needs.
            server.stop()
        elif stop.is_set():
            serving.cancel()
        else:
            raise RuntimeError("the service did not start")


async def _started(
    service: Service, server: Server, serving: asyncio.Task[None], stop: asyncio.Event
) -> bool:
    """Wait for it; false where it failed, or was stopped while it waits for its connection."""
    # FastStream says that it has started a moment before its broker has connected.
    while not (server.started and is_started(service.broker)):
        if serving.done() or stop.is_set():
            return False
        await asyncio.sleep(0.01)
    return True


async def _work(service: Service, stop: asyncio.Event) -> None:
    """Run the background tasks until the stop, then let them clean up."""
    nc = client_of(service.broker)
    logger.info("service.started", instance=service.instance)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_for_ever(task, nc)) for task in service.tasks]
        await stop.wait()
        for task in tasks:
            task.cancel()


async def _for_ever(task: Task, nc: Client) -> None:
    await task(nc)
    raise RuntimeError("a background task ended")


def _health_app(service: Service) -> ASGIApp:
    @get
    async def live(scope: Scope) -> AsgiResponse:
        return AsgiResponse(b"live", 200)

    @get
    async def ready(scope: Scope) -> AsgiResponse:
        if await is_ready(service):
            return AsgiResponse(b"ready", 200)
        return AsgiResponse(b"not ready", 503)

    return AsgiFastStream(
        service.broker,
        logger=None,
        asgi_routes=[("/health/live", live), ("/health/ready", ready)],
    )


async def is_ready(service: Service) -> bool:
    """Whether the connection is up and the service's own check holds."""
    return client_of(service.broker).is_connected and await service.check()
