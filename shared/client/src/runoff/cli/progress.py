"""Progress of long work: a bar on a terminal, a few plain lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from runoff.cli.output import console

Report = Callable[[int, int], None]
"""Called with how much is done, and how much there is."""

LINES_WITHOUT_TERMINAL = 4


@contextmanager
def progress_of(
    what: str, *, counted: bool = True, where: Console | None = None
) -> Iterator[Report]:
    """Shows how far `what` is, from one call of the function given to the next.

    Args:
        counted: Show numbers (of entries); a share where the numbers are bytes.
        where: Standard error when left out: standard output is for what was asked for.
    """
    where = where or console(stderr=True)
    if not where.is_terminal:
        yield _Lines(what, where, counted=counted)
        return
    number: ProgressColumn = MofNCompleteColumn() if counted else TaskProgressColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), number, TimeRemainingColumn())
    with Progress(*columns, console=where) as bar:
        task = bar.add_task(what, total=None)
        yield lambda n_done, n_all: bar.update(task, completed=n_done, total=n_all)


class _Lines:
    """A line each time that a further quarter is done; none for what is done at once."""

    def __init__(self, what: str, where: Console, *, counted: bool) -> None:
        self._what, self._where, self._counted = what, where, counted
        self._n_said = -1

    def __call__(self, n_done: int, n_all: int) -> None:
        at_once = self._n_said < 0 and n_done == n_all
        step = LINES_WITHOUT_TERMINAL if n_all == 0 else n_done * LINES_WITHOUT_TERMINAL // n_all
        if step <= self._n_said:
            return
        self._n_said = step
        if at_once:
            return
        share = f"{n_done} of {n_all}" if self._counted else f"{100 * n_done // max(n_all, 1)} %"
        self._where.print(f"{self._what}: {share}")
