"""A PostgreSQL of our own: loopback only, scram with a generated password.

TCP on a chosen loopback port, and no unix socket at all: a socket's path may not be longer than
107 bytes, and a data folder may lie anywhere.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from runoff_local.errors import ProcessDidNotStart
from runoff_local.folder import private_folder, secret, write_private
from runoff_local.ports import HOST
from runoff_local.process import Launch, exists, is_alive, pids_in_folder, signal_one
from runoff_local.unprivileged import SYSTEM_ROOT, PostgresPlace, choose_place, remove_away

_USER = "runoff"
DATABASE = "runoff"
# The caller's LANG may name a locale that this machine does not have; initdb would fail then.
_ENV = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
_SETTINGS = {"jit": "off", "logging_collector": "off"}
_READY_LINE = 7  # of postmaster.pid, from 0; line 0 is the pid
_END_LEFTOVER_S = 10.0


class EmbeddedPostgres:
    """One server over the data that belongs to `home`; makes the data and says how to run it."""

    def __init__(
        self,
        home: Path,
        *,
        port: int,
        settings: Mapping[str, str] | None = None,
        system_root: Path = SYSTEM_ROOT,
    ) -> None:
        self._home = home.absolute()
        self.port = port
        self._settings = {**_SETTINGS, **(settings or {})}
        self._system_root = system_root
        self._password = ""
        self._place: PostgresPlace | None = None

    def open(self) -> Self:
        """Make password and database cluster when they are missing; blocks for about a second.

        Raises:
            ProcessDidNotStart: initdb failed.
        """
        private_folder(self._home)
        self._password = secret(self._home / "password")
        owner = hashlib.sha256(self._password.encode()).hexdigest()
        self._place = choose_place(self._home, owner=owner, system_root=self._system_root)
        if not (self._place.data / "PG_VERSION").exists():
            self._make_cluster(self._place)
        return self

    @property
    def place(self) -> PostgresPlace:
        """Where binaries and data are; call `open` first."""
        if self._place is None:
            raise RuntimeError("open() comes first")
        return self._place

    @property
    def dsn(self) -> str:
        """Address with user and password of the database `runoff`; its user is a superuser."""
        return f"postgresql://{_USER}:{self._password}@{HOST}:{self.port}/{DATABASE}"

    def launch(self, *, env: Mapping[str, str] | None = None) -> Launch:
        """How to run it; call `open` first."""
        settings = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": "",
            **self._settings,
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        return Launch(
            name="postgres",
            argv=(str(self.place.bin / "postgres"), "-D", str(self.place.data), *options),
            env={**_ENV, **(env or {})},
            is_ready=self._is_ready,
            address=f"postgresql://{HOST}:{self.port}",
            prepare=self._clear_the_way,
            stop_signal=signal.SIGINT,  # "fast": sessions are ended, data is written
            stop_within_s=20.0,
            stop_rank=1,
            run_as=self.place.run_as,
            cwd=Path("/"),
        )

    def remove(self) -> None:
        """Delete the data; the server must be down."""
        remove_away(self._home, system_root=self._system_root)
        shutil.rmtree(self._home, ignore_errors=True)

    def _make_cluster(self, place: PostgresPlace) -> None:
        """Made aside and renamed, so that a start cut short leaves no half a cluster."""
        new = place.root / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        password_file = place.root / "initdb-password"
        write_private(password_file, self._password)
        if place.run_as:
            os.chown(password_file, place.run_as.uid, place.run_as.gid)
        try:
            self._tool("initdb", "-D", str(new), "-U", _USER, f"--pwfile={password_file}",
                       "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C",
                       "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                       "--data-checksums", "--no-instructions")  # fmt: skip
            self._tool("postgres", "--single", "-D", str(new), "postgres",
                       stdin=f"CREATE DATABASE {DATABASE};\n")  # fmt: skip
        finally:
            password_file.unlink(missing_ok=True)
        new.rename(place.data)

    def _tool(self, name: str, *arguments: str, stdin: str = "") -> None:
        user = self.place.run_as
        done = subprocess.run(
            [str(self.place.bin / name), *arguments],
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            input=stdin,
            cwd="/",
            env=_ENV,
            start_new_session=True,
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
        )
        if done.returncode:
            log = self._home / f"{name}.log"
            log.write_text(done.stdout + done.stderr)
            raise ProcessDidNotStart(name, reason=f"exit code {done.returncode}", log=log)

    def _is_ready(self, pid: int) -> bool:
        lines = self._pid_file_lines()
        return (
            len(lines) > _READY_LINE
            and lines[0].strip() == str(pid)
            and lines[_READY_LINE].strip() == "ready"
        )

    def _clear_the_way(self) -> None:
        """Deal with the pid file of a server that was killed; the stack's lock is ours by now."""
        lines = self._pid_file_lines()
        if not lines or not lines[0].strip().isdigit():
            return
        pid = int(lines[0])
        if not exists(pid):
            return  # PostgreSQL sees that itself, and waits for its old sessions
        if is_alive(pid) and pid in self._server_pids():
            signal_one(pid, signal.SIGINT)
        # Otherwise the number is a zombie's or a stranger's by now: PostgreSQL would refuse to
        # start because of it, so the file has to go, once nobody works on the data any more.
        deadline = time.monotonic() + _END_LEFTOVER_S
        while left := self._server_pids():
            if time.monotonic() > deadline:
                for leftover in left:
                    signal_one(leftover, signal.SIGKILL)
            time.sleep(0.02)
        (self.place.data / "postmaster.pid").unlink(missing_ok=True)

    def _server_pids(self) -> list[int]:
        """Postmaster and sessions on this data: it is the working folder of each."""
        return pids_in_folder(self.place.data, name="postgres")

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self.place.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []
