"""A run that goes on: how far it is, and what may be said of its models by now."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from runoff.cli.output import console, safe
from runoff.cli.progress import LINES_WITHOUT_TERMINAL, progress_of
from runoff_contracts.views import RunView

Show = Callable[[RunView], None]


@contextmanager
def shown(where: Console | None = None) -> Iterator[Show]:
    """Shows a run each time that it moved on: a bar and a sentence, or lines without a terminal."""
    where = where or console(stderr=True)
    if not where.is_terminal:
        with progress_of("Scored", where=where) as report:
            yield _Lines(where, report)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=where)
    task = bar.add_task("Scored", total=None)

    def show(view: RunView) -> None:
        bar.update(task, completed=view.n_scored, total=view.n_entries)
        live.update(Group(bar, _sentence(view)))

    with Live(bar, console=where, refresh_per_second=8) as live:
        yield show


class _Lines:
    """The sentence with each further quarter, and when another pair is decided."""

    def __init__(self, where: Console, report: Callable[[int, int], None]) -> None:
        self._where, self._report = where, report
        self._said = (0, 0)

    def __call__(self, view: RunView) -> None:
        self._report(view.n_scored, view.n_entries)
        if view.watched is None:
            return
        quarter = view.watched.n * LINES_WITHOUT_TERMINAL // view.watched.n_entries
        n_decided = sum(each.decided is not None for each in view.watched.pairs)
        if (quarter, n_decided) != self._said:
            self._said = (quarter, n_decided)
            self._where.print(_sentence(view), soft_wrap=True)


def _sentence(view: RunView) -> Text:
    if view.watched is None:
        return Text("")
    style = "bold" if view.watched.decided else "dim"
    return safe(view.watched.sentence, style=style)
