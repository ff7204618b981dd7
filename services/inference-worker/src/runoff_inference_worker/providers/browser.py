"""`browser/<name>`: models that exist only as a web page, used as a person would use them."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from pydantic import JsonValue

from runoff_contracts.commands import CheckModel
from runoff_contracts.events.lifecycle import Contender
from runoff_contracts.model_spec import BrowserSpec, ModelSpec
from runoff_contracts.problem import FieldError
from runoff_inference_worker.chromium import BrowserMissing, Chromium
from runoff_inference_worker.errors import (
    AttemptFailed,
    BadEntry,
    ModelRefused,
    Unavailable,
)
from runoff_inference_worker.images import check_file
from runoff_inference_worker.provider import Answer, Ask, Kit, Model, Provider, Reply
from runoff_inference_worker.reach import check_host
from runoff_inference_worker.suits import check_suits
from runoff_inference_worker.text_answers import label_answer, text_answer
from runoff_inference_worker.views import View
from runoff_inference_worker.web_page import Broke, Put, Said, Waited, point_of, visit
from runoff_objects.errors import ObjectError

_OWN = "browser"
_VISIT_S = 15.0
"""For a check, of the minute that whoever asks for it waits; the browser has to start first."""


class BrowserModel:
    """A page with its declaration: one visit an entry."""

    view: View | None = None

    def __init__(self, chromium: Chromium, spec: BrowserSpec, kit: Kit) -> None:
        self._chromium, self._spec, self._kit = chromium, spec, kit

    def n_wanted(self, batch_size: int) -> int:
        """One: a page takes one entry."""
        return 1

    async def answer(self, asks: Sequence[Ask], limit_s: float) -> Sequence[Reply]:
        """Visit the page about the first entry."""
        started_at, began_s = datetime.now(UTC), perf_counter()
        try:
            with TemporaryDirectory(prefix="runoff-entry-", ignore_cleanup_errors=True) as folder:
                put = await self._put(asks[0], Path(folder))
                await self._chromium.start()
                started_at, began_s = datetime.now(UTC), perf_counter()
                said = await visit(self._chromium, self._spec, limit_s, put)
            assert said is not None, "an entry was put in"
            outcome = self._read(said)
        except AttemptFailed as error:
            outcome = error
        return [Reply(outcome, started_at, perf_counter() - began_s)]

    async def close(self) -> None:
        """The last model of this worker ends the browser."""
        await self._chromium.leave()

    async def _put(self, ask: Ask, folder: Path) -> Put:
        """What of the entry goes in; its image as a file of its own name and type."""
        spec = self._spec
        if spec.text_input is not None and ask.text is None:
            raise BadEntry("the entry has no text")
        if spec.file_input is None:
            return Put(ask.text)
        if ask.file is None:
            raise BadEntry("the entry has no image")
        try:
            content = await self._kit.objects.get(ask.file)
        except ObjectError as error:
            raise Unavailable(f"the entry's file cannot be read: {error}") from error
        most = self._kit.settings.max_pixels
        return Put(ask.text, await asyncio.to_thread(_saved, content, folder, most))

    def _read(self, said: Said) -> Answer | AttemptFailed:
        match self._spec.task:
            case "text":
                answer = text_answer(said.text, [])
            case "classification":
                answer = label_answer(said.text, [])
            case "coordinates":
                answer = Answer(point=point_of(said.text))
        if isinstance(answer, Answer):
            return replace(answer, confidence=said.confidence)
        return answer


def _saved(content: bytes, folder: Path, max_pixels: int) -> Path:
    """The image on disk, where the browser reads it by itself; its end says what it is.

    Raises:
        BadEntry: As `check_file`.
    """
    path = folder / f"entry.{check_file(content, max_pixels=max_pixels)}"
    path.write_bytes(content)
    return path


async def open_model(contender: Contender, kit: Kit) -> Model:
    """The contender's page; it is visited with the first entry.

    Raises:
        Unavailable: When there is no browser here, or the operator does not allow the host.
    """
    try:
        spec = _declared(contender.spec, kit)
        chromium = _chromium(kit)
        await chromium.use()
    except (ModelRefused, BrowserMissing) as error:
        raise Unavailable(f"{contender.model} cannot be opened: {error}", retry=False) from error
    return BrowserModel(chromium, spec, kit)


async def check(command: CheckModel, kit: Kit) -> dict[str, JsonValue]:
    """Open the page and look whether its inputs are there. Nothing is put in or sent.

    Raises:
        ModelRefused: With the field that is wrong.
    """
    spec = _declared(command.spec, kit)
    inputs = [("spec.text_input", spec.text_input, "text")]
    inputs += [("spec.file_input", spec.file_input, "image")]
    check_suits(command, spec.task, [(field, name) for field, used, name in inputs if used])
    chromium = _chromium(kit)
    try:
        await chromium.use()
    except BrowserMissing as error:
        raise _refused("no-browser", "This worker has no browser", "spec", str(error)) from error
    try:
        await chromium.start()
        await visit(chromium, spec, _VISIT_S, None)
    except AttemptFailed as error:
        field = error.step.field if isinstance(error, Waited | Broke) else "url"
        raise _refused(
            "page-does-not-fit",
            "The page cannot be used as declared",
            f"spec.{field}",
            error.message,
        ) from error
    finally:
        await asyncio.shield(chromium.leave())
    return {}


def _declared(spec: ModelSpec | None, kit: Kit) -> BrowserSpec:
    if not isinstance(spec, BrowserSpec):
        raise _refused(
            "incomplete-model",
            "The model is not complete",
            "spec",
            "a browser model needs a declaration of kind browser",
        )
    check_host(spec.url, kit.settings.model_hosts, field="spec.url")
    return spec


def _chromium(kit: Kit) -> Chromium:
    found = kit.shared.get(_OWN)
    if not isinstance(found, Chromium):
        settings = kit.settings
        found = kit.shared[_OWN] = Chromium(settings.chromium, settings.model_hosts)
    return found


def _refused(name: str, title: str, field: str, message: str) -> ModelRefused:
    return ModelRefused(name, title, errors=[FieldError(field=field, message=message)])


PROVIDER = Provider(open=open_model, check=check)
