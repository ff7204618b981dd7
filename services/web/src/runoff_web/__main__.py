"""`python -m runoff_web`: the pages."""

import sys

from runoff_web.app import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
