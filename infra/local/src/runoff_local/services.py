"""Which processes the stack consists of beside its servers: data, so that others can be run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from runoff_local.ports import HOST, PortBook
from runoff_local.probes import answers_200
from runoff_local.process import MARK, Launch, listens_on

_READY_PATH = "/health/ready"
_DEFAULT_API_PORT = 8700
_DEFAULT_WEB_PORT = 8701
_START = ("-m", "runoff_runtime.start")


@dataclass(frozen=True, kw_only=True)
class Service:
    """One line of the table."""

    name: str
    command: tuple[str, ...]
    """What follows the Python interpreter."""
    needs_postgres: bool = False
    is_worker: bool = False
    """Runs as often as workers are asked for, each under its own name; says what it holds."""
    is_api: bool = False
    """Has the port that programs are told."""
    is_web: bool = False
    """Serves the pages, as a client of the API; its address is what people are told."""

    def names(self, *, n_workers: int) -> tuple[str, ...]:
        """The names of its processes."""
        if not self.is_worker:
            return (self.name,)
        return tuple(f"{self.name}-{number}" for number in range(1, n_workers + 1))


@dataclass(frozen=True, kw_only=True)
class ServiceTable:
    """The one-shot step that makes streams and tables, and the services in their start order."""

    bootstrap: tuple[str, ...] | None
    """What follows the Python interpreter; exit code 0 when all is in place."""
    services: tuple[Service, ...]

    @property
    def api(self) -> Service:
        """The one service whose port programs are told."""
        return next(service for service in self.services if service.is_api)

    @property
    def web(self) -> Service | None:
        """The service of the pages, where there is one."""
        return next((service for service in self.services if service.is_web), None)

    def without_web(self) -> ServiceTable:
        """The same without pages."""
        return replace(self, services=tuple(each for each in self.services if not each.is_web))


RUNOFF = ServiceTable(
    bootstrap=(*_START, "runoff_query.bootstrap"),
    services=(
        Service(name="run-manager", command=(*_START, "runoff_run_manager")),
        Service(
            name="inference-worker", command=(*_START, "runoff_inference_worker"), is_worker=True
        ),
        Service(name="scoring", command=(*_START, "runoff_scoring")),
        Service(name="projector", command=(*_START, "runoff_query.projector"), needs_postgres=True),
        Service(name="query", command=(*_START, "runoff_query"), needs_postgres=True, is_api=True),
        Service(name="web", command=(*_START, "runoff_web"), is_web=True),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What every process of one stack is told."""

    nats_url: str
    postgres_dsn: str
    object_store: Path
    mark: str

    def env(self, *, with_postgres: bool) -> dict[str, str]:
        """The caller's environment (keys of providers are in it) and the stack's addresses."""
        env = dict(os.environ)
        env.pop("RUNOFF_POSTGRES_DSN", None)
        if with_postgres:
            env["RUNOFF_POSTGRES_DSN"] = self.postgres_dsn
        return env | {
            MARK: self.mark,
            "RUNOFF_NATS_URL": self.nats_url,
            "RUNOFF_OBJECT_STORE": str(self.object_store),
            "PYTHONUNBUFFERED": "1",
        }


def launches(
    service: Service,
    around: Surroundings,
    *,
    ports: Mapping[str, int],
    n_workers: int,
    api_url: str,
    web_url: str | None,
) -> Iterator[Launch]:
    """The processes of a service, one a name; `ports` has each name's port."""
    for name in service.names(n_workers=n_workers):
        port = ports[name]
        env = around.env(with_postgres=service.needs_postgres)
        env |= {"RUNOFF_HOST": HOST, "RUNOFF_PORT": str(port)}
        if service.is_worker:
            env["RUNOFF_WORKER_NAME"] = name
        if service.is_web:
            env["RUNOFF_API_URL"] = api_url
        if service.is_api and web_url:
            env["RUNOFF_WEB_URL"] = web_url
        # Functions of the folder that `runoff up` was typed in can be models and scorers, if
        # allowed.
        env.setdefault("RUNOFF_PYTHON_PATH", str(Path.cwd()))
        yield Launch(
            name=name,
            argv=python(*service.command),
            env=env,
            is_ready=_ReadyProbe(port),
            address=f"http://{HOST}:{port}",
        )


def choose_ports(
    table: ServiceTable, book: PortBook, *, n_workers: int, api_port: int | None
) -> dict[str, int]:
    """The port of each process by its name; 8700 and 8701 for API and pages if nobody asks.

    Raises:
        PortTaken: The API's port was asked for and is in use.
    """
    chosen: dict[str, int] = {}
    for service in table.services:
        for name in service.names(n_workers=n_workers):
            if service.is_api and api_port is not None:
                chosen[name] = book.exactly(name, api_port)
            else:
                chosen[name] = book.port(name, preferred=_preferred(service))
    return chosen


def _preferred(service: Service) -> int | None:
    if service.is_api:
        return _DEFAULT_API_PORT
    return _DEFAULT_WEB_PORT if service.is_web else None


def python(*arguments: str) -> tuple[str, ...]:
    """A command line for this interpreter.

    `-P`: a file of the user's working folder never stands in for a module of ours or of a
    dependency; a folder with an `openai.py` in it is a likely place to start this.
    """
    return (sys.executable, "-P", *arguments)


@dataclass(frozen=True)
class _ReadyProbe:
    port: int

    def __call__(self, pid: int) -> bool:
        # A stranger that got hold of the port may answer as well.
        return answers_200(self.port, _READY_PATH) and listens_on(pid, self.port)
