"""Wires the API process: the application, what its routes work with, and its background tasks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from faststream.nats import NatsBroker
from nats.aio.client import Client
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from runoff_contracts.problem import Problem
from runoff_objects.store import Objects
from runoff_query.api import (
    again,
    bulk,
    compared_entries,
    compared_points,
    comparing,
    comparison_changes,
    comparisons,
    control,
    dataset_entries,
    datasets,
    entries,
    estimating,
    exports,
    feed,
    happened,
    health,
    listing,
    model_checks,
    models,
    params,
    plans,
    problems,
    pushes,
    registry,
    reports,
    reviews,
    run_grid,
    runs,
    searching,
    uploads,
)
from runoff_query.api.ahead import Ahead
from runoff_query.api.entry_ids import EntryIds
from runoff_query.api.guard import BodyTooLarge, Boundary, Guard, body_too_large
from runoff_query.api.live import Changes, LiveRuns
from runoff_query.api.parts import Parts
from runoff_query.api.places import EntryLists
from runoff_query.api.progress import Progress
from runoff_query.api.reading import NotModified, arrived, not_modified
from runoff_query.api.run_cells import RunGrids
from runoff_query.api.watched import WatchedRuns
from runoff_query.api.workers import Workers
from runoff_query.compared.opened import ComparedTables
from runoff_query.database import Pool, make_pool
from runoff_query.settings import MEBIBYTE, ApiSettings
from runoff_runtime.broker import client_of, make_broker
from runoff_runtime.process import Service, run
from runoff_runtime.telemetry import enabled

_STATEMENT_S = 15.0
_ROUTERS = (
    health.router,
    datasets.router,
    models.router,
    model_checks.router,
    uploads.router,
    pushes.router,
    dataset_entries.router,
    registry.router,
    # Their `groups` and `fields` would be taken for a run's id.
    listing.router,
    searching.router,
    estimating.router,
    bulk.router,
    runs.router,
    run_grid.router,
    control.router,
    happened.router,
    params.router,
    plans.router,
    reports.router,
    # Their paths begin like a run's: the fixed ones come before those that take the rest.
    comparing.router,
    compared_entries.router,
    compared_points.router,
    comparison_changes.router,
    comparisons.router,
    feed.router,
    again.router,
    reviews.router,
    exports.router,
    entries.router,
)


@dataclass(frozen=True)
class Wired:
    """The application and what runs beside it."""

    app: ASGIApp
    broker: NatsBroker
    parts: Parts

    def service(self) -> Service:
        """As a process."""
        parts = self.parts
        return Service(
            name="query",
            settings=parts.settings,
            broker=self.broker,
            tasks=[
                parts.progress.follow,
                parts.workers.listen,
                parts.watched.listen_to,
                parts.live.serve,
                parts.ahead.serve,
            ],
            app=self.app,
        )


def main() -> int:
    """Serve until SIGTERM; the exit code."""
    return run(lambda: wire(ApiSettings()).service())


def wire(settings: ApiSettings) -> Wired:
    """Make everything; nothing is connected before the application starts."""
    broker = make_broker(settings, name="query")
    pool = make_pool(
        settings.postgres_dsn.get_secret_value(),
        name="query",
        size=settings.pool_size,
        statement_s=_STATEMENT_S,
    )
    parts = _make_parts(settings, pool, partial(client_of, broker))
    app = _make_app(parts, broker)
    if enabled():
        _trace(app)
    guarded = Guard(
        app,
        hosts=[*settings.allowed_hosts.split(","), settings.host],
        limit=partial(body_limit, settings),
    )
    return Wired(guarded, broker, parts)


def _trace(app: FastAPI) -> None:
    # Off by default, and slow to import.
    from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor

    FastAPIInstrumentor.instrument_app(app, exclude_spans=["receive", "send"])
    AsyncPGInstrumentor().instrument()  # type: ignore[no-untyped-call]  # it has no types


def body_limit(settings: ApiSettings, method: str, path: str, media_type: str) -> int:
    """Most bytes that a request may carry."""
    if method == "POST" and path == "/api/datasets":
        if media_type == datasets.TAR:
            return settings.max_dataset_bytes
        if media_type in datasets.MANIFESTS:
            return settings.max_manifest_bytes
    if method == "POST" and path == "/api/models" and media_type != models.JSON:
        # The form around the file: its declaration and its borders.
        return settings.max_model_bytes + settings.max_json_bytes + MEBIBYTE
    if method == "POST" and path.startswith(uploads.PREFIX):
        return settings.max_predictions_bytes
    return settings.max_json_bytes


def _make_parts(settings: ApiSettings, pool: Pool, client: "partial[Client]") -> Parts:
    progress, watched, changes = Progress(pool), WatchedRuns(), Changes()
    live = LiveRuns(pool, watched)
    watched.listen(live.touch)
    objects, entry_lists = Objects.open(settings.object_store), EntryLists(pool)
    ahead = Ahead(pool, progress, entry_lists)
    for each in (live.touch, changes.touch, ahead.touch):
        progress.listen(each)
    return Parts(
        settings=settings,
        pool=pool,
        objects=objects,
        entry_ids=EntryIds(objects),
        entry_lists=entry_lists,
        ahead=ahead,
        compared=ComparedTables(objects, max_bytes=settings.compared_cache_bytes),
        progress=progress,
        live=live,
        grids=RunGrids(pool),
        changes=changes,
        watched=watched,
        workers=Workers(),
        client=client,
    )


def _make_app(parts: Parts, broker: NatsBroker) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with parts.pool:
            await broker.start()
            try:
                yield
            finally:
                await broker.stop()

    app = FastAPI(
        title="Runoff",
        version="0.1.0",
        summary="Runs AI models over the same entries, scores every entry, compares them.",
        openapi_url="/api/openapi.json",
        # The documentation pages load their scripts from other sites.
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    # The way that FastAPI gives for it.
    app.openapi = partial(_describe, app)  # type: ignore[method-assign]
    app.state.parts = parts
    problems.install(app)
    app.add_middleware(Boundary)
    app.add_exception_handler(NotModified, not_modified)
    app.add_exception_handler(BodyTooLarge, body_too_large)
    app.router.routes += _routes()
    return app


@cache
def _routes() -> list[BaseRoute]:
    """Every route, once a process: FastAPI takes some milliseconds to work out each, at its first
    request, and keeps that with the router that it is included in.
    """
    problem: dict[str, Any] = {"model": Problem, "description": "A problem document (RFC 9457)"}
    outer = APIRouter(responses={"4XX": problem, "5XX": problem}, dependencies=[Depends(arrived)])
    # Not through a router of routers: FastAPI would make every route once more for it.
    for router in _ROUTERS:
        outer.include_router(router, prefix="/api")
    outer.include_router(health.outer)
    return outer.routes


def _describe(app: FastAPI) -> dict[str, Any]:  # a JSON document, as FastAPI has it
    """The OpenAPI document, with errors of the media type that they have."""
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        for path in document["paths"].values():
            for operation in path.values():
                for status in ("4XX", "5XX"):
                    operation["responses"][status]["content"] = {
                        problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}
                    }
    return app.openapi_schema or {}
