"""`onnx/<name>`: models of images in ONNX files, run by onnxruntime on the CPU.

What their outputs mean is read by `outputs.py`: labels, boxes or a point.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import takewhile

import onnxruntime as ort
from pydantic import JsonValue

from runoff_contracts.commands import CheckModel
from runoff_contracts.events.lifecycle import Contender
from runoff_contracts.model_spec import OnnxSpec
from runoff_contracts.problem import FieldError
from runoff_inference_worker.errors import (
    AttemptFailed,
    BadEntry,
    MalformedAnswer,
    ModelRefused,
    Unavailable,
)
from runoff_inference_worker.galleries import gallery_of
from runoff_inference_worker.gallery import Gallery
from runoff_inference_worker.onnx_fit import Fit, fit, input_of, run, trial
from runoff_inference_worker.onnx_sessions import NotOnnx, Opened, Sessions
from runoff_inference_worker.outputs import decode
from runoff_inference_worker.provider import (
    Answer,
    Ask,
    Kit,
    Model,
    Provider,
    Reply,
)
from runoff_inference_worker.suits import check_suits
from runoff_inference_worker.threads import Threads, serve_here
from runoff_inference_worker.views import Placed, View
from runoff_objects.errors import ObjectError

_OWN = "onnx"
_TRIAL_S = 60.0
_QUICK_S = 0.001


class OnnxModel:
    """A session with its declaration. Runs of the same file share the session."""

    def __init__(
        self,
        opened: Opened,
        fitted: Fit,
        spec: OnnxSpec,
        threads: Threads,
        gallery: Gallery | None = None,
    ) -> None:
        self._opened, self._fit, self._spec, self._threads = opened, fitted, spec, threads
        self._gallery = gallery
        self._view = View.declared(spec.input)
        self._whole = Placed(*spec.input.size, self._view)
        self._entry_s: float | None = None
        """What an entry cost in the call before."""

    @property
    def view(self) -> View | None:
        """Pixels as declared."""
        return self._view

    def n_wanted(self, batch_size: int) -> int:
        """The run's batch, or the one that the file is fixed to."""
        return self._fit.fixed_batch or batch_size

    async def answer(self, asks: Sequence[Ask], limit_s: float) -> Sequence[Reply]:
        """One call of the session; an entry without an image ends it, or is its only one."""
        seen = list(takewhile(_has_picture, asks))
        if not seen:
            return [Reply(BadEntry("the entry has no image"), datetime.now(UTC), 0.0)]
        options = ort.RunOptions()
        call = partial(self._run, seen, options)
        if self._is_quick(len(seen)):
            done = serve_here(call)
        else:
            try:
                done = (await self._threads.serve([call], limit_s=limit_s))[0]
            except asyncio.CancelledError:
                options.terminate = True
                raise
        if isinstance(done.value, AttemptFailed):
            options.terminate = True  # where it is over the limit, its thread comes back soon
            raise done.value
        n_batch = len(done.value)
        return [Reply(each, done.started_at, done.duration_s, n_batch) for each in done.value]

    async def close(self) -> None:
        """The session stays with `Sessions`, which closes what nobody uses."""

    def _run(self, asks: Sequence[Ask], options: ort.RunOptions) -> list[Answer | AttemptFailed]:
        """In a thread, or where that would cost more than the call, in the loop."""
        began_s = time.thread_time()
        batch = input_of([ask.picture for ask in asks], self._spec.input, self._fit)
        outputs = run(self._opened.session, self._fit, batch, options)
        placed = self._placed(asks, len(batch))
        answers = decode(outputs, self._spec, placed, self._gallery)[: len(asks)]
        self._entry_s = (time.thread_time() - began_s) / len(asks)
        return answers

    def _placed(self, asks: Sequence[Ask], n_fed: int) -> list[Placed]:
        """One an image of the batch, those included that only fill it."""
        views = [self._whole] * n_fed
        if self._spec.task != "classification":
            views[: len(asks)] = [
                self._whole if ask.size is None else Placed(*ask.size, self._view) for ask in asks
            ]
        return views

    def _is_quick(self, n_entries: int) -> bool:
        """Whether a call is surely over in a moment: it was, and no loop depends on the image.

        A loop may stand in the file; the suppression of boxes is one as well.
        """
        return (
            self._opened.is_straight
            and self._spec.task != "detection"
            and self._entry_s is not None
            and self._entry_s * n_entries < _QUICK_S
        )


def _has_picture(ask: Ask) -> bool:
    return ask.picture is not None


async def open_model(contender: Contender, kit: Kit) -> Model:
    """The contender's session.

    Raises:
        Unavailable: When its file is gone, or no longer fits onnxruntime or its declaration.
    """
    if contender.file is None or not isinstance(contender.spec, OnnxSpec):
        raise Unavailable(f"{contender.model} was launched without a file", retry=False)
    sessions = _sessions(kit)
    try:
        opened = await sessions.get(contender.file)
        gallery = await gallery_of(contender.spec, kit)
        fitted = fit(opened.session, contender.spec, gallery)
        return OnnxModel(opened, fitted, contender.spec, kit.threads, gallery)
    except (NotOnnx, ModelRefused, ObjectError) as error:
        raise Unavailable(f"{contender.model} cannot be opened: {error}", retry=False) from error


async def check(command: CheckModel, kit: Kit) -> dict[str, JsonValue]:
    """Open the file, hold it against its declaration, and run it once on black images.

    Raises:
        ModelRefused: With the field that is wrong.
    """
    missing = [
        FieldError(field=name, message="an onnx model needs it")
        for name, value in (("file", command.file), ("spec", command.spec))
        if value is None
    ]
    if command.file is None or not isinstance(command.spec, OnnxSpec):
        raise ModelRefused("incomplete-model", "The model is not complete", errors=missing)
    check_suits(command, command.spec.task, [("spec.input", "image")])
    try:
        session = (await _sessions(kit).get(command.file)).session
    except NotOnnx as error:
        raise ModelRefused(
            "not-an-onnx-model",
            "The file is no ONNX model",
            errors=[FieldError(field="file", message=str(error))],
        ) from error
    except ObjectError as error:
        raise ModelRefused(
            "unknown-file",
            "The model's file is not in the object store",
            errors=[FieldError(field="file", message=str(error))],
        ) from error
    gallery = await gallery_of(command.spec, kit)
    fitted = fit(session, command.spec, gallery)
    call = partial(trial, session, fitted, command.spec, gallery)
    done = (await kit.threads.serve([call], limit_s=_TRIAL_S))[0]
    if isinstance(done.value, AttemptFailed):
        is_answered = isinstance(done.value, MalformedAnswer)
        raise ModelRefused(
            "model-does-not-run",
            "The model gives no prediction for an image of the declared size",
            errors=[
                FieldError(
                    field="spec.output" if is_answered else "spec.input", message=done.value.message
                )
            ],
        )
    return {
        "input": fitted.input,
        "outputs": {**fitted.outputs},
        "n_labels": len(gallery.labels if gallery else command.spec.labels),
    }


def _sessions(kit: Kit) -> Sessions:
    found = kit.shared.get(_OWN)
    if not isinstance(found, Sessions):
        found = kit.shared[_OWN] = Sessions(
            kit.objects, kit.threads, n_threads=kit.settings.onnx_threads
        )
    return found


PROVIDER = Provider(open=open_model, check=check)
