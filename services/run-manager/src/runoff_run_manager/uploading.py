"""Takes pushed predictions: what a run has is kept folded, and read on from where it was."""

from collections import OrderedDict
from datetime import UTC, datetime

from runoff_contracts import subjects
from runoff_contracts.commands import Accepted, Command, CompleteUploads, UploadPredictions
from runoff_contracts.event import Event
from runoff_contracts.events.lifecycle import RunCreated
from runoff_contracts.events.uploads import PredictionsUploaded
from runoff_eventlog.log import EventLog
from runoff_eventlog.repeated import repeated_runs
from runoff_run_manager import uploads
from runoff_run_manager.book import Book, Page
from runoff_run_manager.evolve import Run, known
from runoff_run_manager.uploads import Uploads

_KEPT_RUNS = 16


class Uploading:
    """Carries out the commands that bring predictions."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._kept: OrderedDict[str, Uploads] = OrderedDict()

    async def upload(self, command: UploadPredictions) -> Accepted:
        """Take a batch."""
        run = await self._run(command.run_id)
        held = await self._uploads(run)
        made = uploads.upload_predictions(command, run, held, now=datetime.now(UTC))
        contender = uploads.contender(run, command.model)
        seq = await self._append(run, held, made, command)
        n_new = sum(each.rows.n for each in made if isinstance(each, PredictionsUploaded))
        return Accepted(seq=seq, data={"model": contender.model, "n_new": n_new})

    async def complete(self, command: CompleteUploads) -> Accepted:
        """Wait for no more."""
        run = await self._run(command.run_id)
        held = await self._uploads(run)
        made = uploads.complete_uploads(command, run, held, now=datetime.now(UTC))
        seq = await self._append(run, held, made, command)
        return Accepted(seq=seq, data={"run_id": command.run_id})

    async def _run(self, run_id: str) -> Run:
        return known(run_id, await self._book.run(run_id))

    async def _uploads(self, run: Run) -> Uploads:
        held = self._kept.pop(run.run_id, None)
        if held is None:
            held = await open_uploads(self._book.log, run.created)
        else:
            await read_on(self._book.log, run.run_id, held)
        self._kept[run.run_id] = held
        if len(self._kept) > _KEPT_RUNS:
            self._kept.popitem(last=False)
        return held

    async def _append(self, run: Run, held: Uploads, made: list[Event], command: Command) -> int:
        page = Page(subjects.uploads(run.run_id), [], held.seq, frozenset())
        seq = await self._book.append(page, made, command)
        # Nothing came between: the log holds the append to what was folded.
        for event in made:
            held.take(event)
        held.seq = seq
        return seq


async def open_uploads(log: EventLog, created: RunCreated) -> Uploads:
    """What a run has by now, with what it takes over of the runs that it repeats.

    Raises:
        LogUnavailable: When the log does not answer.
    """
    held = Uploads(created)
    for run_id in await repeated_runs(log, created) if created.live else ():
        for message in await log.read(subjects.uploads(run_id)):
            for _, event in message.events():
                held.take_over(event)
    await read_on(log, created.run_id, held)
    return held


async def read_on(log: EventLog, run_id: str, held: Uploads) -> list[Event]:
    """Fold what came since; the events that were folded.

    Raises:
        LogUnavailable: When the log does not answer.
    """
    messages = await log.read(subjects.uploads(run_id), after_seq=held.seq)
    events = [event for message in messages for _, event in message.events()]
    for event in events:
        held.take(event)
    if messages:
        held.seq = messages[-1].seq
    return events
