"""One line for a person who waits, and none for one who does not have to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from runoff.cli.output import console

SAY_AFTER_S = 2.0


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Says `what` while it lasts: a moving line on a terminal, elsewhere one once it takes long."""
    where = console(stderr=True)
    if where.is_terminal:
        with where.status(f"{what} …"):
            yield
        return
    timer = threading.Timer(SAY_AFTER_S, where.print, [f"{what} …"])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
