"""What a model's output tensors say of the images of a call: a prediction each.

The same for every provider of tensors: in process (`onnx`) and behind a server (`oip`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.specs.tensors import (
    ClassOutput,
    DetectionOutput,
    EmbeddingOutput,
    Output,
    PointOutput,
    TensorSpec,
)
from runoff_inference_worker.classes import answers_of
from runoff_inference_worker.detections import boxes_of
from runoff_inference_worker.embeddings import labels_of
from runoff_inference_worker.errors import AttemptFailed, MalformedAnswer
from runoff_inference_worker.gallery import Gallery
from runoff_inference_worker.points import points_of
from runoff_inference_worker.provider import Answer
from runoff_inference_worker.views import Placed

Tensors = Mapping[str, NDArray[Any]]
"""By name; their types are what the model gives."""


def decode(
    outputs: Tensors, spec: TensorSpec, views: Sequence[Placed], gallery: Gallery | None = None
) -> list[Answer | AttemptFailed]:
    """The prediction for each image of one call, or what is wrong with it.

    Args:
        outputs: By the model's names. Those that the declaration does not name may be missing, or
            be there and are ignored; where it names none, there is only the one.
        spec: What they mean.
        views: One an image, in the order of the batch, those included that only fill it.
        gallery: What embeddings are held against; no other output has one.

    Raises:
        MalformedAnswer: When an output is missing or of another shape, with what is needed.
    """
    tensors = _tensors(outputs, spec.output)
    match spec.output:
        case ClassOutput():
            return answers_of(tensors["name"], spec, n_asked=len(views))
        case DetectionOutput():
            return boxes_of(tensors, spec.output, spec.labels, views)
        case PointOutput():
            return points_of(tensors, spec.output, views)
        case EmbeddingOutput():
            assert gallery is not None, "whoever opens a model of embeddings has read it"
            return labels_of(tensors["name"], spec.output, gallery, n_asked=len(views))


def declared_names(output: Output) -> dict[str, str | None]:
    """The outputs that a declaration reads, by the field that names them.

    At most one has no name: the model's only output, or the only one that no other field names.
    """
    match output:
        case ClassOutput() | EmbeddingOutput():
            return {"name": output.name}
        case PointOutput():
            names = {"name": output.name, "confidence": output.confidence}
            return {field: name for field, name in names.items() if name or field == "name"}
        case DetectionOutput():
            names = {"boxes": output.boxes}
            if output.shape in {"split", "detr"}:
                names["scores"] = output.scores
            if output.shape == "split":
                names["classes"] = output.classes
            return names


def _tensors(outputs: Tensors, output: Output) -> dict[str, NDArray[Any]]:
    """Outputs by the field that names them."""
    names = declared_names(output)
    rest = [name for name in outputs if name not in names.values()]
    found: dict[str, NDArray[Any]] = {}
    for field, name in names.items():
        if name is None and len(rest) != 1:
            raise MalformedAnswer(
                f"output.{field} has to name one of the model's outputs: {_listed(rest)}"
            )
        key = rest[0] if name is None else name
        if key not in outputs:
            raise MalformedAnswer(f"the model gave no output {key!r}, it gave {_listed(outputs)}")
        found[field] = np.asarray(outputs[key])
        if found[field].dtype.kind not in "fiub":
            kind = found[field].dtype
            raise MalformedAnswer(f"output {key!r} is of type {kind}; numbers are needed")
    return found


def _listed(names: Sequence[str] | Tensors) -> str:
    return ", ".join(repr(name) for name in names) or "none"
