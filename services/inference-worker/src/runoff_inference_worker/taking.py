"""Answers that a run takes over from a settled one, so that no model is asked for them again.

The old run may be cut otherwise than the new one: the headers of its slices say where each begins,
which is looked up once; its slices are then read as they are needed.
"""

import asyncio
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from runoff_contracts import subjects
from runoff_contracts.envelope import SLICE_START
from runoff_contracts.events.entry import (
    Attempt,
    EntryProcessed,
    Judgement,
    PairVerdict,
    PointsVerdict,
    Prediction,
)
from runoff_contracts.events.lifecycle import AnswersTaken
from runoff_eventlog.log import EventLog
from runoff_eventlog.message import Message
from runoff_inference_worker.errors import Unavailable
from runoff_inference_worker.slices import Sheet


@dataclass(frozen=True)
class Before:
    """What a settled run has on an entry."""

    predictions: list[Prediction]
    """Of all contenders."""
    judgements: list[Judgement] = field(default_factory=list)


Taken = Mapping[int, Before]
"""By place in the run's entry set."""

_KEPT_SLICES = 16

Settled = TypeVar("Settled", Prediction, PointsVerdict, PairVerdict)


class Taker:
    """Reads the answers of one settled run."""

    def __init__(self, log: EventLog, taken: AnswersTaken) -> None:
        self._log, self.taken = log, taken
        self._looking_up = asyncio.Lock()
        self._starts: list[int] | None = None
        self._subjects: list[str] = []
        self._kept: OrderedDict[str, Taken] = OrderedDict()

    async def answers(self, start: int, n: int) -> dict[int, Before]:
        """What the old run has on entries `start` to `start + n - 1`.

        Raises:
            LogUnavailable: When the log does not answer; asking again is safe.
        """
        async with self._looking_up:
            if self._starts is None:
                await self._look_up()
        starts = self._starts or []
        first = max(bisect_right(starts, start) - 1, 0)
        found: dict[int, Before] = {}
        for subject, begin in zip(self._subjects[first:], starts[first:], strict=True):
            if begin >= start + n:
                break
            slice_ = await self._slice(subject)
            found |= {place: slice_[place] for place in range(start, start + n) if place in slice_}
        return found

    async def _look_up(self) -> None:
        heads = await self._log.last_of_each(subjects.processed_of(self.taken.run_id))
        places = sorted(
            (int(head.headers[SLICE_START]), head.subject)
            for head in heads
            if head.headers.get(SLICE_START, "").isdecimal()
        )
        self._starts = [start for start, _ in places]
        self._subjects = [subject for _, subject in places]

    async def _slice(self, subject: str) -> Taken:
        kept = self._kept.get(subject)
        if kept is not None:
            self._kept.move_to_end(subject)
            return kept
        message = await self._log.last(subject)
        # A slice of hundreds takes longer than an event loop may stand still.
        made = await asyncio.to_thread(_marked, message, self.taken.run_id) if message else {}
        self._kept[subject] = made
        if len(self._kept) > _KEPT_SLICES:
            self._kept.popitem(last=False)
        return made


def take_over(sheet: Sheet, answers: Taken, taken: AnswersTaken) -> None:
    """Settle in a sheet what the old run answered; where nothing is to be asked, all of it.

    Args:
        answers: As `Taker.answers` gives them.
    """
    for place in range(len(sheet.rows)):
        before = answers.get(sheet.item.start + place)
        old = before.predictions if before else []
        for position in range(sheet.n_contenders):
            prediction = old[position] if position < len(old) else None
            if taken.what == "all":
                sheet.put(position, place, prediction or _missing(position))
            elif prediction is not None and prediction.is_answer:
                sheet.put(position, place, prediction)


def _missing(position: int) -> Prediction:
    error = Unavailable("the run it takes over has no answer", retry=False).fact()
    attempt = Attempt(started_at=datetime.now(UTC), duration_s=0.0, error=error)
    return Prediction(contender=position, attempts=[attempt])


def _marked(message: Message, run_id: str) -> Taken:
    """The predictions of a slice, each with the run that asked and the workers that did."""
    events = [event for _, event in message.events() if isinstance(event, EntryProcessed)]
    return {
        event.index: Before(
            [_taken(each, run_id, event.worker) for each in event.predictions],
            [_judged(each, run_id, event.worker) for each in event.judgements or ()],
        )
        for event in events
    }


def _taken(settled: Settled, run_id: str, worker: str) -> Settled:
    attempts = [
        each if each.worker else each.model_copy(update={"worker": worker})
        for each in settled.attempts
    ]
    return settled.model_copy(
        update={"taken_from": settled.taken_from or run_id, "attempts": attempts}
    )


def _judged(judgement: Judgement, run_id: str, worker: str) -> Judgement:
    return judgement.model_copy(
        update={
            "points": [_taken(each, run_id, worker) for each in judgement.points],
            "pairs": [_taken(each, run_id, worker) for each in judgement.pairs],
        }
    )
