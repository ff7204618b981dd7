"""Runs whose slices were processed, as run-manager and a worker would have written them."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runoff_contracts import envelope, subjects
from runoff_contracts.commands import ComputeComparison, Reply
from runoff_contracts.comparison import ComparisonDocument
from runoff_contracts.comparison_asked import ComparisonAsked
from runoff_contracts.event import Event
from runoff_contracts.events.comparison import ComparisonComputed
from runoff_contracts.events.entry import Attempt, EntryProcessed, EntryScored, Prediction
from runoff_contracts.events.lifecycle import (
    Contender,
    DatasetUsed,
    RunCompleted,
    RunCreated,
    RunDeleted,
    ScorerUsed,
)
from runoff_contracts.events.scorecard import ScorecardsStored
from runoff_contracts.ids import new_run_id
from runoff_contracts.run_config import RunConfig
from runoff_eventlog.log import EventLog
from runoff_eventlog.message import Message
from runoff_objects.store import Objects
from runoff_runtime.commands import ask
from runoff_testkit.waiting import eventually
from tests.integration.run_manager.processes import ServiceProcess

SLICE = 4
Right = tuple[Any, dict[str, Any], dict[str, Any]]
"""Target, right answer and wrong answer, each as JSON."""
_X: Right = ("x", {"label": "x"}, {"label": "y"})
_LONG_S = 60.0


def digest(number: int) -> str:
    return f"sha256:{number:064x}"


@dataclass
class Runs:
    """The log that scoring follows."""

    log: EventLog
    objects: Objects
    folder: Path
    """Of the objects."""
    service: ServiceProcess

    async def create(self, n_entries: int, *, n_contenders: int = 2, **fields: Any) -> str:
        """A run that was launched; answers its id."""
        run_id = new_run_id()
        created = {
            "run_id": run_id,
            "command_id": run_id,
            "task": "classification",
            "dataset": DatasetUsed(dataset="digits", number=1, digest=digest(1)),
            "entries": digest(2),
            "n_entries": n_entries,
            "contenders": [
                Contender(position=each, model=f"onnx/{each}", digest=digest(10 + each))
                for each in range(n_contenders)
            ],
            "scorers": [ScorerUsed(name="accuracy", version=1)],
            "config": RunConfig(),
            "priority": "normal",
            "created_at": datetime.now(UTC),
        }
        await self.live(run_id, RunCreated.model_validate(created | fields))
        return run_id

    async def process(
        self, run_id: str, number: int, *, n_contenders: int = 2, right: Right | None = None
    ) -> None:
        """Append a slice: the first contender is right, the others on even entries.

        Args:
            right: Target, right answer and wrong answer; those of a classification by default.
        """
        events = [
            (f"{run_id}:{index}:processed:1", _processed(run_id, index, n_contenders, right or _X))
            for index in range(SLICE * number, SLICE * (number + 1))
        ]
        await self.log.append_slice(
            subjects.processed(run_id, number),
            events,
            slice_id=f"{run_id}/{number}",
            headers={envelope.N_ENTRIES: str(SLICE)},
        )

    async def process_many(self, run_id: str, n_entries: int, *, n_keys: int) -> None:
        """Append a slice with metadata of so many keys, by each of which a report has groups."""
        events = [
            (
                f"{run_id}:{index}:processed:1",
                _processed(run_id, index, 2, _X).model_copy(
                    update={"metadata": {f"k{key}": index % 50 for key in range(n_keys)}}
                ),
            )
            for index in range(n_entries)
        ]
        await self.log.append_slice(
            subjects.processed(run_id, 0),
            events,
            slice_id=f"{run_id}/0",
            headers={envelope.N_ENTRIES: str(n_entries)},
        )

    async def complete(self, run_id: str, n_entries: int) -> None:
        """Say that the run is over, as run-manager does when everything is scored."""
        await self.live(
            run_id,
            RunCompleted(
                run_id=run_id, n_entries=n_entries, n_failed=0, completed_at=datetime.now(UTC)
            ),
        )

    async def delete(self, run_id: str) -> None:
        """Take it out of every view."""
        await self.live(run_id, RunDeleted(run_id=run_id, deleted_at=datetime.now(UTC)))

    async def live(self, run_id: str, event: Event) -> None:
        """Append to a run's lifecycle."""
        last = await self.log.last(subjects.lifecycle(run_id))
        await self.log.append(
            subjects.lifecycle(run_id),
            [event],
            append_id=uuid.uuid4().hex,
            expected_seq=last.seq if last else 0,
        )

    async def completed(self, n_slices: int, *, n_contenders: int = 2) -> str:
        """A run that is over, with its scores in the log."""
        n_entries = SLICE * n_slices
        run_id = await self.create(n_entries, n_contenders=n_contenders)
        for number in range(n_slices):
            await self.process(run_id, number, n_contenders=n_contenders)
        await self.until_scored(run_id, n_slices)
        await self.complete(run_id, n_entries)
        return run_id

    async def scored(self, run_id: str) -> list[Message]:
        """Slices that scoring has answered with."""
        return await self.log.read(subjects.scored_of(run_id))

    async def until_scored(self, run_id: str, n_slices: int) -> None:
        """Wait until so many slices are scored; keep the service up meanwhile."""

        async def there() -> bool:
            self.service.revive()
            return len(await self.scored(run_id)) >= n_slices

        await eventually(there, deadline_s=_LONG_S, what=f"{n_slices} scored slices of {run_id}")

    async def scores(self, run_id: str) -> list[EntryScored]:
        """Every scored entry, in entry order."""
        found = [
            event
            for message in await self.scored(run_id)
            for _, event in message.events()
            if isinstance(event, EntryScored)
        ]
        return sorted(found, key=lambda event: event.index)

    async def scorecards(self, run_id: str) -> list[ScorecardsStored]:
        """What was said of a run's scorecards."""
        messages = await self.log.read(subjects.scorecards(run_id))
        events = [event for message in messages for _, event in message.events()]
        return [event for event in events if isinstance(event, ScorecardsStored)]

    async def comparisons(self, run_id: str) -> list[ComparisonComputed]:
        """What was computed of a run."""
        messages = await self.log.read("runoff.comparison.*")
        events = [event for message in messages for _, event in message.events()]
        return [
            event
            for event in events
            if isinstance(event, ComparisonComputed) and run_id in event.run_ids
        ]

    async def until_compared(self, run_id: str) -> ComparisonComputed:
        """Wait for the comparison of a run."""
        found = await eventually(
            lambda: self.comparisons(run_id), deadline_s=_LONG_S, what=f"comparison of {run_id}"
        )
        return found[0]

    async def compare(self, *run_ids: str, n_contenders: int = 2, **options: Any) -> Reply:
        """Order a comparison of all contenders of these runs."""
        contenders = [
            {"run_id": run_id, "position": each}
            for run_id in run_ids
            for each in range(n_contenders)
        ]
        command = ComputeComparison(
            command_id=uuid.uuid4().hex,
            sent_at=datetime.now(UTC),
            asked=ComparisonAsked.model_validate({"contenders": contenders, **options}),
        )
        return await ask(self.log.nc, command, timeout_s=30)

    async def document(self, digest: str) -> ComparisonDocument:
        """A comparison as it is stored."""
        return ComparisonDocument.model_validate_json(await self.objects.get(digest))

    async def restart(self) -> None:
        """Kill scoring and start it again."""
        self.service.kill9()
        await asyncio.to_thread(self.service.start)


def _processed(run_id: str, index: int, n_contenders: int, made: Right) -> EntryProcessed:
    target, right, wrong = made
    answers = [right if place == 0 or index % 2 == 0 else wrong for place in range(n_contenders)]
    attempt = Attempt(started_at=datetime.now(UTC), duration_s=0.01)
    return EntryProcessed(
        run_id=run_id,
        index=index,
        entry_id=f"e{index}",
        target=target,
        section="even" if index % 2 == 0 else "odd",
        metadata={"width": 300, "height": 400},
        predictions=[
            Prediction.model_validate(
                {"contender": place, "confidence": 0.5, "attempts": [attempt], **answer}
            )
            for place, answer in enumerate(answers)
        ],
        worker="hand",
    )
