"""A run's entries as a few hundred cells, kept between reads: complete ones are not read again."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from runoff_contracts.finding_views import RunGrid
from runoff_contracts.views import RunView
from runoff_query.api.progress import Version
from runoff_query.database import Pool
from runoff_query.statements import statement

MAX_CELLS: Final = 400
_MAX_RUNS: Final = 200
_PENDING, _PART, _WHOLE, _FAILED = ".", "-", "+", "x"


@dataclass
class Cells:
    """What is known of one run's cells."""

    n_entries: int
    per_cell: int
    processed: list[int] = field(default_factory=list)
    """Entries by cell; so is `failed`."""
    failed: list[int] = field(default_factory=list)
    last: int = -1
    """The greatest index that is processed."""

    @classmethod
    def of(cls, n_entries: int) -> "Cells":
        """A run of which nothing is processed."""
        per_cell = max(-(-n_entries // MAX_CELLS), 1)
        n_cells = -(-n_entries // per_cell)
        return cls(n_entries, per_cell, [0] * n_cells, [0] * n_cells)

    def size(self, cell: int) -> int:
        """Entries that a cell stands for."""
        return min(self.per_cell, self.n_entries - cell * self.per_cell)

    @property
    def first_open(self) -> int:
        """The first cell in which an entry is missing; behind the last where none is."""
        missing = (n for n, found in enumerate(self.processed) if found < self.size(n))
        return next(missing, len(self.processed))

    def told(self) -> str:
        """A character a cell, as `RunGrid` has them."""
        return "".join(map(self._state, range(len(self.processed))))

    def _state(self, cell: int) -> str:
        if self.failed[cell]:
            return _FAILED
        if self.processed[cell] >= self.size(cell):
            return _WHOLE
        return _PART if self.processed[cell] else _PENDING


class RunGrids:
    """Cells of the runs that were looked at last.

    An entry that is processed stays so. Work goes on in order, so that a further look reads from
    the first cell on in which one was missing, and not the whole of a run of a million entries.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._known: OrderedDict[tuple[str, int, str], Cells] = OrderedDict()

    async def show(self, run: RunView, version: Version) -> RunGrid:
        """A run at a glance, as the read models have it now."""
        # Another log or a rebuild are other tables.
        key = (version.log_id, version.generation, run.run_id)
        cells = self._known.pop(key, None)
        if cells is None or cells.n_entries != run.n_entries:
            cells = Cells.of(run.n_entries)
        await self._look(run.run_id, cells)
        self._known[key] = cells
        if len(self._known) > _MAX_RUNS:
            self._known.popitem(last=False)
        furthest = None
        if cells.last >= 0:
            named = statement("read/entry_id_at")
            furthest = await self._pool.fetchval(named, run.run_id, cells.last)
        return RunGrid(
            run_id=run.run_id,
            n_entries=cells.n_entries,
            per_cell=cells.per_cell,
            cells=cells.told(),
            furthest=furthest,
        )

    async def _look(self, run_id: str, cells: Cells) -> None:
        start = cells.first_open * cells.per_cell
        if start >= cells.n_entries:
            return
        rows = await self._pool.fetch(statement("read/run_cells"), run_id, cells.per_cell, start)
        for row in rows:
            # A run that is decided early has fewer entries than were asked for.
            if row["cell"] < len(cells.processed):
                cells.processed[row["cell"]] = row["n_processed"]
                cells.failed[row["cell"]] = row["n_failed"]
                cells.last = max(cells.last, row["last"])
