"""Models that declare no task: what they answer is held against the task of the run.

A Python function may return anything. A text is a label where labels are asked for; a label where
boxes are is no answer, and the person is told so instead of seeing entries that nobody answered.
"""

from collections.abc import Sequence
from dataclasses import replace

from runoff_contracts.task import Task
from runoff_inference_worker.errors import AttemptFailed, MalformedAnswer
from runoff_inference_worker.provider import Answer, Ask, Model, Reply
from runoff_inference_worker.views import View

_FIELD: dict[Task, str] = {
    "classification": "label",
    "detection": "boxes",
    "coordinates": "point",
    "text": "text",
}


class OfTask:
    """A model whose answers are those of a task."""

    def __init__(self, model: Model, task: Task) -> None:
        self._model, self._task = model, task

    def n_wanted(self, batch_size: int) -> int:
        """As the model."""
        return self._model.n_wanted(batch_size)

    @property
    def view(self) -> View | None:
        """As the model."""
        return self._model.view

    async def answer(self, asks: Sequence[Ask], limit_s: float) -> Sequence[Reply]:
        """As the model, with answers of another task as malformed ones."""
        replies = await self._model.answer(asks, limit_s)
        if self._task == "classification" and all(_is_label(each.outcome) for each in replies):
            return replies
        return [replace(each, outcome=in_task(each.outcome, self._task)) for each in replies]

    async def close(self) -> None:
        """As the model."""
        await self._model.close()


def in_task(outcome: Answer | AttemptFailed, task: Task) -> Answer | AttemptFailed:
    """The answer as the task wants it; malformed where it is one of another task."""
    if isinstance(outcome, AttemptFailed):
        return outcome
    if task == "text" and outcome.label is not None:
        return replace(outcome, label=None, text=outcome.label)
    field = _FIELD[task]
    if getattr(outcome, field) is None:
        given = next((name for name in _FIELD.values() if getattr(outcome, name) is not None), None)
        return MalformedAnswer(f"the model answered {given}; the run is about {task}: {field}")
    return outcome


def _is_label(outcome: Answer | AttemptFailed) -> bool:
    return isinstance(outcome, AttemptFailed) or outcome.label is not None
