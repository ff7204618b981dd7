"""The bar of where an answer's time went."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from runoff_contracts.events.entry import Attempt, AttemptError, Prediction
from runoff_web.charts.waits import Part, parts_of, waits_bar

AT = datetime(2026, 11, 21, tzinfo=UTC)
FAILED = Attempt(
    started_at=AT,
    duration_s=2.0,
    error=AttemptError(error_class="timeout", message="late"),
    retry_delay_s=0.5,
    queue_s=0.25,
)
ANSWERED = Attempt(started_at=AT, duration_s=1.0, queue_s=0.25)


def test_waits_and_attempts_in_vain_are_told_from_the_model() -> None:
    """Of 5 s the model took one: who looks for what is slow has to see it."""
    given = Prediction(contender=0, label="a", total_s=5.0, attempts=[FAILED, ANSWERED])

    assert parts_of(given) == [
        Part("queue", 0.5), Part("in vain", 2.5), Part("model", 1.0), Part("other", 1.0)
    ]  # fmt: skip


def test_a_kept_answer_took_no_time() -> None:
    """Its attempts were made for another run, whose time it is."""
    given = Prediction(contender=0, label="a", cached=True, attempts=[ANSWERED])

    assert parts_of(given) == []
    assert waits_bar([]) == ""


def test_the_bar_is_as_wide_as_all_of_it() -> None:
    """One part behind the other, each as wide as its share."""
    drawn = str(waits_bar([Part("queue", 1.0), Part("in vain", 3.0)]))
    found = re.findall(r'class="([^"]+)" x="([^"]+)" y="0" width="([^"]+)"', drawn)

    assert [(name, float(x), float(wide)) for name, x, wide in found] == [
        ("w-queue", 0, 60), ("w-in-vain", 60, 180)
    ]  # fmt: skip
