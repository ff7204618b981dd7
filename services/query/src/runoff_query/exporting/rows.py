"""What an export says: a row for each entry and contender, with the same columns in every format.

`runoff import` reads these rows back: they hold the input and target of the entry besides what the
contender answered.
"""

from collections.abc import Iterator
from typing import Final, Literal

from runoff_contracts.answers import AnswerBody
from runoff_contracts.events.entry import AttemptError, Prediction
from runoff_contracts.views import ContenderView, EntryView, RunView
from runoff_objects.entry_set import EntryRow
from runoff_query.exporting.reasons import judged, missing

Kind = Literal["text", "json", "number", "integer", "boolean"]
"""What a column holds. JSON that is a text stands as it is where a cell can hold no JSON."""
Row = dict[str, object]
Paired = tuple[EntryView, EntryRow]
"""What became of an entry in the run, and the entry itself."""

COLUMNS: Final[dict[str, Kind]] = {
    "entry_id": "text",
    "input": "text",
    "file": "text",
    "target": "json",
    "section": "text",
    "split": "text",
    "metadata": "json",
    "model": "text",
    "label": "text",
    "boxes": "json",
    "point": "json",
    "text": "text",
    "data": "json",
    "confidence": "number",
    "probabilities": "json",
    "logprob": "number",
    "latency_s": "number",
    "n_input": "integer",
    "n_output": "integer",
    "cost_usd": "number",
    "error": "text",
    "error_class": "text",
    "scores": "json",
    "not_scored": "json",
    "judgements": "json",
    "review": "text",
    "review_edited": "json",
    "review_note": "text",
    "reviewed_by": "text",
    "reviewed_at": "text",
    "total_s": "number",
    "n_attempts": "integer",
    "cached": "boolean",
    "run_id": "text",
    "task": "text",
    "dataset": "text",
    "dataset_version": "integer",
    "index": "integer",
    "contender": "integer",
    "model_version": "integer",
    "params": "json",
}


def rows_of(run: RunView, pairs: list[Paired]) -> Iterator[Row]:
    """The rows of some entries, contender by contender."""
    for entry, asked in pairs:
        shared: Row = {
            "entry_id": entry.entry_id,
            "input": asked.text,
            "file": asked.file,
            "target": entry.target,
            "section": entry.section,
            "split": entry.split,
            "metadata": entry.metadata,
            "run_id": run.run_id,
            "task": run.task,
            "dataset": run.dataset,
            "dataset_version": run.dataset_version,
            "index": entry.index,
            "params": run.params or None,
        }
        for prediction in entry.predictions:
            contender = run.contenders[prediction.contender]
            said = _said(prediction) | _scored(entry, contender, run)
            yield shared | said | _reviewed(entry, contender.position)


def last_error(prediction: Prediction) -> AttemptError | None:
    """Why there is no answer; none where there is one."""
    return None if prediction.is_answer else prediction.attempts[-1].error


def _said(prediction: Prediction) -> Row:
    answer = prediction.model_dump(mode="json", include={*AnswerBody.model_fields})
    error = last_error(prediction)
    usage = prediction.usage
    return {
        **answer,
        "confidence": prediction.confidence,
        "probabilities": prediction.probabilities,
        "logprob": prediction.logprob,
        "latency_s": prediction.latency_s,
        "n_input": usage.n_input if usage else None,
        "n_output": usage.n_output if usage else None,
        "cost_usd": prediction.cost_usd,
        "error": error.message if error else None,
        "error_class": error.error_class if error else None,
        "total_s": prediction.total_s,
        "n_attempts": len(prediction.attempts),
        "cached": prediction.cached,
    }


def _reviewed(entry: EntryView, position: int) -> Row:
    """What people say of the contender's own answer: the review that counts."""
    for review in entry.reviews:
        if (review.contender, review.answer_version) == (position, 1) and review.counts:
            edited = review.edited
            return {
                "review": review.decision,
                "review_edited": edited and edited.model_dump(mode="json", exclude_none=True),
                "review_note": review.note or None,
                "reviewed_by": review.by or None,
                "reviewed_at": review.reviewed_at.isoformat(),
            }
    return {}


def _scored(entry: EntryView, contender: ContenderView, run: RunView) -> Row:
    scores = {
        score.scorer: score.value for score in entry.scores if score.contender == contender.position
    }
    return {
        "scores": scores or None,
        "not_scored": missing(entry, contender.position) or None,
        "judgements": judged(entry, contender.position, run) or None,
        "contender": contender.position,
        "model": contender.model,
        "model_version": contender.number,
    }
