"""A worker's side of CheckModel: it takes every model but those that a test names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from nats.aio.client import Client
from nats.aio.msg import Msg

from runoff_contracts import subjects
from runoff_contracts.commands import Accepted, CheckModel, Refused, Reply
from runoff_contracts.problem import Problem


@dataclass
class Checker:
    """Answers, and remembers what it was asked."""

    refuses: dict[str, Problem] = field(default_factory=dict)
    """By model."""
    asked: list[CheckModel] = field(default_factory=list)

    @asynccontextmanager
    async def answering(self, nc: Client) -> AsyncIterator[None]:
        """For as long as the block lasts."""
        subject = subjects.command(CheckModel.type)
        subscription = await nc.subscribe(subject, queue="inference-worker", cb=self._answer)
        await nc.flush()
        try:
            yield
        finally:
            if not nc.is_closed:
                await subscription.unsubscribe()

    async def _answer(self, msg: Msg) -> None:
        command = CheckModel.model_validate_json(msg.data)
        self.asked.append(command)
        problem = self.refuses.get(command.model)
        outcome = Refused(problem=problem) if problem else Accepted(seq=0)
        await msg.respond(Reply(outcome=outcome).model_dump_json().encode())
