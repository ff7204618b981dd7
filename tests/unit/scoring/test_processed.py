"""Processed slices are read for scoring without their attempts, and else as they are."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from runoff_contracts import envelope
from runoff_contracts.answers import Point
from runoff_contracts.envelope import Origin
from runoff_contracts.events.entry import Attempt, EntryProcessed, Prediction, Usage
from runoff_eventlog.message import Message
from runoff_scoring.processed import entries_of

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
RUN = "01920000-0000-7000-8000-000000000001"
ATTEMPT = Attempt(started_at=NOW, duration_s=0.5)


def entry(index: int, *predictions: Prediction) -> EntryProcessed:
    return EntryProcessed(
        run_id=RUN,
        index=index,
        entry_id=f"e{index}",
        target={"city": None, "n": 2**70},
        section="s",
        metadata={"x": None},
        predictions=list(predictions),
        worker="w",
    )


LABEL = Prediction(
    contender=0, label="a", confidence=1.0, probabilities={"a": 1.0}, attempts=[ATTEMPT]
)
TEXT = Prediction(
    contender=1,
    text="",
    data=[1],
    logprob=-0.5,
    usage=Usage(n_input=3, n_output=0),
    cost_usd=0.0,
    total_s=2.5,
    attempts=[ATTEMPT, ATTEMPT],
)
NOTHING = Prediction(contender=2, attempts=[ATTEMPT])
PLACE = Prediction(contender=0, point=Point(x=1, y=2), attempts=[ATTEMPT])


def message(*entries: EntryProcessed) -> Message:
    events = [(f"e{each.index}", each) for each in entries]
    subject = f"runoff.run.{RUN}.slice.0.processed"
    headers, body = envelope.batch(
        events, id_="s", origin=Origin("runoff/test", NOW), subject=subject
    )
    return Message(1, subject, headers, body)


def bare(found: EntryProcessed) -> EntryProcessed:
    """With as many attempts, of which nothing is said."""
    unread = Attempt(started_at=datetime.fromtimestamp(0, UTC), duration_s=0)
    predictions = [
        each.model_copy(update={"attempts": [unread] * len(each.attempts)})
        for each in found.predictions
    ]
    return found.model_copy(update={"predictions": predictions})


def test_labels_and_texts_are_read_with_a_count_of_attempts() -> None:
    """Attempts are most of the bytes; that there were so many is all that is asked of them."""
    made = [entry(0, LABEL, TEXT, NOTHING), entry(1, NOTHING)]

    assert entries_of(message(*made)) == [bare(each) for each in made]


def test_places_are_read_in_full() -> None:
    """Boxes and points are checked by their classes."""
    made = [entry(0, LABEL), entry(1, PLACE)]

    assert entries_of(message(*made)) == made


@pytest.mark.parametrize(("field", "value"), [("index", -1), ("entry_id", 7), ("predictions", [])])
def test_an_entry_that_is_none_is_an_error(field: str, value: object) -> None:
    """An index of -1 would be the last place of an array."""
    whole = message(entry(0, LABEL))
    items = json.loads(whole.body)
    items[0]["data"][field] = value

    with pytest.raises(ValidationError):
        entries_of(Message(1, whole.subject, whole.headers, json.dumps(items).encode()))
