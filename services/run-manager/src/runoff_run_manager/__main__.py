"""`python -m runoff_run_manager`."""

import sys

from runoff_run_manager.app import make_service
from runoff_run_manager.settings import Settings
from runoff_runtime.process import run


def main() -> int:
    """Serve until SIGTERM; the exit code."""
    return run(lambda: make_service(Settings()))


if __name__ == "__main__":
    sys.exit(main())
