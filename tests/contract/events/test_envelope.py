"""CloudEvents on NATS: single events in binary mode, slices as a batch, and what is neither."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff_contracts.envelope import (
    BATCH_TYPE,
    CONTENT_TYPE,
    Origin,
    batch,
    events_in,
    single,
)
from runoff_contracts.errors import MalformedMessage, UnknownEvent
from runoff_contracts.events import TYPES
from runoff_contracts.events.entry import EntryProcessed, EntryScored
from runoff_contracts.events.lifecycle import RunCanceled
from tests.contract.events.test_golden_files import FOLDER, content_of

ORIGIN = Origin(
    source="runoff/tests",
    time=datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
    correlation_id="the-run",
    causation_id="the-command",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)
RUN = "01936f2a-7c40-7b1e-9d53-0a4f6c2e8b17"
SUBJECT = f"runoff.run.{RUN}.lifecycle"
CANCELED = RunCanceled(run_id=RUN, reason="x", canceled_at=ORIGIN.time)


def scored(index: int) -> EntryScored:
    return EntryScored(run_id=RUN, index=index, entry_id=str(index), scores=[], answers=[])


SLICE = [(f"{RUN}:{index}:scored:1", scored(index)) for index in range(3)]


def test_a_single_event_carries_every_required_attribute() -> None:
    """Any CloudEvents reader finds its way: specversion, id, source and type are required."""
    headers, body = single(CANCELED, id_="c:0", origin=ORIGIN, subject=SUBJECT)

    assert headers == {
        "ce-specversion": "1.0",
        "ce-id": "c:0",
        "ce-source": "runoff/tests",
        "ce-type": "run.canceled",
        "ce-subject": SUBJECT,
        "ce-time": "2026-11-21T09:30:00+00:00",
        "ce-dataschema": "runoff:run.canceled:v1",
        "Nats-Msg-Id": f"{SUBJECT}/c:0",
        "Runoff-Correlation-Id": "the-run",
        "Runoff-Causation-Id": "the-command",
        "traceparent": ORIGIN.traceparent,
        "content-type": "application/json",
    }
    assert events_in(SUBJECT, headers, body) == [("c:0", CANCELED)]


def test_what_is_not_known_is_left_out() -> None:
    """An empty header would be read as an empty id."""
    origin = Origin(source="runoff/tests", time=ORIGIN.time)
    headers, _ = single(CANCELED, id_="c:0", origin=origin, subject=SUBJECT)

    assert not {"Runoff-Correlation-Id", "Runoff-Causation-Id", "traceparent"} & set(headers)


def test_a_slice_is_a_cloudevents_batch() -> None:
    """Each item stands for itself, so that a subscriber may take the batch apart."""
    headers, body = batch(SLICE, id_="r/0", origin=ORIGIN, subject=SUBJECT)

    assert headers[CONTENT_TYPE] == BATCH_TYPE
    assert headers["ce-type"] == "entry.scored"
    for (id_, event), item in zip(SLICE, json.loads(body), strict=True):
        assert item == {
            "specversion": "1.0",
            "id": id_,
            "source": "runoff/tests",
            "type": "entry.scored",
            "time": "2026-11-21T09:30:00+00:00",
            "data": json.loads(event.model_dump_json(exclude_none=True)),
        }
    assert events_in(SUBJECT, headers, body) == SLICE


@given(st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1, max_size=200)), min_size=1))
def test_any_text_survives_a_slice(items: list[tuple[str, str]]) -> None:
    """Quotes, line ends, control characters, other planes: ids and entry ids are a person's own."""
    events = [
        (id_, EntryScored(run_id=RUN, index=0, entry_id=entry_id, scores=[], answers=[entry_id]))
        for id_, entry_id in items
    ]
    headers, body = batch(events, id_="r/0", origin=ORIGIN, subject=SUBJECT)

    assert events_in(SUBJECT, headers, body) == events


def test_numbers_that_json_lacks_become_null() -> None:
    """The log is JSON for every reader: NaN in metadata must not make it unreadable."""
    data = content_of(FOLDER / "entry.processed.v1.json")
    data["metadata"] = {"lux": float("nan"), "far": float("inf")}
    event = EntryProcessed.model_validate(data)
    headers, body = batch([("id", event)], id_="r/0", origin=ORIGIN, subject=SUBJECT)

    assert json.loads(body)[0]["data"]["metadata"] == {"lux": None, "far": None}
    assert len(events_in(SUBJECT, headers, body)) == 1


@pytest.mark.parametrize("missing", ["ce-type", "ce-id"])
def test_a_message_without_its_envelope_is_malformed(missing: str) -> None:
    """Something else wrote to the log."""
    headers, body = single(CANCELED, id_="c:0", origin=ORIGIN, subject=SUBJECT)
    del headers[missing]

    with pytest.raises(MalformedMessage, match=SUBJECT):
        events_in(SUBJECT, headers, body)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b"null", b'"text"', b"7"])
def test_a_single_event_that_is_no_object_is_malformed(body: bytes) -> None:
    """Whatever stands there, the reader learns which subject it was."""
    headers, _ = single(CANCELED, id_="c:0", origin=ORIGIN, subject=SUBJECT)

    with pytest.raises(MalformedMessage):
        events_in(SUBJECT, headers, body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[",
        b"{}",
        b"null",
        b"[7]",
        b"[null]",
        b'[{"id": "a"}]',
        b'[{"data": {}}]',
        b'[{"id": "a", "data": []}]',
        b'[{"id": "a", "data": null}]',
        b'[{"id": "a", "data": "{}"}]',
    ],
)
def test_a_batch_that_is_none_is_malformed(body: bytes) -> None:
    """One bad item makes the message bad: a slice is one fact."""
    headers, _ = batch(SLICE, id_="r/0", origin=ORIGIN, subject=SUBJECT)

    with pytest.raises(MalformedMessage):
        events_in(SUBJECT, headers, body)


def test_an_item_of_an_unknown_type_is_said() -> None:
    """A newer release wrote it: this one must not drop it silently."""
    headers, _ = batch(SLICE, id_="r/0", origin=ORIGIN, subject=SUBJECT)

    with pytest.raises(UnknownEvent, match=r"entry\.guessed"):
        events_in(
            SUBJECT, headers, b'[{"id": "a", "data": {"type": "entry.guessed", "version": 1}}]'
        )


def test_every_type_has_a_name_of_its_own() -> None:
    """Two classes under one name would read each other's events."""
    names = [class_.model_fields["type"].default for class_ in TYPES.classes]

    assert len(set(names)) == len(names) == 25
