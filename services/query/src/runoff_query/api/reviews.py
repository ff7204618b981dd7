"""Routes of reviews: a person approves, rejects or corrects answers of a run."""

import asyncio
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Final, Self

import asyncpg
import pydantic_core
from fastapi import APIRouter, Header
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import Response

from runoff_contracts.answers import ANSWER_FIELDS, AnswerBody
from runoff_contracts.commands import MAX_REVIEWS, EntryMeant, Review, ReviewEntries
from runoff_contracts.comparison import canonical, digest_of
from runoff_contracts.events.review import Decision, Note, Who
from runoff_contracts.ids import EntryId
from runoff_contracts.views import EntryView, ReviewedView, ReviewView, RunView
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.problems import ProblemRaised, refuse, unknown
from runoff_query.api.reading import IdempotencyKey, as_json
from runoff_query.api.run_queries import read_json
from runoff_query.api.runs import known_run
from runoff_query.database import Pool
from runoff_query.statements import statement

By = Annotated[Who | None, Header(alias="Runoff-By", description="Who reviews or edits")]

_KEYS: Final = uuid.UUID("0b5a6a0e-3f0e-5a53-8c0e-93a5c9c5be0d")
"""Namespace of command ids that are made of an idempotency key."""
_MOST_OF_ONE = 1000
_MOST_OF_PAGE = 100_000
_Answered = dict[tuple[int, int], set[int]]
"""Contenders that answered, by index and version."""

router = APIRouter(tags=["runs"])


class ReviewOfEntry(BaseModel):
    """What is said of one contender's answer."""

    model_config = ConfigDict(extra="forbid")

    contender: int | None = Field(default=None, ge=0)
    """Position of whose answer; may be left out where the run has one model."""
    answer_version: int = Field(default=1, ge=1)
    decision: Decision | None = None
    """May be left out beside `edited`: a corrected answer is a rejected one."""
    edited: AnswerBody | None = None
    """What it should have been. The model's own answer and its scores stay."""
    note: Note = ""

    @model_validator(mode="after")
    def _decided(self) -> Self:
        if self.decision is None and self.edited is None:
            raise ValueError("say a decision (approved, rejected, cleared), or what is right")
        return self


class ReviewOfNamed(ReviewOfEntry):
    """The same, of an entry that it names."""

    entry: EntryId


class _ByAPerson(BaseModel):
    model_config = ConfigDict(extra="forbid")

    by: Who | None = None
    """Before the header `Runoff-By`."""
    new_labels: bool = False
    """Take corrected labels that no target of the run has; else they are typing errors."""


class ReviewRequest(ReviewOfEntry, _ByAPerson):
    """One review."""


class ReviewManyRequest(_ByAPerson):
    """Reviews of several answers: all are taken, or none."""

    reviews: list[ReviewOfNamed] = Field(min_length=1, max_length=MAX_REVIEWS)


@router.post("/runs/{run_id}/review", response_model=ReviewedView)
async def review_entries(
    run_id: str,
    asked: ReviewManyRequest,
    parts: PartsOf,
    by: By = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Approve, reject or correct several answers at once; the newest review of each counts."""
    return await _review(parts, run_id, asked, by, idempotency_key)


@router.post("/runs/{run_id}/entries/{entry_id:path}/review", response_model=ReviewedView)
async def review_entry(
    run_id: str,
    entry_id: str,
    asked: ReviewRequest,
    parts: PartsOf,
    by: By = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Approve, reject or correct an answer; what was said of it before is kept."""
    fields = asked.model_dump(exclude={"by", "new_labels"})
    one = ReviewOfNamed.model_validate(fields | {"entry": entry_id})
    many = ReviewManyRequest(by=asked.by, new_labels=asked.new_labels, reviews=[one])
    try:
        return await _review(parts, run_id, many, by, idempotency_key)
    except ProblemRaised as refused:
        raise _of_one(refused, entry_id) from refused


async def with_reviews(
    pool: Pool, run_id: str, entries: Sequence[EntryView], *, older: bool = False
) -> list[EntryView]:
    """Entries with their reviews, oldest first: those that count, or the older ones too."""
    found = await reviews_of(pool, run_id, [each.index for each in entries], older=older)
    return [
        each.model_copy(update={"reviews": found[each.index]}) if each.index in found else each
        for each in entries
    ]


async def reviews_of(
    pool: Pool, run_id: str, indexes: Sequence[int], *, older: bool = False
) -> dict[int, list[ReviewView]]:
    """Reviews by index of the entry, oldest first: those that count, or the older ones too."""
    limit = _MOST_OF_ONE if older else _MOST_OF_PAGE
    found: dict[int, list[ReviewView]] = {}
    for row in await pool.fetch(statement("read/reviews"), run_id, indexes, older, limit):
        found.setdefault(row["index"], []).insert(0, _view(row))
    return found


def _view(row: asyncpg.Record) -> ReviewView:
    return ReviewView.model_validate(
        {**row, "edited": read_json(row["edited"]), "by": row["reviewed_by"]}
    )


async def _review(
    parts: Parts, text: str, asked: ReviewManyRequest, by: str | None, key: str | None
) -> Response:
    run = await known_run(parts, text)
    reviews = await _meant(parts, run, asked.reviews)
    if not asked.new_labels:
        await _known_labels(parts, run, asked.reviews)
    said = await asyncio.to_thread(_digest, asked) if key else ""
    # Of the key and of what it is said with: another review under the same key is another one.
    made = uuid.uuid5(_KEYS, f"{run.run_id}:{key}:{said}") if key else uuid.uuid4()
    command = ReviewEntries(
        command_id=str(made),
        sent_at=datetime.now(UTC),
        run_id=run.run_id,
        reviews=reviews,
        by=(by or "") if asked.by is None else asked.by,
    )
    accepted = await parts.order(command)
    return as_json(ReviewedView(id=run.run_id, seq=accepted.seq, n_reviews=len(reviews)))


def _digest(asked: ReviewManyRequest) -> str:
    return digest_of(canonical(asked))


async def _meant(parts: Parts, run: RunView, asked: Sequence[ReviewOfNamed]) -> list[Review]:
    """The reviews by place, each of an answer that is there."""
    named = {each.entry for each in asked}
    rows = await parts.pool.fetch(statement("read/answers_named"), run.run_id, list(named))
    places = {row["entry_id"]: row["index"] for row in rows}
    further: Sequence[asyncpg.Record] = ()
    if any(each.answer_version > 1 for each in asked):
        indexes = list(places.values())
        further = await parts.pool.fetch(statement("read/answers_again"), run.run_id, indexes)
    answered = await asyncio.to_thread(_answered, rows, further)

    def checked() -> list[Review]:
        return [
            _checked(run, each, place, places.get(each.entry), answered)
            for place, each in enumerate(asked)
        ]

    return await asyncio.to_thread(checked)


def _checked(
    run: RunView, asked: ReviewOfNamed, place: int, index: int | None, answered: _Answered
) -> Review:
    at = f"reviews.{place}"
    if index is None:
        title, hint = f"The run has no answered entry {asked.entry!r}", "the id of an entry"
        raise refuse("unknown-entry", title, 422, field=f"{at}.entry", hint=hint)
    contender = asked.contender
    if contender is None:
        if len(run.contenders) > 1:
            hint = ", ".join(f"{each.position}: {each.model}" for each in run.contenders)
            title = "The run has several models, so say whose answer is meant"
            raise refuse("contender-missing", title, 422, field=f"{at}.contender", hint=hint)
        contender = 0
    decision = asked.decision or "rejected"
    # What was said may be taken back of whatever it was said.
    is_there = contender in answered.get((index, asked.answer_version), ())
    if decision != "cleared" and contender < len(run.contenders) and not is_there:
        raise refuse(
            "no-answer",
            f"Contender {contender} gave entry {asked.entry!r} no answer of that version",
            422,
            field=f"{at}.answer_version",
            hint=f"a version with an answer; {asked.answer_version} has none",
        )
    return Review(
        entry=EntryMeant(index=index, entry_id=asked.entry),
        contender=contender,
        answer_version=asked.answer_version,
        decision=decision,
        edited=asked.edited,
        note=asked.note,
    )


def _answered(own: Iterable[asyncpg.Record], further: Iterable[asyncpg.Record]) -> _Answered:
    answered = {(row["index"], 1): _who(row["predictions"]) for row in own}
    return answered | {
        (row["index"], row["answer_version"]): _who(row["predictions"]) for row in further
    }


def _who(predictions: str) -> set[int]:
    return {
        each["contender"]
        for each in pydantic_core.from_json(predictions)
        if any(each.get(name) is not None for name in ANSWER_FIELDS)
    }


async def _known_labels(parts: Parts, run: RunView, asked: Sequence[ReviewOfNamed]) -> None:
    labels = dict.fromkeys(label for each in asked for label in _labels(each.edited))
    if not labels:
        return
    written = {each: pydantic_core.to_json(each).decode() for each in labels}
    if run.task == "detection":
        written = {each: f'"label":{text}' for each, text in written.items()}
    rows = await parts.pool.fetch(
        statement("read/unknown_labels"), run.run_id, list(written), list(written.values())
    )
    strange = {row["label"] for row in rows}
    for place, each in enumerate(asked):
        for label in _labels(each.edited):
            if label in strange:
                raise refuse(
                    "unknown-label",
                    f"No target of the run has the label {label!r}",
                    422,
                    field=f"reviews.{place}.edited",
                    hint="a label of a target, or `new_labels: true` where it is meant so",
                )


def _labels(edited: AnswerBody | None) -> Iterable[str]:
    if edited is None:
        return ()
    own = () if edited.label is None else (edited.label,)
    return (*own, *(box.label for box in edited.boxes or ()))


def _of_one(refused: ProblemRaised, entry_id: str) -> ProblemRaised:
    """The fields as the request of one entry has them."""
    told = refused.problem
    if told.type.endswith(":unknown-entry"):
        return unknown("entry", entry_id)
    errors = [
        each.model_copy(update={"field": each.field.removeprefix("reviews.0.")})
        for each in told.errors
    ]
    return ProblemRaised(told.model_copy(update={"errors": errors}), refused.headers)
