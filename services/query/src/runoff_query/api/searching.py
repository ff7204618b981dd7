"""`/search` finds anything by words; `/runs/fields` says what a filter of runs may speak of."""

import re
from typing import Annotated, Final, Literal

import pydantic_core
from fastapi import APIRouter, Query
from starlette.responses import Response

from runoff_contracts.finding_views import Hit, HitKind, Hits, RunField, RunFields
from runoff_contracts.ids import short_id
from runoff_query.api.finding.fields import ATTRIBUTES, Every, Words
from runoff_query.api.finding.known import COUNTED
from runoff_query.api.finding.page import find_runs
from runoff_query.api.listing import words_meant
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.reading import FreshOf
from runoff_query.statements import statement

MAX_HITS: Final = 20
_KNOWN: Final = 500
_VALUES: Final = 50
_PLAIN: Final = re.compile(r"[A-Za-z_0-9][\w.]*", re.ASCII)
_SPACES: Final = (("metrics", "metric"), ("params", "param"), ("tags", "tag"))

router = APIRouter(tags=["runs"])


@router.get("/runs/fields", response_model=RunFields)
async def list_fields(parts: PartsOf, fresh: FreshOf) -> Response:
    """What a filter and an order of runs may speak of: attributes, and names that runs have."""
    offered = {
        "dataset": [row["dataset"] for row in await _named(parts, "datasets")],
        "model": [row["model"] for row in await _named(parts, "models")],
    }
    fields = [
        RunField(name=name, kind=each.sort, values=[*each.choices, *offered.get(name, [])])
        for name, each in ATTRIBUTES.items()
    ]
    for prefix, space in _SPACES:
        rows = await parts.pool.fetch(statement(f"read/known_{space}s"), _KNOWN)
        names = [row["key"] for row in rows]
        if space == "metric":
            names = sorted({*COUNTED, *names})
        kind = {"metric": "number", "param": "param", "tag": "text"}[space]
        fields += [
            RunField.model_validate({"name": f"{prefix}.{_quoted(name)}", "kind": kind})
            for name in names
            if "`" not in name  # nothing quotes a name that has one
        ]
    return fresh.answer(RunFields(fields=fields))


@router.get("/search", response_model=Hits)
async def search(
    parts: PartsOf,
    fresh: FreshOf,
    q: Annotated[str, Query(max_length=500, description="Words, or their beginnings")] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_HITS, description="Of each kind")] = 5,
) -> Response:
    """Runs, datasets, models and comparisons that have all of these words."""
    words = words_meant(q, field="q")
    hits = await _runs(parts, words, limit)
    for kind in ("dataset", "model", "comparison"):
        hits += await _named_so(parts, kind, words, limit)
    return fresh.answer(Hits(hits=hits))


async def _runs(parts: Parts, words: Words, limit: int) -> list[Hit]:
    page = await find_runs(parts.pool, Every((words,)), [], None, limit)
    return [
        Hit(
            kind="run",
            id=str(row["run_id"]),
            title=row["alias"] or short_id(str(row["run_id"])),
            note=f"{row['status']} · {row['dataset']}" + " · archived" * row["archived"],
        )
        for row in page.rows
    ]


async def _named_so(
    parts: Parts, kind: Literal["dataset", "model", "comparison"], words: Words, limit: int
) -> list[Hit]:
    rows = await parts.pool.fetch(statement(f"read/search_{kind}s"), list(words.words), limit)
    return [
        Hit(kind=kind, id=row["id"], title=_title(kind, row["title"]), note=row["note"])
        for row in rows
    ]


def _title(kind: HitKind, title: str) -> str:
    """A comparison is called by its models, which are kept as JSON."""
    return " · ".join(pydantic_core.from_json(title)) if kind == "comparison" else title


async def _named(parts: Parts, table: str) -> list[dict[str, str]]:
    return [dict(row) for row in await parts.pool.fetch(statement(f"read/{table}"), None, _VALUES)]


def _quoted(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else f"`{name}`"
