"""What reviews come to: which one counts of each answer, and how many a contender has. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runoff_contracts.answers import AnswerBody
from runoff_contracts.events.review import EntryReviewed
from runoff_contracts.task import Task

AnswerKey = tuple[int, int, int]
"""Index of the entry, position of the contender, version of the answer."""
MAX_LABEL = 200
_FIELDS: dict[Task, str] = {
    "classification": "label",
    "detection": "boxes",
    "coordinates": "point",
    "text": "text",
}


@dataclass(frozen=True)
class Approvals:
    """How a contender's own answers (version 1) were reviewed."""

    n_approved: int = 0
    n_rejected: int = 0

    @property
    def rate(self) -> float | None:
        """Approved among those reviewed, from 0 to 1; None where nobody reviewed any."""
        n = self.n_approved + self.n_rejected
        return self.n_approved / n if n else None


def newest(reviews: Iterable[EntryReviewed]) -> dict[AnswerKey, EntryReviewed]:
    """The review that counts of each answer: the last one, where it was not cleared.

    Args:
        reviews: Of one run, in order of the log.
    """
    last = {(each.index, each.contender, each.answer_version): each for each in reviews}
    return {key: each for key, each in last.items() if each.decision != "cleared"}


def approvals(reviews: Iterable[EntryReviewed], *, n_contenders: int) -> Sequence[Approvals]:
    """One a contender, in order of position.

    Args:
        reviews: Of one run, in order of the log.
    """
    approved, rejected = [0] * n_contenders, [0] * n_contenders
    for (_, contender, answer_version), each in newest(reviews).items():
        if answer_version == 1 and contender < n_contenders:
            counted = approved if each.decision == "approved" else rejected
            counted[contender] += 1
    return [Approvals(*each) for each in zip(approved, rejected, strict=True)]


def edit_error(task: Task, edited: AnswerBody) -> str | None:
    """In words what keeps a corrected answer from being one of the task; none where nothing."""
    wanted = _FIELDS[task]
    given = {name for name, value in edited.model_dump().items() if value is not None}
    if given != {wanted}:
        return f"an answer for {task} has `{wanted}` and nothing else"
    for label in (edited.label, *(box.label for box in edited.boxes or ())):
        if label is not None and not (label.strip() and len(label) <= MAX_LABEL):
            return f"a label has 1 to {MAX_LABEL} characters"
    return None
