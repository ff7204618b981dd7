"""Scorers by name and version: adding one is a file here and a line in the table."""

from collections.abc import Callable
from dataclasses import dataclass

from runoff_contracts.events.entry import Prediction
from runoff_scoring.scorers import accuracy


@dataclass(frozen=True)
class Scored:
    """A value, or why there is none."""

    value: float | None
    reason: str | None = None


@dataclass(frozen=True)
class Scorer:
    """A named, versioned function from prediction and target to a value."""

    name: str
    version: int
    higher_is_better: bool
    score: Callable[[Prediction, str | None], float | str]
    """Answers a value, or in words why nothing can be scored."""

    def __call__(self, prediction: Prediction, target: str | None) -> Scored:
        """The score of one prediction."""
        answer = self.score(prediction, target)
        return Scored(None, answer) if isinstance(answer, str) else Scored(answer)


SCORERS = {
    (each.name, each.version): each
    for each in (Scorer("accuracy", accuracy.VERSION, higher_is_better=True, score=accuracy.score),)
}
