"""`oip/<name>`: models behind a server of the Open Inference Protocol v2, over HTTP with JSON."""

import asyncio
from contextlib import suppress

from pydantic import JsonValue

from runoff_contracts.commands import CheckModel
from runoff_contracts.events.lifecycle import Contender
from runoff_contracts.model_spec import ModelSpec, OipSpec, OipTextSpec
from runoff_contracts.problem import FieldError
from runoff_inference_worker.errors import AttemptFailed, ModelRefused, RateLimited, Unavailable
from runoff_inference_worker.galleries import gallery_of
from runoff_inference_worker.http_calls import Http
from runoff_inference_worker.oip_models import OipImages, OipTexts
from runoff_inference_worker.oip_server import OipCalls
from runoff_inference_worker.provider import Kit, Model, Provider
from runoff_inference_worker.suits import check_suits

_OWN = "oip"
_CHECK_S = 8.0
"""Whoever asks for a check waits for ten."""


async def open_model(contender: Contender, kit: Kit) -> Model:
    """The contender's model. The server is not asked yet: it may be down for a moment only.

    Raises:
        Unavailable: When the operator does not allow its host, or its key is missing.
    """
    try:
        return (await _served(contender.spec, kit))[0]
    except ModelRefused as error:
        raise Unavailable(f"{contender.model} cannot be opened: {error}", retry=False) from error


async def check(command: CheckModel, kit: Kit) -> dict[str, JsonValue]:
    """Ask server and model whether they are ready, hold what they say against the declaration,
    and make one request with a black image, or with the word `text`.

    Raises:
        ModelRefused: With the field that is wrong.
    """
    model, calls = await _served(command.spec, kit)
    needed = "image" if isinstance(model, OipImages) else "text"
    check_suits(command, model.task, [("spec.input", needed)])
    try:
        async with asyncio.timeout(_CHECK_S):
            await calls.check_ready()
            fitted = await model.fit()
            with suppress(RateLimited):  # it is there and fits, and has too much to do
                await model.trial()
    except TimeoutError as error:
        raise _refused(
            "server-not-ready",
            "The server is not ready",
            "spec.url",
            f"it did not answer within {_CHECK_S:g} s",
        ) from error
    except AttemptFailed as error:
        raise _refused(
            "model-does-not-run", "The model gives no answer", "spec", error.message
        ) from error
    return {"input": fitted.input, "outputs": list(fitted.outputs)}


async def _served(spec: ModelSpec | None, kit: Kit) -> tuple[OipImages | OipTexts, OipCalls]:
    if not isinstance(spec, OipSpec | OipTextSpec):
        raise _refused(
            "incomplete-model",
            "The model is not complete",
            "spec",
            "an oip model needs a declaration of kind oip (images) or oip_text (texts)",
        )
    calls = OipCalls.reach(await _http(kit), spec, kit.settings.model_hosts)
    if isinstance(spec, OipSpec):
        return OipImages(calls, spec, await gallery_of(spec, kit)), calls
    return OipTexts(calls, spec), calls


async def _http(kit: Kit) -> Http:
    found = kit.shared.get(_OWN)
    if not isinstance(found, Http):
        made = await Http.open()
        # Somebody else may have made one meanwhile.
        found = kit.shared.setdefault(_OWN, made)
        assert isinstance(found, Http), "nobody else uses this name"
    return found


def _refused(name: str, title: str, field: str, message: str) -> ModelRefused:
    return ModelRefused(name, title, errors=[FieldError(field=field, message=message)])


PROVIDER = Provider(open=open_model, check=check, adapts=True)
