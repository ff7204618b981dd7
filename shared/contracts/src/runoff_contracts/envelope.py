"""CloudEvents 1.0 over NATS: binary mode for one event, a JSON batch for a slice of entries.

Source: CloudEvents specification 1.0.2, its NATS protocol binding and its JSON batch format.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import pydantic_core
from pydantic import ValidationError

from runoff_contracts.errors import MalformedMessage
from runoff_contracts.event import Event, JsonObject
from runoff_contracts.events import TYPES

BATCH_TYPE = "application/cloudevents-batch+json"
CONTENT_TYPE = "content-type"

SLICE_ID = "Runoff-Slice-Id"
"""Idempotency key of an append: a writer that finds its own key was there before."""
N_ENTRIES = "Runoff-Entries"
N_ANSWERS = "Runoff-Answers"
N_FAILED = "Runoff-Failed"
ELAPSED_S = "Runoff-Elapsed-S"
SLICE_START = "Runoff-Start"
COST_USD = "Runoff-Cost-Usd"
"""Sum of a slice's known costs; absent where none is known."""


@dataclass(frozen=True)
class Origin:
    """Who says it, when, about which run, and in answer to what."""

    source: str
    """The service that speaks, as `runoff/scoring`."""
    time: datetime
    correlation_id: str | None = None
    causation_id: str | None = None
    traceparent: str | None = None


def headers_of(
    event_type: str, *, id_: str, origin: Origin, subject: str, version: int
) -> dict[str, str]:
    """CloudEvents attributes as NATS headers."""
    headers = {
        "ce-specversion": "1.0",
        "ce-id": id_,
        "ce-source": origin.source,
        "ce-type": event_type,
        "ce-subject": subject,
        "ce-time": origin.time.isoformat(),
        "ce-dataschema": f"runoff:{event_type}:v{version}",
        # The server drops a second message of the same id on any subject of the stream.
        "Nats-Msg-Id": f"{subject}/{id_}",
    }
    if origin.correlation_id:
        headers["Runoff-Correlation-Id"] = origin.correlation_id
    if origin.causation_id:
        headers["Runoff-Causation-Id"] = origin.causation_id
    if origin.traceparent:
        headers["traceparent"] = origin.traceparent
    return headers


def single(event: Event, *, id_: str, origin: Origin, subject: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of a message that holds one event."""
    headers = headers_of(event.type, id_=id_, origin=origin, subject=subject, version=event.version)
    headers[CONTENT_TYPE] = "application/json"
    return headers, event.model_dump_json().encode()


def batch(
    events: Sequence[tuple[str, Event]], *, id_: str, origin: Origin, subject: str
) -> tuple[dict[str, str], bytes]:
    """Headers and body of a message that holds a slice of events.

    Fields that are null are left out: they would be a third of the bytes of an entry.

    Args:
        events: Event id and event, all of one type; at least one.
    """
    first = events[0][1]
    headers = headers_of(first.type, id_=id_, origin=origin, subject=subject, version=first.version)
    headers[CONTENT_TYPE] = BATCH_TYPE
    source, type_, time = origin.source, first.type, origin.time.isoformat()
    items = [
        {
            "specversion": "1.0",
            "id": id_,
            "source": source,
            "type": type_,
            "time": time,
            "data": event,
        }
        for id_, event in events
    ]
    return headers, msgspec.json.encode(items, enc_hook=_Facts().in_json)


class _Facts:
    """Facts as msgspec is to write them: half the price of pydantic's own writing."""

    def __init__(self) -> None:
        self._written: dict[int, msgspec.Raw] = {}
        """What many events of a message share, by its id, written once."""

    def in_json(self, fact: Any) -> dict[str, Any] | msgspec.Raw:
        """Without what is null; `Any` since msgspec hands over whatever it does not know."""
        written = self._written.get(id(fact))
        if written is not None:
            return written
        if not hasattr(fact, "is_shared"):
            raise TypeError(f"{type(fact).__name__} is no part of an event")
        known = {name: each for name, each in fact.__dict__.items() if each is not None}
        if not fact.is_shared:
            return known
        written = msgspec.Raw(msgspec.json.encode(known, enc_hook=self.in_json))
        self._written[id(fact)] = written
        return written


def events_in(subject: str, headers: Mapping[str, str], body: bytes) -> list[tuple[str, Event]]:
    """Every event of a message with its id, in its newest shape.

    Raises:
        MalformedMessage: When the message is no CloudEvent or its body is no JSON.
        UnknownEvent: When an event is of a type or version that this code cannot read.
        pydantic.ValidationError: When a body does not fit its class.
    """
    if "ce-type" not in headers or "ce-id" not in headers:
        raise MalformedMessage(subject, "no CloudEvents headers")
    if is_newest_batch(headers):
        # What does not fit is read again below, one by one, for an error that says which.
        with suppress(ValidationError):
            return TYPES.read_newest(headers["ce-type"], body)
    try:
        data = pydantic_core.from_json(body)
    except ValueError as error:
        raise MalformedMessage(subject, f"the body is no JSON: {error}") from error
    if headers.get(CONTENT_TYPE) == BATCH_TYPE:
        return [(id_, TYPES.read(event)) for id_, event in _items(subject, data)]
    if not isinstance(data, dict):
        raise MalformedMessage(subject, "the body is no JSON object")
    return [(headers["ce-id"], TYPES.read(data))]


def is_newest_batch(headers: Mapping[str, str]) -> bool:
    """Whether a message is a batch of events that this code knows the very version of."""
    type_ = headers.get("ce-type", "")
    if headers.get(CONTENT_TYPE) != BATCH_TYPE:
        return False
    return headers.get("ce-dataschema") == f"runoff:{type_}:v{TYPES.newest(type_)}"


def _items(subject: str, data: object) -> list[tuple[str, JsonObject]]:
    if not isinstance(data, list) or not all(
        isinstance(item, dict) and "id" in item and isinstance(item.get("data"), dict)
        for item in data
    ):
        raise MalformedMessage(subject, "the body is no batch of CloudEvents")
    return [(str(item["id"]), item["data"]) for item in data]
