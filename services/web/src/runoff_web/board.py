"""Runs under way as cards: where each is, and what was answered last."""

from dataclasses import dataclass
from typing import Final

from runoff.client import Client
from runoff.errors import ProblemError
from runoff_contracts.finding_views import RunGrid
from runoff_contracts.views import EntryView, RunView
from runoff_web.cells import Cell, cells_of
from runoff_web.pages.shared import entry_of

MAX_CARDS: Final = 12
UNDER_WAY: Final = ("pending", "running", "paused")


@dataclass(frozen=True)
class Card:
    """What one card shows."""

    run: RunView
    grid: RunGrid
    entry: EntryView | None
    """The processed one that stands last: work goes on in order."""
    cells: list[Cell]
    """What each contender gave for it."""


def cards_of(client: Client) -> list[Card]:
    """Runs under way, newest first, a dozen at most."""
    page = client.runs.list(status=UNDER_WAY, limit=MAX_CARDS)
    found = (card_of(client, each) for each in page.items)
    return [each for each in found if each is not None]


def card_of(client: Client, run: RunView) -> Card | None:
    """One run's card; None where it was deleted meanwhile."""
    try:
        grid = client.runs.grid(run.run_id)
    except ProblemError as error:
        if error.name == "unknown-run":
            return None
        raise
    entry = entry_of(client, run.run_id, grid.furthest) if grid.furthest else None
    return Card(run, grid, entry, cells_of(run.contenders, entry) if entry else [])
