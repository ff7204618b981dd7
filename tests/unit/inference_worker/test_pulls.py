"""Which class of work is asked for first."""

from __future__ import annotations

from collections import Counter

from runoff_inference_worker.pulls import order


def test_the_highest_class_is_asked_first_seven_times_of_eight() -> None:
    """An urgent run does not wait behind a long one."""
    firsts = Counter(order(turn)[0] for turn in range(160))

    assert firsts == {"high": 140, "normal": 10, "low": 10}


def test_every_turn_asks_all_classes() -> None:
    """A worker idles only when there is no work at all."""
    assert all(sorted(order(turn)) == ["high", "low", "normal"] for turn in range(16))
