"""Messages of the log as the projections get them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from runoff_contracts import envelope, subjects
from runoff_contracts.event import Event
from runoff_contracts.events.entry import Attempt, Prediction, Usage
from runoff_contracts.events.lifecycle import RunEdited, RunPaused, RunResumed
from runoff_contracts.events.scorecard import ScorecardsStored
from runoff_contracts.ids import new_run_id
from runoff_contracts.report import Metric
from runoff_eventlog.message import Message
from runoff_query.errors import Unprojectable
from runoff_query.projections.runs.fold import RESUMED, fold
from runoff_query.recorded import ProcessedSlice, ScoredSlice, Tally, read_message
from tests.integration.query import facts

RUN = new_run_id()
ATTEMPT = Attempt(started_at=datetime(2026, 11, 21, tzinfo=UTC), duration_s=0.1)
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
    assert (part.failed, part.target) == ([True, False], ['"zero"', None])
    assert part.metadata == ['{"k":"é"}', None]
    assert part.tallies == {
        0: Tally(n_answered=2, latency_ns=20_000_000, n_timed=2),
        1: Tally(n_answered=1, n_failed=1, latency_ns=10_000_000, n_timed=1),
    }
    told = facts.processed(RUN, 0, "zero", None).model_dump(mode="json", exclude_none=True)[
        "predictions"
    ]
    for attempt in (attempt for each in told for attempt in each["attempts"]):
        attempt["worker"] = "worker-1"  # which the fact says once
    assert json.loads(part.predictions[0]) == told


ANSWERS: list[dict[str, Any]] = [
    {"label": "cat"},
    {"boxes": []},
    {"boxes": [{"label": "cat", "x": 1, "y": 2, "width": 3, "height": 4}]},
    {"point": {"x": 1, "y": 2}},
    {"text": ""},
    {"text": "{}", "data": {}},
    {},
]


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_what_counts_as_answered_is_what_the_contract_says(answer: dict[str, Any]) -> None:
    """No boxes are an answer, and so is an empty text: looked and found nothing."""
    given = Prediction(contender=0, attempts=[ATTEMPT], **answer)
    entry = facts.processed(RUN, 0, "a").model_copy(update={"predictions": [given]})
    (fact,) = read_message(slice_of(entry))

    assert isinstance(fact.content, ProcessedSlice)
    assert fact.content.failed == [not given.is_answer]
    assert fact.content.tallies[0].n_answered == int(given.is_answer)


def test_costs_and_tokens_are_counted_where_they_are_known() -> None:
    """An unknown price is not 0, a failed call may have cost something all the same."""
    known = {"usage": Usage(n_input=100, n_output=7), "cost_usd": 0.1}
    predictions = [
        facts.prediction(0, "a", latency_s=0.5).model_copy(update=known),
        facts.prediction(1, "a", latency_s=0.5).model_copy(update={"latency_s": None}),
        facts.prediction(2, None).model_copy(update=known | {"cost_usd": 0.2}),
    ]
    entry = facts.processed(RUN, 0, "a").model_copy(update={"predictions": predictions})
    (fact,) = read_message(slice_of(entry))

    assert isinstance(fact.content, ProcessedSlice)
    paid = {"n_priced": 1, "n_metered": 1, "n_input_tokens": 100, "n_output_tokens": 7}
    tenth = 100_000_000_000
    assert fact.content.tallies == {
        0: Tally(1, latency_ns=500_000_000, n_timed=1, cost_picousd=tenth, **paid),
        1: Tally(1),
        2: Tally(n_failed=1, cost_picousd=2 * tenth, **paid),
    }


def test_a_target_of_any_shape_is_kept_as_json() -> None:
    """With characters that the database cannot hold as escapes."""
    targets: list[Any] = ["a\x00b", 4.5, ["x", 1], {"x": 1.5, "y": 2}, []]
    entries = [facts.processed(RUN, n, "a", target=each) for n, each in enumerate(targets)]
    (fact,) = read_message(slice_of(*entries))

    assert isinstance(fact.content, ProcessedSlice)
    assert [json.loads(each or "") for each in fact.content.target] == targets
    assert all("\x00" not in (each or "") for each in fact.content.target)


def test_a_run_is_paused_resumed_and_edited() -> None:
    """What a resumed run is depends on whether it had started, which the batch may not say."""
    events: list[Event] = [
        RunPaused(run_id=RUN, paused_at=facts.NOW),
        RunEdited(run_id=RUN, alias=None, labels={"a": "b"}, edited_at=facts.NOW),
        RunResumed(run_id=RUN, resumed_at=facts.NOW),
    ]
    told = [fold(read_message(single(event))).runs[RUN] for event in events]

    assert [change.status for change in told] == ["paused", None, RESUMED]
    assert told[1].edited == events[1]
    assert (
        fold(each for event in events for each in read_message(single(event))).runs[RUN].status
        == RESUMED
    )


def test_metrics_of_a_report_are_taken_by_name() -> None:
    """One that has no value has no row; scorecards of older runs have no report at all."""
    metrics = [
        Metric(contender=1, name="map_50", value=0.25, n=4, higher_is_better=True),
        Metric(contender=0, name="map_50", value=None, n=0, higher_is_better=True, reason="none"),
    ]
    stored = ScorecardsStored(
        run_id=RUN,
        scorecards=facts.digest(1),
        n_entries=4,
        measures=[],
        report=facts.digest(2),
        metrics=metrics,
        stored_at=facts.NOW,
    )
    changes = fold(read_message(single(stored)))
    before = fold(read_message(single(stored.model_copy(update={"report": None, "metrics": []}))))

    assert changes.reported == {(RUN, 1, "map_50"): 0.25}
    assert changes.runs[RUN].report == facts.digest(2)
    assert before.runs == {}


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
    assert changes.tallies[RUN, 0] == Tally(2, 0, 1, 1, 20_000_000, 2)


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
    event = facts.first_computed(RUN).model_copy(update={"digest": facts.digest(7)})

    with pytest.raises(Unprojectable, match="not the one"):
        read_message(single(event))
