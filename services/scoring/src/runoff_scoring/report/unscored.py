"""Why predictions were not scored, counted."""

from collections import Counter
from collections.abc import Iterable

from runoff_contracts.events.entry import EntryScored

_MAX_REASONS = 1000


class Unscored:
    """The reasons of each scorer for each contender."""

    def __init__(self) -> None:
        self._counts: dict[tuple[int, str], Counter[str]] = {}

    def add(self, events: Iterable[EntryScored]) -> None:
        """Count the reasons of these entries."""
        for event in events:
            for score in event.scores:
                if score.value is None and score.reason is not None:
                    reasons = self._counts.setdefault((score.contender, score.scorer), Counter())
                    if score.reason in reasons or len(reasons) < _MAX_REASONS:
                        reasons[score.reason] += 1

    def words(self, contender: int, scorer: str) -> str | None:
        """The most frequent reasons with their numbers: `12 no answer, 3 no target`."""
        reasons = self._counts.get((contender, scorer))
        if not reasons:
            return None
        # Slices come in any order, which is not to show in the result.
        ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:3]
        return "not scored: " + ", ".join(f"{n} {reason}" for reason, n in ordered)
