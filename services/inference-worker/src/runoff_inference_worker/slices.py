"""Answers a slice: all contenders of a run over its entries, each image decoded once."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from runoff_contracts.events.entry import Attempt, EntryProcessed, Judgement, Prediction
from runoff_contracts.events.lifecycle import JudgeUsed, RunCreated
from runoff_contracts.work import WorkItem
from runoff_inference_worker.attempts import Asker
from runoff_inference_worker.errors import AttemptFailed, Unavailable
from runoff_inference_worker.feed import Feed, Pending
from runoff_inference_worker.judging.slice import Judge, Judging, Verdict, judgement_of
from runoff_inference_worker.pictures import N_IN_HOP, Memory, Pictured, Pictures
from runoff_inference_worker.provider import Anchor, Ask, Picture, Piece
from runoff_inference_worker.views import View
from runoff_objects.entry_set import EntryRow

_HOPS_AHEAD = 2
"""Images of so many hops are decoded side by side: Pillow lets go of the interpreter meanwhile."""


class Sheet:
    """The predictions of one slice as they come in; it is whole when every entry is settled."""

    def __init__(self, item: WorkItem, rows: Sequence[EntryRow], n_contenders: int) -> None:
        self.item, self.rows, self.n_contenders = item, rows, n_contenders
        self._predictions: list[list[Prediction | None]] = [[None] * n_contenders for _ in rows]
        self._n_missing = [n_contenders] * len(rows)
        self._kept_bytes: dict[int, int] = {}
        self._memory: Memory | None = None
        self._settled = asyncio.Event()
        self._verdicts: dict[int, dict[str, tuple[JudgeUsed, list[Verdict]]]] = {}
        self._listeners: list[Callable[[int], None]] = []

    def put(self, position: int, place: int, prediction: Prediction) -> None:
        """Take what one contender made of one entry."""
        self._predictions[place][position] = prediction
        self._n_missing[place] -= 1
        if self._n_missing[place] == 0:
            self._let_go(place)
            self._settled.set()
            for listener in self._listeners:
                listener(place)

    def on_settled(self, listener: Callable[[int], None]) -> None:
        """Have something done when an entry's contenders have settled; at once where they have."""
        self._listeners.append(listener)
        for place, n_missing in enumerate(self._n_missing):
            if n_missing == 0:
                listener(place)

    def predictions(self, place: int) -> list[Prediction]:
        """What the contenders made of an entry so far, in order of position."""
        return [each for each in self._predictions[place] if each is not None]

    def judged(self, judge: JudgeUsed, place: int, verdicts: Sequence[Verdict]) -> None:
        """Take what a judge says of an entry."""
        of_entry = self._verdicts.setdefault(place, {})
        of_entry.setdefault(judge.scorer, (judge, []))[1].extend(verdicts)

    def is_open(self, position: int, place: int) -> bool:
        """Whether a contender has still to settle an entry."""
        return self._predictions[place][position] is None

    def keep(self, place: int, n_bytes: int, memory: Memory) -> None:
        """Count an entry's pictures until the entry is settled."""
        self._memory = memory
        self._kept_bytes[place] = n_bytes
        memory.take(n_bytes)

    async def settled(self, place: int) -> None:
        """Wait until an entry is settled."""
        while self._n_missing[place]:
            self._settled.clear()
            await self._settled.wait()

    def close(self) -> None:
        """Let go of all pictures, settled or not."""
        for place in list(self._kept_bytes):
            self._let_go(place)

    def facts(self, worker: str) -> list[tuple[str, EntryProcessed]]:
        """Event id and event of every settled entry, in order."""
        item, made = self.item, []
        for place, (row, n_missing) in enumerate(zip(self.rows, self._n_missing, strict=True)):
            if n_missing:
                continue
            index = item.start + place
            # The row was checked when it was read, the rest is made here.
            event = EntryProcessed.trusted(
                run_id=item.run_id,
                index=index,
                entry_id=row.id,
                target=row.target,
                section=row.section,
                split=row.split,
                metadata=row.metadata,
                predictions=self.predictions(place),
                judgements=self._judgements(place),
                worker=worker,
            )
            made.append((f"{item.run_id}:{index}:processed:1", event))
        return made

    def _judgements(self, place: int) -> list[Judgement] | None:
        """Of an entry, in an order that does not depend on which verdict came first."""
        found = self._verdicts.get(place)
        return [judgement_of(*each) for each in found.values()] if found else None

    def _let_go(self, place: int) -> None:
        n_bytes = self._kept_bytes.pop(place, 0)
        if n_bytes and self._memory is not None:
            self._memory.give(n_bytes)


class Rest:
    """The pause that a run wants between two entries on one worker, over all of its slices."""

    def __init__(self, sleep_s: float) -> None:
        self._sleep_s, self._over_s = sleep_s, 0.0
        self.one_slice = asyncio.Lock()
        """Held by the slice whose entries are asked: the older one first, not both by turns."""

    def begin(self) -> None:
        """An entry is settled."""
        self._over_s = time.monotonic() + self._sleep_s

    async def wait(self) -> None:
        """Wait until the next entry may be asked."""
        await asyncio.sleep(max(self._over_s - time.monotonic(), 0.0))


class Slice:
    """One slice on its way through the models of its run."""

    def __init__(
        self,
        sheet: Sheet,
        askers: Sequence[Asker],
        *,
        rank: int,
        rest: Rest | None,
        anchor: Anchor | None = None,
        judges: Sequence[Judge] = (),
        judged: Mapping[int, Sequence[Judgement]] | None = None,
    ) -> None:
        """Prepare to answer what is open in the sheet.

        Args:
            rank: Older slices have lower ones and get free slots first.
            rest: The run's, where it wants one between two entries.
            anchor: For a variation.
            judges: Those of the run.
            judged: By place, what judges said of answers that are taken over.
        """
        self._anchor, self._piece = anchor, Piece(sheet.item.slice)
        self._sheet, self._askers = sheet, askers
        self._rank, self._rest = rank, rest
        places = range(len(sheet.rows))
        self._open = [
            {place for place in places if sheet.is_open(asker.position, place)} for asker in askers
        ]
        self._feeds = [Feed(len(wanted)) for wanted in self._open]
        self._each = list(zip(askers, self._open, self._feeds, strict=True))
        self._lookers = [each for each in self._each if each[0].looks]
        self._judgings = [Judging(judge, sheet, judged or {}) for judge in judges]
        self._calls = [*self._feeds, *(judging.feed for judging in self._judgings)]

    async def answer(self, pictures: Pictures, memory: Memory) -> None:
        """Fill the sheet."""
        try:
            async with asyncio.TaskGroup() as group:
                for asker, feed in zip(self._askers, self._feeds, strict=True):
                    report = partial(self._sheet.put, asker.position)
                    group.create_task(asker.settle(feed, report, rank=self._rank))
                for judging in self._judgings:
                    self._sheet.on_settled(judging.begin)
                    group.create_task(judging.settle(self._rank))
                group.create_task(self._feed(pictures, memory))
        finally:
            self._sheet.close()

    @property
    def has_begun(self) -> bool:
        """Whether a model was asked."""
        return any(feed.began_s is not None for feed in self._calls)

    @property
    def elapsed_s(self) -> float:
        """Wall time since the first call; the wait for slots that older slices had is not in it."""
        began_s = [feed.began_s for feed in self._calls if feed.began_s is not None]
        return time.monotonic() - min(began_s) if began_s else 0.0

    async def _feed(self, pictures: Pictures, memory: Memory) -> None:
        places = sorted(set().union(*self._open))
        if self._rest is None:
            await self._read(places, pictures, memory)
            return
        async with self._rest.one_slice:
            for place in places:
                await self._rest.wait()
                await self._read([place], pictures, memory)
                self._flush()
                await self._sheet.settled(place)
                self._rest.begin()

    async def _read(self, places: list[int], pictures: Pictures, memory: Memory) -> None:
        rows = self._sheet.rows
        texts = [place for place in places if rows[place].file is None]
        bare = texts if len(self._lookers) == len(self._each) else places
        asks = {place: self._ask(place, None, None) for place in bare}
        for asker, wanted, feed in self._each:
            at_once = texts if asker.looks else places
            feed.put(Pending(place, asks[place]) for place in at_once if place in wanted)
        files = [place for place in places if rows[place].file is not None]
        if not files or not self._lookers:
            return
        # Taken from the end, so that what a hop did not get to goes back with one append each.
        files.reverse()
        async with asyncio.TaskGroup() as group:
            for _ in range(min(_HOPS_AHEAD, -(-len(files) // N_IN_HOP))):
                group.create_task(self._decode(files, pictures, memory))

    async def _decode(self, files: list[int], pictures: Pictures, memory: Memory) -> None:
        views = list(dict.fromkeys(asker.model.view for asker, _, _ in self._lookers))
        while files:
            await memory.room(self._flush)
            if not files:
                return
            places = [files.pop() for _ in range(min(N_IN_HOP, len(files)))]
            digests = [file for place in places if (file := self._sheet.rows[place].file)]
            made = await pictures.of(digests, views, rank=self._rank)
            files.extend(reversed(places[len(made) :]))
            self._hand_out(places[: len(made)], made, memory)

    def _hand_out(
        self, places: Sequence[int], made: Sequence[Pictured | AttemptFailed], memory: Memory
    ) -> None:
        asks: dict[View | None, dict[int, Ask]] = {
            asker.model.view: {} for asker, _, _ in self._lookers
        }
        readable: list[int] = []
        for place, each in zip(places, made, strict=True):
            if isinstance(each, AttemptFailed):
                self._refuse(place, each)
                continue
            readable.append(place)
            self._sheet.keep(place, each.n_bytes, memory)
            for view, picture in each.by_view.items():
                asks[view][place] = self._ask(place, picture, each.size)
        for asker, wanted, feed in self._lookers:
            of_view = asks[asker.model.view]
            feed.put(Pending(place, of_view[place]) for place in readable if place in wanted)

    def _refuse(self, place: int, error: AttemptFailed) -> None:
        for asker, wanted, feed in self._lookers:
            if place in wanted:
                asker.refuse(place, error, partial(self._sheet.put, asker.position))
                feed.settled(1, unseen=True)

    def _ask(self, place: int, picture: Picture | None, size: tuple[int, int] | None) -> Ask:
        row, index = self._sheet.rows[place], self._sheet.item.start + place
        origin = row.section, row.split, row.file
        known = row.id, row.text, row.metadata
        return Ask(*known, picture, *origin, size, self._anchor, self._piece, index)

    def _flush(self) -> None:
        for feed in self._feeds:
            feed.flush()


def unanswered(
    created: RunCreated, item: WorkItem, rows: Sequence[EntryRow], reason: str, worker: str
) -> list[tuple[str, EntryProcessed]]:
    """Facts of a slice that this worker cannot answer: every contender failed on every entry."""
    sheet = Sheet(item, rows, len(created.contenders))
    attempt = Attempt(
        started_at=datetime.now(UTC),
        duration_s=0.0,
        error=Unavailable(reason, retry=False).fact(),
    )
    for place in range(len(rows)):
        for position in range(len(created.contenders)):
            sheet.put(position, place, Prediction(contender=position, attempts=[attempt]))
    return sheet.facts(worker)
