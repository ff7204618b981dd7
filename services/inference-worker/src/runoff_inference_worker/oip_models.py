"""The two kinds of served model: of images, through tensors, and of texts."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from time import perf_counter
from typing import Generic, TypeVar

import numpy as np

from runoff_contracts.specs.oip import OipSpec, OipTextSpec
from runoff_contracts.task import Task
from runoff_inference_worker.errors import (
    AttemptFailed,
    BadEntry,
    MalformedAnswer,
    ModelRefused,
    Rejected,
    TimedOut,
    Unavailable,
)
from runoff_inference_worker.gallery import Gallery
from runoff_inference_worker.oip_fit import Fit, fit_images, fit_texts
from runoff_inference_worker.oip_server import OipCalls
from runoff_inference_worker.oip_wire import Array, Metadata, request_of, tensors_of
from runoff_inference_worker.outputs import decode
from runoff_inference_worker.provider import Answer, Ask, Picture, Reply
from runoff_inference_worker.text_answers import text_answers_of
from runoff_inference_worker.views import Placed, View, tensor

T = TypeVar("T")
_Input = TypeVar("_Input")

Answers = list[Answer | AttemptFailed]

_QUICK_BYTES = 64 * 1024
"""Of JSON or pixels: more is worked on in a thread."""
_OF_ONE_ENTRY = {400, 413, 422}
"""Statuses that may be about one entry of a batch rather than about the whole request."""


class _Served(ABC, Generic[_Input]):
    """What both kinds share: one request a call, and what the server says of itself."""

    task: Task
    _missing: str

    def __init__(self, calls: OipCalls) -> None:
        self._calls = calls
        self._fit: Fit | None = None
        self._fitting = asyncio.Lock()

    def n_wanted(self, batch_size: int) -> int:
        """The run's batch, or the one that the model is fixed to, once that is known."""
        return (self._fit.fixed_batch if self._fit else None) or batch_size

    async def answer(self, asks: Sequence[Ask], limit_s: float) -> Sequence[Reply]:
        """One request; an entry without input ends it, or is its only one."""
        inputs = _leading(map(self._input, asks))
        if not inputs:
            return [Reply(BadEntry(self._missing), datetime.now(UTC), 0.0)]
        try:
            async with asyncio.timeout(limit_s):
                return await self._replies(inputs)
        except TimeoutError as error:
            raise TimedOut(limit_s) from error
        except Rejected as error:
            error.retry = len(inputs) > 1 and error.status_code in _OF_ONE_ENTRY
            raise

    async def close(self) -> None:
        """The connections stay: they are all runs'."""

    async def fit(self) -> Fit:
        """How the declaration meets the model; asked of the server once.

        Raises:
            ModelRefused: When it does not.
            AttemptFailed: When the server does not say.
        """
        async with self._fitting:
            if self._fit is None:
                self._fit = self._fitted(await self._calls.metadata())
            return self._fit

    async def trial(self) -> None:
        """One request with an input that is nobody's.

        Raises:
            ModelRefused, AttemptFailed: as `fit`, or when the answer is no prediction.
        """
        outcome = (await self._replies([self._blank()]))[0].outcome
        if isinstance(outcome, AttemptFailed):
            raise outcome

    async def _replies(self, inputs: list[_Input]) -> list[Reply]:
        try:
            fitted = await self.fit()
        except ModelRefused as error:
            raise Unavailable(str(error), retry=False) from error
        inputs = inputs[: fitted.fixed_batch]
        request = await _worked(
            partial(self._request, inputs, fitted), n_bytes=self._n_bytes(inputs)
        )
        started_at, began_s = datetime.now(UTC), perf_counter()
        body = await self._calls.infer(request)
        duration_s = perf_counter() - began_s
        answers = await _worked(partial(self._read, body, inputs, fitted), n_bytes=len(body))
        return [Reply(each, started_at, duration_s, len(answers)) for each in answers]

    def _request(self, inputs: list[_Input], fitted: Fit) -> bytes:
        values = self._values(inputs, fitted)
        n_missing = (fitted.fixed_batch or 0) - len(inputs)
        if n_missing > 0:
            # A fixed batch is filled with its last entry: any input that the model takes.
            values = np.concatenate([values, np.repeat(values[-1:], n_missing, axis=0)])
        return request_of(fitted.input, values, fitted.datatype, fitted.outputs)

    def _read(self, body: bytes, inputs: list[_Input], fitted: Fit) -> Answers:
        n_sent = max(fitted.fixed_batch or 0, len(inputs))
        return self._answers(tensors_of(body), inputs, n_sent)[: len(inputs)]

    @abstractmethod
    def _input(self, ask: Ask) -> _Input | None:
        """What of an entry is sent; none where it lacks it."""

    @abstractmethod
    def _blank(self) -> _Input:
        """An input that stands for any."""

    @abstractmethod
    def _n_bytes(self, inputs: list[_Input]) -> int:
        """How much work there is in making the request."""

    @abstractmethod
    def _fitted(self, metadata: Metadata) -> Fit:
        """Raises ModelRefused."""

    @abstractmethod
    def _values(self, inputs: list[_Input], fitted: Fit) -> Array:
        """The input tensor."""

    @abstractmethod
    def _answers(self, tensors: dict[str, Array], inputs: list[_Input], n_sent: int) -> Answers:
        """The predictions; raises MalformedAnswer."""


class OipImages(_Served[tuple[Picture, tuple[int, int]]]):
    """A served model of images: pixels as declared go out, tensors come back."""

    _missing = "the entry has no image"

    def __init__(self, calls: OipCalls, spec: OipSpec, gallery: Gallery | None = None) -> None:
        super().__init__(calls)
        self.task = spec.task
        self._spec, self._view = spec, View.declared(spec.input)
        self._gallery = gallery

    @property
    def view(self) -> View | None:
        """Pixels as declared."""
        return self._view

    def _input(self, ask: Ask) -> tuple[Picture, tuple[int, int]] | None:
        return None if ask.picture is None or ask.size is None else (ask.picture, ask.size)

    def _blank(self) -> tuple[Picture, tuple[int, int]]:
        width, height = size = self._spec.input.size
        shape = (height, width) if self._view.color == "L" else (height, width, 3)
        # Not black for embeddings: a network without a bias gives no direction for it.
        return np.full(shape, 0 if self._gallery is None else 100, np.uint8), size

    def _n_bytes(self, inputs: list[tuple[Picture, tuple[int, int]]]) -> int:
        return 16 * sum(np.asarray(picture).size for picture, _ in inputs)

    def _fitted(self, metadata: Metadata) -> Fit:
        return fit_images(metadata, self._spec, self._gallery)

    def _values(self, inputs: list[tuple[Picture, tuple[int, int]]], fitted: Fit) -> Array:
        values = tensor([np.asarray(picture, np.uint8) for picture, _ in inputs], self._spec.input)
        if fitted.datatype == "UINT8":
            return np.clip(np.rint(values), 0, 255).astype(np.uint8)
        return values

    def _answers(
        self,
        tensors: dict[str, Array],
        inputs: list[tuple[Picture, tuple[int, int]]],
        n_sent: int,
    ) -> Answers:
        numbers = {name: each for name, each in tensors.items() if each.dtype != object}
        sizes = [size for _, size in inputs]
        sizes += sizes[-1:] * (n_sent - len(sizes))
        placed = [Placed(*size, self._view) for size in sizes]
        return decode(numbers, self._spec, placed, self._gallery)


class OipTexts(_Served[str]):
    """A served model of texts: BYTES go out; labels, texts or a number a label come back."""

    view: View | None = None
    _missing = "the entry has no text"

    def __init__(self, calls: OipCalls, spec: OipTextSpec) -> None:
        super().__init__(calls)
        self.task = spec.task
        self._spec = spec

    def _input(self, ask: Ask) -> str | None:
        return ask.text

    def _blank(self) -> str:
        return "text"

    def _n_bytes(self, inputs: list[str]) -> int:
        return sum(map(len, inputs))

    def _fitted(self, metadata: Metadata) -> Fit:
        return fit_texts(metadata, self._spec)

    def _values(self, inputs: list[str], fitted: Fit) -> Array:
        values = np.array(inputs, dtype=object)
        return values.reshape(-1, 1) if fitted.n_axes == 2 else values

    def _answers(self, tensors: dict[str, Array], inputs: list[str], n_sent: int) -> Answers:
        name = self._spec.output
        if name is None and len(tensors) == 1:
            name = next(iter(tensors))
        if name is None or name not in tensors:
            given = ", ".join(map(repr, tensors)) or "none"
            wanted = "the only output" if name is None else f"output {name!r}"
            raise MalformedAnswer(f"the model gave no {wanted}, it gave {given}")
        return text_answers_of(tensors[name], self._spec, n_asked=n_sent)


def _leading(inputs: Iterable[_Input | None]) -> list[_Input]:
    """Those before the first that is missing."""
    found: list[_Input] = []
    for each in inputs:
        if each is None:
            break
        found.append(each)
    return found


async def _worked(work: Callable[[], T], *, n_bytes: int) -> T:
    """Here where it is over in a moment, else in a thread."""
    return work() if n_bytes < _QUICK_BYTES else await asyncio.to_thread(work)
