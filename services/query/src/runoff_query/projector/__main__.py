"""`python -m runoff_query.projector`."""

import sys

from runoff_query.projector.app import main

if __name__ == "__main__":
    sys.exit(main())
