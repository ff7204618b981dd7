"""A log with what the services would write to it: what the projector's tests read."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from runoff_contracts import subjects
from runoff_contracts.event import Event
from runoff_contracts.events.entry import EntryProcessed, EntryScored
from runoff_contracts.events.lifecycle import Contender, RunCompleted, RunDecided
from runoff_contracts.events.uploads import PredictionsUploaded, UploadsCompleted
from runoff_contracts.ids import new_run_id
from runoff_contracts.model_spec import UploadSpec
from runoff_contracts.pushed import Marked
from runoff_eventlog.log import EventLog
from tests.integration.query.facts import (
    JUDGE,
    LABELS,
    LINEAGE,
    NOW,
    completed,
    computed,
    created,
    dataset_events,
    digest,
    edited,
    given_watched,
    judged,
    model_events,
    paid,
    paused,
    processed,
    resumed,
    reviewed,
    scored,
    sealed,
    started,
    stored,
)


@dataclass
class Scribe:
    """Writes to the log what the services would."""

    log: EventLog
    seqs: dict[str, int] = field(default_factory=dict)

    async def tell(self, subject: str, *events: Event) -> int:
        """Append events to a subject, behind what this scribe told it before."""
        before = self.seqs.get(subject, 0)
        appended = await self.log.append(
            subject, events, append_id=f"{subject}:{before}", expected_seq=before
        )
        self.seqs[subject] = appended.seq
        return appended.seq

    async def run(self, run_id: str, *events: Event) -> int:
        return await self.tell(subjects.lifecycle(run_id), *events)

    async def processed(self, run_id: str, number: int, *entries: EntryProcessed) -> int:
        return await self._slice(subjects.processed(run_id, number), entries)

    async def scored(self, run_id: str, number: int, *entries: EntryScored) -> int:
        return await self._slice(subjects.scored(run_id, number), entries)

    async def compared(self, *run_ids: str, settled: bool = True) -> int:
        event = computed(*run_ids, settled=settled)
        return await self.tell(subjects.comparison(event.digest), event)

    async def registry(self) -> int:
        await self.tell(subjects.dataset("digits"), *dataset_events())
        return await self.tell(subjects.model("onnx/net-0"), *model_events())

    async def whole_run(self, n_entries: int = 10, *, size: int = 4, seed: int = 7) -> str:
        """A completed run of two contenders, paused once, reported, edited and compared."""
        run_id, chance = new_run_id(), random.Random(seed)
        params = {"lr": 0.001, "warm": True, "prompt": "Say what it is."}
        first = created(run_id, n_entries, judges=[JUDGE], params=params, lineage=LINEAGE)
        await self.run(run_id, first, started(run_id))
        for number, start in enumerate(range(0, n_entries, size)):
            labels = [
                (index, chance.choice(LABELS), chance.choice([*LABELS, None]))
                for index in range(start, min(start + size, n_entries))
            ]
            facts = [processed(run_id, *each) for each in labels]
            costs = [chance.random() for _ in facts]
            entries = [
                judged(paid(each, cost_usd=cost_usd), cost_usd=cost_usd)
                for each, cost_usd in zip(facts, costs, strict=True)
            ]
            await self.processed(run_id, number, *entries)
            await self.scored(run_id, number, *(scored(run_id, *each) for each in labels))
            if number == 0:
                await self.run(run_id, paused(run_id), resumed(run_id))
        await self.tell(
            subjects.scorecards(run_id),
            stored(run_id, {"accuracy": 0.5, "macro_f1": chance.random()}),
        )
        await self.run(run_id, completed(run_id, n_entries))
        changed = {"params": {"lr": 0.2, "warm": True}, "by": "a\x00 person"}
        renamed = edited(run_id, "nightly", commit="4f1c2aa")
        await self.run(run_id, renamed.model_copy(update=changed))
        await self.compared(run_id)
        return run_id

    async def reviews(self, run_id: str, index: int, *decisions: str, contender: int = 0) -> int:
        """One after the other, of the same answer."""
        events = [reviewed(run_id, index, each, contender=contender) for each in decisions]
        return await self.tell(subjects.entry(run_id, index), *events)

    async def reviewed_run(self, *, seed: int = 7) -> str:
        """A completed run of ten entries, three of which people looked at."""
        run_id = await self.whole_run(seed=seed)
        for index in range(3):
            await self.reviews(run_id, index, "approved", "rejected", *["cleared"] * (index % 2))
        return run_id

    async def live_run(self) -> str:
        """A run of two live contenders, the first of which was completed half way."""
        run_id = new_run_id()
        spec = UploadSpec(task="classification", live=True)
        live = [
            Contender(position=each, model=f"upload/{each}", digest=digest(each), spec=spec)
            for each in range(2)
        ]
        await self.run(run_id, created(run_id, 10, contenders=live), started(run_id))
        for contender, places in ((0, range(4)), (1, range(5, 9)), (0, range(4, 6))):
            event = PredictionsUploaded(
                run_id=run_id,
                contender=contender,
                file=digest(contender),
                rows=Marked.of([(place, 3) for place in places]),
                uploaded_at=NOW,
            )
            await self.tell(subjects.uploads(run_id), event)
        done = UploadsCompleted(run_id=run_id, contender=0, completed_at=NOW)
        await self.tell(subjects.uploads(run_id), done)
        return run_id

    async def decided_run(self) -> str:
        """A run under a plan that was to ask ten entries, and was decided after four of them."""
        run_id, plan = new_run_id(), sealed()
        await self.log.append(subjects.plan(plan.digest), [plan], append_id=run_id, expected_seq=0)
        launched = created(run_id, 10, plan=plan.digest)
        await self.run(run_id, launched, started(run_id))
        labels = [(index, "zero", "one") for index in range(4)]
        await self.processed(run_id, 0, *(processed(run_id, *each) for each in labels))
        await self.scored(run_id, 0, *(scored(run_id, *each) for each in labels))
        decided = RunDecided(run_id=run_id, watched=given_watched(run_id), decided_at=NOW)
        end = RunCompleted(run_id=run_id, n_entries=4, n_failed=0, n_planned=10, completed_at=NOW)
        await self.run(run_id, decided, end)
        return run_id

    async def _slice(
        self, subject: str, entries: tuple[EntryProcessed, ...] | tuple[EntryScored, ...]
    ) -> int:
        events = [(f"{subject}:{event.index}", event) for event in entries]
        appended = await self.log.append_slice(subject, events, slice_id=subject, headers={})
        return appended.seq
