"""Answers that are too long for one message of the log, with all the others of their slice."""

from collections.abc import Sequence

from runoff_contracts.answers import AnswerBody
from runoff_contracts.events.entry import AttemptError, EntryProcessed, Prediction

Facts = Sequence[tuple[str, EntryProcessed]]

_REASON_BYTES = 300
"""What a failed attempt says in place of an answer."""
_MARGIN_BYTES = 10_000
"""For what headers and escapes take."""


def without_longest(facts: Facts, n_bytes: int) -> Facts:
    """With the longest answers taken out, so many that the slice is shorter by `n_bytes`.

    An answer that was cut short would be another answer; none, with the reason, is a failed entry
    that can be asked anew.
    """
    lengths = sorted(
        (
            (len(_answer_json(prediction)), place, prediction.contender)
            for place, (_, event) in enumerate(facts)
            for prediction in event.predictions
            if prediction.is_answer
        ),
        reverse=True,
    )
    spared = -_MARGIN_BYTES
    dropped: set[tuple[int, int]] = set()
    for length, place, contender in lengths:
        if spared >= n_bytes:
            break
        spared += length - _REASON_BYTES
        dropped.add((place, contender))
    kept = []
    for place, (id_, event) in enumerate(facts):
        predictions = [
            _unanswered(each) if (place, each.contender) in dropped else each
            for each in event.predictions
        ]
        kept.append((id_, event.model_copy(update={"predictions": predictions})))
    return kept


def _answer_json(prediction: Prediction) -> bytes:
    named = set(AnswerBody.model_fields)
    return prediction.model_dump_json(include=named, exclude_none=True).encode()


def _unanswered(prediction: Prediction) -> Prediction:
    error = AttemptError(
        error_class="malformed_answer",
        message=f"the answer takes {len(_answer_json(prediction))} bytes, which with the others "
        "of its slice do not fit one message of the log",
    )
    last = prediction.attempts[-1].model_copy(update={"error": error})
    nothing = (*AnswerBody.model_fields, "confidence", "latency_s", "logprob")
    attempts = [*prediction.attempts[:-1], last]
    return prediction.model_copy(update=dict.fromkeys(nothing) | {"attempts": attempts})
