"""A live contender: its predictions were pushed while the run was under way.

A slice is handed out when they are in the log, so nothing is waited for here. The log says which
file of the object store has the row of which entry.
"""

import asyncio
from array import array
from collections.abc import Iterable, Sequence
from functools import partial

from runoff_contracts import subjects
from runoff_contracts.events.lifecycle import Contender, RunCreated
from runoff_contracts.events.uploads import PredictionsUploaded
from runoff_contracts.pushed import is_answer
from runoff_eventlog.log import EventLog
from runoff_eventlog.repeated import repeated_runs
from runoff_inference_worker.errors import AttemptFailed, Unavailable
from runoff_inference_worker.patience import patiently
from runoff_inference_worker.provider import Ask, Kit, Reply
from runoff_inference_worker.providers.upload import Files, reply_of
from runoff_inference_worker.views import View
from runoff_objects.errors import ObjectError
from runoff_objects.uploaded import Uploaded

_OWN = "pushed"
_KEPT = 64
"""Files open at once: batches are small, and a slice may need many of them."""
_MOST_IN_CALL = 256


class PushedModel:
    """What was pushed for one contender of one run."""

    view: View | None = None

    def __init__(self, log: EventLog, created: RunCreated, contender: Contender, kit: Kit) -> None:
        self._log, self._created, self._contender = log, created, contender
        self._threads, self._files = kit.threads, _files(kit)
        self._places: array[int] | None = None
        self._digests = [""]
        self._seq = 0
        self._reading = asyncio.Lock()

    def n_wanted(self, batch_size: int) -> int:
        """As many as are read in a few milliseconds, whatever the run's batches are."""
        return _MOST_IN_CALL

    async def answer(self, asks: Sequence[Ask], limit_s: float) -> Sequence[Reply]:
        """Look up each entry, in a thread."""
        places = await self._read_to(asks)
        digests = [self._digests[places[ask.index]] for ask in asks]
        opened: dict[str, Uploaded] = {}
        for digest in sorted({*digests} - {""}):
            try:
                opened[digest] = await self._files.get(digest)
            except ObjectError as error:
                raise Unavailable(f"what was pushed is gone: {error}", retry=False) from error
        look_up = partial(self._replies, asks, [opened.get(digest) for digest in digests])
        done = (await self._threads.serve([look_up], limit_s=limit_s))[0]
        if isinstance(done.value, AttemptFailed):
            raise done.value
        return done.value

    async def close(self) -> None:
        """The files stay with `Files`, which closes what nobody uses."""

    def _replies(self, asks: Sequence[Ask], files: Sequence[Uploaded | None]) -> list[Reply]:
        task = self._created.task
        return [reply_of(file, ask.entry_id, task) for ask, file in zip(asks, files, strict=True)]

    async def _read_to(self, asks: Sequence[Ask]) -> "array[int]":
        """By place the number of the file with its row, 0 for none; read on where one is asked."""
        async with self._reading:
            if self._places is None:
                self._places = await patiently(self._taken_over)
            if not all(self._places[ask.index] for ask in asks):
                await patiently(partial(self._read_on, self._places))
            return self._places

    async def _taken_over(self) -> "array[int]":
        places = array("L", bytes(array("L").itemsize * self._created.n_entries))
        for run_id in await repeated_runs(self._log, self._created):
            for message in await self._log.read(subjects.uploads(run_id)):
                for _, event in message.events():
                    if isinstance(event, PredictionsUploaded):
                        # What failed in the run before is asked anew.
                        pairs = event.rows.pairs()
                        self._note(places, event, (at for at, mark in pairs if is_answer(mark)))
        return places

    async def _read_on(self, places: "array[int]") -> None:
        subject = subjects.uploads(self._created.run_id)
        for message in await self._log.read(subject, after_seq=self._seq):
            for _, event in message.events():
                if isinstance(event, PredictionsUploaded):
                    self._note(places, event, (at for at, _ in event.rows.pairs()))
            self._seq = message.seq

    def _note(
        self, places: "array[int]", event: PredictionsUploaded, answered: Iterable[int]
    ) -> None:
        if event.contender != self._contender.position:
            return
        self._digests.append(event.file)
        for place in answered:
            places[place] = places[place] or len(self._digests) - 1


def _files(kit: Kit) -> Files:
    """One table for all runs of the process."""
    files = kit.shared.get(_OWN)
    if not isinstance(files, Files):
        files = kit.shared[_OWN] = Files(kit.objects, kit.threads, most=_KEPT)
    return files
