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
from runoff_inference_worker.outputs import decode
from runoff_inference_worker.tensor_fit import Node, fit_outputs, shown_shape
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


def fit(session: ort.InferenceSession, spec: OnnxSpec) -> Fit:
    """Input and output that the declaration means.

    Raises:
        ModelRefused: With every field that does not fit, and what would.
    """
    errors: list[FieldError] = []
    source = _input(session, spec, errors)
    outputs = fit_outputs(spec, [_node(each) for each in session.get_outputs()], errors)
    if errors or source is None:
        raise ModelRefused(
            "model-does-not-fit", "The file does not fit its declaration", errors=errors
        )
    has_batch = len(source.shape) == len(_given_shape(spec.input))
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


def trial(session: ort.InferenceSession, fitted: Fit, spec: OnnxSpec) -> None:
    """One call on a black image, in a thread.

    Raises:
        AttemptFailed: When its answer is no prediction.
    """
    width, height = spec.input.size
    shape = (height, width) if spec.input.color == "L" else (height, width, 3)
    batch = input_of([np.zeros(shape, np.uint8)], spec.input, fitted)
    black = Placed(width, height, View.declared(spec.input))
    answer = decode(run(session, fitted, batch), spec, [black] * len(batch))[0]
    if isinstance(answer, AttemptFailed):
        raise answer


def _node(found: ort.NodeArg) -> Node:
    return Node(found.name, found.type, found.type in _FLOATS, found.type in _WHOLE, found.shape)


def _input(
    session: ort.InferenceSession, spec: OnnxSpec, errors: list[FieldError]
) -> ort.NodeArg | None:
    found = _named(session.get_inputs(), spec.input.name, errors)
    if found is None:
        return None
    if found.type not in _TYPES:
        errors.append(
            FieldError(
                field="spec.input.name",
                message=f"input {found.name!r} takes {found.type}; one of {', '.join(_TYPES)} "
                "can be made of an image",
            )
        )
    given = _given_shape(spec.input)
    if not (_shapes_meet(found.shape, given) or _shapes_meet([1, *found.shape], given)):
        errors.append(
            FieldError(
                field="spec.input.size" if len(found.shape) == len(given) else "spec.input.layout",
                message=f"input {found.name!r} takes {shown_shape(found.shape)}, but size "
                f"{spec.input.size[0]} x {spec.input.size[1]}, color {spec.input.color} and "
                f"layout {spec.input.layout} give {shown_shape(given)}",
            )
        )
    return found


def _named(
    nodes: list[ort.NodeArg], name: str | None, errors: list[FieldError]
) -> ort.NodeArg | None:
    names = ", ".join(repr(node.name) for node in nodes)
    if name is None and len(nodes) == 1:
        return nodes[0]
    for node in nodes:
        if node.name == name:
            return node
    message = (
        f"the file has several inputs, name one of {names}"
        if name is None
        else f"the file has no input {name!r}, it has {names}"
    )
    errors.append(FieldError(field="spec.input.name", message=message))
    return None


def _given_shape(spec: ImageInput) -> list[object]:
    width, height = spec.size
    n_channels = 1 if spec.color == "L" else 3
    if spec.layout == "NF":
        return ["n", width * height * n_channels]
    if spec.layout == "NCHW":
        return ["n", n_channels, height, width]
    return ["n", height, width, n_channels]


def _shapes_meet(taken: list[object], given: list[object]) -> bool:
    return len(taken) == len(given) and all(
        not isinstance(each, int) or each == wanted
        for each, wanted in zip(taken[1:], given[1:], strict=True)
    )
