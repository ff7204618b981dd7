"""`onnx/<name>`: real files through onnxruntime, and files that do not fit what is said of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from runoff_contracts.commands import Accepted, CheckModel
from runoff_contracts.model_spec import OnnxSpec
from runoff_contracts.problem import FieldError, Problem
from runoff_contracts.run_config import RunConfig
from runoff_contracts.specs.tensors import ClassOutput
from runoff_inference_worker.app import check_model
from runoff_inference_worker.onnx_sessions import Sessions
from tests.unit.inference_worker.making import (
    a_kit,
    a_spec,
    an_image,
    answered,
    brightness_model,
    image_rows,
    linear_model,
    onnx_contender,
    opened,
    text_rows,
)


async def labels_of(
    tmp_path: Path, model: bytes, spec: OnnxSpec, *contents: bytes, **config: Any
) -> list[str | None]:
    """What one model says of some images."""
    kit = a_kit(tmp_path)
    askers = await opened(kit, [await onnx_contender(kit, model, spec)], RunConfig(**config))
    events = await answered(kit, askers, await image_rows(kit, contents))
    return [event.predictions[0].label for event in events]


async def test_images_are_classified(tmp_path: Path) -> None:
    """Any size and mode of image becomes the declared input."""
    images = [
        an_image("L", (8, 8), 250),
        an_image("RGB", (30, 20), (5, 5, 5)),
        an_image("RGBA", (4, 4), (0, 0, 0, 0)),
        an_image("CMYK", (9, 9), (0, 0, 0, 255), "JPEG"),
    ]

    labels = await labels_of(tmp_path, brightness_model(), a_spec(), *images)

    assert labels == ["light", "dark", "light", "dark"]


async def test_a_prediction_has_probabilities_and_shares_its_batchs_time(tmp_path: Path) -> None:
    """A batch is one call; the latency of an entry is its part of it."""
    kit = a_kit(tmp_path)
    contender = await onnx_contender(kit, brightness_model(), a_spec())
    askers = await opened(kit, [contender], RunConfig(batch_size=2))

    events = await answered(kit, askers, await image_rows(kit, [an_image(color=255)] * 4))

    first = events[0].predictions[0]
    assert first.probabilities is not None
    assert list(first.probabilities) == ["light", "dark"]
    assert first.confidence == first.probabilities["light"]
    assert sum(first.probabilities.values()) == pytest.approx(1, abs=2e-6)
    assert first.attempts[0].n_batch == 2
    assert first.latency_s == pytest.approx(first.attempts[0].duration_s / 2)


@pytest.mark.parametrize("element", [TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16])
async def test_inputs_of_any_float_are_fed(tmp_path: Path, element: int) -> None:
    """The tensor is cast to what the file takes."""
    model = brightness_model(element=element)

    assert await labels_of(tmp_path, model, a_spec(), an_image(color=255)) == ["light"]


@pytest.mark.parametrize("batch", [1, 3])
async def test_a_file_of_a_fixed_batch_is_fed_full_batches(tmp_path: Path, batch: int) -> None:
    """Black images fill it up; nobody hears what the model says of them."""
    images = [an_image(color=color) for color in (255, 0, 255, 0)]

    labels = await labels_of(tmp_path, brightness_model(batch=batch), a_spec(), *images)

    assert labels == ["light", "dark", "light", "dark"]


async def test_an_output_that_is_not_finite_is_malformed(tmp_path: Path) -> None:
    """An overflow inside a model is its failure, not a confidence."""
    kit = a_kit(tmp_path)
    weights = np.full((16, 2), np.float32(3e38))
    contender = await onnx_contender(kit, linear_model(weights), a_spec())
    askers = await opened(kit, [contender], RunConfig(retries=0))

    (bad, good) = await answered(
        kit, askers, await image_rows(kit, [an_image(color=255), an_image(color=0)])
    )

    error = bad.predictions[0].attempts[-1].error
    assert error is not None
    assert error.error_class == "malformed_answer"
    assert good.predictions[0].label == "dark"


async def test_an_entry_without_an_image_is_a_bad_entry(tmp_path: Path) -> None:
    """Its neighbours in the batch are answered, each in one attempt."""
    kit = a_kit(tmp_path)
    askers = await opened(kit, [await onnx_contender(kit, brightness_model(), a_spec())])
    images = await image_rows(kit, [an_image(color=255)] * 2)

    found = await answered(kit, askers, [images[0], *text_rows("a"), images[1]])

    assert [event.predictions[0].label for event in found] == ["light", None, "light"]
    assert [len(event.predictions[0].attempts) for event in found] == [1, 1, 1]
    error = found[1].predictions[0].attempts[0].error
    assert error is not None
    assert error.error_class == "bad_entry"


async def test_a_lost_file_makes_the_model_unavailable(tmp_path: Path) -> None:
    """Every entry says so, once; the other contender goes on."""
    kit = a_kit(tmp_path)
    good = await onnx_contender(kit, brightness_model(), a_spec())
    lost = good.model_copy(update={"position": 1, "file": "sha256:" + "f" * 64})
    askers = await opened(kit, [good, lost])

    (event,) = await answered(kit, askers, await image_rows(kit, [an_image(color=255)]))

    assert event.predictions[0].label == "light"
    attempts = event.predictions[1].attempts
    assert [each.error.error_class for each in attempts if each.error] == ["unavailable"]


async def test_runs_of_one_file_share_its_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session may hold gigabytes."""
    kit = a_kit(tmp_path)
    read: list[str] = []
    get = kit.objects.get

    async def counted(digest: str) -> bytes:
        read.append(digest)
        return await get(digest)

    monkeypatch.setattr(kit.objects, "get", counted)
    contender = await onnx_contender(kit, brightness_model(), a_spec())

    for _ in range(3):
        await opened(kit, [contender])

    assert read == [contender.file]
    assert isinstance(kit.shared["onnx"], Sessions)


async def check(
    tmp_path: Path, model: bytes | None, spec: OnnxSpec | None
) -> Accepted | list[FieldError]:
    """The problem's fields, or that there is none."""
    kit = a_kit(tmp_path)
    command = CheckModel(
        command_id="check",
        sent_at=datetime.now(UTC),
        model="onnx/model",
        file=None if model is None else await kit.objects.put(model),
        spec=spec,
    )
    outcome = await check_model(command, kit)
    if isinstance(outcome, Problem):
        assert outcome.status == 422
        assert outcome.type.startswith("urn:runoff:problem:")
        return outcome.errors
    return outcome


async def test_a_model_that_fits_is_accepted(tmp_path: Path) -> None:
    """Names are found where there is only one."""
    accepted = await check(tmp_path, brightness_model(), a_spec())

    assert isinstance(accepted, Accepted)
    assert accepted.data == {"input": "pixels", "outputs": {"name": "scores"}, "n_labels": 2}


@pytest.mark.parametrize("content", [b"", b"no model at all", brightness_model()[:-30]])
async def test_a_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    """Before anything is registered."""
    kit = a_kit(tmp_path)
    command = CheckModel(
        command_id="check",
        sent_at=datetime.now(UTC),
        model="onnx/model",
        file=await kit.objects.put(content),
        spec=a_spec(),
    )

    refused = await check_model(command, kit)

    assert isinstance(refused, Problem)
    assert refused.type == "urn:runoff:problem:not-an-onnx-model"
    assert refused.errors[0].field == "file"


async def fields_of(tmp_path: Path, model: bytes, spec: OnnxSpec) -> dict[str, str]:
    errors = await check(tmp_path, model, spec)
    assert isinstance(errors, list)
    return {error.field: error.message for error in errors}


async def test_a_wrong_name_is_answered_with_those_that_there_are(tmp_path: Path) -> None:
    """Both at once: nobody wants to learn of one mistake a time."""
    spec = a_spec(name="image", output=ClassOutput(name="logits"))

    fields = await fields_of(tmp_path, brightness_model(), spec)

    assert fields == {
        "spec.input.name": "the model has no input 'image', it has 'pixels'",
        "spec.output.name": "the model has no output 'logits', it has 'scores'",
    }


async def test_a_wrong_number_of_labels_is_refused(tmp_path: Path) -> None:
    """Else every label behind the missing one would be off by one."""
    fields = await fields_of(tmp_path, brightness_model(), a_spec(labels=["a", "b", "c"]))

    assert fields == {
        "spec.labels": "output 'scores' gives [n, 2], but there are 3 labels, "
        "so it should give [n, 3]"
    }


async def test_a_wrong_size_is_refused(tmp_path: Path) -> None:
    """With what the file takes and what the declaration gives."""
    fields = await fields_of(tmp_path, brightness_model(), a_spec(width=5))

    assert fields == {
        "spec.input.size": "input 'pixels' takes [n, 16], but size 5 x 4, color L and layout NF "
        "give [n, 20]"
    }


async def test_a_wrong_layout_is_refused(tmp_path: Path) -> None:
    """A flat input gets no planes."""
    fields = await fields_of(tmp_path, brightness_model(), a_spec(layout="NCHW"))

    assert list(fields) == ["spec.input.layout"]
    assert "[n, 1, 4, 4]" in fields["spec.input.layout"]


async def test_an_input_of_whole_numbers_is_refused(tmp_path: Path) -> None:
    """Token ids are no pixels."""
    model = linear_model(np.zeros((16, 2), np.float32), activation=None, element=TensorProto.INT64)

    fields = await fields_of(tmp_path, model, a_spec())

    assert "takes tensor(int64)" in fields["spec.input.name"]
    assert "gives tensor(int64)" in fields["spec.output.name"]


async def test_a_model_that_overflows_on_black_is_refused(tmp_path: Path) -> None:
    """The check runs the model once, so that a run does not find out for every entry."""
    model = linear_model(np.zeros((16, 2), np.float32), bias=[float("nan"), 0.0], activation=None)

    fields = await fields_of(tmp_path, model, a_spec())

    assert "not finite" in fields["spec.output"]


async def test_file_and_declaration_are_both_needed(tmp_path: Path) -> None:
    """Each that is missing is named."""
    errors = await check(tmp_path, None, None)

    assert isinstance(errors, list)
    assert [error.field for error in errors] == ["file", "spec"]


def looping_model() -> bytes:
    """The brightness model with a loop that adds nothing, once."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go_on"], ["still"]),
            helper.make_node("Identity", ["before"], ["after"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("round", TensorProto.INT64, []),
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("before", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("still", TensorProto.BOOL, []),
            helper.make_tensor_value_info("after", TensorProto.FLOAT, None),
        ],
    )
    model = onnx.load_from_string(brightness_model())
    graph = model.graph
    graph.initializer.append(numpy_helper.from_array(np.array(1, np.int64), "rounds"))
    graph.initializer.append(numpy_helper.from_array(np.array(True), "yes"))
    graph.node[-1].output[0] = "looped"
    graph.node.append(helper.make_node("Loop", ["rounds", "yes", "looped"], ["scores"], body=body))
    return bytes(model.SerializeToString())


async def test_only_a_file_without_loops_may_be_called_in_the_event_loop(tmp_path: Path) -> None:
    """Such a call takes as long as the one before; one that loops can only be left in a thread."""
    kit = a_kit(tmp_path)
    sessions = Sessions(kit.objects, kit.threads, n_threads=1)

    straight = await sessions.get(await kit.objects.put(brightness_model()))
    looping = await sessions.get(await kit.objects.put(looping_model()))

    assert straight.is_straight
    assert not looping.is_straight
    images = [an_image(color=color) for color in (255, 0)]
    assert await labels_of(tmp_path, looping_model(), a_spec(), *images) == ["light", "dark"]
