"""The route that shows a run at a glance."""

from fastapi import APIRouter
from starlette.responses import Response

from runoff_contracts.finding_views import RunGrid
from runoff_query.api.parts import PartsOf
from runoff_query.api.reading import FreshOf
from runoff_query.api.runs import known_run

router = APIRouter(tags=["runs"])


@router.get("/runs/{run_id}/grid", response_model=RunGrid)
async def show_grid(run_id: str, parts: PartsOf, fresh: FreshOf) -> Response:
    """Its entries in order as up to 400 cells, and the one that work came to."""
    run = await known_run(parts, run_id)
    return fresh.answer(await parts.grids.show(run, fresh.version))
