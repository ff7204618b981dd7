"""The scorers of each run, as its launch pinned them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from runoff_contracts import subjects
from runoff_contracts.events.lifecycle import RunCreated
from runoff_contracts.scorers import CustomParams, scorer_info
from runoff_eventlog.log import EventLog
from runoff_scoring.own.scorer import Functions, OwnScorer
from runoff_scoring.scorers import SCORERS, ReadyScorer

_KEPT_RUNS = 256


@dataclass(frozen=True)
class Scorers:
    """Of one run, in its order."""

    all: Sequence[ReadyScorer | OwnScorer]
    created: RunCreated | None = None
    """The run, where the log knows it."""

    @property
    def has_own(self) -> bool:
        """Whether a function of one's own is among them."""
        return any(isinstance(each, OwnScorer) for each in self.all)

    @property
    def ready(self) -> list[ReadyScorer]:
        """Those that need no process."""
        return [each for each in self.all if isinstance(each, ReadyScorer)]


class RunScorers:
    """Opens them once for each run."""

    def __init__(
        self, log: EventLog, functions: Functions, *, on_open: Callable[[RunCreated], None]
    ) -> None:
        """`on_open` is told of each run that has no function of one's own."""
        self._log, self._functions, self._on_open = log, functions, on_open
        self._kept: dict[str, Scorers] = {}
        self._opening = asyncio.Lock()

    async def of(self, run_id: str) -> Scorers:
        """The run's scorers; none for a run that the log does not know."""
        async with self._opening:
            if run_id not in self._kept:
                if len(self._kept) >= _KEPT_RUNS:
                    del self._kept[next(iter(self._kept))]
                self._kept[run_id] = await self._open(run_id)
            return self._kept[run_id]

    async def _open(self, run_id: str) -> Scorers:
        first = await self._log.read_first(subjects.lifecycle(run_id))
        for _, event in first.events() if first else []:
            if isinstance(event, RunCreated):
                scorers = await asyncio.to_thread(self._opened, event)
                if not scorers.has_own:
                    self._on_open(event)
                return scorers
        return Scorers([])

    def forget(self, run_id: str) -> None:
        """The run is over."""
        self._kept.pop(run_id, None)

    def _opened(self, created: RunCreated) -> Scorers:
        """Those that this release has; run-manager pins no others."""
        found: list[ReadyScorer | OwnScorer] = []
        for used in created.scorers:
            scorer, info = SCORERS.get((used.name, used.version)), scorer_info(used.name)
            if scorer is not None:
                found.append(scorer.with_params(used.params))
            elif info is not None and info.params is CustomParams:
                found.append(OwnScorer(used, self._functions))
        return Scorers(found, created)
