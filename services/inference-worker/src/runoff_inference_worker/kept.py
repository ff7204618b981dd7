"""Answers that were paid for are kept: for this run, or (`RunConfig.cache`) for every run.

For this run: a worker that dies takes the answers of its unfinished slices with it. The worker
that gets the slice next finds them here, and asks only for those that were under way. Whether there
are any is looked up once a slice, which nearly always is all. For every run: the same request to
the same model version has the answer that it had before.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, ValidationError

from runoff_contracts.events.entry import Usage
from runoff_contracts.ids import Digest, RunId
from runoff_eventlog.answers import Answers
from runoff_inference_worker.provider import Answer, Ask, Model, Piece, Reply
from runoff_inference_worker.views import View


@runtime_checkable
class Asking(Protocol):
    """A model whose answers are worth keeping: asked for one entry a call, and paid for it."""

    def request_of(self, ask: Ask) -> list[str | None]:
        """All of the request that differs from entry to entry.

        Raises:
            BadEntry: When none can be made.
        """


class _Kept(BaseModel):
    """A reply as it is kept."""

    model_config = ConfigDict(frozen=True)

    answer: Answer
    started_at: datetime
    duration_s: float
    usage: Usage | None = None
    cost_usd: float | None = None


class KeptModel:
    """A model whose answers are looked for first."""

    def __init__(
        self, model: Model, answers: Answers, *, version: Digest, run_id: RunId | None
    ) -> None:
        """Prepare.

        Args:
            model: One that is `Asking` too.
            version: Of the model with its declaration and parameters.
            run_id: Of the run whose answers alone count; None for those of all runs.
        """
        assert isinstance(model, Asking)
        self._model, self._asking, self._answers = model, model, answers
        self._version, self._run_id = version, run_id

    def n_wanted(self, batch_size: int) -> int:
        """As the model."""
        return self._model.n_wanted(batch_size)

    @property
    def view(self) -> View | None:
        """As the model."""
        return self._model.view

    async def answer(self, asks: Sequence[Ask], limit_s: float) -> Sequence[Reply]:
        """The kept answer to the first of them, or else the model's.

        Raises:
            AttemptFailed: As the model.
        """
        key = self._key(asks[0])
        if await self._may_be_kept(asks[0]) and (kept := _read(await self._answers.get(key))):
            return [self._again(kept)]
        replies = await self._model.answer(asks, limit_s)
        first = replies[0]
        if isinstance(first.outcome, Answer):
            made = _Kept(
                answer=first.outcome,
                started_at=first.started_at,
                duration_s=first.duration_s,
                usage=first.usage,
                cost_usd=first.cost_usd,
            )
            await self._answers.put(key, made.model_dump_json(exclude_none=True).encode())
        return replies

    async def close(self) -> None:
        """As the model."""
        await self._model.close()

    async def _may_be_kept(self, ask: Ask) -> bool:
        piece = ask.piece
        if self._run_id is None or piece is None:
            return True
        async with piece.looking:
            if piece.has_kept is None:
                piece.has_kept = await self._answers.has_any(self._of_slice(piece))
        return piece.has_kept

    def _of_slice(self, piece: Piece | None) -> str:
        return f"{self._run_id}.{piece.number if piece else 'none'}"

    def _key(self, ask: Ask) -> str:
        scope = [ask.entry_id] if self._run_id else []
        asked = json.dumps([self._version, *scope, *self._asking.request_of(ask)])
        digest = hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()
        return f"{self._of_slice(ask.piece)}.{digest}" if self._run_id else digest

    def _again(self, kept: _Kept) -> Reply:
        if self._run_id is None:
            # Nobody was asked and nothing was charged: no latency, no tokens.
            return Reply(kept.answer, datetime.now(UTC), 0.0, is_cached=True, is_timed=False)
        return Reply(
            kept.answer, kept.started_at, kept.duration_s, usage=kept.usage, cost_usd=kept.cost_usd
        )


def _read(content: bytes | None) -> _Kept | None:
    if content is None:
        return None
    try:
        return _Kept.model_validate_json(content)
    except ValidationError:
        return None  # kept by a version of this code that said it otherwise
