"""A stack comes up whole, is found, stops cleanly, and says why it cannot start."""

from __future__ import annotations

import json
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

from runoff_local.stack import find
from tests.integration.local.conftest import StartStack


def test_a_stack_that_is_ready_is_found_by_its_folder(
    start_stack: StartStack, tmp_path: Path
) -> None:
    """Every other command looks here for the addresses."""
    stack = start_stack(tmp_path / "data", workers=2)
    info = stack.ready()

    assert info.ready
    assert info.pid == stack.process.pid
    assert [process.name for process in info.processes] == [
        "nats-server",
        "run-manager",
        "inference-worker-1",
        "inference-worker-2",
        "query",
    ]


def test_what_names_passwords_is_for_the_owner_alone(
    start_stack: StartStack, tmp_path: Path
) -> None:
    """Every user of the machine can reach loopback; the password is what keeps others out."""
    start_stack(tmp_path / "data").ready()

    for name in ("stack.json", "nats/password", "nats/nats.conf"):
        assert stat.S_IMODE((tmp_path / "data" / name).stat().st_mode) == 0o600, name


def test_only_query_is_told_where_postgres_is(start_stack: StartStack, tmp_path: Path) -> None:
    """No service reads another's tables."""
    info = start_stack(tmp_path / "data", env={"RUNOFF_POSTGRES_DSN": "left by the caller"}).ready()
    told = {
        name: json.loads((tmp_path / "data" / "objects" / f"{name}.json").read_text())
        for name in ("run-manager", "inference-worker-1", "query")
    }

    assert told["query"]["RUNOFF_POSTGRES_DSN"] == info.postgres_dsn
    assert "RUNOFF_POSTGRES_DSN" not in told["run-manager"]
    assert "RUNOFF_POSTGRES_DSN" not in told["inference-worker-1"]
    assert told["inference-worker-1"]["RUNOFF_WORKER_NAME"] == "inference-worker-1"
    assert info.api_url == f"http://127.0.0.1:{told['query']['RUNOFF_PORT']}"
    assert all(env["RUNOFF_NATS_URL"] == info.nats_url for env in told.values())
    assert all(env["RUNOFF_HOST"] == "127.0.0.1" for env in told.values())


def test_a_stop_ends_every_process_services_first(start_stack: StartStack, tmp_path: Path) -> None:
    """Services that lose their servers first would log errors and drop work."""
    stack = start_stack(tmp_path / "data", postgres_dsn=None)
    stack.ready()

    assert stack.stop(signal.SIGINT) == 0
    assert stack.leaves_nothing()
    assert find(tmp_path / "data") is None
    assert not (tmp_path / "data" / "stack.json").exists()
    stopped = (tmp_path / "data" / "objects" / "stopped").read_text().split()
    assert stopped == ["query", "inference-worker", "run-manager"]
    for server, word in {"postgres": "is shut down", "nats-server": "Server Exiting"}.items():
        assert word in (tmp_path / "data" / "logs" / f"{server}.log").read_text()


def test_a_second_request_to_stop_hurries(start_stack: StartStack, tmp_path: Path) -> None:
    """Whoever presses Ctrl-C twice does not want to wait for a service that hangs."""
    stack = start_stack(tmp_path / "data", flags={"query": ["--ignore-stop"]})
    stack.ready()
    stack.process.send_signal(signal.SIGINT)
    assert stack.process.stderr
    for line in stack.process.stderr:
        if "stopping" in line:
            break

    assert stack.stop(signal.SIGINT) == 0
    assert stack.leaves_nothing()
    assert "query did not end in time: killed" in stack.output()


def test_a_stack_goes_with_its_parent(start_stack: StartStack, tmp_path: Path) -> None:
    """`runoff demo` starts one; when the demo is killed, its end of the pipe closes."""
    stack = start_stack(tmp_path / "data", with_parent=True)
    stack.ready()
    assert stack.process.stdin
    stack.process.stdin.close()

    assert stack.ended() == 0
    assert stack.leaves_nothing()


def test_a_second_start_on_the_same_folder_says_who_is_running(
    start_stack: StartStack, tmp_path: Path
) -> None:
    """Two servers on one store lose acknowledged events."""
    info = start_stack(tmp_path / "data").ready()
    second = start_stack(tmp_path / "data")

    assert second.ended() == 1
    said = second.output()
    assert "AlreadyRunning" in said
    assert f"process {info.pid} at {info.api_url}" in said
    assert find(tmp_path / "data") == info


def test_the_command_ends_with_code_4_beside_a_running_stack(
    start_stack: StartStack, tmp_path: Path
) -> None:
    """Scripts tell this from a stack that cannot start."""
    start_stack(tmp_path / "data").ready()
    done = subprocess.run(
        [sys.executable, "-m", "runoff_local", "--folder", str(tmp_path / "data"), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 4
    assert "already running" in done.stderr
    assert done.stdout == ""


def test_stacks_on_two_folders_run_side_by_side(start_stack: StartStack, tmp_path: Path) -> None:
    """One for work, one to try things."""
    stacks = [start_stack(tmp_path / name) for name in ("one", "two")]
    one, two = (stack.ready() for stack in stacks)

    addresses = {process.address for info in (one, two) for process in info.processes}
    assert len(addresses) == len(one.processes) + len(two.processes)
    assert find(tmp_path / "one") == one
    assert find(tmp_path / "two") == two


def test_addresses_of_the_environment_replace_the_servers(
    start_stack: StartStack, tmp_path: Path, nats_url: str, postgres_admin_dsn: str
) -> None:
    """A team has its own servers; the stack must not start others beside them."""
    stack = start_stack(tmp_path / "data", postgres_dsn=postgres_admin_dsn, nats_url=nats_url)
    info = stack.ready()

    assert [process.name for process in info.processes] == [
        "run-manager",
        "inference-worker-1",
        "query",
    ]
    assert (info.nats_url, info.nats_monitor_url) == (nats_url, None)
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_service_that_cannot_start_stops_the_stack_and_shows_its_log(
    start_stack: StartStack, tmp_path: Path
) -> None:
    """A crash loop that says nothing is the worst first impression."""
    stack = start_stack(tmp_path / "data", flags={"query": ["--die"]})

    assert stack.ended() == 1
    said = stack.output()
    assert "query did not start: exit code 1" in said
    assert "this service cannot start" in said
    assert find(tmp_path / "data") is None


def test_the_bootstrap_step_can_refuse_the_log(start_stack: StartStack, tmp_path: Path) -> None:
    """Code 3 means a log that is gone or behind: going on would write a second history."""
    script = "import sys; sys.stderr.write('the log is behind'); sys.exit(3)"
    stack = start_stack(tmp_path / "data", bootstrap=["-c", script])

    assert stack.ended() == 3
    said = stack.output()
    assert "the log is behind" in said
    assert "query up" not in said


def test_the_bootstrap_step_is_told_to_accept_the_log(
    start_stack: StartStack, tmp_path: Path
) -> None:
    """The way out of a refusal, for whoever restored a backup on purpose."""
    script = "import sys; sys.exit('--accept-log' not in sys.argv)"
    stack = start_stack(tmp_path / "data", bootstrap=["-c", script], accept_log=True)

    assert stack.ready().ready


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(
    start_stack: StartStack, tmp_path: Path
) -> None:
    """Answering somewhere else than asked would be found out much later."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        stack = start_stack(tmp_path / "data", port=port)

        assert stack.ended() == 1
    assert f"port {port} on 127.0.0.1 is in use" in stack.output()


def test_a_server_that_does_not_answer_is_named(start_stack: StartStack, tmp_path: Path) -> None:
    """The address is the caller's: no restart of ours can mend it. Its password stays out."""
    with socket.create_server(("127.0.0.1", 0)) as nothing:
        port = nothing.getsockname()[1]
    stack = start_stack(tmp_path / "data", nats_url=f"nats://u:hidden@127.0.0.1:{port}")

    assert stack.ended() == 1
    said = stack.output()
    assert "NATS does not answer" in said
    assert "hidden" not in said
