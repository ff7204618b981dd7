"""The stack works as root and as an ordinary user, and in folders of every kind."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from runoff_local import binaries
from runoff_local.child import Child
from runoff_local.errors import StoreInUse
from runoff_local.nats import EmbeddedNats
from runoff_local.ports import free_port
from runoff_local.postgres import EmbeddedPostgres
from runoff_local.stack import find
from runoff_local.unprivileged import choose_place
from runoff_testkit.waiting import wait_until
from tests.integration.local.conftest import StartStack

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can try what root does")


@pytest.fixture
def system_root(open_folder: Path) -> Path:
    """Stands in for /var/lib/runoff."""
    return open_folder / "system"


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """Not started; in a folder of pytest's, which no other user can pass."""
    system_root = Path(tempfile.mkdtemp(prefix="runoff-system-"))
    system_root.chmod(0o711)
    home = tmp_path_factory.mktemp("places") / "postgres"
    server = EmbeddedPostgres(home, port=free_port(), system_root=system_root)
    yield server.open()
    server.remove()
    shutil.rmtree(system_root)


def test_a_folder_may_have_a_long_name_and_the_locale_may_be_missing(
    start_stack: StartStack, open_folder: Path
) -> None:
    """A unix socket's path ends at 107 bytes, and initdb fails for a LANG that is not installed."""
    folder = open_folder / ("long folder " * 10) / 'ünïcödé, "quoted" $HOME' / "data"
    stack = start_stack(folder, postgres_dsn=None, env={"LANG": "xx_YY.UTF-8", "LC_ALL": ""})

    assert len(str(folder)) > 107
    assert stack.ready().ready


@as_root
def test_an_ordinary_user_runs_the_whole_stack(start_stack: StartStack, open_folder: Path) -> None:
    """Most people are one; what they start is theirs."""
    user = pwd.getpwnam("nobody")
    home = open_folder / "home"
    home.mkdir()
    os.chown(home, user.pw_uid, user.pw_gid)
    python, path = python_for(user.pw_uid)
    stack = start_stack(
        home / "data", python=python, env={"PYTHONPATH": path}, user=user.pw_uid, postgres_dsn=None
    )
    info = stack.ready()

    assert (home / "data" / "postgres" / "data" / "PG_VERSION").exists()
    assert {process.name for process in info.processes} >= {"nats-server", "postgres", "query"}
    assert all(path.stat().st_uid == user.pw_uid for path in (home / "data").iterdir())
    assert stack.stop() == 0
    assert stack.leaves_nothing()
    assert find(home / "data") is None


@as_root
def test_root_keeps_the_data_in_the_folder_when_others_can_pass_it(open_folder: Path) -> None:
    """PostgreSQL refuses to run as root, so the data belong to the user that runs it."""
    home = open_folder / "postgres"
    home.mkdir()
    place = choose_place(home, owner="me", system_root=open_folder / "system")

    assert place.root == home
    assert place.run_as
    assert home.stat().st_uid == place.run_as.uid
    assert not (open_folder / "system").exists()


@as_root
def test_root_puts_the_data_elsewhere_when_others_cannot_pass_the_folder(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    """A clone below a home of mode 0700; the permissions of such folders are not ours to change."""
    closed = tmp_path.parent.parent
    child = Child(postgres.launch(), log=tmp_path / "log")
    child.start()
    child.stop()

    assert "runoff-system-" in str(postgres.place.root)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@as_root
def test_data_of_a_folder_that_was_deleted_do_not_come_back(
    tmp_path: Path, system_root: Path
) -> None:
    """Its log is gone with it: checkpoints of another log would stop the new one."""
    home = tmp_path / "postgres"
    home.mkdir()
    old = choose_place(home, owner="first", system_root=system_root)
    (old.root / "data").mkdir()
    again = choose_place(home, owner="first", system_root=system_root)
    assert again.data.exists()

    new = choose_place(home, owner="second", system_root=system_root)
    assert new.root == old.root
    assert not new.data.exists()


@as_root
def test_data_outside_of_a_folder_go_when_the_folder_is_gone(
    tmp_path: Path, system_root: Path
) -> None:
    """Whoever deletes the folder thinks that all is deleted."""
    homes = [tmp_path / name for name in ("deleted", "next")]
    for home in homes:
        home.mkdir()
    deleted = choose_place(homes[0], owner="me", system_root=system_root)
    shutil.rmtree(homes[0])
    kept = choose_place(homes[1], owner="me", system_root=system_root)

    assert not deleted.root.exists()
    assert kept.root.exists()


@as_root
def test_the_binaries_run_from_a_copy_that_others_can_reach(open_folder: Path) -> None:
    """The environment may lie below a home of mode 0700 as well."""
    copied = binaries.copy_postgres(open_folder / "binaries")
    made_at = copied.stat().st_ctime_ns
    done = subprocess.run(
        [str(copied / "postgres"), "--version"],
        check=True,
        capture_output=True,
        text=True,
        user="nobody",
        cwd="/",
    )

    assert done.stdout.startswith("postgres (PostgreSQL) 18")
    assert binaries.copy_postgres(open_folder / "binaries").stat().st_ctime_ns == made_at


def test_a_pid_file_whose_number_went_to_a_stranger_does_not_stop_postgres(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    """After a reboot numbers start over; PostgreSQL would wait for somebody else's process."""
    child = Child(postgres.launch(), log=tmp_path / "log")
    child.start()
    pid_file = postgres.place.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    child.kill9()
    pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
    child.start()

    assert pid_file.read_text().splitlines()[0] == str(child.pid)
    child.stop()


async def test_postgres_asks_for_its_password(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    """Every local process can reach loopback."""
    child = Child(postgres.launch(), log=tmp_path / "log")
    child.start()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres.dsn, password="guessed")
    child.stop()


def test_a_server_that_was_left_running_makes_way(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    """Both supervisor and guardian may have been killed."""
    left, new = (Child(postgres.launch(), log=tmp_path / name) for name in ("left", "new"))
    left.start()
    new.start()

    assert "database system is shut down" in (tmp_path / "left").read_text()
    new.stop()
    left.stop()


def test_a_cluster_that_was_half_made_is_made_anew(tmp_path: Path, system_root: Path) -> None:
    """Ctrl-C during the very first start."""
    home = tmp_path / "postgres"
    postgres = EmbeddedPostgres(home, port=free_port(), system_root=system_root).open()
    shutil.move(postgres.place.data, postgres.place.root / "data.new")
    (postgres.place.root / "data.new" / "PG_VERSION").unlink()
    postgres.open()

    assert (postgres.place.data / "PG_VERSION").exists()
    postgres.remove()


def test_no_second_server_opens_a_store(tmp_path: Path) -> None:
    """nats-server takes no lock itself; two on one store lose what both acknowledged."""
    with (
        EmbeddedNats(tmp_path / "nats", port=free_port(), monitor_port=free_port()),
        pytest.raises(StoreInUse),
    ):
        EmbeddedNats(tmp_path / "nats", port=free_port(), monitor_port=free_port()).open()


def test_the_store_stays_locked_while_a_server_has_it(tmp_path: Path) -> None:
    """A supervisor that was killed does not unlock the store under a server that still writes."""
    first = EmbeddedNats(tmp_path / "nats", port=free_port(), monitor_port=free_port()).open()
    child = Child(first.launch(), log=tmp_path / "log")
    child.start()
    first.close()
    second = EmbeddedNats(tmp_path / "nats", port=free_port(), monitor_port=free_port())
    with pytest.raises(StoreInUse):
        second.open()
    child.stop()

    second.open()
    second.close()


def python_for(uid: int) -> tuple[str, str]:
    """An interpreter of this version that the user can run, and the PYTHONPATH to our code."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    standard = Path(os.__file__).parent
    path = [
        entry
        for entry in sys.path
        if entry and not (Path(entry).is_relative_to(standard) and "site-packages" not in entry)
    ]
    needs = "import psutil, nats, runoff_local.stack"
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        try:
            subprocess.run(
                [python, "-P", "-c", needs],
                check=True,
                capture_output=True,
                user=uid,
                env={"PYTHONPATH": os.pathsep.join(path)},
                cwd="/",
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return python, os.pathsep.join(path)
    pytest.skip(f"no {version} that another user can run sees this environment")


def test_a_stack_waits_for_nothing_when_its_folder_was_made_by_a_killed_start(
    start_stack: StartStack, tmp_path: Path
) -> None:
    """A start that was killed before it was up leaves nothing that stands in the way."""
    first = start_stack(tmp_path / "data", postgres_dsn=None)
    wait_until(lambda: (tmp_path / "data" / "stack.json").exists(), deadline_s=30)
    first.kill9()

    assert start_stack(tmp_path / "data").ready().ready
    assert first.leaves_nothing()
