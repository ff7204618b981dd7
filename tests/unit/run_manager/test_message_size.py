"""What fits a message of the log, and what a worker has to leave out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from runoff_contracts import envelope
from runoff_contracts.answers import Box
from runoff_contracts.envelope import Origin
from runoff_contracts.events.entry import (
    Attempt,
    AttemptError,
    EntryProcessed,
    EntryScored,
    PointsVerdict,
    Prediction,
    Score,
    Usage,
)
from runoff_contracts.task import Task
from runoff_run_manager.slicing import largest_slice, score_bytes
from tests.unit.run_manager import given

LIMIT_BYTES = 1024 * 1024
LONG_LABEL = "l" * 200
WAYS: dict[str, Any] = {  # as Attempt takes them
    "queue_s": 12.123456789,
    "n_slots": 64,
    "usage": Usage(n_input=1_000_000, n_output=1_000_000),
    "cost_usd": 0.123456789012345,
    "worker": "inference-worker-17",
}
"""What else is known of a call of a model behind a network."""


def n_bytes(
    n_contenders: int,
    prediction: Prediction,
    *,
    retries: int = 2,
    task: Task = "classification",
    verdicts: Sequence[PointsVerdict] = (),
) -> int:
    """Of the largest slice that such a run can have, all entries alike."""
    n_entries = largest_slice(
        n_entries=10**6,
        batch_size=1024,
        n_contenders=n_contenders,
        n_attempts=retries + 1,
        task=task,
        n_verdicts=len(verdicts),
    )
    fields: dict[str, object] = {
        "run_id": given.RUN_ID,
        "entry_id": "e" * 200,
        "target": LONG_LABEL,
        "section": "s" * 200,
        "split": "t" * 200,
        "index": 10**6,
        "worker": "worker-1",
        "predictions": [
            prediction.model_copy(update={"contender": place}) for place in range(n_contenders)
        ],
        "judgements": [
            {"scorer": "judge", "model": LONG_LABEL, "digest": given.digest(1), "points": verdicts}
        ],
    }
    event = EntryProcessed.model_validate(fields)
    origin = Origin(source="runoff/inference-worker", time=datetime.now(UTC))
    slice_ = [(f"{given.RUN_ID}:{index}:processed:1", event) for index in range(n_entries)]
    return len(envelope.batch(slice_, id_=given.RUN_ID, origin=origin, subject="s")[1])


def answered(*, n_failed: int = 0, **named: object) -> Prediction:
    fields: dict[str, object] = {
        "contender": 0,
        "label": LONG_LABEL,
        "confidence": 0.123456789012345,
        "latency_s": 0.123456789,
        "total_s": 123.123456789,
        "logprob": -0.123456789012345,
        "usage": Usage(n_input=1_000_000, n_output=1_000_000),
        "cost_usd": 0.123456789012345,
        "taken_from": given.RUN_ID,
        "attempts": [
            *[_attempt("m" * 200)] * n_failed,
            Attempt(started_at=given.NOW, duration_s=0.123456789, n_batch=32, **WAYS),
        ],
    }
    return Prediction.model_validate(fields | named)


def failed(n_attempts: int) -> Prediction:
    return Prediction(contender=0, attempts=[_attempt("m" * 200)] * n_attempts)


def _attempt(message: str) -> Attempt:
    error = AttemptError(error_class="malformed_answer", message=message)
    return Attempt(
        started_at=given.NOW,
        duration_s=0.123456789,
        n_batch=32,
        error=error,
        retry_delay_s=0.25,
        **WAYS,
    )


@pytest.mark.parametrize("retries", [0, 2, 20])
@pytest.mark.parametrize("n_contenders", [1, 2, 3, 8, 16])
def test_whatever_models_do_a_slice_without_its_extras_fits(
    n_contenders: int, retries: int
) -> None:
    """Every attempt failed but the last, or that one as well; ids and labels at their longest.

    A slice cannot be cut in two once its subject is taken: one that never fits would be asked
    again and again. What a worker leaves out of it (probabilities, metadata, messages behind
    their 200th character) is left out here too.
    """
    assert n_bytes(n_contenders, answered(n_failed=retries), retries=retries) < LIMIT_BYTES
    assert n_bytes(n_contenders, failed(retries + 1), retries=retries) < LIMIT_BYTES


@pytest.mark.parametrize(("n_verdicts", "retries"), [(2, 0), (40, 2), (240, 2), (50, 20)])
def test_verdicts_of_which_every_call_failed_but_the_last_fit(
    n_verdicts: int, retries: int
) -> None:
    """As many as a launch allows, each with the reason that is left when a slice is too large."""
    asked_again = answered(n_failed=retries)
    verdict = PointsVerdict(
        repeat=9,
        contenders=list(range(16)),
        points=100,
        reason="r" * 200,
        usage=asked_again.usage,
        cost_usd=asked_again.cost_usd,
        taken_from=given.RUN_ID,
        attempts=asked_again.attempts,
    )
    page = answered(label=None, text="x" * 3500)

    found = n_bytes(16, page, retries=retries, task="text", verdicts=[verdict] * n_verdicts)

    assert found < LIMIT_BYTES


@pytest.mark.parametrize("n_contenders", [2, 16])
def test_ten_likeliest_labels_of_ordinary_length_fit(n_contenders: int) -> None:
    """What image classifiers answer loses nothing."""
    likeliest = {f"class number {place:07}": 0.0123456789012345 for place in range(10)}

    assert n_bytes(n_contenders, answered(label="class", probabilities=likeliest)) < LIMIT_BYTES


@pytest.mark.parametrize("n_contenders", [1, 2, 16])
def test_a_page_of_text_or_forty_boxes_fit(n_contenders: int) -> None:
    """As a language model and a detector answer most of the time."""
    box = Box(label="traffic light", x=123.25, y=456.5, width=12.125, height=34.75, confidence=0.5)
    page = answered(label=None, text="x" * 3500)
    boxes = answered(label=None, boxes=[box] * 35)

    assert n_bytes(n_contenders, page, task="text") < LIMIT_BYTES
    assert n_bytes(n_contenders, boxes, task="detection") < LIMIT_BYTES


def test_answers_that_turn_out_longer_make_smaller_slices() -> None:
    """Those measured fit twice: the next ones may be longer still."""
    n_entries = largest_slice(
        n_entries=10**6,
        batch_size=32,
        n_contenders=1,
        n_attempts=1,
        task="text",
        bytes_per_entry=50_000,
    )

    assert n_entries == 10


def test_a_slice_may_be_over_the_limit_before_anything_is_left_out() -> None:
    """Ten labels of 200 characters each: this is why the worker must be able to leave out."""
    likeliest = {f"{place:03}{'l' * 197}": 0.1 for place in range(10)}

    assert n_bytes(2, answered(probabilities=likeliest)) > LIMIT_BYTES


@pytest.mark.parametrize("n_contenders", [1, 3, 16])
def test_scores_of_fifty_scorers_fit_a_message(n_contenders: int) -> None:
    """With reasons at the length that scoring keeps in a slice that is too large."""
    names = [f"some_module.scorers:function_number_{place:02}" for place in range(50)]
    n_entries = largest_slice(
        n_entries=10**6,
        batch_size=1024,
        n_contenders=n_contenders,
        n_attempts=1,
        score_bytes=score_bytes(names),
    )
    scores = [
        Score(contender=contender, scorer=name, reason="r" * 100)
        for name in names
        for contender in range(n_contenders)
    ]
    event = EntryScored(
        run_id=given.RUN_ID,
        index=10**6,
        entry_id="e" * 200,
        target=LONG_LABEL,
        scores=scores,
        answers=[LONG_LABEL] * n_contenders,
        difference=None,
        confidence_difference=0.123456789012345,
    )
    origin = Origin(source="runoff/scoring", time=datetime.now(UTC))
    slice_ = [(f"{given.RUN_ID}:{index}:scored:1", event) for index in range(n_entries)]

    assert len(envelope.batch(slice_, id_="s", origin=origin, subject="s")[1]) < LIMIT_BYTES
