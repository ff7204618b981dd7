"""Which runs a run repeats: one that is retried may itself be the retry of another."""

from runoff_contracts import subjects
from runoff_contracts.events.lifecycle import RunCreated
from runoff_eventlog.log import EventLog


async def repeated_runs(log: EventLog, created: RunCreated) -> list[str]:
    """Ids of the runs whose answers a run takes over, the one before it first.

    Raises:
        LogUnavailable: When the server does not answer.
    """
    run_ids: list[str] = []
    last: RunCreated | None = created
    while last is not None and last.answers_from is not None:
        run_ids.append(last.answers_from.run_id)
        first = await log.read_first(subjects.lifecycle(run_ids[-1]))
        event = first.events()[0][1] if first else None
        last = event if isinstance(event, RunCreated) else None
    return run_ids
