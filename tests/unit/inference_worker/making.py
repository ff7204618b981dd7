"""Small real models, images and slices for the tests of the worker."""

from __future__ import annotations

import asyncio
import io
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from runoff_contracts.events.entry import EntryProcessed
from runoff_contracts.events.lifecycle import Contender
from runoff_contracts.model_spec import OnnxSpec
from runoff_contracts.run_config import RunConfig
from runoff_contracts.specs.tensors import ClassOutput, ImageInput
from runoff_contracts.work import WorkItem
from runoff_inference_worker.app import make_kit
from runoff_inference_worker.attempts import Asker
from runoff_inference_worker.errors import Unavailable
from runoff_inference_worker.instruments import Instruments
from runoff_inference_worker.pictures import Memory, Pictures
from runoff_inference_worker.provider import Kit, Unopened
from runoff_inference_worker.providers import PROVIDERS
from runoff_inference_worker.python_functions import Function, make_model
from runoff_inference_worker.settings import WorkerSettings
from runoff_inference_worker.slices import Rest, Sheet, Slice
from runoff_inference_worker.threads import Threads
from runoff_objects.entry_set import EntryRow

RUN_ID = "00000000-0000-7000-8000-000000000001"
DIGEST = "sha256:" + "0" * 64
FUNCTIONS = "tests.unit.inference_worker.functions"
LABELS = ["dark", "light"]


def a_kit(folder: Path, **settings: Any) -> Kit:  # as WorkerSettings takes them
    """A kit over a store below the folder; the functions of the tests are allowed."""
    given = {"object_store": str(folder / "objects"), "python_modules": FUNCTIONS}
    return make_kit(WorkerSettings(**{**given, **settings}))


def python_contender(function: str, position: int = 0) -> Contender:
    return Contender(position=position, model=f"python/{FUNCTIONS}:{function}", digest=DIGEST)


async def onnx_contender(kit: Kit, content: bytes, spec: OnnxSpec, position: int = 0) -> Contender:
    file = await kit.objects.put(content)
    return Contender(
        position=position,
        model=f"onnx/model-{position}",
        number=1,
        digest=file,
        file=file,
        spec=spec,
    )


def a_spec(
    *,
    width: int = 4,
    height: int = 4,
    labels: Sequence[str] = LABELS,
    output: ClassOutput | None = None,
    **input_: Any,  # as ImageInput takes them
) -> OnnxSpec:
    given = {"color": "L", "layout": "NF", **input_}
    return OnnxSpec(
        labels=list(labels),
        input=ImageInput(size=(width, height), **given),
        output=output or ClassOutput(),
    )


def linear_model(
    weights: NDArray[np.float32],
    *,
    activation: str | None = "Softmax",
    batch: int | str = "n",
    element: int = TensorProto.FLOAT,
    bias: Sequence[float] | None = None,
) -> bytes:
    """x @ weights (+ bias), then an activation; input `pixels`, output `scores`."""
    n_features, n_labels = weights.shape
    kind = helper.tensor_dtype_to_np_dtype(element)
    given = [
        numpy_helper.from_array(weights.astype(kind), "weights"),
        numpy_helper.from_array(np.asarray(bias or [0.0] * n_labels, kind), "bias"),
    ]
    nodes = [
        helper.make_node("MatMul", ["pixels", "weights"], ["product"]),
        helper.make_node("Add", ["product", "bias"], ["sum" if activation else "scores"]),
    ]
    if activation:
        nodes.append(helper.make_node(activation, ["sum"], ["scores"]))
    graph = helper.make_graph(
        nodes,
        "linear",
        [helper.make_tensor_value_info("pixels", element, [batch, n_features])],
        [helper.make_tensor_value_info("scores", element, [batch, n_labels])],
        given,
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=10).SerializeToString()  # type: ignore[no-any-return]  # onnx has no types


def brightness_model(n_pixels: int = 16, **options: Any) -> bytes:  # as linear_model takes them
    """`light` where the mean of the pixels (0 to 1) is above a half."""
    weights = np.zeros((n_pixels, 2), np.float32)
    weights[:, 1] = 20 / n_pixels
    return linear_model(weights, bias=[10.0, 0.0], **options)


HALVES = ([[1.0, 0.0, 0.1], [0.0, 2.0, 0.0], [0.1, 1.0, 0.0]], ["left", "right", "right"])
"""Vectors of `halves_model` and their labels."""


def halves_model() -> bytes:
    """A vector of three: how bright the left half of 4 by 4 pixels is, the right one, and both."""
    weights = np.zeros((4, 4, 3), np.float32)
    weights[:, :2, 0] = weights[:, 2:, 1] = 1 / 8
    weights[:, :2, 2] = 1 / 80
    return linear_model(weights.reshape(16, 3), activation=None)


def half_lit(side: str) -> bytes:
    """A black image of which one half is white, of the model's own size."""
    image = Image.new("L", (4, 4))
    image.paste(255, (0, 0, 2, 4) if side == "left" else (2, 0, 4, 4))
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def gallery_file(vectors: Any, labels: Any) -> bytes:  # as np.asarray takes them
    """Labelled vectors as a person saves them."""
    content = io.BytesIO()
    np.savez(content, vectors=np.asarray(vectors), labels=np.asarray(labels))
    return content.getvalue()


def an_image(
    mode: str = "L",
    size: tuple[int, int] = (8, 8),
    color: object = 200,
    format_: str = "PNG",
    **save: Any,  # as Pillow takes them
) -> bytes:
    content = io.BytesIO()
    Image.new(mode, size, color).save(content, format_, **save)  # type: ignore[arg-type]
    return content.getvalue()


def sparse_png(width: int, height: int, packed: bytes = b"") -> bytes:
    """A PNG with one bit a pixel and a few rows; sound as its checksums go, whatever it packs."""
    rows = packed or zlib.compress((b"\0" + bytes(-(-width // 8))) * 8)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


async def image_rows(kit: Kit, contents: Sequence[bytes]) -> list[EntryRow]:
    return [
        EntryRow(id=f"image-{place}", file=await kit.objects.put(content), target="light")
        for place, content in enumerate(contents)
    ]


def text_rows(*texts: str) -> list[EntryRow]:
    return [
        EntryRow(id=f"text-{place}", text=text, target=text) for place, text in enumerate(texts)
    ]


async def opened(
    kit: Kit, contenders: Sequence[Contender], config: RunConfig | None = None
) -> list[Asker]:
    """The contenders as a run holds them on this worker."""
    askers = []
    for contender in contenders:
        try:
            model = await PROVIDERS[contender.provider].open(contender, kit)
        except Unavailable as error:
            model = Unopened(error.message)
        instruments = Instruments(contender.model)
        askers.append(Asker(contender.position, model, config or RunConfig(), instruments))
    return askers


async def opened_without_threads(kit: Kit, function: Function, config: RunConfig) -> list[Asker]:
    """One contender whose function is at hand, so that no thread has to import it."""
    model = make_model(function, kit.threads)
    return [Asker(0, model, config, Instruments("python/at-hand"))]


async def answered(
    kit: Kit,
    askers: Sequence[Asker],
    rows: Sequence[EntryRow],
    *,
    rank: int = 1,
    rest: Rest | None = None,
    memory: Memory | None = None,
) -> list[EntryProcessed]:
    """The facts of one slice that holds the rows."""
    item = WorkItem(run_id=RUN_ID, slice=rank, start=0, n=len(rows))
    sheet = Sheet(item, rows, len(askers))
    pictures = Pictures(kit.objects, Threads(), max_pixels=kit.settings.max_pixels)
    async with asyncio.timeout(30):
        await Slice(sheet, askers, rank=rank, rest=rest).answer(
            pictures, memory or Memory(kit.settings.image_memory_bytes)
        )
    return [event for _, event in sheet.facts("tester")]
