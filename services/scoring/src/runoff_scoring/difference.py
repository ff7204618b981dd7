"""How far contenders disagree on one entry."""

from collections.abc import Sequence
from functools import lru_cache

from runoff_contracts.events.entry import Difference, Prediction


def label_difference(predictions: Sequence[Prediction]) -> Difference | None:
    """All match, some agree, or all different; none where fewer than two answered."""
    labels = [each.label for each in predictions if each.label is not None]
    if len(labels) < 2:
        return None
    return _difference(max(labels.count(label) for label in set(labels)), len(labels))


@lru_cache(maxsize=512)
def _difference(n_agree: int, n_answers: int) -> Difference:
    """Frozen, and one of a handful."""
    value = (n_answers - n_agree) / (n_answers - 1)
    if n_agree == n_answers:
        return Difference(kind="all_match", n_agree=n_agree, n_answers=n_answers, value=0.0)
    if n_agree == 1:
        return Difference(kind="all_different", n_agree=1, n_answers=n_answers, value=1.0)
    return Difference(kind="partial", n_agree=n_agree, n_answers=n_answers, value=value)


def confidence_difference(predictions: Sequence[Prediction]) -> float | None:
    """Largest minus smallest confidence; none where fewer than two contenders say theirs."""
    said = [each.confidence for each in predictions if each.confidence is not None]
    return max(said) - min(said) if len(said) >= 2 else None
