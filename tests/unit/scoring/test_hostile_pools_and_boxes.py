"""Pooled runs and boxes, whatever they are: a document that says what can be said, or a refusal."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as cases
from hypothesis import strategies as st

from runoff_contracts.answers import Box
from runoff_contracts.comparison import ComparisonDocument, canonical
from runoff_contracts.comparison_asked import ComparisonAsked
from runoff_contracts.events.lifecycle import ScorerUsed
from runoff_contracts.ids import new_run_id
from runoff_contracts.task import Status
from runoff_scoring.comparing.document import make_comparison
from runoff_scoring.comparing.taken import RunTaken
from runoff_scoring.errors import NotComparable
from runoff_scoring.scorecards import Scorecards
from tests.unit.scoring import given
from tests.unit.scoring.test_hostile_scores import runs
from tests.unit.scoring.test_several_runs import ROWS, run_of

SLOW = [HealthCheck.too_slow]


def said(asked: ComparisonAsked, runs: list[RunTaken]) -> ComparisonDocument | None:
    """The document, the same twice; none where it is refused with what would be right."""
    try:
        made = make_comparison(asked, runs)
    except NotComparable as refused:
        assert 400 <= refused.problem.status < 500
        assert refused.problem.detail
        return None
    assert make_comparison(asked, runs).content == made.content
    document = ComparisonDocument.model_validate(json.loads(made.content))
    assert canonical(document) == made.content
    return document


@settings(deadline=None, max_examples=25, suppress_health_check=SLOW)
@cases(
    runs(),
    st.lists(st.integers(0, 3), min_size=1, max_size=3),
    st.sampled_from(["paired_only", "count_as_wrong", "refuse"]),
    st.sampled_from([None, 0.02]),
)
def test_runs_are_pooled_or_refused(
    run: RunTaken, others: list[int], missing: str, margin: float | None
) -> None:
    """Of any scores, NaN and infinite ones too, however many runs each has."""
    n = len(run.created.contenders)
    again = [
        replace(run, created=run.created.model_copy(update={"run_id": new_run_id()}))
        for _ in others
    ]
    contenders = [
        {
            "run_id": run.run_id,
            "position": 0,
            "repeats": [
                {"run_id": each.run_id, "position": at % n}
                for each, at in zip(again, others, strict=True)
            ],
        },
        {"run_id": run.run_id, "position": 1},
    ]
    asked = ComparisonAsked.model_validate(
        {"contenders": contenders, "missing": missing, "margin": margin}
    )
    document = said(asked, [run, *again])

    if document is not None:
        assert len(document.contenders[0].pooled) == 1 + len(others)
        for pair in (pair for each in document.metrics for pair in each.pairs):
            assert pair.n_both + pair.n_missing == document.pairing.n_shared
            assert pair.both_right is None, "means of several runs are neither right nor wrong"


def boxes_of(draw: st.DrawFn) -> list[Box]:
    sides = st.sampled_from([0.0, 10.0, 20.0])
    return [
        Box(
            label=draw(st.sampled_from("ab")),
            x=draw(sides),
            y=draw(sides),
            width=15.0,
            height=15.0,
            confidence=draw(st.sampled_from([0.0, 0.5, 1.0])),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]


@st.composite
def detections(draw: st.DrawFn) -> RunTaken:
    n, k = draw(st.integers(1, 5)), draw(st.integers(2, 3))
    entries = []
    for index in range(n):
        entry = given.processed(index, (None, ("x",) * k))
        predictions = [
            each.model_copy(update={"label": None, "boxes": boxes_of(draw)})
            if draw(st.booleans())
            else given.prediction(None, contender=each.contender)
            for each in entry.predictions
        ]
        wanted = boxes_of(draw) if draw(st.booleans()) else []
        target = [each.model_dump(exclude={"confidence"}) for each in wanted] or None
        update: dict[str, Any] = {
            "predictions": predictions,
            "target": target,
            "section": draw(st.sampled_from([None, "s", "t"])),
        }
        entries.append(entry.model_copy(update=update))
    used = [ScorerUsed(name="found_all", version=1)]
    return given.taken_of(given.created(n, k, task="detection", scorers=used), entries)


@settings(deadline=None, max_examples=10, suppress_health_check=SLOW)
@cases(
    detections(),
    st.sampled_from([None, ["map_50"], ["map_50_95", "found_all"]]),
    st.sampled_from([None, 0.02, 0.9]),
    st.sampled_from([None, "section"]),
    st.sampled_from(["paired_only", "count_as_wrong"]),
)
def test_boxes_are_compared_or_refused(
    run: RunTaken,
    metrics: list[str] | None,
    margin: float | None,
    clusters: str | None,
    missing: str,
) -> None:
    """No boxes, no targets, one image, pairs and groups without an image that both answered."""
    asked = given.asked(run, metrics=metrics, margin=margin, clusters=clusters, missing=missing)
    document = said(asked, [run])

    if document is not None:
        everything = [*document.metrics, *(m for each in document.groups for m in each.metrics)]
        for metric in (each for each in everything if each.kind == "ranked"):
            for pair in metric.pairs:
                assert (pair.n_both == 0) == (pair.outcome == "nothing_shared")
                assert pair.interval is not None or pair.reason is not None
                n_each = [metric.estimates[place].n for place in (pair.a, pair.b)]
                assert pair.n_both <= min(n_each)


def test_a_run_of_which_nothing_is_scored_yet_shares_no_entry() -> None:
    """n = 0: there is nothing to be said, and how to get there is."""
    whole, empty = run_of(ROWS), run_of(ROWS[:1])
    created = empty.created.model_copy(update={"n_entries": len(ROWS)})
    record = replace(
        empty.record,
        cards=Scorecards.of(created, [], partial=True),
        columns=empty.record.columns.take(np.zeros(0, dtype=np.int32)),
    )
    canceled = replace(empty, created=created, record=record, status=Status.CANCELED)

    with pytest.raises(NotComparable) as refused:
        given.compare(whole, canceled)

    assert refused.value.problem.type.endswith("no-shared-entries")
