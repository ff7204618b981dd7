"""Routes that say how the service is, and that rebuild the read models."""

import asyncio
import uuid
from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from runoff_contracts.commands import RebuildReadModels
from runoff_contracts.health_views import HealthView, ParkedView, ProjectionHealth, RebuildView
from runoff_eventlog.log import EventLog
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.reading import as_json
from runoff_query.checkpoints import read_checkpoints
from runoff_query.outages import NATS_AWAY, POSTGRES_AWAY
from runoff_query.rebuild_state import read_state
from runoff_query.statements import statement

BEHIND = 1000
"""Messages of lag from which on the API says that what it serves is old."""
SHOWN_PARKED = 10
_LOOK_S = 2.0

router = APIRouter(tags=["health"])
outer = APIRouter(include_in_schema=False)
"""The paths that every service of Runoff has."""


@router.get("/health/live", response_class=PlainTextResponse)
@outer.get("/health/live", response_class=PlainTextResponse)
async def live() -> str:
    """The process answers."""
    return "live"


@router.get("/health/ready", response_model=HealthView, responses={503: {"model": HealthView}})
@outer.get("/health/ready")
async def ready(parts: PartsOf) -> Response:
    """Whether the API can serve, and how far each projection is behind the log."""
    view = await _health(parts)
    return as_json(
        view,
        status=503 if view.status == "unavailable" else 200,
        headers={"Cache-Control": "no-store"},
    )


@router.post("/rebuild", status_code=202, response_model=RebuildView)
async def rebuild(parts: PartsOf) -> Response:
    """Project the whole log into fresh tables, compare them with the live ones, and swap."""
    await parts.order(RebuildReadModels(command_id=str(uuid.uuid4()), sent_at=datetime.now(UTC)))
    return await _rebuild_state(parts, status=202)


@router.get("/rebuild", response_model=RebuildView)
async def rebuild_state(parts: PartsOf) -> Response:
    """How the last rebuild stands or ended."""
    return await _rebuild_state(parts)


async def _rebuild_state(parts: Parts, *, status: int = 200) -> Response:
    async with parts.pool.acquire() as connection:
        view = await read_state(connection)
    return as_json(view, status=status, headers={"Cache-Control": "no-store"})


async def _health(parts: Parts) -> HealthView:
    log_seq, unavailable = 0, False
    projections: list[ProjectionHealth] = []
    parked: list[ParkedView] = []
    n_parked = 0
    try:
        async with asyncio.timeout(_LOOK_S):
            log_seq = await EventLog(parts.client(), source="runoff/query").last_seq()
    except NATS_AWAY:
        unavailable = True
    try:
        async with asyncio.timeout(_LOOK_S), parts.pool.acquire() as connection:
            held = await read_checkpoints(connection)
            rows = await connection.fetch(statement("checkpoints/list_parked"), SHOWN_PARKED)
        projections = [
            ProjectionHealth(projection=name, seq=seq, lag=max(log_seq - seq, 0))
            for name, seq in held.seqs.items()
        ]
        parked = [
            ParkedView(seq=row["seq"], subject=row["subject"], reason=row["reason"]) for row in rows
        ]
        n_parked = rows[0]["n_parked"] if rows else 0
    except POSTGRES_AWAY:
        unavailable = True
    behind = any(each.lag > BEHIND for each in projections)
    return HealthView(
        status="unavailable" if unavailable else "behind" if behind else "ready",
        log_seq=log_seq,
        projections=projections,
        workers=parts.workers.names(),
        n_parked=n_parked,
        parked=parked,
        web_url=parts.settings.web_url,
    )
