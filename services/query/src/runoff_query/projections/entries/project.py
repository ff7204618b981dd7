"""Writes entries and their scores: rows that are added and never updated.

By COPY, which costs Postgres a third of an insert from arrays. It takes no ON CONFLICT, and needs
none: the checkpoint lets every message through once, and a log in which an entry was answered
twice is damaged, so that the second answer is parked and shown rather than dropped in silence.
"""

from collections.abc import Iterable, Iterator, Sequence

from runoff_query.database import Connection
from runoff_query.projections.deleted import delete_runs, deleted_among
from runoff_query.recorded import ProcessedSlice, Recorded, ScoredSlice

Row = tuple[object, ...]

ENTRY_COLUMNS = (
    "run_id",
    "index",
    "entry_id",
    "failed",
    "target",
    "section",
    "split",
    "metadata",
    "predictions",
    "judgements",
)
SCORE_COLUMNS = (
    "run_id",
    "index",
    "scores",
    "difference",
    "difference_kind",
    "n_agree",
    "n_answers",
    "distance_px",
    "iou",
    "confidence_difference",
)


async def project(connection: Connection, facts: Sequence[Recorded]) -> None:
    """Add what was processed and scored, but for runs that were deleted."""
    processed = [each.content for each in facts if isinstance(each.content, ProcessedSlice)]
    scored = [each.content for each in facts if isinstance(each.content, ScoredSlice)]
    runs = {part.run_id for part in processed} | {part.run_id for part in scored}
    gone = await deleted_among(connection, runs)
    await _copy(connection, "entries", ENTRY_COLUMNS, _entries(processed, gone))
    await _copy(connection, "entry_scores", SCORE_COLUMNS, _scores(scored, gone))
    await delete_runs(
        connection,
        facts,
        statements=[
            "projections/entries/delete_entries",
            "projections/entries/delete_entry_scores",
        ],
    )


async def _copy(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Row]
) -> None:
    records = list(rows)
    if records:
        await connection.copy_records_to_table(table, records=records, columns=columns)


def _entries(slices: Iterable[ProcessedSlice], gone: set[str]) -> Iterator[Row]:
    for part in slices:
        if part.run_id not in gone:
            yield from zip(
                [part.run_id] * len(part.index),
                part.index,
                part.entry_id,
                part.failed,
                part.target,
                part.section,
                part.split,
                part.metadata,
                part.predictions,
                part.judgements,
                strict=True,
            )


def _scores(slices: Iterable[ScoredSlice], gone: set[str]) -> Iterator[Row]:
    for part in slices:
        if part.run_id not in gone:
            yield from zip(
                [part.run_id] * len(part.index),
                part.index,
                part.scores,
                part.difference,
                part.kind,
                part.n_agree,
                part.n_answers,
                part.distance_px,
                part.iou,
                part.confidence_difference,
                strict=True,
            )
