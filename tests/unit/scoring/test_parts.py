"""What the report reads of a processed slice: a part of each entry, of whatever version."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from runoff_contracts.envelope import Origin, batch
from runoff_contracts.errors import UnknownEvent
from runoff_contracts.events.entry import EntryProcessed, Usage
from runoff_eventlog.message import Message
from runoff_scoring.report import EntryPart, parts_of
from tests.unit.scoring import given

ORIGIN = Origin(source="runoff/tests", time=given.NOW)


def entry() -> EntryProcessed:
    made = given.processed(3, ("x", ("x", None)), confidence=0.5)
    first = made.predictions[0].model_copy(
        update={"usage": Usage(n_input=3, n_output=1), "cost_usd": 0.5}
    )
    return made.model_copy(
        update={
            "section": "s",
            "split": "test",
            "metadata": {"camera": 1},
            "predictions": [first, made.predictions[1]],
        }
    )


def message(change: dict[str, Any] | None = None, *, version: int = 1) -> Message:
    """A slice of one entry; its writer says it to be of this version."""
    headers, body = batch([("e", entry())], id_="s", origin=ORIGIN, subject="s")
    headers["ce-dataschema"] = f"runoff:entry.processed:v{version}"
    items = json.loads(body)
    items[0]["data"] |= change or {}
    return Message(1, "s", headers, json.dumps(items).encode())


def test_the_part_has_what_the_entry_has() -> None:
    """Every field of the part is one of the event's, with its value."""
    (part,) = parts_of(message())

    whole = entry().model_dump()
    for name, value in part.model_dump(exclude={"predictions"}).items():
        assert whole[name] == value
    for found, prediction in zip(part.predictions, whole["predictions"], strict=True):
        assert found.model_dump(exclude={"attempts"}).items() <= prediction.items()
        assert len(found.attempts) == len(prediction["attempts"])


def test_the_part_knows_every_kind_of_answer() -> None:
    """An answer that it did not know would count as a failure."""
    answers: list[dict[str, Any]] = [
        {"label": "x"},
        {"boxes": []},
        {"point": {"x": 1, "y": 2}},
        {"text": ""},
    ]
    attempts = json.loads(entry().model_dump_json())["predictions"][0]["attempts"]
    for answer in answers:
        made = [{"contender": 0, "attempts": attempts, **answer}]

        assert parts_of(message({"predictions": made}))[0].predictions[0].is_answer


def test_a_slice_that_is_not_of_the_newest_version_goes_through_upcasters() -> None:
    """Read in full, then taken apart: the same part comes out."""
    assert parts_of(message(version=0)) == parts_of(message())


@pytest.mark.parametrize(
    ("change", "error"),
    [({"predictions": "none"}, ValidationError), ({"version": 99, "index": -1}, UnknownEvent)],
)
def test_what_cannot_be_read_is_an_error_as_of_the_whole_event(
    change: dict[str, Any], error: type[Exception]
) -> None:
    """Scoring logs it and goes on; it is not taken for an entry without answers."""
    with pytest.raises(error):
        parts_of(message(change))


def test_the_part_is_declared_as_the_event_is() -> None:
    """A field that the event renames must not be missed in silence."""
    assert EntryPart.model_fields.keys() <= EntryProcessed.model_fields.keys()
