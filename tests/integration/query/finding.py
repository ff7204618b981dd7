"""Runs as the projector writes them, without a log, for tests of finding them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from runoff_contracts.event import Event
from runoff_contracts.events.lifecycle import Contender, DatasetUsed, RunDeleted, RunEdited
from runoff_contracts.events.scorecard import ScorecardsStored
from runoff_contracts.ids import new_run_id
from runoff_contracts.params import ParamValue
from runoff_contracts.report import Metric
from runoff_query.api.finding.page import find_runs
from runoff_query.api.finding.parse import parse_filter, parse_order
from runoff_query.database import Pool
from runoff_query.projections.finding import FINDING
from runoff_query.projections.runs import RUNS
from runoff_query.recorded import Recorded
from tests.integration.query import facts


@dataclass
class Runs:
    """What was written, by the names that a test gives."""

    pool: Pool
    ids: dict[str, str] = field(default_factory=dict)
    seq: int = 0

    async def tell(self, *events: Event) -> None:
        recorded = []
        for event in events:
            self.seq += 1
            recorded.append(Recorded(self.seq, event))
        async with self.pool.acquire() as connection, connection.transaction():
            await RUNS.project(connection, recorded)
            await FINDING.project(connection, recorded)

    async def add(
        self,
        name: str,
        *,
        metrics: Mapping[str, float | Sequence[float | None]] | None = None,
        models: Sequence[str] = ("onnx/net",),
        alias: str | None = None,
        labels: Mapping[str, str] | None = None,
        params: Mapping[str, ParamValue] | None = None,
        dataset: str = "digits",
        n_entries: int = 10,
        duration_s: float | None = None,
        priority: str = "normal",
    ) -> str:
        """A run; a metric is one number for all contenders, or one for each."""
        run_id = self.ids[name] = new_run_id()
        contenders = [
            Contender(
                position=place,
                model=model.partition("@")[0],
                number=int(model.partition("@")[2]) if "@" in model else None,
                digest=facts.digest(place),
            )
            for place, model in enumerate(models)
        ]
        events: list[Event] = [
            facts.created(
                run_id,
                n_entries,
                contenders=contenders,
                alias=alias or name,
                labels=dict(labels or {}),
                params=dict(params or {}),
                dataset=DatasetUsed(dataset=dataset, number=1, digest=facts.digest(1)),
                priority=priority,
            )
        ]
        if duration_s is not None:
            done = facts.completed(run_id, n_entries)
            done_at = facts.NOW + timedelta(seconds=duration_s)
            events += [facts.started(run_id), done.model_copy(update={"completed_at": done_at})]
        if metrics:
            events.append(reported(run_id, metrics, n_contenders=len(models)))
        await self.tell(*events)
        return run_id

    async def edit(self, name: str, alias: str | None = None, **more: object) -> None:
        fields = {"run_id": self.ids[name], "alias": alias, "edited_at": facts.NOW, **more}
        await self.tell(RunEdited.model_validate(fields))

    async def delete(self, name: str) -> None:
        await self.tell(RunDeleted(run_id=self.ids[name], deleted_at=facts.NOW))

    async def found(self, filter: str = "", order: str = "", *, limit: int = 100) -> list[str]:
        """Names of the runs that fit, in order, asked for part by part."""
        names: list[str] = []
        cursor: str | None = None
        while True:
            part, cursor = await self.part(filter, order, cursor, limit=limit)
            names += part
            if cursor is None:
                return names

    async def part(
        self, filter: str, order: str, cursor: str | None, *, limit: int
    ) -> tuple[list[str], str | None]:
        """One part of what fits, and the cursor behind it."""
        found = await find_runs(self.pool, parse_filter(filter), parse_order(order), cursor, limit)
        names = {run_id: name for name, run_id in self.ids.items()}
        return [names[str(row["run_id"])] for row in found.rows], found.next_cursor


def reported(
    run_id: str, metrics: Mapping[str, float | Sequence[float | None]], *, n_contenders: int
) -> ScorecardsStored:
    """The report that gave these metrics."""
    stored = facts.stored(run_id, {})
    values = [
        Metric(contender=place, name=name, value=each, n=4, higher_is_better=True)
        for name, value in metrics.items()
        for place, each in enumerate(
            [value] * n_contenders if isinstance(value, int | float) else value
        )
    ]
    return stored.model_copy(update={"metrics": values})


async def a_few(runs: Runs) -> None:
    """Four runs that differ in everything that a term can speak of."""
    await runs.add(
        "a",
        metrics={"accuracy": 0.9, "map@50": 0.5},
        labels={"team": "vision", "odd key": "it's"},
        params={"lr": 0.001, "warm": True, "optimizer": "Adam", "prompt": "x" * 300 + "a"},
        duration_s=60,
        alias="nightly",
    )
    await runs.add(
        "b",
        metrics={"accuracy": [0.7, 0.95]},
        models=("onnx/net", "onnx/large@2"),
        labels={"team": "speech"},
        params={"lr": "auto", "warm": False, "prompt": "x" * 300 + "b"},
        dataset="letters",
        n_entries=500,
        duration_s=3600,
    )
    await runs.add(
        "c",
        metrics={"accuracy": [0.2, None]},
        models=("onnx/large@3", "upload/old"),
        labels={"team": "100%_sure"},
        params={"lr": 1, "optimizer": "adamw"},
        priority="high",
    )
    await runs.add("d", models=("upload/old",), params={"lr": "1e-2"})
