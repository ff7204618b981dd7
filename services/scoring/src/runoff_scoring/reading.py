"""What the log says of a run that is compared: as it is now, or as it was at a sequence."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import structlog

from runoff_contracts import subjects
from runoff_contracts.event import Event
from runoff_contracts.events.entry import EntryScored
from runoff_contracts.events.lifecycle import (
    RunCanceled,
    RunCompleted,
    RunCreated,
    RunDecided,
    RunDeleted,
    RunEdited,
    RunFailed,
    RunPaused,
    RunResumed,
    RunStarted,
)
from runoff_contracts.events.review import EntryReviewed
from runoff_contracts.events.scorecard import ScorecardsStored
from runoff_contracts.params import Params
from runoff_contracts.provenance import params_now
from runoff_contracts.report import Report
from runoff_contracts.sequential import StoppedRun, WatchedRun
from runoff_contracts.task import Status
from runoff_eventlog.errors import ConflictingAppend
from runoff_eventlog.log import EventLog
from runoff_eventlog.message import Message
from runoff_objects.errors import BadArrays, ObjectDamaged, ObjectMissing
from runoff_objects.store import Objects
from runoff_scoring.comparing import refusals
from runoff_scoring.comparing.taken import RunTaken
from runoff_scoring.gathering import Gathered, Gathering
from runoff_scoring.record import Record
from runoff_scoring.report import Evidence, make_report, parts_of

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Life:
    """What a run's lifecycle says."""

    created: RunCreated
    """Of a run that was stopped: of the entries that were asked."""
    created_seq: int
    """Log sequence."""
    status: Status
    alias: str | None
    labels: dict[str, str]
    params: Params = field(default_factory=dict)
    started_at: datetime | None = None
    ended_at: datetime | None = None
    decided: WatchedRun | None = None
    stopped: StoppedRun | None = None

    def taken(self, record: Record, reviews: Sequence[EntryReviewed] = ()) -> RunTaken:
        """With its record, and what people said of its answers."""
        return RunTaken(
            created=self.created,
            status=self.status,
            alias=self.alias,
            labels=self.labels,
            started_at=self.started_at,
            ended_at=self.ended_at,
            record=record,
            stopped=self.stopped,
            params=self.params,
            reviews=reviews,
        )


def life_of(events: Sequence[tuple[int, Event]], run_id: str) -> Life:
    """Fold a run's lifecycle, each event with its log sequence.

    Raises:
        NotComparable: When it was never created, or is deleted.
    """
    first = next(((seq, each) for seq, each in events if isinstance(each, RunCreated)), None)
    if first is None:
        raise refusals.unknown_run(run_id)
    seq, created = first
    life = Life(
        created,
        seq,
        Status.PENDING,
        created.alias,
        dict(created.labels),
        params_now([each for _, each in events]),
        stopped=created.stopped,
    )
    for _, event in events:
        match event:
            case RunStarted():
                life = replace(life, status=Status.RUNNING, started_at=event.started_at)
            case RunPaused():
                life = replace(life, status=Status.PAUSED)
            case RunResumed():
                life = replace(life, status=Status.RUNNING)
            case RunEdited():
                life = replace(life, alias=event.alias, labels=dict(event.labels))
            case RunDecided():
                life = replace(life, decided=event.watched)
            case RunCompleted():
                life = replace(life, status=Status.COMPLETED, ended_at=event.completed_at)
                life = _stopped(life, event)
            case RunFailed():
                life = replace(life, status=Status.FAILED, ended_at=event.failed_at)
            case RunCanceled():
                life = replace(life, status=Status.CANCELED, ended_at=event.canceled_at)
            case RunDeleted():
                raise refusals.deleted_run(run_id)
    return life


def _stopped(life: Life, event: RunCompleted) -> Life:
    """A completed run as far as it was asked: its tail is no part of anything."""
    if event.n_planned is None or life.decided is None:
        return life
    return replace(
        life,
        created=life.created.model_copy(update={"n_entries": event.n_entries}),
        stopped=StoppedRun(
            run_id=event.run_id,
            n_entries=event.n_entries,
            n_planned=event.n_planned,
            watched=life.decided,
        ),
    )


class RunReader:
    """Reads runs, and keeps the records of those that are complete."""

    def __init__(self, log: EventLog, objects: Objects) -> None:
        self._log, self._objects = log, objects
        self.gathering = Gathering()
        """Filled by whoever scores slices."""

    async def life(self, run_id: str, as_of: int | None = None) -> Life:
        """A run's lifecycle, up to a sequence of the log.

        Raises:
            NotComparable: When there is no such run (yet), or no more.
        """
        messages = await self._log.read(subjects.lifecycle(run_id))
        return life_of(_events(messages, as_of), run_id)

    async def taken(self, life: Life, as_of: int | None = None) -> RunTaken:
        """A run with what is scored of it: a completed one has its record in the object store."""
        reviews = await self._reviews(life.created.run_id, as_of)
        if life.status is Status.COMPLETED:
            return life.taken(await self.record(life.created), reviews)
        gathered = await self._read(life.created, as_of)
        return life.taken(await asyncio.to_thread(gathered.record), reviews)

    async def record(self, created: RunCreated) -> Record:
        """A completed run's record: the stored one, or made from its slices.

        What stands behind it, the report, is made and stored with it.

        Raises:
            IncompleteRun: When the log lacks slices of the run.
        """
        last = await self._log.last(subjects.scorecards(created.run_id))
        stored = _stored(last)
        if stored is not None and stored.report and await self._objects.has(stored.report):
            try:
                content = await self._objects.get(stored.scorecards)
                return await asyncio.to_thread(Record.from_bytes, content)
            except (ObjectMissing, ObjectDamaged, BadArrays) as error:
                logger.warning("scorecards.rebuilt", run=created.run_id, reason=str(error))
        made = await asyncio.to_thread(self.gathering.take_whole, created.run_id)
        if made is None:
            gathered = await self._read(created)
            made = await asyncio.to_thread(gathered.whole)
        evidence, record = made
        report, content, packed = await asyncio.to_thread(_written, evidence, record)
        event = ScorecardsStored(
            run_id=created.run_id,
            scorecards=await self._objects.put(packed),
            n_entries=created.n_entries,
            measures=sorted(evidence.cards.scores),
            report=await self._objects.put(content),
            metrics=report.metrics,
            stored_at=datetime.now(UTC),
        )
        if stored is None or (stored.scorecards, stored.report) != (event.scorecards, event.report):
            try:
                await self._append_scorecards(event, last.seq if last else 0)
            except ConflictingAppend:
                # Somebody asked for a comparison while the run was being settled: theirs stands.
                return await self.record(created)
        return record

    async def _read(self, created: RunCreated, as_of: int | None = None) -> Gathered:
        """One pass over the run's slices in the log, a part of them in memory at a time."""
        gathered, n_entries = Gathered(created), created.n_entries

        # A run that was stopped has no later entries; a worker may have appended some all the same.
        def add_scored(part: list[Message]) -> None:
            for message in part:
                events = [event for _, event in message.events() if isinstance(event, EntryScored)]
                gathered.add_scored([each for each in events if each.index < n_entries])

        def add_processed(part: list[Message]) -> None:
            for message in part:
                parts = parts_of(message)
                gathered.add_processed([each for each in parts if each.index < n_entries])

        async for part in self._log.parts(subjects.scored_of(created.run_id)):
            await asyncio.to_thread(add_scored, _until(part, as_of))
        async for part in self._log.parts(subjects.processed_of(created.run_id)):
            await asyncio.to_thread(add_processed, _until(part, as_of))
        return gathered

    async def _reviews(self, run_id: str, as_of: int | None) -> list[EntryReviewed]:
        messages = await self._log.read(subjects.entries_of(run_id))
        if not messages:
            return []
        events = await asyncio.to_thread(_events, messages, as_of)
        return [event for _, event in events if isinstance(event, EntryReviewed)]

    async def _append_scorecards(self, event: ScorecardsStored, expected_seq: int) -> None:
        digests = f"{event.scorecards}:{event.report}"
        await self._log.append(
            subjects.scorecards(event.run_id),
            [event],
            append_id=f"{event.run_id}:scorecards:{digests}",
            expected_seq=expected_seq,
            correlation_id=event.run_id,
        )


def _events(messages: Sequence[Message], as_of: int | None) -> list[tuple[int, Event]]:
    return [
        (message.seq, event) for message in _until(messages, as_of) for _, event in message.events()
    ]


def _until(messages: Sequence[Message], as_of: int | None) -> list[Message]:
    return [each for each in messages if as_of is None or each.seq <= as_of]


def _stored(message: Message | None) -> ScorecardsStored | None:
    for _, event in message.events() if message else []:
        if isinstance(event, ScorecardsStored):
            return event
    return None


def _written(evidence: Evidence, record: Record) -> tuple[Report, bytes, bytes]:
    """The report, and the bytes of both objects."""
    report = make_report(evidence)
    return report, report.model_dump_json().encode(), record.to_bytes()
