"""Scorecards and comparisons of completed runs: read from the log, kept, appended."""

import asyncio
from datetime import UTC, datetime

import structlog

from runoff_contracts import subjects
from runoff_contracts.comparison import canonical, digest_of
from runoff_contracts.events.comparison import ComparisonComputed
from runoff_contracts.events.entry import EntryScored
from runoff_contracts.events.lifecycle import RunCompleted, RunCreated, RunDeleted
from runoff_contracts.events.scorecard import ScorecardsStored
from runoff_eventlog.log import Appended, EventLog
from runoff_eventlog.message import Message
from runoff_objects.errors import ObjectDamaged, ObjectMissing
from runoff_objects.store import Objects
from runoff_scoring.compare import compare
from runoff_scoring.errors import NotComparable
from runoff_scoring.scorecards import Scorecards

logger = structlog.get_logger(__name__)


class Comparisons:
    """Computes what stands behind a completed run."""

    def __init__(self, log: EventLog, objects: Objects) -> None:
        self._log, self._objects = log, objects

    async def settle(self, run_id: str) -> None:
        """Store a completed run's scorecards, and compare its contenders where it has several."""
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
        """A completed run's scorecards: the stored ones, or made from its scored slices."""
        last = await self._log.last(subjects.scorecards(created.run_id))
        stored = _stored(last)
        if stored is not None:
            try:
                content = await self._objects.get(stored.scorecards)
                return await asyncio.to_thread(Scorecards.from_bytes, content)
            except (ObjectMissing, ObjectDamaged) as error:
                logger.warning("scorecards.rebuilt", run=created.run_id, reason=str(error))
        messages = await self._log.read(subjects.scored_of(created.run_id))
        cards = await asyncio.to_thread(_cards_of, created, messages)
        digest = await self._objects.put(await asyncio.to_thread(cards.to_bytes))
        if stored is None or stored.scorecards != digest:
            await self._append_scorecards(created, cards, digest, last.seq if last else 0)
        return cards

    async def _append_scorecards(
        self, created: RunCreated, cards: Scorecards, digest: str, expected_seq: int
    ) -> None:
        await self._log.append(
            subjects.scorecards(created.run_id),
            [
                ScorecardsStored(
                    run_id=created.run_id,
                    scorecards=digest,
                    n_entries=created.n_entries,
                    measures=sorted(cards.scores),
                    stored_at=datetime.now(UTC),
                )
            ],
            append_id=f"{created.run_id}:scorecards:{digest}",
            expected_seq=expected_seq,
            correlation_id=created.run_id,
        )

    async def _append_comparison(
        self, created: RunCreated, cards: Scorecards
    ) -> tuple[str, Appended]:
        document = await asyncio.to_thread(compare, created, cards)
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


def _cards_of(created: RunCreated, messages: list[Message]) -> Scorecards:
    return Scorecards.of(
        created,
        (
            event
            for message in messages
            for _, event in message.events()
            if isinstance(event, EntryScored)
        ),
    )
