"""`client.reviews`: approve, reject or correct what models answered."""

import uuid

from pydantic import BaseModel, ConfigDict, Field

from runoff.transport import Transport, path_of
from runoff.user import user_name
from runoff_contracts.answers import AnswerBody
from runoff_contracts.events.review import Decision
from runoff_contracts.views import ReviewedView


class AnswerReview(BaseModel):
    """What a person says of one contender's answer to one entry."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entry: str
    contender: int | None = Field(default=None, ge=0)
    """Position of whose answer; may be left out where the run has one model."""
    answer_version: int = Field(default=1, ge=1)
    decision: Decision | None = None
    """May be left out beside `edited`, which rejects the model's answer."""
    edited: AnswerBody | None = None
    """What it should have been."""
    note: str = ""


class Reviews:
    """What people say of answers. The models' answers and scores stay; approval rates follow.

    All reviews are kept, and of each answer the newest counts.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def review(
        self,
        run_id: str,
        *reviews: AnswerReview,
        by: str | None = None,
        new_labels: bool = False,
        key: str | None = None,
    ) -> ReviewedView:
        """Take reviews of up to 1,000 answers: all of them, or none.

        Args:
            by: Who says it; the name of this account where it is left out.
            new_labels: Take corrected labels that no target of the run has; else they are
                refused as typing errors.
            key: Names this order: the same key with the same reviews again is the same order.
                Made anew when left out.

        Raises:
            ProblemError: When an entry, a contender or an answer is not there, or a corrected
                answer does not fit the run's task.
        """
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        data = {
            "reviews": [each.model_dump(mode="json", exclude_none=True) for each in reviews],
            "by": user_name() if by is None else by,
            "new_labels": new_labels,
        }
        return self._transport.send(
            ReviewedView,
            "POST",
            path_of("runs", run_id, "review"),
            body=lambda: {"json": data, "headers": headers},
            repeatable=True,
        )

    def approve(
        self, run_id: str, entry_id: str, *, contender: int | None = None, by: str | None = None
    ) -> ReviewedView:
        """Say that a contender's own answer to an entry is right."""
        said = AnswerReview(entry=entry_id, contender=contender, decision="approved")
        return self.review(run_id, said, by=by)

    def reject(
        self, run_id: str, entry_id: str, *, contender: int | None = None, by: str | None = None
    ) -> ReviewedView:
        """Say that it is wrong."""
        said = AnswerReview(entry=entry_id, contender=contender, decision="rejected")
        return self.review(run_id, said, by=by)

    def edit(
        self,
        run_id: str,
        entry_id: str,
        edited: AnswerBody,
        *,
        contender: int | None = None,
        by: str | None = None,
    ) -> ReviewedView:
        """Say what it should have been: the model's answer stays, and counts as rejected."""
        said = AnswerReview(entry=entry_id, contender=contender, edited=edited)
        return self.review(run_id, said, by=by)

    def clear(
        self, run_id: str, entry_id: str, *, contender: int | None = None, by: str | None = None
    ) -> ReviewedView:
        """Take back what was said of it; it is kept, and counts no more."""
        said = AnswerReview(entry=entry_id, contender=contender, decision="cleared")
        return self.review(run_id, said, by=by)
