"""Declarations of the models that the servers serve, and how to ask them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from PIL import Image

from runoff_contracts.commands import Accepted, CheckModel
from runoff_contracts.events.entry import Prediction
from runoff_contracts.events.lifecycle import Contender
from runoff_contracts.model_spec import ModelSpec, OipSpec, OipTextSpec
from runoff_contracts.problem import FieldError, Problem
from runoff_contracts.run_config import RunConfig
from runoff_contracts.specs.tensors import ClassOutput, DetectionOutput, ImageInput, PointOutput
from runoff_contracts.task import Task
from runoff_inference_worker.app import check_model
from runoff_inference_worker.provider import Kit
from runoff_objects.entry_set import EntryRow
from runoff_testkit.oip.served import LABELS, MOODS, SIDE
from tests.unit.inference_worker.making import DIGEST, answered, opened


def image_spec(url: str, model: str = "brightness", **given: Any) -> OipSpec:
    pixels = {"size": (SIDE, SIDE), "color": "L", **given.pop("input", {})}
    chosen = {"labels": LABELS, "output": ClassOutput(), **given}
    return OipSpec(url=url, model=model, input=ImageInput(**pixels), **chosen)


def spot_spec(url: str) -> OipSpec:
    return image_spec(url, "spot", task="coordinates", labels=[], output=PointOutput())


def box_spec(url: str) -> OipSpec:
    output = DetectionOutput(shape="split", boxes="boxes", scores="scores", classes="classes")
    return image_spec(url, "box", task="detection", labels=["spot"], output=output)


def text_spec(url: str, model: str = "mood", **given: Any) -> OipTextSpec:
    chosen = {"task": "classification", "labels": MOODS, "output": "label", **given}
    return OipTextSpec(url=url, model=model, **chosen)


def shout_spec(url: str) -> OipTextSpec:
    return text_spec(url, "shout", task="text", labels=[], output=None)


def contender(spec: ModelSpec | None, model: str = "oip/served") -> Contender:
    return Contender(position=0, model=model, number=1, digest=DIGEST, spec=spec)


async def ask(
    kit: Kit,
    spec: ModelSpec,
    rows: Sequence[EntryRow],
    *,
    model: str = "oip/served",
    **config: Any,
) -> list[Prediction]:
    """What one model makes of the rows, through the attempts that all providers share."""
    askers = await opened(kit, [contender(spec, model)], RunConfig(**{"retries": 0, **config}))
    events = await answered(kit, askers, rows)
    await askers[0].model.close()
    return [event.predictions[0] for event in events]


async def checked(
    kit: Kit,
    spec: ModelSpec | None,
    *,
    task: Task | None = None,
    fields: list[str] | None = None,
    model: str = "oip/served",
) -> Accepted | Problem:
    command = CheckModel(
        command_id="check",
        sent_at=datetime.now(UTC),
        model=model,
        spec=spec,
        task=task,
        fields=fields,
    )
    return await check_model(command, kit)


async def wrong(kit: Kit, spec: ModelSpec | None, **given: Any) -> list[FieldError]:
    """The fields that a check finds wrong."""
    told = await checked(kit, spec, **given)
    assert isinstance(told, Problem), told
    assert told.status == 422
    return told.errors


async def spots(kit: Kit, *places: tuple[int, int], side: int = 16) -> list[EntryRow]:
    """Black images of 16 x 16 pixels with one bright square of 2 x 2, from its upper left."""
    rows = []
    for number, (x, y) in enumerate(places):
        pixels = np.zeros((side, side), np.uint8)
        pixels[y : y + 2, x : x + 2] = 255
        content = _png(pixels)
        rows.append(EntryRow(id=f"spot-{number}", file=await kit.objects.put(content)))
    return rows


def _png(pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()
