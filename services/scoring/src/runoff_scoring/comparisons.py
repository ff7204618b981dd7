"""Scorecards, reports and comparisons of completed runs: read from the log, kept, appended."""

import asyncio
from datetime import UTC, datetime

import structlog

from runoff_contracts import subjects
from runoff_contracts.comparison import ComparisonDocument, canonical, digest_of
from runoff_contracts.events.comparison import ComparisonComputed
from runoff_contracts.events.entry import EntryScored
from runoff_contracts.events.lifecycle import RunCompleted, RunCreated, RunDeleted
from runoff_contracts.events.scorecard import ScorecardsStored
from runoff_contracts.report import Report
from runoff_eventlog.log import Appended, EventLog
from runoff_eventlog.message import Message
from runoff_objects.errors import ObjectDamaged, ObjectMissing
from runoff_objects.store import Objects
from runoff_scoring.errors import NotComparable
from runoff_scoring.gathering import Gathered, Gathering
from runoff_scoring.report import Evidence, make_report, parts_of
from runoff_scoring.scorecards import Scorecards

logger = structlog.get_logger(__name__)


class Comparisons:
    """Computes what stands behind a completed run."""

    def __init__(self, log: EventLog, objects: Objects) -> None:
        self._log, self._objects = log, objects
        self.gathering = Gathering()
        """Filled by whoever scores slices."""

    async def settle(self, run_id: str) -> None:
        """Store a completed run's scorecards and report, and compare its contenders."""
        created = await self._completed(run_id)
        cards = await self.scorecards(created)
        if len(created.contenders) >= 2:
            await self._append_comparison(created, cards)

    async def compute(self, run_id: str) -> tuple[str, int]:
        """Digest and log sequence of the comparison of a run's contenders.

        Raises:
            NotComparable: When the run is unknown, not completed, or has one contender.
        """
        created = await self._completed(run_id)
        digest, appended = await self._append_comparison(created, await self.scorecards(created))
        return digest, appended.seq

    async def scorecards(self, created: RunCreated) -> Scorecards:
        """A completed run's scorecards: the stored ones, or made from its slices.

        What stands behind them, the report, is made and stored with them.
        """
        last = await self._log.last(subjects.scorecards(created.run_id))
        stored = _stored(last)
        if stored is not None and stored.report and await self._objects.has(stored.report):
            try:
                content = await self._objects.get(stored.scorecards)
                return await asyncio.to_thread(Scorecards.from_bytes, content)
            except (ObjectMissing, ObjectDamaged) as error:
                logger.warning("scorecards.rebuilt", run=created.run_id, reason=str(error))
        evidence = await asyncio.to_thread(self.gathering.evidence, created.run_id)
        if evidence is None:
            evidence = await self._read(created)
        report, content = await asyncio.to_thread(_report_of, evidence)
        event = ScorecardsStored(
            run_id=created.run_id,
            scorecards=await self._objects.put(await asyncio.to_thread(evidence.cards.to_bytes)),
            n_entries=created.n_entries,
            measures=sorted(evidence.cards.scores),
            report=await self._objects.put(content),
            metrics=report.metrics,
            stored_at=datetime.now(UTC),
        )
        if stored is None or (stored.scorecards, stored.report) != (event.scorecards, event.report):
            await self._append_scorecards(event, last.seq if last else 0)
        return evidence.cards

    async def _read(self, created: RunCreated) -> Evidence:
        """One pass over the run's slices in the log, a part of them in memory at a time."""
        gathered = Gathered(created)

        def add_scored(part: list[Message]) -> None:
            for message in part:
                events = [event for _, event in message.events() if isinstance(event, EntryScored)]
                gathered.add_scored(events)

        def add_processed(part: list[Message]) -> None:
            for message in part:
                gathered.add_processed(parts_of(message))

        async for part in self._log.parts(subjects.scored_of(created.run_id)):
            await asyncio.to_thread(add_scored, part)
        async for part in self._log.parts(subjects.processed_of(created.run_id)):
            await asyncio.to_thread(add_processed, part)
        return await asyncio.to_thread(gathered.evidence)

    async def _append_scorecards(self, event: ScorecardsStored, expected_seq: int) -> None:
        digests = f"{event.scorecards}:{event.report}"
        await self._log.append(
            subjects.scorecards(event.run_id),
            [event],
            append_id=f"{event.run_id}:scorecards:{digests}",
            expected_seq=expected_seq,
            correlation_id=event.run_id,
        )

    async def _append_comparison(
        self, created: RunCreated, cards: Scorecards
    ) -> tuple[str, Appended]:
        document = await asyncio.to_thread(_compared, created, cards)
        digest = digest_of(canonical(document))
        appended = await self._log.append(
            subjects.comparison(digest),
            [
                ComparisonComputed(
                    digest=digest,
                    run_ids=[created.run_id],
                    document=document,
                    computed_at=datetime.now(UTC),
                )
            ],
            append_id=digest,
            expected_seq=0,
            correlation_id=created.run_id,
        )
        return digest, appended

    async def _completed(self, run_id: str) -> RunCreated:
        messages = await self._log.read(subjects.lifecycle(run_id))
        events = [event for message in messages for _, event in message.events()]
        created = next((each for each in events if isinstance(each, RunCreated)), None)
        if created is None or any(isinstance(each, RunDeleted) for each in events):
            raise NotComparable("unknown-run", f"There is no run {run_id}", status=404)
        if not any(isinstance(each, RunCompleted) for each in events):
            raise NotComparable(
                "run-not-completed",
                f"Run {run_id} has not completed",
                detail="a comparison needs every entry's scores; wait for the run to complete",
            )
        return created


def _stored(message: Message | None) -> ScorecardsStored | None:
    for _, event in message.events() if message else []:
        if isinstance(event, ScorecardsStored):
            return event
    return None


def _compared(created: RunCreated, cards: Scorecards) -> ComparisonDocument:
    # scipy is a third of the start of this process, and waits for the first comparison.
    from runoff_scoring.compare import compare

    return compare(created, cards)


def _report_of(evidence: Evidence) -> tuple[Report, bytes]:
    report = make_report(evidence)
    return report, report.model_dump_json().encode()
