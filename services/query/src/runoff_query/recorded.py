"""What a message of the log says, read once for all projections.

Entry slices are the bulk of the log. They were validated when they were written, so they are
read as plain JSON straight into columns; only slices of an older version go through the models
and their upcasters. Everything else is read as the event classes of the contracts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, Final

import msgspec
import pydantic_core
from pydantic import ValidationError

from runoff_contracts.answers import ANSWER_FIELDS
from runoff_contracts.comparison import canonical, digest_of
from runoff_contracts.envelope import BATCH_TYPE, CONTENT_TYPE
from runoff_contracts.errors import ContractError
from runoff_contracts.event import Event
from runoff_contracts.events import TYPES
from runoff_contracts.events.comparison import ComparisonComputed
from runoff_contracts.events.entry import EntryProcessed, EntryScored
from runoff_eventlog.message import Message
from runoff_query.errors import Unprojectable

_PROCESSED: Final = EntryProcessed.model_fields["type"].default
_SCORED: Final = EntryScored.model_fields["type"].default
_NEWEST: Final = {
    _PROCESSED: EntryProcessed.model_fields["version"].default,
    _SCORED: EntryScored.model_fields["version"].default,
}
_ESCAPED_NUL: Final = b"\\u0000"
_NUL, _REPLACEMENT = "\x00", "�"

Json = Any
"""JSON of a message that its writer validated; its shape is that of the event's class."""


@dataclass(slots=True)
class Tally:
    """What one contender did in a slice."""

    n_answered: int = 0
    n_failed: int = 0
    n_scored: int = 0
    n_correct: int = 0
    latency_ns: int = 0
    """Whole nanoseconds: sums of them do not depend on the order of adding, as floats do."""
    n_timed: int = 0
    cost_picousd: int = 0
    """Millionths of a millionth of a dollar, whole for the same reason."""
    n_priced: int = 0
    n_input_tokens: int = 0
    n_output_tokens: int = 0
    n_metered: int = 0

    def add(self, more: "Tally") -> None:
        """Count what the other counted too."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(more, each.name))


@dataclass(slots=True)
class JudgeTally:
    """What the judge of one scorer did in a slice."""

    n_verdicts: int = 0
    """Questions that were settled, those of failed calls and those taken over included."""
    n_failed: int = 0
    cost_picousd: int = 0
    """Of all verdicts whose price is known, whichever run paid, as for a contender."""
    n_priced: int = 0
    n_input_tokens: int = 0
    n_output_tokens: int = 0
    n_metered: int = 0

    def add(self, more: "JudgeTally") -> None:
        """Count what the other counted too."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(more, each.name))


@dataclass(slots=True)
class ProcessedSlice:
    """A slice of EntryProcessed as the columns of their rows."""

    run_id: str
    index: list[int] = field(default_factory=list)
    entry_id: list[str] = field(default_factory=list)
    failed: list[bool] = field(default_factory=list)
    target: list[str | None] = field(default_factory=list)
    """JSON: what a target is follows from the task."""
    section: list[str | None] = field(default_factory=list)
    split: list[str | None] = field(default_factory=list)
    metadata: list[str | None] = field(default_factory=list)
    predictions: list[str] = field(default_factory=list)
    judgements: list[str | None] = field(default_factory=list)
    tallies: dict[int, Tally] = field(default_factory=dict)
    judged: dict[str, JudgeTally] = field(default_factory=dict)
    """By scorer."""


@dataclass(slots=True)
class ScoredSlice:
    """A slice of EntryScored as the columns of their rows."""

    run_id: str
    index: list[int] = field(default_factory=list)
    scores: list[str] = field(default_factory=list)
    difference: list[float | None] = field(default_factory=list)
    kind: list[str | None] = field(default_factory=list)
    n_agree: list[int | None] = field(default_factory=list)
    n_answers: list[int | None] = field(default_factory=list)
    distance_px: list[float | None] = field(default_factory=list)
    iou: list[float | None] = field(default_factory=list)
    confidence_difference: list[float | None] = field(default_factory=list)
    tallies: dict[int, Tally] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ComputedDocument:
    """A comparison; of the first version with the exact bytes that its digest is of."""

    event: ComparisonComputed
    first_document: str | None


Content = Event | ProcessedSlice | ScoredSlice | ComputedDocument


@dataclass(frozen=True, slots=True)
class Recorded:
    """One fact and where it stands in the log; a message may hold several."""

    seq: int
    content: Content


def read_message(message: Message) -> list[Recorded]:
    """Every fact of a message.

    Raises:
        Unprojectable: When it does not hold what its type says.
    """
    try:
        return [Recorded(message.seq, content) for content in _contents(message)]
    except (ContractError, ValidationError, ValueError, KeyError, TypeError) as error:
        raise Unprojectable(str(error)) from error


def _contents(message: Message) -> list[Content]:
    type_ = message.headers.get("ce-type")
    if type_ in _NEWEST and message.headers.get(CONTENT_TYPE) == BATCH_TYPE:
        return _slices(str(type_), message.body)
    events = [event for _, event in message.events()]
    if len(events) == 1 and isinstance(events[0], ComparisonComputed):
        return [_comparison(events[0], message.body)]
    if any(isinstance(event, EntryProcessed | EntryScored) for event in events):
        raise ValueError("an entry's event stands outside a slice")
    return list(events)


def _slices(type_: str, body: bytes) -> list[Content]:
    """The slice of a message; several where one message speaks of more than one run."""
    items = [_newest(type_, item["data"]) for item in msgspec.json.decode(body)]
    if type_ == _SCORED:
        scored: dict[str, ScoredSlice] = {}
        for data in items:
            run_id = data["run_id"]
            _add_scored(scored.setdefault(run_id, ScoredSlice(run_id)), data)
        return list(scored.values())
    text = _without_nul if _ESCAPED_NUL in body else _as_it_is
    processed: dict[str, ProcessedSlice] = {}
    for data in items:
        run_id = data["run_id"]
        _add_processed(processed.setdefault(run_id, ProcessedSlice(run_id)), data, text)
    return list(processed.values())


def _newest(type_: str, data: Json) -> Json:
    if data["type"] == type_ and data["version"] == _NEWEST[type_]:
        return data
    return TYPES.read(data).model_dump(mode="json")


def _add_processed(
    into: ProcessedSlice, data: Json, text: Callable[[str | None], str | None]
) -> None:
    predictions, worker = data["predictions"], data["worker"]
    failed = False
    for prediction in predictions:
        for attempt in prediction["attempts"]:
            attempt.setdefault("worker", worker)  # a fact names it once, a reader wants it in each
        failed = not _count(_tally(into, prediction["contender"]), prediction) or failed
    target, metadata = data.get("target"), data.get("metadata")
    into.index.append(data["index"])
    into.entry_id.append(text(data["entry_id"]) or "")
    into.failed.append(failed)
    into.target.append(None if target is None else _json(target))
    into.section.append(text(data.get("section")))
    into.split.append(text(data.get("split")))
    into.metadata.append(None if metadata is None else _json(metadata))
    into.predictions.append(_json(predictions))
    judgements = data.get("judgements")
    into.judgements.append(None if judgements is None else _json(judgements))
    for judgement in judgements or ():
        _count_verdicts(into.judged.setdefault(judgement["scorer"], JudgeTally()), judgement)


def _tally(of: ProcessedSlice | ScoredSlice, contender: int) -> Tally:
    # Not by `setdefault`, which would make a tally for each answer.
    tally = of.tallies.get(contender)
    if tally is None:
        tally = of.tallies[contender] = Tally()
    return tally


def _count(tally: Tally, prediction: Json) -> bool:
    """Count a prediction; whether it answers. Facts leave out fields that are null."""
    cost_usd, usage = prediction.get("cost_usd"), prediction.get("usage")
    if cost_usd is not None:
        tally.n_priced += 1
        tally.cost_picousd += round(cost_usd * 1e12)
    if usage is not None:
        tally.n_metered += 1
        tally.n_input_tokens += usage["n_input"]
        tally.n_output_tokens += usage["n_output"]
    # No boxes are an answer, an empty text is one too: only what is not there is none.
    if prediction.get("label") is None and all(
        prediction.get(name) is None for name in ANSWER_FIELDS
    ):
        tally.n_failed += 1
        return False
    tally.n_answered += 1
    latency_s = prediction.get("latency_s")
    if latency_s is not None:
        tally.n_timed += 1
        tally.latency_ns += round(latency_s * 1e9)
    return True


def _count_verdicts(tally: JudgeTally, judgement: Json) -> None:
    for said, verdicts in (("points", judgement["points"]), ("better", judgement["pairs"])):
        for verdict in verdicts:
            # Nobody was asked about answers that are equal to the letter.
            if not verdict["attempts"]:
                continue
            tally.n_verdicts += 1
            tally.n_failed += verdict.get(said) is None
            cost_usd, usage = verdict.get("cost_usd"), verdict.get("usage")
            if cost_usd is not None:
                tally.n_priced += 1
                tally.cost_picousd += round(cost_usd * 1e12)
            if usage is not None:
                tally.n_metered += 1
                tally.n_input_tokens += usage["n_input"]
                tally.n_output_tokens += usage["n_output"]


def _add_scored(into: ScoredSlice, data: Json) -> None:
    scores = data["scores"]
    seen: set[int] = set()
    for score in scores:
        contender, value = score["contender"], score.get("value")
        # The first score of a contender is that of the run's first scorer: its accuracy.
        if contender in seen:
            continue
        seen.add(contender)
        tally = _tally(into, contender)
        if value is not None:
            tally.n_scored += 1
            tally.n_correct += value == 1
    difference = data.get("difference") or {}
    into.index.append(data["index"])
    into.scores.append(_json(scores))
    into.difference.append(difference.get("value"))
    into.kind.append(difference.get("kind"))
    into.n_agree.append(difference.get("n_agree"))
    into.n_answers.append(difference.get("n_answers"))
    into.distance_px.append(difference.get("distance_px"))
    into.iou.append(difference.get("iou"))
    into.confidence_difference.append(data.get("confidence_difference"))


def _comparison(event: ComparisonComputed, body: bytes) -> ComputedDocument:
    """The first document as it was written: a field that nobody knows any more belongs to it."""
    if event.first_document is None:
        return ComputedDocument(event, None)
    document = canonical(pydantic_core.from_json(body)["document"])
    if digest_of(document) != event.digest:
        raise ValueError(f"the document is not the one of {event.digest}")
    return ComputedDocument(event, document.decode())


def _json(value: Json) -> str:
    return msgspec.json.encode(value).decode()


def _as_it_is(value: str | None) -> str | None:
    return value


def _without_nul(value: str | None) -> str | None:
    """Postgres cannot hold U+0000 in a text; in JSON text it stays, as an escape."""
    return None if value is None else value.replace(_NUL, _REPLACEMENT)


def storable(value: str) -> str:
    """The text without U+0000, which Postgres cannot hold."""
    return value.replace(_NUL, _REPLACEMENT)
