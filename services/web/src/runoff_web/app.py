"""Wires the pages: routes, what they work with, and the one clean stop."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from runoff.client import Client
from runoff_runtime.logs import set_up_logs
from runoff_runtime.serving import Server
from runoff_web import problems
from runoff_web.asking import AtOnce, Documents
from runoff_web.assets import Assets
from runoff_web.early import Early, Known
from runoff_web.live.bridge import Bridge
from runoff_web.live.hub import Hub
from runoff_web.live.render import Frames
from runoff_web.live.routes import live
from runoff_web.measured import CountedWire, Measured
from runoff_web.media import Media, show_image
from runoff_web.pages import (
    compare,
    compare_entries,
    compare_export,
    dashboard,
    dataset_new,
    datasets,
    entry,
    entry_orders,
    explore,
    found,
    launch,
    models,
    params_check,
    plans,
    run,
    run_about,
    run_orders,
    run_setup,
    runs,
    searching,
    theme,
)
from runoff_web.parts import Parts
from runoff_web.rendering import Pages
from runoff_web.security import Guard
from runoff_web.settings import WebSettings

_STOP_S: Final = 2
_N_KEPT: Final = 64
"""Runs, and parts of their tables: what people look at, go back to and load anew."""

logger = structlog.get_logger(__name__)


def main() -> int:
    """Serve until SIGTERM or SIGINT; the exit code."""
    settings = WebSettings()
    set_up_logs("web", level=settings.log_level, format_=settings.log_format)
    return uvloop.run(_serve(settings))


def make_app(settings: WebSettings) -> tuple[ASGIApp, Parts]:
    """The guarded application and what it works with; nothing is connected before it starts."""
    assets, hub = Assets(), Hub()
    client = Client(settings.api_url, wire=CountedWire(), n_kept=_N_KEPT)
    pages, documents, known = Pages(assets), Documents(client), Known()
    parts = Parts(
        settings=settings,
        client=client,
        at_once=AtOnce(),
        documents=documents,
        known=known,
        pages=pages,
        hub=hub,
        media=Media(client, max_pixels=settings.max_image_pixels),
    )
    bridge = Bridge(client.url, hub, known, Frames(client, documents, pages).of)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(bridge.run())
            group.create_task(asyncio.to_thread(pages.make_ready))
            yield
            listening.cancel()
        parts.at_once.close()
        client.close()

    app = Starlette(
        routes=routes(assets),
        lifespan=lifespan,
        exception_handlers=problems.HANDLERS,
        middleware=[Middleware(Measured)],
    )
    app.state.parts = parts
    # There is nothing secret in a page that its length could give away.
    packed = GZipMiddleware(Early(app, pages, known), minimum_size=1000, compresslevel=4)
    return Guard(packed, hosts=[*settings.allowed_hosts.split(","), settings.host]), parts


def routes(assets: Assets) -> list[Route]:
    """Every route of the pages; tests enumerate them, so that none is left unguarded."""
    pages = (
        dashboard, searching, runs, launch, params_check, compare, compare_entries,
        compare_export, explore, run, run_orders, run_setup, run_about, entry, entry_orders,
        dataset_new, datasets, found, models, plans, theme,
    )  # fmt: skip
    return [
        Route("/health/live", _healthy),
        Route("/health/ready", _healthy),
        Route("/static/{hash}/{name:path}", assets.serve),
        Route("/media/{digest}", show_image),
        Route("/live", live),
        *(route for page in pages for route in page.ROUTES),
    ]


async def _healthy(_: Request) -> PlainTextResponse:
    """The pages can be served; that the API is away is what they then say."""
    return PlainTextResponse("ready", headers={"Cache-Control": "no-store"})


async def _serve(settings: WebSettings) -> int:
    app, parts = make_app(settings)
    server = Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_STOP_S,
        )
    )
    loop = asyncio.get_running_loop()

    def stop() -> None:
        # Streams have to end before it waits for open connections.
        parts.hub.close()
        server.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    logger.info("service.started", instance=socket.gethostname(), api=parts.client.url)
    await server.serve()
    logger.info("service.stopped")
    return 0 if server.started else 1
