"""`python -m runoff_query`: the HTTP API."""

import sys

from runoff_query.api.app import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
