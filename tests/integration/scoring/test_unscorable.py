"""Slices that cannot be scored: their run ends and says why, and the others go on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from runoff_contracts import envelope, subjects
from runoff_contracts.events.lifecycle import RunFailed
from runoff_testkit.servers import Server
from runoff_testkit.waiting import eventually
from tests.integration.run_manager.processes import ServiceProcess
from tests.integration.scoring.runs import SLICE, Runs

_HEADERS = {"ce-id": "x", "ce-type": "entry.processed", envelope.N_ENTRIES: "4"}
LATER = {"type": "entry.processed", "version": 99}
UNREADABLE = {
    "no JSON": (b"{", _HEADERS),
    "a later release's": (json.dumps(LATER).encode(), _HEADERS),
    "without its fields": (b'{"type": "entry.processed", "version": 1}', _HEADERS),
    "no envelope": (b"hello", None),
}


@pytest.fixture(scope="module", autouse=True)
def run_manager(scoring: tuple[Server, ServiceProcess, Path]) -> Iterator[ServiceProcess]:
    """Only it writes what becomes of a run."""
    server, _, folder = scoring
    service = ServiceProcess("runoff_run_manager", nats_url=server.url, folder=folder)
    service.start()
    yield service
    service.kill9()


async def failure(runs: Runs, run_id: str) -> str:
    """Wait until the run failed; why."""

    async def reasons() -> list[str]:
        messages = await runs.log.read(subjects.lifecycle(run_id))
        events = [event for message in messages for _, event in message.events()]
        return [event.reason for event in events if isinstance(event, RunFailed)]

    found = await eventually(reasons, deadline_s=60, what=f"failure of {run_id}")
    assert len(found) == 1
    return found[0]


async def test_a_run_with_a_slice_that_cannot_be_read_fails_and_says_so(runs: Runs) -> None:
    """Its scores can never be whole: it would wait for them for ever."""
    bad = {}
    for name, (body, headers) in UNREADABLE.items():
        bad[name] = await runs.create(2 * SLICE)
        subject = subjects.processed(bad[name], 1)
        await runs.log.nc.request(subject, body, 5, headers=headers)
        await runs.process(bad[name], 0)
    good = await runs.create(SLICE)
    await runs.process(good, 0)

    for run_id in bad.values():
        assert "slice 1 " in await failure(runs, run_id)
        await runs.until_scored(run_id, 1)
    await runs.until_scored(good, 1)


async def test_a_run_whose_scores_are_taken_under_another_name_fails(runs: Runs) -> None:
    """Something else wrote to the log; what it wrote is not taken for scores."""
    run_id = await runs.create(SLICE)
    await runs.log.nc.request(subjects.scored(run_id, 0), b"[]", 5)
    await runs.process(run_id, 0)

    assert "something else was put there" in await failure(runs, run_id)
    assert len(await runs.scored(run_id)) == 1
