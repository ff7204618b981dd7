"""Whatever dies comes back, and nothing outlives a stack that is gone."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import asyncpg
import nats
from nats.js.api import AckPolicy, ConsumerConfig, StreamConfig

from runoff_local.process import is_alive
from runoff_local.stack import find
from runoff_testkit.waiting import eventually, wait_until
from tests.integration.local.conftest import StartStack
from tests.integration.local.stacks import StackProcess


async def test_everything_is_still_there_after_a_stop_and_a_start(
    start_stack: StartStack, tmp_path: Path
) -> None:
    """On the same addresses too, so that clients come back by themselves."""
    stack = start_stack(tmp_path / "data", postgres_dsn=None)
    before = stack.ready()
    await write(before.nats_url, before.postgres_dsn)
    assert stack.stop() == 0
    after = start_stack(tmp_path / "data", postgres_dsn=None).ready()

    assert await read(after.nats_url, after.postgres_dsn) == (1, 1)
    assert after.nats_url == before.nats_url
    assert after.postgres_dsn == before.postgres_dsn


async def test_killed_servers_come_back_on_their_addresses_with_their_data(
    start_stack: StartStack, tmp_path: Path
) -> None:
    """Services reconnect to the address they have; acknowledged means kept."""
    stack = start_stack(tmp_path / "data", postgres_dsn=None)
    info = stack.ready()
    await write(info.nats_url, info.postgres_dsn)
    for name in ("nats-server", "postgres"):
        pid = stack.pid(name)
        os.kill(pid, signal.SIGKILL)
        stack.restarted(name, old_pid=pid)

    async def answers() -> bool:
        try:
            return await read(info.nats_url, info.postgres_dsn) == (1, 1)
        except (OSError, asyncpg.PostgresError, nats.errors.Error):
            return False

    assert await eventually(answers)


def test_a_killed_service_is_started_again_on_its_port(
    start_stack: StartStack, tmp_path: Path
) -> None:
    """And what it had started itself in its session goes with its old life."""
    stack = start_stack(tmp_path / "data", flags={"run-manager": ["--leave-child"]})
    before = stack.ready().process("run-manager")
    assert before
    os.kill(before.pid, signal.SIGKILL)
    stack.restarted("run-manager", old_pid=before.pid)
    after = stack.info.process("run-manager")

    assert after
    assert after.address == before.address
    assert n_sleepers(stack) == 1
    assert stack.stop() == 0
    assert stack.leaves_nothing()


def test_a_killed_supervisor_leaves_no_process(start_stack: StartStack, tmp_path: Path) -> None:
    """Nobody is left to send a signal then, so the guardian does."""
    flags = {"run-manager": ["--leave-child"], "query": ["--ignore-stop"]}
    stack = start_stack(tmp_path / "data", postgres_dsn=None, flags=flags)
    stack.ready()
    stack.kill9()

    assert stack.leaves_nothing()
    assert find(tmp_path / "data") is None


def test_a_start_right_after_a_killed_supervisor_waits_and_comes_up(
    start_stack: StartStack, tmp_path: Path
) -> None:
    """The guardian may still be ending the servers: two on one store would lose events."""
    stack = start_stack(tmp_path / "data", postgres_dsn=None)
    stack.ready()
    stack.kill9()

    assert start_stack(tmp_path / "data", postgres_dsn=None).ready().ready
    assert stack.leaves_nothing()


def test_a_start_can_be_stopped_half_way(start_stack: StartStack, tmp_path: Path) -> None:
    """Ctrl-C while streams and tables are being made."""
    wait = (
        "import os, pathlib, time\n"
        "pathlib.Path(os.environ['RUNOFF_OBJECT_STORE'], 'begun').touch()\n"
        "time.sleep(1000)"
    )
    stack = start_stack(tmp_path / "data", bootstrap=["-c", wait])
    wait_until((tmp_path / "data" / "objects" / "begun").exists, deadline_s=30)

    assert stack.stop() == 0
    assert stack.leaves_nothing()
    assert find(tmp_path / "data") is None


def test_a_restart_is_noted(start_stack: StartStack, tmp_path: Path) -> None:
    """Hours later somebody asks why a run took a break."""
    stack = start_stack(tmp_path / "data")
    stack.ready()
    pid = stack.pid("run-manager")
    os.kill(pid, signal.SIGKILL)
    stack.restarted("run-manager", old_pid=pid)

    assert "run-manager ended: signal 9; again in" in (tmp_path / "data/logs/stack.log").read_text()


def test_a_killed_guardian_is_replaced(start_stack: StartStack, tmp_path: Path) -> None:
    """The next one is told all that the first one knew."""
    stack = start_stack(tmp_path / "data")
    stack.ready()
    first = stack.guardian_pid()
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: stack.guardian_pid() != first)
    stack.kill9()

    assert stack.leaves_nothing()


def test_what_is_left_when_guardian_and_supervisor_are_killed_is_ended_by_the_next_start(
    start_stack: StartStack, tmp_path: Path
) -> None:
    """An out-of-memory killer picks whom it likes."""
    stack = start_stack(tmp_path / "data", postgres_dsn=None)
    old = stack.ready()
    os.kill(stack.process.pid, signal.SIGSTOP)  # so that it cannot replace its guardian
    os.kill(stack.guardian_pid(), signal.SIGKILL)
    stack.kill9()
    assert all(is_alive(process.pid) for process in old.processes)

    assert start_stack(tmp_path / "data", postgres_dsn=None).ready().ready
    assert stack.leaves_nothing()


async def test_a_dead_workers_item_is_delivered_again_at_once(
    start_stack: StartStack, tmp_path: Path
) -> None:
    """Its lease runs for a minute here; without the supervisor the item would wait that long."""
    stack = start_stack(tmp_path / "data")
    info = stack.ready()
    client = await nats.connect(info.nats_url)
    work = client.jetstream()
    await work.add_stream(StreamConfig(name="WORK", subjects=["work.>"]))
    await work.add_consumer(
        "WORK", ConsumerConfig(durable_name="w", ack_policy=AckPolicy.EXPLICIT, ack_wait=60)
    )
    await work.publish("work.normal.run.0", b"")
    items = await work.pull_subscribe_bind(durable="w", stream="WORK")
    held = (await items.fetch(1))[0]
    pid = stack.pid("inference-worker-1")
    lease = f'{{"pid": {pid}, "replies": ["{held.reply}"]}}'
    await client.publish("runoff.worker.inference-worker-1.lease", lease.encode())
    await client.flush()
    os.kill(pid, signal.SIGKILL)

    again = (await items.fetch(1, timeout=5))[0]
    assert again.metadata.num_delivered == 2
    assert again.subject == held.subject
    await client.close()


async def write(nats_url: str, postgres_dsn: str) -> None:
    client = await nats.connect(nats_url)
    await client.jetstream().add_stream(StreamConfig(name="KEPT", subjects=["kept"]))
    await client.jetstream().publish("kept", b"")
    await client.close()
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
    await connection.close()


async def read(nats_url: str, postgres_dsn: str) -> tuple[int, int]:
    """How many messages and rows there are."""
    client = await nats.connect(nats_url, allow_reconnect=False, error_cb=say_nothing)
    try:
        n_messages = (await client.jetstream().stream_info("KEPT")).state.messages
    finally:
        await client.close()
    connection = await asyncpg.connect(postgres_dsn)
    try:
        n_rows = await connection.fetchval("SELECT count(*) FROM kept")
    finally:
        await connection.close()
    return n_messages, int(n_rows)


async def say_nothing(_error: Exception) -> None:
    return None


def n_sleepers(stack: StackProcess) -> int:
    """The children that the dummy with `--leave-child` started, of all its lives."""
    return wait_until(
        lambda: stack.count_started_by_services("sleep"), what="a child of the service"
    )
