"""`python -m runoff_scoring`."""

import sys

from runoff_runtime.process import run
from runoff_scoring.app import make_service
from runoff_scoring.settings import Settings


def main() -> int:
    """Serve until SIGTERM; the exit code."""
    return run(lambda: make_service(Settings()))


if __name__ == "__main__":
    sys.exit(main())
