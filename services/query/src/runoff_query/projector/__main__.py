"""`python -m runoff_query.projector`."""

import sys

from runoff_query.projector.app import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
