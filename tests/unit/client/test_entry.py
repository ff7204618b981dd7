"""One entry as a person reads it: nothing that was kept of it is left out."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from rich.console import Console

from runoff.cli.entry import N_BOXES, print_entry
from runoff_contracts.run_config import RunConfig
from runoff_contracts.views import EntryView, RunView

NOW: Final = datetime(2026, 11, 21, 18, 30, 1, 123456, tzinfo=UTC)


def contender(position: int, model: str) -> dict[str, Any]:
    return {
        "position": position, "model": model, "number": None, "digest": "sha256:0",
        "primary": "exact_match", "n_scored": 1, "n_correct": 1, "n_failed": 0, "accuracy": 1.0,
        "latency_mean_s": None,
    }  # fmt: skip


RUN: Final = RunView.model_validate(
    {
        "run_id": "r", "status": "completed", "task": "text", "dataset": "d", "dataset_version": 1,
        "dataset_digest": "sha256:1", "selection": None, "entries_digest": "sha256:2",
        "n_entries": 1, "n_processed": 1, "n_scored": 1, "n_failed": 1,
        "contenders": [contender(0, "openai/gpt-4o"), contender(1, "python/my_models:answer")],
        "config": RunConfig(), "priority": "normal", "alias": None, "labels": {}, "reason": None,
        "created_at": NOW, "started_at": NOW, "settled_at": None, "comparison_digest": None,
        "seq": 1,
    }
)  # fmt: skip
CALL: Final = {"duration_s": 0.31, "worker": "inference-worker-1", "queue_s": 0.0123}
LIMITED: Final = {
    **CALL, "started_at": NOW, "n_slots": 64, "retry_delay_s": 0.2,
    "error": {"error_class": "rate_limit", "message": "too many requests", "status_code": 429},
}  # fmt: skip
PAID: Final = {
    **CALL, "started_at": NOW + timedelta(seconds=1), "n_slots": 32, "cost_usd": 0.0031,
    "usage": {"n_input": 120, "n_output": 8},
}  # fmt: skip
RAISED: Final = {
    "started_at": NOW, "duration_s": 1.5, "worker": "inference-worker-2",
    "error": {"error_class": "exception", "message": "KeyError: 'no \x1b[31m such key'"},
}  # fmt: skip


def an_entry(*predictions: dict[str, Any], **fields: Any) -> EntryView:
    given = {
        "index": 7, "entry_id": "q-0007", "status": "answered", "target": "Paris",
        "section": "capitals", "split": "test", "metadata": {"author": "me"}, "scores": [],
        "difference": None, "confidence_difference": None,
        "predictions": [{"contender": place, **each} for place, each in enumerate(predictions)],
    }  # fmt: skip
    return EntryView.model_validate(given | fields)


ENTRY: Final = an_entry(
    {
        "text": "It is Paris,\nof course.", "confidence": 0.93, "latency_s": 0.31, "total_s": 1.2,
        "usage": PAID["usage"], "cost_usd": 0.0031, "attempts": [LIMITED, PAID],
    },
    {"attempts": [RAISED]},
    text="Which city is the capital of France?",
    status="failed",
    scores=[
        {"contender": 0, "scorer": "exact_match", "value": 0.0},
        {"contender": 1, "scorer": "exact_match", "reason": "no answer"},
    ],
    versions=[
        {
            "answer_version": 2, "parent": 1, "mode": "rerun", "seed": None, "contenders": [0],
            "asked_at": NOW, "answered_at": NOW, "worker": "inference-worker-1",
            "predictions": [{"contender": 0, "text": "Lyon", "attempts": [PAID]}],
        }
    ],
)  # fmt: skip
BOX: Final = {"label": "cup", "x": 1.25, "y": 2, "width": 30, "height": 40, "confidence": 0.5}
BOXES: Final = an_entry(
    {"boxes": [BOX] * (N_BOXES + 5), "attempts": [PAID]},
    {"boxes": [], "attempts": [PAID]},
    target=[{key: value for key, value in BOX.items() if key != "confidence"}],
    file="sha256:" + "a" * 64,
    difference={"kind": "partial", "n_agree": 2, "n_answers": 3, "value": 0.5, "iou": 0.8},
    confidence_difference=0.125,
)


def shown(entry: EntryView, *, width: int = 140) -> str:
    where = Console(file=io.StringIO(), width=width, highlight=False, markup=False)
    print_entry(RUN, entry, where)
    assert isinstance(where.file, io.StringIO)
    return where.file.getvalue()


def test_what_was_asked_answered_and_scored_is_shown() -> None:
    """With further versions beside the run's own answer."""
    said = shown(ENTRY)

    for part in ("q-0007", "Which city is the capital", "Paris", "index 7", "section capitals"):
        assert part in said
    for part in ("It is Paris,", "93.0 %", "310 ms for it, 1.2 s in all", '"author": "me"'):
        assert part in said
    for part in ("exact_match", "no answer", "v2", "Lyon"):
        assert part in said


def test_every_attempt_is_shown_with_all_that_is_known_of_it() -> None:
    """Start, worker, wait, duration, tokens, cost, and why it failed."""
    said = shown(ENTRY)

    first = "2026-11-21 18:30:01.123, inference-worker-1, waited 12.30 ms, took 310 ms"
    assert first in said
    assert "rate_limit 429: too many requests (again after 200 ms)" in said
    assert "32 calls at once, 120 + 8 tokens, $0.0031" in said
    assert "inference-worker-2, took 1.5 s" in said
    assert "exception: KeyError" in said
    assert said.count("attempt 1") == 2


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("entry", [ENTRY, BOXES])
def test_no_line_is_wider_than_the_terminal_and_none_obeys_an_answer(
    entry: EntryView, width: int
) -> None:
    """What a model said is shown, not carried out."""
    said = shown(entry, width=width)

    assert max(len(line) for line in said.splitlines()) <= width
    assert "\x1b" not in said


def test_boxes_are_listed_and_the_rest_counted() -> None:
    """The whole list is in the JSON."""
    said = shown(BOXES)

    assert said.count("cup 50.0 % at (1.2, 2.0), 30.0 x 40.0") == N_BOXES
    assert "and 5 more (--json)" in said
    assert "nothing" in said
    assert "2 of 3 agree, IoU 0.8, confidence 12.5 points apart" in said


def test_what_a_judge_said_is_shown_with_its_reasons_and_attempts() -> None:
    """Whom it is about, in the order that it saw them; a reason is obeyed by no terminal."""
    judged = {"model": "openai/judge", "digest": "sha256:" + "0" * 64}
    points = {
        "repeat": 0, "contenders": [0, 1], "points": 1, "reason": "polite\x1b[31m", "cost_usd": 0.5,
        "attempts": [LIMITED, PAID],
    }  # fmt: skip
    pair = {"first": 1, "second": 0, "better": "second", "same_meaning": True, "attempts": [PAID]}
    entry = ENTRY.model_validate(
        {
            **ENTRY.model_dump(),
            "judgements": [
                {**judged, "scorer": "judge", "points": [points]},
                {**judged, "scorer": "judge_pairwise", "pairs": [{"repeat": 1, **pair}]},
            ],
        }
    )
    told = shown(entry)

    assert "judge, by openai/judge" in told
    assert "openai/gpt-4o, python/my_models:answer" in told
    assert "1 point" in told
    assert "polite\\x1b[31m" in told
    assert told.count("rate_limit 429: too many requests") == 2
    assert "$0.5" in told
    assert "python/my_models:answer, then openai/gpt-4o" in told
    assert "the second is better, the same meaning" in told
