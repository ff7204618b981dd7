"""The route that writes a run out: streamed, of any size."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, Literal, Union

from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from runoff_contracts.views import RunView
from runoff_objects.entry_set import EntrySet, open_entry_set
from runoff_objects.errors import ObjectMissing
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.problems import refuse, unknown
from runoff_query.api.reading import FreshOf
from runoff_query.api.reviews import with_reviews
from runoff_query.api.runs import known_run
from runoff_query.exporting.every_eval_ever import EveryEvalEver
from runoff_query.exporting.lines import Csv, JsonLines
from runoff_query.exporting.pages import pages
from runoff_query.exporting.rows import Paired, rows_of
from runoff_query.statements import statement

if TYPE_CHECKING:
    from runoff_query.exporting.parquet import Parquet

Format = Literal["jsonl", "csv", "parquet", "every-eval-ever"]
Rows = Union[JsonLines, Csv, "Parquet"]

router = APIRouter(tags=["runs"])


@router.get("/runs/{run_id}/export", response_class=Response)
async def export_run(
    run_id: str,
    parts: PartsOf,
    fresh: FreshOf,
    format: Annotated[Format, Query(description="every-eval-ever is a zip")] = "jsonl",
) -> Response:
    """Every entry with what every contender answered, a row each; a running run as it stands."""
    run = await known_run(parts, run_id)
    entries = await _entries(parts, run)
    if format == "every-eval-ever":
        documents = EveryEvalEver(run)
        return _file(_documents(parts, run, entries, documents), documents, run)
    rows = await asyncio.to_thread(_writer, format)
    return _file(_rows(parts, run, entries, rows), rows, run)


def _writer(format: Literal["jsonl", "csv", "parquet"]) -> Rows:
    if format == "parquet":
        # A tenth of this process's start, for what is asked for now and then.
        from runoff_query.exporting.parquet import Parquet

        return Parquet()
    return Csv() if format == "csv" else JsonLines()


async def _rows(
    parts: Parts, run: RunView, entries: EntrySet, writer: Rows
) -> AsyncIterator[bytes]:
    def written(pairs: list[Paired]) -> bytes:
        return writer.page(rows_of(run, pairs))

    is_reviewed = any(each.n_approved + each.n_rejected for each in run.contenders)
    async for pairs in pages(parts.pool, run, entries):
        if is_reviewed:
            views = await with_reviews(parts.pool, run.run_id, [view for view, _ in pairs])
            pairs = [(view, asked) for view, (_, asked) in zip(views, pairs, strict=True)]
        if part := await asyncio.to_thread(written, pairs):
            yield part
    yield await asyncio.to_thread(writer.end)


async def _documents(
    parts: Parts, run: RunView, entries: EntrySet, writer: EveryEvalEver
) -> AsyncIterator[bytes]:
    for contender in run.contenders:
        writer.begin(contender)
        async for pairs in pages(parts.pool, run, entries):
            if part := await asyncio.to_thread(writer.page, pairs):
                yield part
        yield await asyncio.to_thread(writer.finish)
    yield writer.end()


def _file(body: AsyncIterator[bytes], writer: Rows | EveryEvalEver, run: RunView) -> Response:
    name = f"run-{run.run_id}.{writer.suffix}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(body, 200, headers, media_type=writer.media_type)


async def _entries(parts: Parts, run: RunView) -> EntrySet:
    """What the run asked about; found before the first byte, while an error can still be said."""
    row = await parts.pool.fetchrow(statement("read/run"), run.run_id)
    if row is None:
        raise unknown("run", run.run_id)
    try:
        return await open_entry_set(parts.objects, row["entries_digest"])
    except ObjectMissing as error:
        raise refuse("entries-missing", "The run's entries are gone", 500) from error
