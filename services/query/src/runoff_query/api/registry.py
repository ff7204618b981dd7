"""Routes that read datasets, models and stored content."""

from collections.abc import Sequence

import asyncpg
from fastapi import APIRouter
from starlette.responses import Response

from runoff_contracts.ids import Digest
from runoff_contracts.registry_views import (
    DatasetVersionView,
    DatasetView,
    ModelVersionView,
    ModelView,
)
from runoff_contracts.views import Page
from runoff_objects.errors import ObjectMissing
from runoff_objects.image_type import image_type
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.problems import refuse, unknown
from runoff_query.api.reading import Cursor, FreshOf, Limit, make_cursor, read_cursor
from runoff_query.api.run_queries import read_json
from runoff_query.statements import statement

MAX_OBJECT_BYTES = 64 * 1024 * 1024
"""Of what is served in one piece: images are below it, model files are not read by browsers."""

_FOR_EVER = "public, max-age=31536000, immutable"

router = APIRouter(tags=["registry"])


@router.get("/datasets", response_model=Page[DatasetView])
async def list_datasets(
    parts: PartsOf, fresh: FreshOf, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """Datasets by name."""
    behind = read_cursor("datasets", cursor, str)
    rows = await parts.pool.fetch(
        statement("read/datasets"), behind[0] if behind else None, limit + 1
    )
    next_cursor = make_cursor("datasets", rows[limit - 1]["dataset"]) if len(rows) > limit else None
    items = await _datasets(parts, rows[:limit])
    return fresh.answer(Page[DatasetView](items=items, next_cursor=next_cursor))


@router.get("/datasets/{name}", response_model=DatasetView)
async def show_dataset(name: str, parts: PartsOf, fresh: FreshOf) -> Response:
    """One dataset with its versions, newest first."""
    return fresh.answer(await _dataset(parts, name))


@router.get("/models", response_model=Page[ModelView])
async def list_models(
    parts: PartsOf, fresh: FreshOf, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """Models by name."""
    behind = read_cursor("models", cursor, str)
    rows = await parts.pool.fetch(
        statement("read/models"), behind[0] if behind else None, limit + 1
    )
    next_cursor = make_cursor("models", rows[limit - 1]["model"]) if len(rows) > limit else None
    items = await _models(parts, rows[:limit])
    return fresh.answer(Page[ModelView](items=items, next_cursor=next_cursor))


@router.get("/models/{provider}/{name:path}", response_model=ModelView)
async def show_model(provider: str, name: str, parts: PartsOf, fresh: FreshOf) -> Response:
    """One model with its versions, newest first."""
    return fresh.answer(await model_meant(parts, f"{provider}/{name}"))


@router.get("/objects/{digest}", response_class=Response)
async def show_object(digest: Digest, parts: PartsOf) -> Response:
    """The bytes of a digest, as an image where they are one that every browser shows."""
    n_bytes = await parts.pool.fetchval(statement("read/model_file_size"), digest)
    if n_bytes is not None and n_bytes > MAX_OBJECT_BYTES:
        raise refuse(
            "object-too-large",
            "This is a model's file, too large to be shown",
            403,
            f"It has {n_bytes} bytes; at most {MAX_OBJECT_BYTES} are served.",
        )
    try:
        content = await parts.objects.get(digest)
    except ObjectMissing as error:
        raise unknown("object", digest) from error
    headers = {"ETag": f'"{digest}"', "Cache-Control": _FOR_EVER}
    media_type = image_type(content)
    if media_type is None:
        headers["Content-Disposition"] = "attachment"
    return Response(content, 200, headers, media_type=media_type or "application/octet-stream")


async def version_meant(
    parts: Parts, reference: str, version: int | None = None
) -> DatasetVersionView:
    """The version that a name, or name@version, means; the newest where none is named.

    Raises:
        ProblemRaised: 404 when there is none.
    """
    name, at, number = reference.partition("@")
    wanted = int(number) if at and number.isdecimal() else version
    dataset = await _dataset(parts, name)
    found = next((each for each in dataset.versions if wanted in {None, each.number}), None)
    if found is None or (at and not number.isdecimal()):
        raise unknown("dataset version", f"{name}@{number or wanted}")
    return found


async def model_meant(parts: Parts, model: str) -> ModelView:
    """The model of this name.

    Raises:
        ProblemRaised: 404 when there is none.
    """
    row = await parts.pool.fetchrow(statement("read/model"), model)
    if row is None:
        raise unknown("model", model)
    return (await _models(parts, [row]))[0]


async def _dataset(parts: Parts, name: str) -> DatasetView:
    row = await parts.pool.fetchrow(statement("read/dataset"), name)
    if row is None:
        raise unknown("dataset", name)
    return (await _datasets(parts, [row]))[0]


async def _datasets(parts: Parts, rows: Sequence[asyncpg.Record]) -> list[DatasetView]:
    versions: dict[str, list[DatasetVersionView]] = {row["dataset"]: [] for row in rows}
    for found in await parts.pool.fetch(statement("read/dataset_versions"), list(versions)):
        versions[found["dataset"]].append(
            DatasetVersionView.model_validate(
                dict(found)
                | {name: read_json(found[name]) for name in ("splits", "sections", "fields")}
            )
        )
    return [DatasetView(**dict(row), versions=versions[row["dataset"]]) for row in rows]


async def _models(parts: Parts, rows: Sequence[asyncpg.Record]) -> list[ModelView]:
    versions: dict[str, list[ModelVersionView]] = {row["model"]: [] for row in rows}
    for found in await parts.pool.fetch(statement("read/model_versions"), list(versions)):
        versions[found["model"]].append(
            ModelVersionView.model_validate(dict(found) | {"spec": read_json(found["spec"])})
        )
    return [ModelView(**dict(row), versions=versions[row["model"]]) for row in rows]
