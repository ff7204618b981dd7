"""How long run-manager takes to find its runs in a log that holds many."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

from runoff_contracts import envelope, subjects
from runoff_contracts.envelope import Origin
from runoff_contracts.event import Event
from runoff_contracts.events.lifecycle import RunCompleted, RunCreated
from runoff_contracts.ids import new_run_id
from tests.integration.run_manager.crew import at_work
from tests.integration.run_manager.office import SLICE, Office

N_SETTLED = 2000
_AT_ONCE = 64
# The least of so many tries: another process may hold the machine up in one of them.
_N_TAKEN = 3


async def test_recovery_among_2000_settled_runs_costs_less_than_reading_them(
    own_office: Office,
) -> None:
    """Of a settled run the header of its last event is read, nothing else."""
    office = own_office
    await asyncio.to_thread(office.service.start)
    seen = await office.launch(16)
    await office.cancel(seen)
    (created, *_) = await office.lifecycle(seen)
    assert isinstance(created, RunCreated)
    open_run = await office.launch(20 * SLICE)
    await office.until(open_run, "run.started")
    office.service.kill9()
    await _append_settled(office, created)
    reading_s = min([await _reading_s(office) for _ in range(_N_TAKEN)])

    recovering_s = min([await _recovering_s(office) for _ in range(_N_TAKEN)])

    print(f"recovery {recovering_s:.3f} s, reading the same subjects {reading_s:.3f} s")
    assert recovering_s < reading_s
    async with at_work(office.server.url) as crew:
        await office.until(open_run, "run.completed")
    assert len(crew.asked) == 20


async def _reading_s(office: Office) -> float:
    began_s = time.perf_counter()
    n_read = len(await office.log.read(subjects.ALL_LIFECYCLES))
    assert n_read >= 2 * N_SETTLED
    return time.perf_counter() - began_s


async def _recovering_s(office: Office) -> float:
    office.service.kill9()
    await asyncio.to_thread(office.service.start)
    recovered_at = office.service.said_at("recovering")[-1]
    return (recovered_at - office.service.said_at("service.started")[-1]).total_seconds()


async def _append_settled(office: Office, created: RunCreated) -> None:
    """Runs that were created and completed, as fast as the server takes them."""
    origin = Origin(source="runoff/tests", time=datetime.now(UTC))
    slots = asyncio.Semaphore(_AT_ONCE)

    async def append(run_id: str, events: list[Event]) -> None:
        async with slots:
            for event in events:
                subject = subjects.lifecycle(run_id)
                headers, body = envelope.single(
                    event, id_=f"{run_id}:{event.type}", origin=origin, subject=subject
                )
                await office.nc.request(subject, body, timeout=30, headers=headers)

    now = datetime.now(UTC)
    async with asyncio.TaskGroup() as group:
        for _ in range(N_SETTLED):
            run_id = new_run_id()
            events: list[Event] = [
                created.model_copy(update={"run_id": run_id}),
                RunCompleted(run_id=run_id, n_entries=16, n_failed=0, completed_at=now),
            ]
            group.create_task(append(run_id, events))
