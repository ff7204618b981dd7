"""Routes that ask again: re-runs and variations of entries, as v2, v3 … beside the run's v1."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from runoff_contracts.commands import AskAgain, EntryMeant
from runoff_contracts.events.again import Seed
from runoff_contracts.events.entry import Prediction
from runoff_contracts.ids import EntryId
from runoff_contracts.views import AnswerVersionView, AskedAgainView, EntryView
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.problems import refuse, unknown
from runoff_query.api.reading import as_json
from runoff_query.api.run_queries import entry_view, read_json
from runoff_query.api.runs import known_run
from runoff_query.database import Pool
from runoff_query.statements import statement

Positions = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1, max_length=16)]

router = APIRouter(tags=["runs"])


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    contenders: Positions | None = None
    """Positions of those that answer; all where it is left out."""


class RerunRequest(_Asked):
    """Ask one entry once more, as it was."""


class RerunManyRequest(_Asked):
    """Ask a selection of entries once more."""

    entries: list[EntryId] = Field(min_length=1, max_length=1000)


class VariationRequest(_Asked):
    """Ask for another answer, anchored on a given one."""

    mode: Literal["lexical", "semantic"]
    seed_text: Annotated[str, StringConstraints(min_length=1, max_length=100_000)] | None = None
    """The answer to start from, in place of a contender's."""
    seed_contender: int = Field(default=0, ge=0)
    """Whose answer to start from."""
    seed_version: int = Field(default=1, ge=1)
    """Which version of it."""


@router.post("/runs/{run_id}/rerun", status_code=202, response_model=AskedAgainView)
async def rerun_entries(run_id: str, asked: RerunManyRequest, parts: PartsOf) -> Response:
    """Ask a selection of entries once more; the run's own scores stay as they are."""
    run = await known_run(parts, run_id)
    rows = await parts.pool.fetch(
        statement("read/entries_named"), run.run_id, list(set(asked.entries))
    )
    places = {row["entry_id"]: row["index"] for row in rows}
    for place, entry_id in enumerate(asked.entries):
        if entry_id not in places:
            raise refuse(
                "unknown-entry",
                f"The run has no answered entry {entry_id!r}",
                422,
                field=f"entries.{place}",
                hint="ids as `runoff run entries` shows them",
            )
    meant = [EntryMeant(index=index, entry_id=each) for each, index in sorted(places.items())]
    return await _ask(parts, run.run_id, meant, asked.contenders)


@router.post(
    "/runs/{run_id}/entries/{entry_id:path}/rerun", status_code=202, response_model=AskedAgainView
)
async def rerun_entry(run_id: str, entry_id: str, asked: RerunRequest, parts: PartsOf) -> Response:
    """Ask one entry once more, as v2, v3 …; the run's own answer stays and counts."""
    run = await known_run(parts, run_id)
    entry = await _entry(parts, run.run_id, entry_id)
    meant = [EntryMeant(index=entry.index, entry_id=entry.entry_id)]
    return await _ask(parts, run.run_id, meant, asked.contenders)


@router.post(
    "/runs/{run_id}/entries/{entry_id:path}/variations",
    status_code=202,
    response_model=AskedAgainView,
)
async def vary_entry(
    run_id: str, entry_id: str, asked: VariationRequest, parts: PartsOf
) -> Response:
    """Ask for another answer that keeps the words (lexical) or the meaning (semantic) of one."""
    run = await known_run(parts, run_id)
    entry = await _entry(parts, run.run_id, entry_id)
    seed = await _seed(parts, run.run_id, entry, asked)
    meant = [EntryMeant(index=entry.index, entry_id=entry.entry_id)]
    return await _ask(parts, run.run_id, meant, asked.contenders, mode=asked.mode, seed=seed)


async def versions_of(pool: Pool, run_id: str, index: int) -> list[AnswerVersionView]:
    """Further versions of an entry's answers, oldest first."""
    rows = await pool.fetch(statement("read/answer_versions"), run_id, index)
    return [
        AnswerVersionView.model_validate(
            {
                **row,
                "seed": read_json(row["seed"]),
                "predictions": read_json(row["predictions"]) or [],
            }
        )
        for row in rows
    ]


async def _entry(parts: Parts, run_id: str, entry_id: str) -> EntryView:
    row = await parts.pool.fetchrow(statement("read/entry"), run_id, entry_id)
    if row is None:
        raise unknown("entry", entry_id)
    return entry_view(row)


async def _seed(parts: Parts, run_id: str, entry: EntryView, asked: VariationRequest) -> Seed:
    if asked.seed_text is not None:
        return Seed(text=asked.seed_text)
    predictions: Sequence[Prediction] = entry.predictions
    if asked.seed_version > 1:
        versions = await versions_of(parts.pool, run_id, entry.index)
        predictions = next(
            (each.predictions for each in versions if each.answer_version == asked.seed_version), []
        )
    for each in predictions:
        if each.contender == asked.seed_contender and each.words:
            return Seed(
                text=each.words,
                contender=asked.seed_contender,
                answer_version=asked.seed_version,
            )
    raise refuse(
        "seed-missing",
        f"Contender {asked.seed_contender} gave no answer as version {asked.seed_version}",
        422,
        field="seed_contender",
        hint="a contender and a version with an answer, or seed_text",
    )


async def _ask(
    parts: Parts,
    run_id: str,
    entries: list[EntryMeant],
    contenders: list[int] | None,
    *,
    mode: Literal["rerun", "lexical", "semantic"] = "rerun",
    seed: Seed | None = None,
) -> Response:
    accepted = await parts.order(
        AskAgain(
            command_id=str(uuid.uuid4()),
            sent_at=datetime.now(UTC),
            run_id=run_id,
            entries=entries,
            contenders=contenders,
            mode=mode,
            seed=seed,
        )
    )
    view = AskedAgainView.model_validate(
        {"id": run_id, "seq": accepted.seq, "versions": accepted.data["versions"]}
    )
    return as_json(view, status=202)
