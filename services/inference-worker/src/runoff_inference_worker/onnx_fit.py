"""Holds an ONNX session against its declaration, and runs it once to see that it is true."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from runoff_contracts.model_spec import OnnxSpec
from runoff_contracts.problem import FieldError
from runoff_contracts.specs.tensors import ImageInput
from runoff_inference_worker.errors import AttemptFailed, ModelRefused
from runoff_inference_worker.gallery import Gallery
from runoff_inference_worker.outputs import decode
from runoff_inference_worker.tensor_fit import Node, fit_input, fit_outputs, input_shape
from runoff_inference_worker.views import Placed, View, tensor

_TYPES: dict[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(float16)": np.float16,
    "tensor(uint8)": np.uint8,
}
_FLOATS = {"tensor(float)", "tensor(double)", "tensor(float16)"}
_WHOLE = {f"tensor({sign}int{n_bits})" for sign in ("", "u") for n_bits in (8, 16, 32, 64)}


@dataclass(frozen=True)
class Fit:
    """How a declaration meets its file."""

    input: str
    outputs: dict[str, str]
    """Names of the outputs to read, by the field of the declaration that means them."""
    input_type: type[np.generic]
    fixed_batch: int | None
    """Entries that every call must hold; None where the file leaves it open."""
    has_batch: bool = True
    """Its input begins with the number of entries; torchvision's detectors take one image."""


def fit(session: ort.InferenceSession, spec: OnnxSpec, gallery: Gallery | None = None) -> Fit:
    """Input and output that the declaration means.

    Args:
        session: Of the file.
        spec: The declaration.
        gallery: Of a model of embeddings.

    Raises:
        ModelRefused: With every field that does not fit, and what would.
    """
    errors: list[FieldError] = []
    inputs, given = map(_node, session.get_inputs()), map(_node, session.get_outputs())
    source = fit_input(spec.input, list(inputs), errors, types=list(_TYPES), single=True)
    outputs = fit_outputs(spec, list(given), errors, gallery)
    if errors or source is None:
        raise ModelRefused(
            "model-does-not-fit", "The file does not fit its declaration", errors=errors
        )
    has_batch = len(source.shape) == len(input_shape(spec.input))
    first = source.shape[0] if has_batch else 1
    fixed = first if isinstance(first, int) and first > 0 else None
    if spec.task == "detection" and len(outputs["boxes"].shape) == 2:
        fixed = 1  # its outputs have no place for a second image
    names = {field: node.name for field, node in outputs.items()}
    return Fit(source.name, names, _TYPES[source.type], fixed, has_batch)


def input_of(pictures: Sequence[object], spec: ImageInput, fitted: Fit) -> NDArray[np.generic]:
    """The input of one call; a file of a fixed batch gets black images behind the real ones."""
    batch = tensor([np.asarray(each, np.uint8) for each in pictures], spec)
    if fitted.fixed_batch is not None and len(batch) < fitted.fixed_batch:
        rest = np.zeros((fitted.fixed_batch - len(batch), *batch.shape[1:]), np.float32)
        batch = np.concatenate([batch, rest])
    if fitted.input_type is np.float32:
        return batch
    if fitted.input_type is np.uint8:
        return np.clip(np.rint(batch), 0, 255).astype(np.uint8)
    return batch.astype(fitted.input_type)


def run(
    session: ort.InferenceSession,
    fitted: Fit,
    batch: NDArray[np.generic],
    options: ort.RunOptions | None = None,
) -> dict[str, NDArray[np.generic]]:
    """What the file gives for the input of one call: the outputs to read, by name."""
    names = list(fitted.outputs.values())
    feed = {fitted.input: batch if fitted.has_batch else batch[0]}
    return dict(zip(names, session.run(names, feed, options), strict=True))


def trial(
    session: ort.InferenceSession, fitted: Fit, spec: OnnxSpec, gallery: Gallery | None = None
) -> None:
    """One call on an image of one color, in a thread.

    It is black, but not for embeddings: a network without a bias gives no direction for it.

    Raises:
        AttemptFailed: When its answer is no prediction.
    """
    width, height = spec.input.size
    shape = (height, width) if spec.input.color == "L" else (height, width, 3)
    shade = 0 if gallery is None else 100
    batch = input_of([np.full(shape, shade, np.uint8)], spec.input, fitted)
    whole = Placed(width, height, View.declared(spec.input))
    answer = decode(run(session, fitted, batch), spec, [whole] * len(batch), gallery)[0]
    if isinstance(answer, AttemptFailed):
        raise answer


def _node(found: ort.NodeArg) -> Node:
    return Node(found.name, found.type, found.type in _FLOATS, found.type in _WHOLE, found.shape)
