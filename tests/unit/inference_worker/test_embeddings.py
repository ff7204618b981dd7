"""Models whose output is a vector: its label is that of the likest vectors of a gallery."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runoff_contracts.commands import Accepted, CheckModel
from runoff_contracts.declaring import read_declaration
from runoff_contracts.errors import BadDeclaration
from runoff_contracts.model_spec import OnnxSpec
from runoff_contracts.problem import FieldError, Problem
from runoff_contracts.run_config import RunConfig
from runoff_contracts.specs.tensors import EmbeddingOutput, ImageInput
from runoff_inference_worker.app import check_model
from runoff_inference_worker.embeddings import labels_of
from runoff_inference_worker.errors import MalformedAnswer
from runoff_inference_worker.gallery import read_gallery
from runoff_inference_worker.provider import Answer
from runoff_inference_worker.tensor_fit import Node, fit_outputs
from tests.unit.inference_worker.making import (
    HALVES,
    a_kit,
    answered,
    gallery_file,
    half_lit,
    halves_model,
    image_rows,
    onnx_contender,
    opened,
)

GALLERY = read_gallery(gallery_file(*HALVES), "vector")


def embedding_spec(gallery: str | None, **output: Any) -> OnnxSpec:
    return OnnxSpec(
        input=ImageInput(size=(4, 4), color="L", layout="NF"),
        output=EmbeddingOutput(gallery=gallery, **output),
    )


async def test_an_image_gets_the_label_of_the_likest_vectors(tmp_path: Path) -> None:
    """With the softmax of likeness / temperature: a model of embeddings is one of classes."""
    kit = a_kit(tmp_path)
    digest = await kit.objects.put(gallery_file(*HALVES))
    spec = embedding_spec(digest, temperature=0.5)
    askers = await opened(
        kit, [await onnx_contender(kit, halves_model(), spec)], RunConfig(batch_size=3)
    )
    rows = await image_rows(kit, [half_lit("left"), half_lit("right"), half_lit("left")])

    events = await answered(kit, askers, rows)

    found = [event.predictions[0] for event in events]
    assert [each.label for each in found] == ["left", "right", "left"]
    assert found[0].probabilities is not None
    # Cosine 1 with (1, 0, 0.1), 0.1 / 1.01 with the nearest of the other label, (0.1, 1, 0).
    expected = 1 / (1 + math.exp((0.1 / 1.01 - 1) / 0.5))
    assert found[0].probabilities["left"] == pytest.approx(expected, abs=2e-6)
    assert found[0].confidence == found[0].probabilities["left"]


def test_without_a_temperature_there_is_a_label_and_no_confidence() -> None:
    """A likeness of 0.8 is no probability, though it looks like one."""
    (answer,) = labels_of(np.array([[1.0, 0.5, 0.0]]), EmbeddingOutput(), GALLERY, n_asked=1)

    assert isinstance(answer, Answer)
    assert (answer.label, answer.confidence, answer.probabilities) == ("left", None, None)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ([np.nan, 0.0, 1.0], "not finite"),
        ([0.0, np.inf, 1.0], "not finite"),
        ([0.0, 0.0, 0.0], "zero"),
    ],
)
def test_a_vector_without_a_direction_is_malformed_and_no_other(
    row: list[float], says: str
) -> None:
    """Its neighbours in the batch keep their answers, huge and tiny ones too."""
    rows = np.array([[3e38, 0.0, 0.0], row, [0.0, 1e-38, 0.0]], np.float32)

    first, bad, last = labels_of(rows, EmbeddingOutput(temperature=0.01), GALLERY, n_asked=3)

    assert isinstance(first, Answer)
    assert isinstance(last, Answer)
    assert (first.label, last.label) == ("left", "right")
    assert isinstance(bad, MalformedAnswer)
    assert says in bad.message


@pytest.mark.parametrize("shape", [(1, 2), (2, 3), (3,), (1, 3, 1)])
def test_vectors_of_another_shape_are_malformed(shape: tuple[int, ...]) -> None:
    """Which of them belongs to which image nobody could say."""
    with pytest.raises(MalformedAnswer, match="needed is"):
        labels_of(np.ones(shape), EmbeddingOutput(), GALLERY, n_asked=1)


async def checked(tmp_path: Path, model: bytes, gallery: bytes | None, **output: Any) -> object:
    """What a worker says of a model that is about to be registered."""
    kit = a_kit(tmp_path)
    digest = None if gallery is None else await kit.objects.put(gallery)
    command = CheckModel(
        command_id="c",
        sent_at=datetime.now(UTC),
        model="onnx/halves",
        file=await kit.objects.put(model),
        spec=embedding_spec(digest, **output),
        task="classification",
    )
    return await check_model(command, kit)


async def test_a_model_that_fits_its_gallery_is_accepted(tmp_path: Path) -> None:
    """Black has no direction here, so the trial's image is gray."""
    said = await checked(tmp_path, halves_model(), gallery_file(*HALVES), temperature=0.1)

    assert isinstance(said, Accepted)
    assert said.data["n_labels"] == 2


@pytest.mark.parametrize(
    ("gallery", "output", "field", "says"),
    [
        (None, {}, "spec.output.gallery", "is needed"),
        (b"no archive", {}, "spec.output.gallery", "numpy.savez"),
        (
            gallery_file([[1.0, 0.0], [0.0, 1.0]], ["a", "b"]),
            {},
            "spec.output.gallery",
            "gives [n, 3], but the gallery's vectors are as [n, 2]",
        ),
        (gallery_file(*HALVES), {"name": "vector"}, "spec.output.name", "'scores'"),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_field(
    tmp_path: Path, gallery: bytes | None, output: dict[str, Any], field: str, says: str
) -> None:
    """Before any entry is spent."""
    said = await checked(tmp_path, halves_model(), gallery, **output)

    assert isinstance(said, Problem)
    assert [each.field for each in said.errors] == [field]
    assert says in said.errors[0].message


async def test_a_gallery_that_is_gone_is_said(tmp_path: Path) -> None:
    """An object store may be restored without it."""
    kit = a_kit(tmp_path)
    spec = embedding_spec("sha256:" + "1" * 64)
    askers = await opened(kit, [await onnx_contender(kit, halves_model(), spec)])

    (event,) = await answered(kit, askers, await image_rows(kit, [half_lit("left")]))

    error = event.predictions[0].attempts[-1].error
    assert error is not None
    assert error.error_class == "unavailable"
    assert "spec.output.gallery" in error.message


def test_an_output_that_is_no_table_of_vectors_is_refused() -> None:
    """A map of features is pooled in the file, not here."""
    node = Node("map", "tensor(float)", is_float=True, is_whole=False, shape=["n", 3, 7, 7])
    errors: list[FieldError] = []

    fit_outputs(embedding_spec(None), [node], errors, GALLERY)

    assert [each.field for each in errors] == ["spec.output.name"]
    assert "should give [n, 3]" in errors[0].message


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"labels": ["a", "b"]}, "labels"),
        ({"task": "detection"}, ""),
        ({"output": {"kind": "embedding", "temperature": 0}}, "output.temperature"),
        ({"output": {"kind": "embedding", "temperature": float("nan")}}, "output.temperature"),
        ({"output": {"kind": "embedding", "gallery": "gallery.npz"}}, "output.gallery"),
        ({"output": {"kind": "embedding", "nearest": "mean"}}, "output.nearest"),
        ({"output": {"kind": "embedding", "activation": "softmax"}}, "output.activation"),
        ({"task": ["classification"]}, "task"),
    ],
)
def test_a_wrong_declaration_is_named_by_its_field(given: dict[str, Any], field: str) -> None:
    """By whoever reads it: command, SDK and API."""
    declared = {"input": {"size": [4, 4]}, "output": {"kind": "embedding"}, **given}
    with pytest.raises(BadDeclaration) as refused:
        read_declaration(declared, provider="onnx")

    assert field in [each.field for each in refused.value.errors]
