"""Text answers, scored in a line."""

from __future__ import annotations

from pydantic import JsonValue

from runoff_contracts.events.entry import Attempt, Prediction
from runoff_scoring.scorers import SCORERS, Scored
from runoff_scoring.scorers.scorer import Metadata
from tests.unit.scoring.given import NOW

SETTLED = [Attempt(started_at=NOW, duration_s=0.01)]


def answer(text: str | None, *, data: JsonValue = None, contender: int = 0) -> Prediction:
    return Prediction(contender=contender, text=text, data=data, attempts=SETTLED)


def scored(
    scorer: str,
    text: str | None,
    target: JsonValue = None,
    *,
    data: JsonValue = None,
    metadata: Metadata | None = None,
    params: dict[str, JsonValue] | None = None,
) -> Scored:
    """With every part that there is; `value` is the short form."""
    ready = SCORERS[scorer, 1].with_params(params or {})
    return ready(answer(text, data=data), target, metadata)


def value(
    scorer: str, text: str | None, target: JsonValue = None, **params: JsonValue
) -> float | None:
    return SCORERS[scorer, 1].with_params(params)(answer(text), target).value
