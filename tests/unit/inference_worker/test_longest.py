"""Answers that are too long for one message of the log."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from runoff_contracts.events.entry import Attempt, EntryProcessed, Prediction
from runoff_inference_worker.longest import Facts, without_longest
from tests.unit.inference_worker.making import RUN_ID

ATTEMPT = Attempt(started_at=datetime.now(UTC), duration_s=1.0, cost_usd=0.25)


def facts(*texts: tuple[str | None, str]) -> Facts:
    """Entries that two contenders answered."""
    return [
        (
            str(place),
            EntryProcessed(
                run_id=RUN_ID,
                index=place,
                entry_id=f"e{place}",
                predictions=[
                    Prediction(contender=contender, text=text, latency_s=1.0, attempts=[ATTEMPT])
                    for contender, text in enumerate(row)
                ],
                worker="w",
            ),
        )
        for place, row in enumerate(texts)
    ]


def texts(found: Facts) -> list[list[int | None]]:
    return [
        [each.text and len(each.text) for each in event.predictions]  # type: ignore[misc]  # never ""
        for _, event in found
    ]


@pytest.mark.parametrize(
    ("n_bytes", "left"),
    [
        (50_000, [[100, 40_000], [None, 60_000]]),
        (120_000, [[100, 40_000], [None, None]]),
        (10**9, [[None, None], [None, None]]),
    ],
)
def test_the_longest_answers_go_until_the_rest_fits(
    n_bytes: int, left: list[list[int | None]]
) -> None:
    """As few of them as possible."""
    given = facts(("x" * 100, "x" * 40_000), ("x" * 80_000, "x" * 60_000))

    assert texts(without_longest(given, n_bytes)) == left


def test_what_went_is_a_failed_attempt_that_was_paid_for() -> None:
    """It can be asked anew, and says why it is not there."""
    _, entry = without_longest(facts(("x" * 90_000, "y")), 1)[0]

    gone, kept = entry.predictions
    assert not gone.is_answer
    assert gone.latency_s is None
    (attempt,) = gone.attempts
    assert attempt.cost_usd == 0.25
    assert attempt.error is not None
    assert attempt.error.error_class == "malformed_answer"
    assert "takes 90011 bytes" in attempt.error.message
    assert kept.text == "y"
