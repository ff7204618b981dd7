"""The worker as a process of its own: killed, stopped, asked to check models."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from nats.aio.msg import Msg

from runoff_contracts import subjects
from runoff_contracts.commands import Accepted, CheckModel, Refused
from runoff_contracts.work import WorkerLease
from runoff_local.leases import HAND_BACK
from runoff_runtime.commands import ask
from runoff_testkit.waiting import eventually
from tests.integration.inference_worker.conftest import FUNCTIONS, Asked, Bench, facts, texts

ROOT = Path(__file__).parents[3]
STARTED_S = 60.0
"""A process imports for two seconds, on a busy machine for many."""


@asynccontextmanager
async def worker_process(bench: Bench, name: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "runoff_runtime.start",
        "runoff_inference_worker",
        cwd=ROOT,
        env={
            **os.environ,
            "RUNOFF_NATS_URL": bench.url,
            "RUNOFF_OBJECT_STORE": str(bench.folder),
            "RUNOFF_PYTHON_MODULES": FUNCTIONS,
            "RUNOFF_WORKER_NAME": name,
            "RUNOFF_STOP_GRACE_S": "0.5",
        },
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def leases_of(bench: Bench, worker: str) -> list[WorkerLease]:
    """What the worker says from now on, as it says it."""
    heard: list[WorkerLease] = []

    async def hear(msg: Msg) -> None:
        heard.append(WorkerLease.model_validate_json(msg.data))

    await bench.nc.subscribe(subjects.worker_lease(worker), cb=hear)
    await bench.nc.flush()
    return heard


async def alive(bench: Bench, worker: str) -> None:
    """Wait for a worker's sign of life."""
    heard = asyncio.Event()

    async def hear(msg: Msg) -> None:
        heard.set()

    await bench.nc.subscribe(subjects.worker_beat(worker), cb=hear)
    async with asyncio.timeout(STARTED_S):
        await heard.wait()


async def test_an_item_of_a_killed_worker_becomes_one_slice(bench: Bench, asked: Asked) -> None:
    """Its supervisor hands the item back by the lease; the next worker starts on it at once."""
    run_id = await bench.run(texts(1), "when_released")
    leases = await leases_of(bench, "worker-a")
    async with worker_process(bench, "worker-a") as first:
        await bench.hand_out(run_id, 0, start=0, n=1)
        await eventually(lambda: asked() and leases and leases[-1].replies, deadline_s=STARTED_S)
        async with worker_process(bench, "worker-b"):
            await alive(bench, "worker-b")
            first.kill()
            await first.wait()
            asked.release()
            for reply in leases[-1].replies:
                await bench.nc.publish(reply, HAND_BACK)
            message = await bench.slice(run_id, 0, deadline_s=9)
            await bench.queue_is_empty()

    assert [event.worker for event in facts(message)] == ["worker-b"]
    assert len(await bench.log.read(subjects.processed_of(run_id))) == 1


async def test_a_terminated_worker_ends_cleanly_and_hands_back(bench: Bench, asked: Asked) -> None:
    """A rolling update must not cost ten seconds a worker, nor an answer."""
    run_id = await bench.run(texts(1), "when_released")
    async with worker_process(bench, "worker-a") as first:
        await bench.hand_out(run_id, 0, start=0, n=1)
        await eventually(asked, deadline_s=STARTED_S)
        async with worker_process(bench, "worker-b"):
            await alive(bench, "worker-b")
            first.send_signal(signal.SIGTERM)
            code = await first.wait()
            asked.release()
            message = await bench.slice(run_id, 0, deadline_s=9)

    assert code == 0
    assert facts(message)[0].worker == "worker-b"


async def test_a_slice_under_way_is_finished_within_the_grace(bench: Bench) -> None:
    """Most slices take a second: they end in the worker that began them."""
    run_id = await bench.run(texts(8), "after_50_ms")
    leases = await leases_of(bench, "worker-a")
    async with worker_process(bench, "worker-a") as process:
        await bench.hand_out(run_id, 0, start=0, n=8)
        await eventually(lambda: leases and leases[-1].replies, deadline_s=STARTED_S)
        process.send_signal(signal.SIGTERM)
        await process.wait()
        message = await bench.slice(run_id, 0, deadline_s=1)

    assert len(facts(message)) == 8


async def test_check_model_is_answered_by_the_process(bench: Bench) -> None:
    """Registration and launch ask a worker, since it has the modules and onnxruntime."""

    async def check(model: str) -> Accepted | Refused:
        command = CheckModel(command_id=str(uuid4()), sent_at=datetime.now(UTC), model=model)
        return (await ask(bench.nc, command, timeout_s=STARTED_S)).outcome

    async with worker_process(bench, "worker-a"):
        good = await check(f"python/{FUNCTIONS}:text")
        bad = await check("python/os:system")

    assert isinstance(good, Accepted)
    assert isinstance(bad, Refused)
    assert bad.problem.type == "urn:runoff:problem:module-not-allowed"
    assert (bad.problem.status, bad.problem.errors[0].field) == (422, "models")
