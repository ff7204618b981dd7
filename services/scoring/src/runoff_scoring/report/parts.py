"""The part of a processed entry that the report needs, read without the rest.

Attempts are most of an entry's bytes; not to make objects of them is several times as fast, and a
run may have a hundred thousand entries.
"""

from contextlib import suppress

from pydantic import BaseModel, Field, JsonValue, TypeAdapter, ValidationError

from runoff_contracts.answers import AnswerBody, Target
from runoff_contracts.envelope import is_newest_batch
from runoff_contracts.event import Fact
from runoff_contracts.events.entry import EntryProcessed, Judgement, Usage
from runoff_contracts.lineage import WorkerLineage
from runoff_eventlog.message import Message


class AttemptPart(Fact):
    """That there was one is all that is read of it."""


class PredictionPart(AnswerBody):
    """As `Prediction`."""

    contender: int
    confidence: float | None = None
    probabilities: dict[str, float] | None = None
    latency_s: float | None = None
    logprob: float | None = None
    usage: Usage | None = None
    cost_usd: float | None = None
    total_s: float | None = None
    attempts: list[AttemptPart]


class EntryPart(Fact):
    """As `EntryProcessed`."""

    index: int = Field(ge=0)
    target: Target = None
    section: str | None = None
    split: str | None = None
    metadata: dict[str, JsonValue] | None = None
    predictions: list[PredictionPart]
    judgements: list[Judgement] | None = None
    environment: WorkerLineage | None = None


class _Item(BaseModel):
    data: EntryPart


_BATCH = TypeAdapter(list[_Item])


def parts_of(message: Message) -> list[EntryPart]:
    """The entries of a processed slice.

    Raises:
        MalformedMessage, UnknownEvent, pydantic.ValidationError: as `Message.events`.
    """
    if is_newest_batch(message.headers):
        # What does not fit is read in full below, for an error that says which entry.
        with suppress(ValidationError):
            return [item.data for item in _BATCH.validate_json(message.body)]
    return [
        EntryPart.model_validate(event.model_dump())
        for _, event in message.events()
        if isinstance(event, EntryProcessed)
    ]
