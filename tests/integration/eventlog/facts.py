"""Small events for tests that care about the log and not about what is said in it."""

from __future__ import annotations

from datetime import UTC, datetime

from runoff_contracts import subjects
from runoff_contracts.event import Event
from runoff_contracts.events.entry import EntryScored
from runoff_contracts.events.lifecycle import RunCanceled
from runoff_eventlog.log import Appended, EventLog

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


def run_id(number: int = 0) -> str:
    return f"01890000-0000-7000-8000-{number:012x}"


RUN = run_id()
LIFECYCLE = subjects.lifecycle(RUN)


def canceled(reason: str = "") -> RunCanceled:
    return RunCanceled(run_id=RUN, reason=reason, canceled_at=AT)


def scored_slice(start: int, n: int) -> list[tuple[str, Event]]:
    return [
        (
            f"{RUN}:{index}:scored:1",
            EntryScored(run_id=RUN, index=index, entry_id=str(index), scores=[], answers=["7"]),
        )
        for index in range(start, start + n)
    ]


async def append_slice(
    log: EventLog, number: int, *, n: int = 2, slice_id: str | None = None
) -> Appended:
    return await log.append_slice(
        subjects.scored(RUN, number),
        scored_slice(number * n, n),
        slice_id=slice_id or f"{RUN}/{number}/scored",
        headers={"Runoff-Entries": str(n)},
        correlation_id=RUN,
    )


async def fill(log: EventLog, n: int, *, first: int = 0) -> list[int]:
    """Append `n` one-entry slices; answers their sequences."""
    return [(await append_slice(log, number, n=1)).seq for number in range(first, first + n)]
