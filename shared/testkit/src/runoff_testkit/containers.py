"""The same servers in containers, for whoever has Docker and wants the official images."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
from docker.errors import DockerException  # type: ignore[import-untyped]  # it ships no types
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient

from runoff_local.ports import HOST, free_port
from runoff_local.probes import answers_200, nats_server_name
from runoff_local.process import is_alive
from runoff_testkit.servers import Server
from runoff_testkit.waiting import wait_until

NATS_IMAGE = "nats:2"
POSTGRES_IMAGE = "postgres:18"
_LABEL = "runoff.testkit.pid"
_READY_WITHIN_S = 60.0
_NATS_CONFIGURATION = """\
server_name: "{name}"
listen: "0.0.0.0:4222"
http: "0.0.0.0:8222"
max_payload: 4MB
authorization {{ users = [ {{ user: "runoff", password: "{password}" }} ] }}
jetstream {{ store_dir: "/data", sync_interval: always, max_mem: 1GB, max_file: 40GB }}
"""


class NoContainerEngine(Exception):
    """Start Docker, or set RUNOFF_TEST_SERVERS=embedded, which needs none."""

    def __init__(self) -> None:
        super().__init__(
            "RUNOFF_TEST_SERVERS=containers, but no Docker engine answers: start one, or use "
            "RUNOFF_TEST_SERVERS=embedded, which needs none"
        )


class ContainerServer:
    """One container whose published ports stay the same over stops and crashes."""

    def __init__(self, container: DockerContainer, url: str, is_ready: Callable[[], bool]) -> None:
        self._container, self._url, self._is_ready = container, url, is_ready
        self._made = False

    @property
    def url(self) -> str:
        """With user and password."""
        return self._url

    def start(self) -> None:
        """Start the container, or the one there was, and wait until its server answers."""
        if self._made:
            self._container.get_wrapped_container().start()
        else:
            self._made = True
            self._container.start()
        wait_until(self._is_ready, deadline_s=_READY_WITHIN_S, what=f"{self._url} ready")

    def stop(self) -> None:
        """End its server the clean way."""
        if self._made:
            self._container.get_wrapped_container().stop(timeout=20)

    def kill9(self) -> None:
        """End it as a crash would."""
        container = self._container.get_wrapped_container()
        container.kill("SIGKILL")
        container.wait()

    def remove(self) -> None:
        """Delete the container with its data."""
        if self._made:
            self._made = False
            self._container.stop()


class ContainerServers:
    """Makes servers in containers that listen on loopback only.

    Raises:
        NoContainerEngine: Docker does not answer.
    """

    def __init__(self) -> None:
        # The reaper is one more image to fetch; `_remove_orphans` does its work.
        testcontainers_config.ryuk_disabled = True
        _remove_orphans()
        self._stack = contextlib.ExitStack()

    def nats(self, home: Path) -> Server:
        """nats-server of the image; its store lies in the container."""
        name, password = f"runoff-{secrets.token_hex(6)}", secrets.token_hex(16)
        port, monitor_port = free_port(), free_port()
        configuration = _NATS_CONFIGURATION.format(name=name, password=password)
        container = _container(NATS_IMAGE, {4222: port, 8222: monitor_port})
        container.with_copy_into_container(configuration.encode(), "/etc/runoff-nats.conf")
        container.with_command(["-c", "/etc/runoff-nats.conf"])
        server = ContainerServer(
            container,
            f"nats://runoff:{password}@{HOST}:{port}",
            lambda: (
                nats_server_name(port) == name
                and answers_200(monitor_port, "/healthz?js-enabled-only=true")
            ),
        )
        self._stack.callback(server.remove)
        return server

    def postgres(self) -> Server:
        """PostgreSQL of the image."""
        password, port = secrets.token_hex(16), free_port()
        dsn = f"postgresql://runoff:{password}@{HOST}:{port}/runoff"
        container = _container(POSTGRES_IMAGE, {5432: port})
        container.with_envs(POSTGRES_USER="runoff", POSTGRES_PASSWORD=password)
        container.with_command(["postgres", "-c", "fsync=off", "-c", "jit=off"])
        server = ContainerServer(container, dsn, lambda: _answers_select(dsn))
        self._stack.callback(server.remove)
        return server

    def close(self) -> None:
        """Delete all containers."""
        self._stack.close()


def _container(image: str, ports: dict[int, int]) -> DockerContainer:
    container = DockerContainer(image).with_kwargs(labels={_LABEL: str(os.getpid())})
    # testcontainers would publish on every interface; docker itself takes a pair.
    published: dict[str, Any] = container.ports  # Any: it is typed for numbers alone
    published.update({f"{inner}/tcp": (HOST, outer) for inner, outer in ports.items()})
    return container


def _remove_orphans() -> None:
    """Delete the containers of test processes that were killed."""
    try:
        client = DockerClient().client
        for container in client.containers.list(all=True, filters={"label": _LABEL}):
            if not is_alive(int(container.labels[_LABEL])):
                container.remove(force=True, v=True)
        client.close()
    except DockerException as error:
        raise NoContainerEngine from error


def _answers_select(dsn: str) -> bool:
    async def ask() -> bool:
        try:
            connection = await asyncpg.connect(dsn, timeout=2)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return False
        await connection.close()
        return True

    # A thread of its own: this one may have an event loop that runs already.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(ask())).result()
