"""Slices of events are written by msgspec, and are what pydantic would write."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta, timezone

import pytest

from runoff_contracts import envelope
from runoff_contracts.answers import Box, Point
from runoff_contracts.envelope import Origin
from runoff_contracts.event import Event
from runoff_contracts.events.entry import (
    Attempt,
    AttemptError,
    Difference,
    EntryProcessed,
    EntryScored,
    Judgement,
    PairVerdict,
    PointsVerdict,
    Prediction,
    Score,
    Usage,
)

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
RUN = "01920000-0000-7000-8000-000000000001"
FAILED = Attempt(
    started_at=NOW + timedelta(microseconds=5),
    duration_s=1e-6,
    error=AttemptError(error_class="server", message='"\u2028\\ \x00 é', status_code=503),
    usage=Usage(n_input=1, n_output=0),
)
ELSEWHERE = Attempt(started_at=NOW.astimezone(timezone(timedelta(hours=2))), duration_s=0.0)
PREDICTIONS = [
    Prediction(contender=0, label="é", probabilities={"é": 1.0}, attempts=[FAILED, ELSEWHERE]),
    Prediction(contender=1, boxes=[Box(label="a", x=0, y=1, width=2, height=3)], attempts=[FAILED]),
    Prediction(contender=2, point=Point(x=-0.0, y=1e300), attempts=[FAILED]),
    Prediction(contender=3, text="", data={"n": None, "m": [10**30, 1.5]}, attempts=[FAILED]),
    Prediction(contender=4, attempts=[ELSEWHERE]),
]
JUDGEMENT = Judgement(
    scorer="judge",
    model="openai/x",
    digest="sha256:" + "0" * 64,
    points=[PointsVerdict(repeat=0, contenders=[0, 1], points=3, attempts=[FAILED])],
    pairs=[PairVerdict(repeat=1, first=1, second=0, better="tie", same_meaning=True)],
)
PROCESSED = EntryProcessed(
    run_id=RUN,
    index=7,
    entry_id="e7",
    target={"a": None, "b": 2**70},
    metadata={"none": None, "nested": {"x": [1, None, True]}, "infinite": math.inf},
    predictions=PREDICTIONS,
    judgements=[JUDGEMENT],
    worker="w",
)
SCORED = EntryScored(
    run_id=RUN,
    index=7,
    entry_id="e7",
    target="x",
    scores=[Score(contender=0, scorer="accuracy", value=1.0)] * 2,
    answers=["x", None],
    difference=Difference(kind="partial", n_agree=2, n_answers=3, value=0.5, groups=[0, 0, 1]),
)


@pytest.mark.parametrize("event", [PROCESSED, SCORED])
def test_a_slice_says_what_pydantic_would_say(event: Event) -> None:
    """Two ways of writing JSON that part from each other would be two histories."""
    origin = Origin("runoff/test", NOW)

    headers, body = envelope.batch(
        [("a", event), ("b", event)], id_="s", origin=origin, subject=RUN
    )

    wanted = json.loads(event.model_dump_json(exclude_none=True))
    assert [item["data"] for item in json.loads(body)] == [wanted, wanted]
    read = envelope.events_in("s", headers, body)
    assert [id_ for id_, _ in read] == ["a", "b"]
    assert read[1][1].model_dump_json() == event.model_dump_json()


def test_what_is_trusted_equals_what_was_checked() -> None:
    """It is copied, compared and written like any other."""
    given = {"contender": 1, "label": "x", "attempts": [FAILED]}
    made, checked = Prediction.trusted(**given), Prediction.model_validate(given)

    assert made == checked
    assert made.model_dump_json() == checked.model_dump_json()
    assert made.model_copy(update={"label": "y"}).label == "y"
    assert made.label == "x"
