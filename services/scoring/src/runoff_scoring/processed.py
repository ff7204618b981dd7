"""Reads the entries of a processed slice: what is scored, and how many attempts are behind it.

Attempts are most of an entry's bytes and no scorer looks into them. With them, and value by value
through pydantic, reading was a third of the price of scoring labels.
"""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec

from runoff_contracts.envelope import is_newest_batch
from runoff_contracts.events.entry import Attempt, EntryProcessed, Prediction, Usage
from runoff_contracts.lineage import WorkerLineage
from runoff_eventlog.message import Message

_Place = Annotated[int, msgspec.Meta(ge=0)]


class _Usage(msgspec.Struct):
    n_input: _Place
    n_output: _Place


class _Prediction(msgspec.Struct):
    """As `Prediction`; boxes and points are left to pydantic."""

    contender: _Place
    attempts: Annotated[list[msgspec.Raw], msgspec.Meta(min_length=1)]
    label: str | None = None
    text: str | None = None
    data: Any = None
    boxes: msgspec.Raw | None = None
    point: msgspec.Raw | None = None
    confidence: float | None = None
    probabilities: dict[str, float] | None = None
    logprob: float | None = None
    latency_s: float | None = None
    total_s: float | None = None
    usage: _Usage | None = None
    cost_usd: float | None = None

    @property
    def is_plain(self) -> bool:
        """Whether all that it says is read here."""
        return self.boxes is None and self.point is None


class _Entry(msgspec.Struct):
    """As `EntryProcessed`."""

    type: Literal["entry.processed"]
    version: Literal[1]
    run_id: str
    index: _Place
    entry_id: str
    predictions: Annotated[list[_Prediction], msgspec.Meta(min_length=1)]
    worker: str
    target: Any = None
    section: str | None = None
    split: str | None = None
    metadata: dict[str, Any] | None = None
    judgements: msgspec.Raw | None = None
    environment: msgspec.Raw | None = None

    @property
    def is_plain(self) -> bool:
        """Whether all that it says is read here."""
        return self.judgements is None and all(each.is_plain for each in self.predictions)


class _Item(msgspec.Struct):
    data: _Entry


_UNREAD = Attempt(started_at=datetime.fromtimestamp(0, UTC), duration_s=0.0)
"""In place of each attempt: there was one."""
_decoder = msgspec.json.Decoder(list[_Item])


def entries_of(message: Message) -> list[EntryProcessed]:
    """The entries of a processed slice, those of labels and texts with attempts that are
    counted and not read.

    Raises:
        MalformedMessage, UnknownEvent, pydantic.ValidationError: as `Message.events`.
    """
    if is_newest_batch(message.headers):
        # What does not fit is read in full below, for an error that says which entry.
        with suppress(msgspec.DecodeError):
            entries = [item.data for item in _decoder.decode(message.body)]
            if all(each.is_plain for each in entries):
                return [_entry(each) for each in entries]
    return [event for _, event in message.events() if isinstance(event, EntryProcessed)]


def _entry(read: _Entry) -> EntryProcessed:
    return EntryProcessed.trusted(
        run_id=read.run_id,
        index=read.index,
        entry_id=read.entry_id,
        target=read.target,
        section=read.section,
        split=read.split,
        metadata=read.metadata,
        predictions=[_prediction(each) for each in read.predictions],
        worker=read.worker,
        environment=_environment(read.environment),
    )


def _environment(read: msgspec.Raw | None) -> WorkerLineage | None:
    return None if read is None else WorkerLineage.model_validate_json(bytes(read))


def _prediction(read: _Prediction) -> Prediction:
    return Prediction.trusted(
        contender=read.contender,
        label=read.label,
        text=read.text,
        data=read.data,
        confidence=read.confidence,
        probabilities=read.probabilities,
        logprob=read.logprob,
        latency_s=read.latency_s,
        total_s=read.total_s,
        usage=read.usage and Usage(n_input=read.usage.n_input, n_output=read.usage.n_output),
        cost_usd=read.cost_usd,
        attempts=[_UNREAD] * len(read.attempts),
    )
