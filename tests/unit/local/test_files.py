"""Files of the data folder: logs that stay short, ports that stay the same, who may read what."""

from __future__ import annotations

import os
import socket
import stat
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runoff_local.errors import PortTaken, ProcessDidNotStart
from runoff_local.folder import secret, write_private
from runoff_local.info import ProcessInfo, StackInfo
from runoff_local.logs import trim
from runoff_local.ports import PortBook, free_port, is_free
from runoff_local.unprivileged import RunAs, is_reachable

INFO = StackInfo(
    folder=Path("/data"),
    pid=1,
    api_url="http://127.0.0.1:8700",
    nats_url="nats://u:p@127.0.0.1:4222",
    nats_monitor_url=None,
    postgres_dsn="postgresql://u:p@127.0.0.1:5432/runoff",
    object_store=Path("/data/objects"),
    started_at=datetime(2026, 1, 2, tzinfo=UTC),
    ready=True,
    processes=(ProcessInfo("query", 2, "http://127.0.0.1:8700", 3.5),),
)


def test_a_long_log_moves_aside_while_its_process_goes_on(tmp_path: Path) -> None:
    """The process keeps its file open, so the file stays the same one."""
    log = tmp_path / "query.log"
    with log.open("ab", buffering=0) as process:
        process.write(b"old" * 10)
        trim(log, max_bytes=20)
        process.write(b"new")

    assert log.read_bytes() == b"new"
    assert (tmp_path / "query.log.1").read_bytes() == b"old" * 10


def test_a_short_log_is_left_alone(tmp_path: Path) -> None:
    """As is one that is not there yet."""
    log = tmp_path / "query.log"
    log.write_bytes(b"short")
    trim(log, max_bytes=20)
    trim(tmp_path / "none.log", max_bytes=20)

    assert log.read_bytes() == b"short"
    assert list(tmp_path.iterdir()) == [log]


def test_a_name_keeps_its_port_at_the_next_start(tmp_path: Path) -> None:
    """Clients outside of the stack find it where it was."""
    first = PortBook(tmp_path / "ports.json")
    ports = {name: first.port(name) for name in ("nats", "postgres")}
    second = PortBook(tmp_path / "ports.json")

    first.close()

    assert {name: second.port(name) for name in ("postgres", "nats")} == ports
    second.close()


def test_stacks_that_start_at_the_same_moment_get_different_ports(tmp_path: Path) -> None:
    """Both find 8700 free while nobody listens yet; the second one's service would never bind."""
    books = [PortBook(tmp_path / name) for name in ("one", "two")]
    port = free_port()
    first, second = (book.port("query", preferred=port) for book in books)

    assert first == port
    assert second != port
    for book in books:
        book.close()


def test_a_port_that_was_taken_since_is_replaced(tmp_path: Path) -> None:
    """Another program may have come up on it."""
    book = PortBook(tmp_path / "ports.json")
    port = book.port("nats")
    book.close()
    with socket.create_server(("127.0.0.1", port)):
        assert PortBook(tmp_path / "ports.json").port("nats") != port


def test_a_preferred_port_is_taken_when_free(tmp_path: Path) -> None:
    """People type 8700 from memory."""
    book = PortBook(tmp_path / "ports.json")
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        assert not is_free(port)
        assert book.port("query", preferred=port) != port
        with pytest.raises(PortTaken):
            book.exactly("query", port)

    assert book.port("query", preferred=port) == port
    book.close()


def test_a_damaged_port_file_is_no_obstacle(tmp_path: Path) -> None:
    """It holds preferences, nothing that cannot be chosen again."""
    (tmp_path / "ports.json").write_text("[1")

    assert PortBook(tmp_path / "ports.json").port("nats")


def test_a_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    """A new one at each start would lock out who has the old one."""
    file = tmp_path / "password"
    first = secret(file)

    assert secret(file) == first
    assert len(first) == 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_private_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    """A reader sees the old text or the new one, and no crumbs are left."""
    write_private(tmp_path / "stack.json", "old")
    write_private(tmp_path / "stack.json", "new")

    assert [path.name for path in tmp_path.iterdir()] == ["stack.json"]
    assert (tmp_path / "stack.json").read_text() == "new"


def test_what_a_stack_says_of_itself_can_be_read_back() -> None:
    """Other processes find the stack by this text."""
    assert StackInfo.from_json(INFO.to_json()) == INFO


def test_an_error_shows_the_end_of_the_log(tmp_path: Path) -> None:
    """Whoever sees the error need not look for the file first."""
    log = tmp_path / "query.log"
    log.write_text("x" * 5000 + "\nthe reason\n")
    text = str(ProcessDidNotStart("query", reason="exit code 1", log=log))

    assert text.endswith("the reason")
    assert len(text) < 2200
    assert "no.log" in str(ProcessDidNotStart("query", reason="none", log=tmp_path / "no.log"))


@pytest.mark.parametrize(
    ("mode", "reachable"), [(0o700, False), (0o710, False), (0o711, True), (0o755, True)]
)
def test_a_folder_is_reachable_through_open_folders_alone(mode: int, reachable: bool) -> None:
    """Another user needs to pass each folder above; their modes are not ours to change."""
    stranger = RunAs(uid=os.getuid() + 12_345, gid=os.getgid() + 12_345)
    with tempfile.TemporaryDirectory(dir="/tmp") as name:  # pytest's own are closed to others
        folder = Path(name)
        folder.chmod(mode)
        (folder / "data").mkdir()

        assert is_reachable(folder / "data", stranger) == reachable
