"""`python -m runoff_inference_worker`."""

import sys

from runoff_inference_worker.app import make_service
from runoff_inference_worker.settings import WorkerSettings
from runoff_runtime.process import run


def main() -> int:
    """Serve until SIGTERM; the exit code."""
    return run(lambda: make_service(WorkerSettings()))


if __name__ == "__main__":
    sys.exit(main())
