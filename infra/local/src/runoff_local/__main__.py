"""`python -m runoff_local`: the local stack in the foreground."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from runoff_local.errors import AlreadyRunning, LocalStackError
from runoff_local.info import StackInfo
from runoff_local.services import RUNOFF
from runoff_local.settings import StackOptions
from runoff_local.stack import run

_ALREADY_RUNNING = 4
_EXIT_CODES = """\
exit codes:
  0  stopped cleanly
  1  could not start; the reason is on standard error
  2  wrong usage
  3  the log guard refuses this log: it is gone, behind or another one; see --accept-log
  4  a stack is already running on this folder
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the stack until it is asked to stop; returns the exit code."""
    chosen = _parser().parse_args(arguments)
    steps = sys.stderr if chosen.json else sys.stdout

    def say(line: str) -> None:
        steps.write(f"{line}\n")
        steps.flush()

    def ready(info: StackInfo) -> None:
        if chosen.json:
            sys.stdout.write(_json_line(info))
            sys.stdout.flush()
        say(f"ready on {info.web_url or info.api_url}, data in {info.folder}; Ctrl-C stops")

    options = StackOptions(
        folder=chosen.folder,
        port=chosen.port,
        workers=chosen.workers,
        with_parent=chosen.with_parent,
        accept_log=chosen.accept_log,
        services=RUNOFF.without_web() if chosen.no_pages else RUNOFF,
    )
    try:
        return run(options, on_ready=ready, on_step=say)
    except LocalStackError as error:
        sys.stderr.write(f"{error}\n")
        return _ALREADY_RUNNING if isinstance(error, AlreadyRunning) else 1


def _json_line(info: StackInfo) -> str:
    """Without passwords: those are in the file that it names."""
    line = {
        "ready": info.ready,
        "pid": info.pid,
        "api_url": info.api_url,
        "web_url": info.web_url,
        "folder": str(info.folder),
        "stack_file": str(info.folder / "stack.json"),
    }
    return json.dumps(line) + "\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m runoff_local",
        description="Start NATS, PostgreSQL and every service of Runoff on this machine.",
        epilog=_EXIT_CODES,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--folder", type=Path, default=Path(".runoff"), help="where all data lie (.runoff)")
    add("--port", type=int, help="of the HTTP API (8700, or a free one when that is taken)")
    add("--workers", type=_at_least_one, default=1, help="how many inference workers (1)")
    add("--with-parent", action="store_true", help="stop when standard input closes")
    add("--accept-log", action="store_true", help="go on with a log other than the one known")
    add("--no-pages", action="store_true", help="without the service of the pages")
    add("--json", action="store_true", help="one JSON line when ready; steps to standard error")
    return parser


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
