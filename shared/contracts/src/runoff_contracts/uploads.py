"""A prediction that was made elsewhere."""

from typing import Annotated

from pydantic import Field

from runoff_contracts.answers import AnswerBody
from runoff_contracts.events.entry import Usage
from runoff_contracts.ids import EntryId
from runoff_contracts.task import Task

Share = Annotated[float, Field(ge=0, le=1)]
MAX_LABEL_CHARACTERS = 200

ANSWER_FIELD: dict[Task, str] = {
    "classification": "label",
    "detection": "boxes",
    "coordinates": "point",
    "text": "text",
}
"""Which field of an answer a task wants."""


class UploadedAnswer(AnswerBody):
    """What somebody's model answered for an entry; without an answer, that it failed."""

    entry_id: EntryId
    confidence: Share | None = None
    probabilities: dict[str, Share] | None = None
    logprob: float | None = Field(default=None, le=0, allow_inf_nan=False)
    latency_s: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    usage: Usage | None = None
    cost_usd: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    error: str | None = Field(default=None, max_length=2000)
    """What went wrong where there is no answer."""

    @property
    def line(self) -> bytes:
        """As it is stored, without the end of the line: equal answers are equal there."""
        return self.model_dump_json(exclude_none=True).encode()


def answer_error(task: Task, answer: UploadedAnswer) -> tuple[str, str] | None:
    """The field that keeps a row from being a prediction of the task, and why; or none."""
    wanted = ANSWER_FIELD[task]
    for other in ANSWER_FIELD.values():
        if other != wanted and getattr(answer, other) is not None:
            return other, f"is no answer of {task}, which wants {wanted}"
    if answer.data is not None and task != "text":
        return "data", f"is no answer of {task}, which wants {wanted}"
    there = getattr(answer, wanted) is not None
    if there == (answer.error is not None):
        return wanted, (
            f"{wanted} and error exclude each other" if there else "is required, or else error"
        )
    if answer.label is not None and not 0 < len(answer.label) <= MAX_LABEL_CHARACTERS:
        return "label", f"must have 1 to {MAX_LABEL_CHARACTERS} characters"
    return None
