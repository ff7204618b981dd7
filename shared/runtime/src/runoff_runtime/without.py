"""Leaves out what libraries take along just because it is installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

OPTIONAL = ("aiohttp", "rich")
"""nats-py imports aiohttp for connections over websockets, structlog imports rich for coloured
tracebacks. No process of ours uses either, and together they are a fifth of its start."""


@contextmanager
def without(*names: str) -> Iterator[None]:
    """What is imported meanwhile does not find these libraries; whoever imports them later does.

    For libraries that do with less when an optional one is missing.
    """
    absent = [name for name in names if name not in sys.modules]
    # None in its place is how Python itself says that a module is not to be found.
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in absent:
            sys.modules.pop(name, None)
