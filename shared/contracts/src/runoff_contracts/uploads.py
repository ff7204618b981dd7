"""A prediction that was made elsewhere."""

from pydantic import Field

from runoff_contracts.answers import AnswerBody
from runoff_contracts.events.entry import Usage
from runoff_contracts.ids import EntryId


class UploadedAnswer(AnswerBody):
    """What somebody's model answered for an entry; without an answer, that it failed."""

    entry_id: EntryId
    confidence: float | None = Field(default=None, ge=0, le=1)
    probabilities: dict[str, float] | None = None
    logprob: float | None = Field(default=None, le=0)
    latency_s: float | None = Field(default=None, ge=0)
    usage: Usage | None = None
    cost_usd: float | None = Field(default=None, ge=0)
    error: str | None = Field(default=None, max_length=2000)
    """What went wrong where there is no answer."""
