"""Columns of the list of runs: what each is called, and what sorting by it asks of the API."""

from dataclasses import dataclass
from typing import Final

from runoff_web.params import Direction, RunsParams


@dataclass(frozen=True)
class Column:
    """One column."""

    name: str
    title: str
    order: str = ""
    """What the API orders by; nothing where its order would mean nothing."""
    first: Direction = "asc"
    """The direction that a first click gives."""
    is_number: bool = False


_ALL: Final = (
    Column("status", "Status", "status"),
    Column("name", "Run", "alias"),
    Column("kind", "Kind", "kind"),
    Column("models", "Models", "model"),
    Column("dataset", "Dataset", "dataset"),
    # By its letters, high would stand between low and nothing.
    Column("priority", "Priority"),
    Column("progress", "Progress", "n_entries", "desc"),
    Column("score", "Score", "metrics.accuracy", "desc", is_number=True),
    Column("took", "Took", "duration_s", "desc", is_number=True),
    Column("cost", "Cost", "metrics.cost_usd", "desc", is_number=True),
    Column("labels", "Labels"),
    Column("created", "Created", "created_at", "desc", is_number=True),
)


@dataclass(frozen=True)
class Head:
    """A column's head in one view of the list."""

    column: Column
    href: str
    """Sorts by it, or the other way round; nothing where it does not sort."""
    sorted: str
    """`ascending`, `descending`, or nothing: as `aria-sort` has it."""


def heads_of(params: RunsParams) -> list[Head]:
    """Every head; the table hides those that are not chosen."""
    return [_head(each, params) for each in _ALL]


def _head(column: Column, params: RunsParams) -> Head:
    order = params.sort or "created_at"
    if not column.order:
        return Head(column, "", "")
    is_sorted = column.order == order
    flipped: Direction = "asc" if params.dir == "desc" else "desc"
    following = flipped if is_sorted else column.first
    newest = column.order == "created_at" and following == "desc"
    href = params.query(sort="" if newest else column.order, dir=following, cursor="")
    word = "descending" if params.dir == "desc" else "ascending"
    return Head(column, href or "?", word if is_sorted else "")
