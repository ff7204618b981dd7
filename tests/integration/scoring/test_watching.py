"""Runs under watch: what is said while they go on, and that they are decided, through crashes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runoff_contracts import subjects
from runoff_contracts.events.lifecycle import RunDecided
from runoff_contracts.run_config import RunConfig, StopWhenDecided
from runoff_contracts.sequential import WatchedRun
from runoff_testkit.servers import Server
from runoff_testkit.waiting import eventually
from tests.integration.run_manager.processes import ServiceProcess
from tests.integration.scoring.runs import SLICE, Runs

STOPPING = RunConfig(stop_when_decided=StopWhenDecided())
N_ENTRIES = 100 * SLICE


@pytest.fixture(scope="module", autouse=True)
def run_manager(scoring: tuple[Server, ServiceProcess, Path]) -> Iterator[ServiceProcess]:
    """Only it writes what becomes of a run."""
    server, _, folder = scoring
    service = ServiceProcess("runoff_run_manager", nats_url=server.url, folder=folder)
    service.start()
    yield service
    service.kill9()


async def decisions(runs: Runs, run_id: str) -> list[RunDecided]:
    messages = await runs.log.read(subjects.lifecycle(run_id))
    events = [event for message in messages for _, event in message.events()]
    return [event for event in events if isinstance(event, RunDecided)]


async def test_a_run_is_decided_by_its_beginning_though_scoring_died_on_the_way(
    runs: Runs,
) -> None:
    """Slices behind a gap wait, also in the log; whoever comes after reads them there."""
    run_id = await runs.create(N_ENTRIES, config=STOPPING)
    for number in range(1, 15):
        await runs.process(run_id, number)
    await runs.until_scored(run_id, 14)
    assert await decisions(runs, run_id) == []
    await runs.restart()

    await runs.process(run_id, 0)
    (decided,) = await eventually(
        lambda: decisions(runs, run_id), deadline_s=60, what="the decision"
    )

    assert decided.watched.n == 15 * SLICE
    assert decided.watched.pairs[0].decided == "a_better"
    assert decided.watched.pairs[0].difference == 0.5

    await runs.process(run_id, 15)
    await runs.until_scored(run_id, 16)
    other = await heard_of(runs, await runs.create(N_ENTRIES), n_slices=1)
    assert other.n == SLICE
    assert len(await decisions(runs, run_id)) == 1


async def heard_of(runs: Runs, run_id: str, *, n_slices: int) -> WatchedRun:
    """What is said when so many slices are scored; each look may be of fewer."""
    heard: list[WatchedRun] = []
    subscription = await runs.log.nc.subscribe(subjects.verdict(run_id))
    for number in range(n_slices):
        await runs.process(run_id, number)
    while not heard or heard[-1].n < n_slices * SLICE:
        message = await subscription.next_msg(timeout=60)
        heard.append(WatchedRun.model_validate_json(message.data))
    await subscription.unsubscribe()
    return heard[-1]


async def test_every_run_of_two_models_is_watched_and_only_some_are_ended(runs: Runs) -> None:
    """Entries in the dataset's order decide nothing; the interval is shown all the same."""
    run_id = await runs.create(N_ENTRIES)

    said = await heard_of(runs, run_id, n_slices=20)

    assert not said.shuffled
    assert not said.decided
    assert said.pairs[0].interval is not None
    assert said.pairs[0].decided == "a_better"
    assert said.sentence.startswith("After 80 of 400 entries, in the dataset's order,")
    assert "is ahead of" in said.sentence
    assert await decisions(runs, run_id) == []
