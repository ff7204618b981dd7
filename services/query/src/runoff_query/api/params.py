"""Routes of a run's parameters and lineage: read, download, who changed what when."""

import pydantic_core
from fastapi import APIRouter
from starlette.responses import Response

from runoff_contracts.params import Params
from runoff_contracts.provenance_views import LineageView, ParamsChangeView, ParamsView
from runoff_contracts.views import Page
from runoff_query.api.parts import PartsOf
from runoff_query.api.reading import Cursor, FreshOf, Limit, as_json, make_cursor, read_cursor
from runoff_query.api.run_queries import read_json
from runoff_query.api.runs import known_run
from runoff_query.statements import statement

router = APIRouter(tags=["runs"])


@router.get("/runs/{run_id}/params", response_model=ParamsView)
async def show_params(run_id: str, parts: PartsOf, _: FreshOf) -> Response:
    """A run's parameters; their ETag is for `If-Match` of the edit that follows."""
    run = await known_run(parts, run_id)
    view = ParamsView(run_id=run.run_id, params=run.params, params_version=run.params_version)
    return as_json(view, headers={"ETag": etag(run.params_version), "Cache-Control": "no-cache"})


@router.get("/runs/{run_id}/params.json", response_class=Response)
async def download_params(run_id: str, parts: PartsOf, _: FreshOf) -> Response:
    """The same as a file: the parameters alone, as `params` of a launch takes them."""
    run = await known_run(parts, run_id)
    headers = {
        "Content-Disposition": f'attachment; filename="run-{run.run_id}-params.json"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    body = pydantic_core.to_json(run.params, indent=2) + b"\n"
    return Response(body, 200, headers, media_type="application/json")


@router.get("/runs/{run_id}/params/history", response_model=Page[ParamsChangeView])
async def list_params_changes(
    run_id: str, parts: PartsOf, fresh: FreshOf, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """Every version of a run's parameters with who made it and what changed, newest first."""
    run = await known_run(parts, run_id)
    before = read_cursor("params", cursor, int)
    # One more for the next page, and it is what the last one is held against.
    rows = await parts.pool.fetch(
        statement("read/params_versions"), run.run_id, before[0] if before else None, limit + 1
    )
    versions = [_params(row["params"]) for row in rows] + [{}]
    items = [
        ParamsChangeView(
            params_version=row["params_version"],
            how=_how(run.run_id, row["params_version"], row["params_from"]),
            template=_template(run.run_id, row["params_from"]),
            **_changes(versions[place + 1], versions[place]),
            by=row["changed_by"],
            changed_at=row["changed_at"],
            seq=row["seq"],
        )
        for place, row in enumerate(rows[:limit])
    ]
    next_cursor = (
        make_cursor("params", rows[limit - 1]["params_version"]) if len(rows) > limit else None
    )
    return fresh.answer(Page[ParamsChangeView](items=items, next_cursor=next_cursor))


@router.get("/runs/{run_id}/lineage", response_model=LineageView)
async def show_lineage(run_id: str, parts: PartsOf, fresh: FreshOf) -> Response:
    """Where a run comes from: code, packages, machine and command of its launch."""
    run = await known_run(parts, run_id)
    row = await parts.pool.fetchrow(statement("read/lineage"), run.run_id)
    found = {"lineage": None, "server": None} if row is None else row
    view = LineageView.model_validate(
        {
            "run_id": run.run_id,
            "digest": run.lineage.digest if run.lineage else None,
            "lineage": read_json(found["lineage"]),
            "server": read_json(found["server"]),
        }
    )
    return fresh.answer(view)


def etag(params_version: int) -> str:
    """What `If-Match` of an edit takes."""
    return f'"params-{params_version}"'


def _params(text: str) -> Params:
    return dict(pydantic_core.from_json(text))


def _how(run_id: str, params_version: int, source: object) -> str:
    if params_version == 1:
        return "launched"
    if source is None:
        return "edited"
    return "reset" if str(source) == run_id else "copied"


def _template(run_id: str, source: object) -> str | None:
    return None if source is None or str(source) == run_id else str(source)


def _changes(before: Params, after: Params) -> dict[str, Params]:
    """What differs; 1, 1.0 and true are three values."""

    def is_same(name: str) -> bool:
        return type(before[name]) is type(after[name]) and before[name] == after[name]

    changed = {name for name in before.keys() & after.keys() if not is_same(name)}
    new = changed | (after.keys() - before.keys())
    return {
        "set": {name: value for name, value in after.items() if name in new},
        "unset": {name: value for name, value in before.items() if name not in after},
        "before": {name: value for name, value in before.items() if name in changed},
    }
