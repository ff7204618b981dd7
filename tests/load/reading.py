"""(e) Newest 100 of 10,000 runs filtered by a metric; 50 entries by difference out of 100,000."""

import asyncio
import time
from datetime import UTC, datetime

import nats

from runoff_contracts import subjects
from runoff_contracts.comparison import digest_of
from runoff_contracts.envelope import ELAPSED_S, N_ANSWERS, N_ENTRIES, N_FAILED
from runoff_contracts.events.entry import (
    Attempt,
    EntryProcessed,
    EntryScored,
    Prediction,
    Score,
)
from runoff_contracts.events.lifecycle import (
    Contender,
    DatasetUsed,
    RunCompleted,
    RunCreated,
    RunStarted,
    ScorerUsed,
)
from runoff_contracts.ids import new_run_id
from runoff_contracts.run_config import RunConfig
from runoff_eventlog.log import EventLog
from runoff_testkit.live import LiveStack
from tests.load.evaluate import MODELS
from tests.load.reporting import quantile, report
from tests.load.running import bench_stack, register_texts, timed_run

_N_RUNS = 10_000
_N_ENTRIES = 100_000
_N_REQUESTS = 200
_AT_ONCE = 32
_DIGEST = digest_of(b"bench")


def main() -> None:
    """Both reads, on one stack that holds both."""
    with bench_stack() as stack:
        dataset = register_texts(stack, n=_N_ENTRIES)
        run_id = timed_run(stack, dataset=dataset, models=MODELS).run.run_id
        seq = asyncio.run(_many_runs(stack.info.nats_url))
        stack.http.get("/api/runs", params={"limit": 1, "after": seq}).raise_for_status()
        _read(stack, "list_runs", "/api/runs", {"filter": "metrics.accuracy > 0.5", "limit": 100})
        _read(
            stack,
            "page_of_entries",
            f"/api/runs/{run_id}/entries",
            {"sort": "difference", "limit": 50},
        )


def _read(stack: LiveStack, metric: str, path: str, params: dict[str, str | int]) -> None:
    """p50 and p99 of following the pages of a list, newest or most disputed first."""
    taken: list[float] = []
    cursor: str | None = None
    for _ in range(_N_REQUESTS):
        asked = {**params, **({"cursor": cursor} if cursor else {})}
        started = time.perf_counter()
        answer = stack.http.get(path, params=asked)
        taken.append((time.perf_counter() - started) * 1000)
        answer.raise_for_status()
        page = answer.json()
        assert len(page["items"]) > 0
        cursor = page["next_cursor"]
    report("reading", f"{metric}_p50", [quantile(taken, 0.5)], "ms")
    report("reading", f"{metric}_p99", [quantile(taken, 0.99)], "ms")


async def _many_runs(nats_url: str) -> int:
    """Append 10,000 completed runs of one entry; the sequence of the last event."""
    nc = await nats.connect(nats_url)
    log = EventLog(nc, source="runoff/bench")
    slots = asyncio.Semaphore(_AT_ONCE)

    async def one(number: int) -> None:
        async with slots:
            await _one_run(log, right=number % 3 != 0)

    async with asyncio.TaskGroup() as group:
        for number in range(_N_RUNS):
            group.create_task(one(number))
    seq = await log.last_seq()
    await nc.close()
    return seq


async def _one_run(log: EventLog, *, right: bool) -> None:
    run_id, now = new_run_id(), datetime.now(UTC)
    label = "a" if right else "b"
    created = RunCreated(
        run_id=run_id,
        command_id=run_id,
        task="classification",
        dataset=DatasetUsed(dataset="bench", number=1, digest=_DIGEST),
        entries=_DIGEST,
        n_entries=1,
        contenders=[Contender(position=0, model="python/bench:model", digest=_DIGEST)],
        scorers=[ScorerUsed(name="accuracy", version=1)],
        config=RunConfig(),
        priority="normal",
        created_at=now,
    )
    processed = EntryProcessed(
        run_id=run_id,
        index=0,
        entry_id="entry",
        target="a",
        predictions=[
            Prediction(contender=0, label=label, attempts=[Attempt(started_at=now, duration_s=0)])
        ],
        worker="bench",
    )
    scored = EntryScored(
        run_id=run_id,
        index=0,
        entry_id="entry",
        target="a",
        scores=[Score(contender=0, scorer="accuracy", value=float(right))],
        answers=[label],
    )
    await log.append(
        subjects.lifecycle(run_id),
        [created, RunStarted(run_id=run_id, slice_size=1, started_at=now)],
        append_id=run_id,
        expected_seq=0,
    )
    headers = {N_ENTRIES: "1", N_ANSWERS: "1", N_FAILED: "0", ELAPSED_S: "0"}
    await log.append_slice(
        subjects.processed(run_id, 0),
        [(f"{run_id}:0:processed:1", processed)],
        slice_id=f"{run_id}/0",
        headers=headers,
    )
    await log.append_slice(
        subjects.scored(run_id, 0),
        [(f"{run_id}:0:scored:1", scored)],
        slice_id=f"{run_id}/0/scored",
        headers=headers,
    )
    await _complete(log, run_id, now)


async def _complete(log: EventLog, run_id: str, now: datetime) -> None:
    last = await log.last(subjects.lifecycle(run_id))
    await log.append(
        subjects.lifecycle(run_id),
        [RunCompleted(run_id=run_id, n_entries=1, n_failed=0, completed_at=now)],
        append_id=f"{run_id}:end",
        expected_seq=last.seq if last else 0,
    )


if __name__ == "__main__":
    main()
