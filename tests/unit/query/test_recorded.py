"""Messages of the log as the projections get them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from runoff_contracts import envelope, subjects
from runoff_contracts.event import Event
from runoff_contracts.ids import new_run_id
from runoff_eventlog.message import Message
from runoff_query.errors import Unprojectable
from runoff_query.projections.runs.fold import fold
from runoff_query.recorded import ProcessedSlice, ScoredSlice, Tally, read_message
from tests.integration.query import facts

RUN = new_run_id()
ORIGIN = envelope.Origin("runoff/tests", datetime(2026, 11, 21, tzinfo=UTC))


def slice_of(*events: Event, seq: int = 5) -> Message:
    subject = subjects.processed(RUN, 0)
    headers, body = envelope.batch(
        [(str(place), event) for place, event in enumerate(events)],
        id_="slice",
        origin=ORIGIN,
        subject=subject,
    )
    return Message(seq, subject, headers, body)


def single(event: Event, *, seq: int = 5) -> Message:
    subject = subjects.lifecycle(RUN)
    headers, body = envelope.single(event, id_="one", origin=ORIGIN, subject=subject)
    return Message(seq, subject, headers, body)


def test_a_slice_of_answers_becomes_columns() -> None:
    """One value an entry in each, and a tally a contender."""
    (fact,) = read_message(
        slice_of(
            facts.processed(RUN, 0, "zero", None, metadata={"k": "é"}),
            facts.processed(RUN, 1, "one", "one", target=None),
        )
    )

    assert fact.seq == 5
    part = fact.content
    assert isinstance(part, ProcessedSlice)
    assert (part.run_id, part.index, part.entry_id) == (RUN, [0, 1], ["entry-0", "entry-1"])
    assert (part.failed, part.target) == ([True, False], ["zero", None])
    assert part.metadata == ['{"k":"é"}', None]
    assert part.tallies == {
        0: Tally(n_answered=2, latency_ns=20_000_000),
        1: Tally(n_answered=1, n_failed=1, latency_ns=10_000_000),
    }
    told = facts.processed(RUN, 0, "zero", None).model_dump(mode="json", exclude_none=True)[
        "predictions"
    ]
    assert json.loads(part.predictions[0]) == told


def test_a_slice_of_scores_becomes_columns() -> None:
    """Entries without a difference have none in every column of it."""
    (fact,) = read_message(
        slice_of(
            facts.scored(RUN, 0, "zero", "one"),
            facts.scored(RUN, 1, "zero", None),
            facts.scored(RUN, 2, "one", "one", target=None),
        )
    )

    part = fact.content
    assert isinstance(part, ScoredSlice)
    assert part.difference == [1.0, None, 0.0]
    assert part.kind == ["all_different", None, "all_match"]
    assert (part.n_agree, part.n_answers) == ([1, None, 2], [2, None, 2])
    assert part.tallies == {0: Tally(n_scored=2, n_correct=2), 1: Tally(n_scored=1)}


def test_only_the_first_score_of_a_contender_is_its_accuracy() -> None:
    """Further scorers say other things."""
    event = facts.scored(RUN, 0, "zero")
    doubled = event.model_copy(update={"scores": [*event.scores, *event.scores]})
    (fact,) = read_message(slice_of(doubled))

    assert isinstance(fact.content, ScoredSlice)
    assert fact.content.tallies == {0: Tally(n_scored=1, n_correct=1)}


def test_changes_of_a_batch_are_folded_into_one_a_run() -> None:
    """The newest status and sequence, and all counts together."""
    messages = [
        single(facts.created(RUN, 2), seq=1),
        single(facts.started(RUN), seq=2),
        slice_of(facts.processed(RUN, 0, "zero", "zero"), seq=3),
        slice_of(facts.processed(RUN, 1, "zero", None), seq=4),
        slice_of(facts.scored(RUN, 0, "zero", "zero"), seq=5),
        single(facts.canceled(RUN), seq=6),
    ]
    changes = fold(fact for message in messages for fact in read_message(message))

    change = changes.runs[RUN]
    assert [seq for seq, _ in changes.created] == [1]
    assert (change.seq, change.status, change.reason) == (6, "canceled", "enough")
    assert (change.n_processed, change.n_failed, change.n_scored) == (2, 1, 1)
    assert changes.tallies[RUN, 0] == Tally(2, 0, 1, 1, 20_000_000)


@pytest.mark.parametrize(
    "change",
    [
        {"headers": {}},
        {"body": b"{"},
        {"body": b"[{}]"},
        {"body": b'[{"data": {}}]'},
        {"body": b"5"},
        {"body": b'[{"id": "x", "data": {"type": "entry.processed", "version": 99}}]'},
        {"body": b'[{"id": "x", "data": {"type": "entry.processed", "version": 1}}]'},
    ],
)
def test_a_message_that_is_no_slice_is_said_to_be_none(change: dict[str, object]) -> None:
    """So that it is parked, with what is wrong."""
    good = slice_of(facts.processed(RUN, 0, "zero"))
    fields = {"seq": 1, "subject": good.subject, "headers": good.headers, "body": good.body}

    with pytest.raises(Unprojectable):
        read_message(Message(**{**fields, **change}))  # type: ignore[arg-type]


def test_a_document_that_is_not_its_digests_is_refused() -> None:
    """A comparison is found by its digest; it must be the one."""
    event = facts.computed(RUN).model_copy(update={"digest": facts.digest(7)})

    with pytest.raises(Unprojectable, match="not the one"):
        read_message(single(event))
