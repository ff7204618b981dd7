"""Runs a stack whose services are dummies, in a process that a test can signal and kill.

Usage: run_stack.py OPTIONS-AS-JSON, see `options_from`. Prints a line when ready; steps go to
standard error.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from runoff_local.errors import LocalStackError
from runoff_local.info import StackInfo
from runoff_local.restarts import RestartPolicy
from runoff_local.services import Service, ServiceTable
from runoff_local.settings import StackOptions
from runoff_local.stack import run

DUMMY = str(Path(__file__).with_name("dummy_service.py"))


def options_from(text: str) -> StackOptions:
    chosen = json.loads(text)
    flags = chosen.pop("flags", {})
    bootstrap = chosen.pop("bootstrap", None)
    names = chosen.pop("services", ["run-manager", "inference-worker", "query"])
    services = tuple(
        Service(
            name=name,
            command=(DUMMY, name, *flags.get(name, [])),
            needs_postgres=name == "query",
            is_worker=name == "inference-worker",
            is_api=name == "query",
        )
        for name in names
    )
    return StackOptions(
        folder=Path(chosen.pop("folder")),
        services=ServiceTable(bootstrap=bootstrap, services=services),
        restarts=RestartPolicy(first_delay_s=0.05, max_delay_s=0.4),
        **chosen,
    )


def tell(info: StackInfo) -> None:
    sys.stdout.write(json.dumps({"pid": info.pid, "api_url": info.api_url}) + "\n")
    sys.stdout.flush()


def step(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    try:
        sys.exit(run(options_from(sys.argv[1]), on_ready=tell, on_step=step))
    except LocalStackError as error:
        sys.exit(f"{type(error).__name__}: {error}")
