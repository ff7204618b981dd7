"""A service as a process of its own, which a test may kill; it is started again when it dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from runoff_local.ports import free_port
from runoff_local.probes import answers_200
from runoff_testkit.waiting import wait_until

_READY_S = 30.0


class ServiceProcess:
    """`python -m <module>` against one NATS server and one folder of objects."""

    def __init__(
        self, module: str, *, nats_url: str, folder: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self._module, self.log = module, folder / f"{module}.log"
        self._port = free_port()
        self._env = {
            **os.environ,
            "RUNOFF_NATS_URL": nats_url,
            "RUNOFF_OBJECT_STORE": str(folder / "objects"),
            "RUNOFF_PORT": str(self._port),
            **(env or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it says that it is ready."""
        self.launch()
        wait_until(self.is_ready, deadline_s=_READY_S, what=f"{self._module} ready: {self.log}")

    def launch(self) -> None:
        """Start it, and do not wait."""
        with self.log.open("ab") as stream:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "runoff_runtime.start", self._module],
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
            )

    def is_ready(self) -> bool:
        """It serves; one that died by itself is started again, as its supervisor would."""
        self.revive()
        return answers_200(self._port, "/health/ready")

    def revive(self) -> None:
        """Start it again when it died by itself."""
        if self._process is not None and self._process.poll() is not None:
            self.launch()

    def kill9(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def pid(self) -> int | None:
        """None while it is down."""
        return self._process.pid if self._process else None

    def said_at(self, event: str) -> list[datetime]:
        """When it logged an event of that name."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        said = [json.loads(line) for line in lines if line.startswith("{")]
        return [
            datetime.fromisoformat(line["timestamp"]) for line in said if line["event"] == event
        ]
