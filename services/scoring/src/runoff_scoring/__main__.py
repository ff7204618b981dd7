"""`python -m runoff_scoring`."""

import sys

from runoff_runtime.service import run
from runoff_scoring.app import make_service
from runoff_scoring.settings import Settings

if __name__ == "__main__":
    sys.exit(run(lambda: make_service(Settings())))
