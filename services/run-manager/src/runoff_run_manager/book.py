"""Reads what the log says on a subject, and appends what a command leads to."""

from collections.abc import Sequence
from dataclasses import dataclass

from runoff_contracts import subjects
from runoff_contracts.commands import Command
from runoff_contracts.event import Event
from runoff_eventlog.log import EventLog
from runoff_run_manager.evolve import Run

_CAUSE = "Runoff-Causation-Id"


@dataclass(frozen=True)
class Page:
    """What stood on a subject when it was read."""

    subject: str
    events: list[Event]
    seq: int
    """Of its last message; 0 where there is none."""
    commands: frozenset[str]
    """Ids of the commands that led to it."""


class Book:
    """The log, as commands use it."""

    def __init__(self, log: EventLog) -> None:
        self.log = log

    async def read(self, subject: str) -> Page:
        """Everything on a subject.

        Raises:
            LogUnavailable: When the server does not answer.
        """
        messages = await self.log.read(subject)
        return Page(
            subject,
            [event for message in messages for _, event in message.events()],
            messages[-1].seq if messages else 0,
            frozenset(each.headers[_CAUSE] for each in messages if _CAUSE in each.headers),
        )

    async def run(self, run_id: str) -> Run | None:
        """A run as its lifecycle has it; none where there is none.

        Raises:
            LogUnavailable: When the server does not answer.
        """
        return Run.of((await self.read(subjects.lifecycle(run_id))).events)

    async def append(
        self, page: Page, events: Sequence[Event], command: Command, *, part: str = ""
    ) -> int:
        """The subject's last sequence afterwards; where nothing is to be said, as it was.

        Args:
            part: Tells apart what one command appends to several subjects.

        Raises:
            ConflictingAppend: When another writer was first: read again, decide anew.
            AppendTooLarge, LogUnavailable: as the log.
        """
        if not events:
            return page.seq
        appended = await self.log.append(
            page.subject,
            events,
            append_id=command.command_id + part,
            expected_seq=page.seq,
            correlation_id=getattr(command, "run_id", None),
            causation_id=command.command_id,
        )
        return appended.seq
