"""A run's entries as small squares in order: where it is, and where it fails."""

from itertools import groupby
from typing import Final

from markupsafe import Markup

from runoff_contracts.finding_views import RunGrid
from runoff_web.format import count

_COLUMNS: Final = 50
_STEP: Final = 8
_SIDE: Final = 7
_STATES: Final = {"+": "answered", "x": "failed", "-": "part", ".": "pending"}


def cells_map(grid: RunGrid) -> Markup:
    """One path a state: neighbours in a row are one dashed stroke, so that 400 cells are small.

    Its words are the picture's name: how many entries a cell stands for, and where any failed.
    """
    strokes: dict[str, list[str]] = {}
    for row in range(-(-len(grid.cells) // _COLUMNS)):
        cells = grid.cells[row * _COLUMNS : (row + 1) * _COLUMNS]
        y, place = row * _STEP + _SIDE / 2, 0
        for state, same in groupby(cells):
            n = len(list(same))
            width = n * _STEP - 1
            strokes.setdefault(state, []).append(f"M{place * _STEP} {y}h{width}")
            place += n
    paths = Markup("").join(
        Markup('<path class="{}" d="{}"/>').format(name, "".join(strokes[state]))
        for state, name in _STATES.items()
        if state in strokes
    )
    rows = -(-len(grid.cells) // _COLUMNS)
    return Markup(
        '<svg class="cells" viewBox="0 0 {w} {h}" role="img" aria-label="{words}">{paths}</svg>'
    ).format(w=_COLUMNS * _STEP - 1, h=max(rows * _STEP - 1, 0), words=words_of(grid), paths=paths)


def words_of(grid: RunGrid) -> str:
    """What the squares say, in words."""
    cell = "one entry" if grid.per_cell == 1 else f"{count(grid.per_cell)} entries"
    done, failed = grid.cells.count("+"), grid.cells.count("x")
    told = f"{done} of {len(grid.cells)} cells done, a cell is {cell}"
    return f"{told}, {failed} with failed entries" if failed else told
