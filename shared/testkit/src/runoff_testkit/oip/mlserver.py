"""MLServer, the reference server of the protocol, in a virtual environment of its own.

Its dependencies do not fit ours, so it is installed apart, once, below the user's cache.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from runoff_local.ports import free_port
from runoff_testkit.oip.served import MODELS
from runoff_testkit.waiting import wait_until

VERSION = "1.7.1"
_HERE = Path(__file__).parent
_INSTALL_S = 600.0
_START_S = 60.0
_STOP_S = 10.0


class NotInstallable(Exception):
    """MLServer cannot be had here: there is no network, or no version for this Python."""


@contextmanager
def mlserver(folder: Path) -> Iterator[str]:
    """The address of a started MLServer that serves `MODELS`.

    Raises:
        NotInstallable: With what the installer said.
    """
    python = _installed()
    port, grpc, metrics = _ports()
    settings = {
        "debug": False,
        "host": "127.0.0.1",
        "http_port": port,
        "grpc_port": grpc,
        "metrics_port": metrics,
        "metrics_dir": str(folder / "metrics"),
        "environments_dir": str(folder / "environments"),
        "parallel_workers": 0,
    }
    _write_models(folder, settings)
    log = folder / "server.log"
    start = "import sys; from mlserver.cli.main import main; sys.argv[0] = 'mlserver'; main()"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(python), "-c", start, "start", str(folder)],
            env={**os.environ, "PYTHONPATH": str(folder)},
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(
            lambda: process.poll() is not None or _is_ready(url),
            deadline_s=_START_S,
            what="MLServer's start",
        )
        if process.poll() is not None:
            raise AssertionError(f"MLServer ended at its start:\n{log.read_text()[-4000:]}")
        yield url
    finally:
        _stop(process)


def _installed() -> Path:
    """The Python that has MLServer, from the cache or made now."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "runoff"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    home = cache / f"mlserver-{VERSION}-py{version}"
    if not (home / "ready").exists():
        made = cache / f"{home.name}.{os.getpid()}"
        cache.mkdir(parents=True, exist_ok=True)
        try:
            _run("venv", str(made), "--python", sys.executable, "--clear")
            _run("pip", "install", "--python", str(made / "bin/python"), f"mlserver=={VERSION}")
            (made / "ready").touch()
            # Two test processes may come here at once: the second finds the first one's.
            if not (home / "ready").exists():
                made.rename(home)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return home / "bin/python"


def _run(*arguments: str) -> None:
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv) if uv.exists() else "uv", *arguments, "-q"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_INSTALL_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstallable(f"{' '.join(arguments[:2])}: {error}") from error
    if done.returncode:
        raise NotInstallable(done.stderr.strip()[-1000:])


def _write_models(folder: Path, settings: dict[str, object]) -> None:
    (folder / "settings.json").write_text(json.dumps(settings))
    shutil.copy(_HERE / "served.py", folder / "served.py")
    shutil.copy(_HERE / "mlserver_runtime.py", folder / "runtime.py")
    for name, model in MODELS.items():
        place = folder / name
        place.mkdir()
        told = {
            "name": name,
            "implementation": "runtime.Served",
            "parameters": {"version": "v1"},
            "inputs": model.inputs,
            "outputs": model.outputs,
        }
        (place / "model-settings.json").write_text(json.dumps(told))


def _ports() -> list[int]:
    found: list[int] = []
    while len(found) < 3:
        found.append(free_port(but_not=frozenset(found)))
    return found


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/v2/health/ready", timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(_STOP_S)
