"""`upload/<name>`: predictions that were made elsewhere, found by the id of their entry.

No model is asked. A row's latency, usage and cost are those that were uploaded; where a row says
nothing of its latency, none is known. An entry without a row fails as unavailable. What is pushed
to a live model belongs to a run: `pushed.py` finds it.
"""

import asyncio
import tempfile
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import IO

from pydantic import JsonValue

from runoff_contracts.commands import CheckModel
from runoff_contracts.events.lifecycle import Contender
from runoff_contracts.model_spec import UploadSpec
from runoff_contracts.problem import FieldError
from runoff_contracts.task import Task
from runoff_contracts.uploads import UploadedAnswer, answer_error
from runoff_inference_worker.classes import N_LISTED
from runoff_inference_worker.errors import (
    AttemptFailed,
    MalformedAnswer,
    ModelRaised,
    ModelRefused,
    Unavailable,
)
from runoff_inference_worker.provider import Answer, Ask, Kit, Model, Provider, Reply
from runoff_inference_worker.threads import Threads
from runoff_inference_worker.views import View
from runoff_objects.errors import BadPredictions, ObjectError
from runoff_objects.store import Objects
from runoff_objects.strangers import strangers
from runoff_objects.uploaded import Uploaded

_OWN = "upload"
_OPEN_S = 300.0
_KEPT = 8
_MOST_IN_CALL = 256


class UploadModel:
    """One file of predictions. Runs of the same file share it."""

    view: View | None = None

    def __init__(self, uploaded: Uploaded, task: Task, threads: Threads) -> None:
        self._uploaded, self._task, self._threads = uploaded, task, threads

    def n_wanted(self, batch_size: int) -> int:
        """As many as are read in a few milliseconds, whatever the run's batches are."""
        return _MOST_IN_CALL

    async def answer(self, asks: Sequence[Ask], limit_s: float) -> Sequence[Reply]:
        """Look up each entry, in a thread: the file may have to be read from a slow disk."""
        done = (await self._threads.serve([partial(self._replies, asks)], limit_s=limit_s))[0]
        if isinstance(done.value, AttemptFailed):
            raise done.value
        return done.value

    async def close(self) -> None:
        """The file stays with `Files`, which closes what nobody uses."""

    def _replies(self, asks: Sequence[Ask]) -> list[Reply]:
        return [reply_of(self._uploaded, ask.entry_id, self._task) for ask in asks]


def reply_of(uploaded: Uploaded | None, entry_id: str, task: Task) -> Reply:
    """What a file says of an entry; where there is no file or no row, that nothing was uploaded."""
    # A time of its own for each: replies that share one are taken for one call.
    now = datetime.now(UTC)
    try:
        row = None if uploaded is None else uploaded.find(entry_id)
    except BadPredictions as error:
        return _failed(MalformedAnswer(str(error), retry=False), now)
    if row is None:
        return _failed(Unavailable("no prediction was uploaded", retry=False), now)
    wrong = answer_error(task, row)
    if wrong is not None:
        return _failed(MalformedAnswer(": ".join(wrong), retry=False), now)
    return Reply(
        _outcome(row),
        now,
        duration_s=row.latency_s or 0.0,
        is_timed=row.latency_s is not None,
        usage=row.usage,
        cost_usd=row.cost_usd,
    )


class Files:
    """Files of predictions by digest; those used last stay open."""

    def __init__(self, objects: Objects, threads: Threads, *, most: int = _KEPT) -> None:
        self._objects, self._threads, self._most = objects, threads, most
        self._opened: OrderedDict[str, Uploaded] = OrderedDict()
        self._opening = asyncio.Lock()

    async def get(self, digest: str) -> Uploaded:
        """The predictions of a file.

        Raises:
            ObjectError: When it is not in the store, damaged, or holds something else.
        """
        async with self._opening:
            if digest not in self._opened:
                self._opened[digest] = await self._open(digest)
            self._opened.move_to_end(digest)
            while len(self._opened) > self._most:
                self._opened.popitem(last=False)
            return self._opened[digest]

    async def _open(self, digest: str) -> Uploaded:
        # A file without a name: the disk has its room back however this process ends. It is
        # closed with the last model that reads it, which may be later than it leaves this table.
        file = tempfile.TemporaryFile(prefix="runoff-predictions-")  # noqa: SIM115
        try:
            await self._objects.save(digest, file)
        except BaseException:
            file.close()
            raise
        read = partial(_read, file)
        done = (await self._threads.serve([read], limit_s=_OPEN_S))[0]
        if isinstance(done.value, AttemptFailed):
            raise BadPredictions(done.value.message)
        if isinstance(done.value, BadPredictions):
            raise done.value
        return done.value


def _read(file: IO[bytes]) -> Uploaded | BadPredictions:
    """The opened file; an error of ours as a value, since a thread keeps only words of one."""
    try:
        return Uploaded(file)
    except BadPredictions as error:
        return error


def _failed(error: AttemptFailed, now: datetime) -> Reply:
    return Reply(error, now, 0.0)


def _outcome(row: UploadedAnswer) -> Answer | AttemptFailed:
    if row.error is not None:
        return ModelRaised(row.error, retry=False)
    listed = None
    if row.probabilities is not None:
        likeliest = sorted(row.probabilities.items(), key=lambda item: -item[1])
        listed = dict(likeliest[:N_LISTED])
    confidence = row.confidence
    if confidence is None and row.label is not None:
        confidence = (row.probabilities or {}).get(row.label)
    return Answer(
        label=row.label,
        confidence=confidence,
        probabilities=listed,
        boxes=row.boxes and sorted(row.boxes, key=lambda box: -(box.confidence or 0.0)),
        point=row.point,
        text=row.text,
        data=row.data,
        logprob=row.logprob,
    )


async def open_model(contender: Contender, kit: Kit) -> Model:
    """The contender's file.

    Raises:
        Unavailable: When its file is gone or holds something else than predictions.
    """
    if contender.file is None or not isinstance(contender.spec, UploadSpec):
        raise Unavailable(f"{contender.model} was launched without a file", retry=False)
    try:
        uploaded = await _files(kit).get(contender.file)
    except ObjectError as error:
        raise Unavailable(f"{contender.model} cannot be opened: {error}", retry=False) from error
    return UploadModel(uploaded, contender.spec.task, kit.threads)


async def check(command: CheckModel, kit: Kit) -> dict[str, JsonValue]:
    """Open the file and count its rows; those that match no entry of the dataset are a warning.

    Raises:
        ModelRefused: When it cannot be read, or is for another task.
    """
    spec = command.spec
    if not isinstance(spec, UploadSpec):
        raise _refused("spec", "The declaration is not one of uploaded predictions", "kind upload")
    if spec.live and command.task in {None, spec.task}:
        return {"live": True}
    if command.file is None:
        raise _refused("file", "There is no file of predictions", "upload them first")
    if command.task not in {None, spec.task}:
        raise _refused(
            "task",
            "The predictions are for another task",
            f"they are for {spec.task}, the run is for {command.task}",
        )
    try:
        uploaded = await _files(kit).get(command.file)
    except ObjectError as error:
        raise _refused("file", "The predictions cannot be read", str(error)) from error
    if len(uploaded) != spec.n_answers:
        raise _refused(
            "n_answers",
            "The file holds another number of predictions",
            f"{spec.n_answers} were declared, {len(uploaded)} are there",
        )
    said: dict[str, JsonValue] = {"n_answers": len(uploaded)}
    if command.entries is not None and (words := await _strangers(uploaded, command.entries, kit)):
        said["warning"] = words
    return said


async def _strangers(uploaded: Uploaded, entries: str, kit: Kit) -> str | None:
    try:
        return await strangers(uploaded, kit.objects, entries)
    except ObjectError as error:
        raise _refused("entries", "The dataset's entries cannot be read", str(error)) from error


def _refused(field: str, title: str, hint: str) -> ModelRefused:
    return ModelRefused("bad-predictions", title, errors=[FieldError(field=field, message=hint)])


def _files(kit: Kit) -> Files:
    """One table for all runs of the process."""
    files = kit.shared.get(_OWN)
    if not isinstance(files, Files):
        files = kit.shared[_OWN] = Files(kit.objects, kit.threads)
    return files


PROVIDER = Provider(open=open_model, check=check, looks=lambda _: False)
