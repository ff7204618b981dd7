"""Holds an ONNX session against its declaration: names, types, shapes, number of labels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from runoff_contracts.model_spec import OnnxSpec
from runoff_contracts.problem import FieldError
from runoff_contracts.specs.tensors import ImageInput
from runoff_inference_worker.classes import answers_of, class_output
from runoff_inference_worker.errors import AttemptFailed, ModelRefused
from runoff_inference_worker.views import tensor

_TYPES: dict[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(float16)": np.float16,
    "tensor(uint8)": np.uint8,
}
_FLOATS = {"tensor(float)", "tensor(double)", "tensor(float16)"}


@dataclass(frozen=True)
class Fit:
    """How a declaration meets its file."""

    input: str
    output: str
    input_type: type[np.generic]
    fixed_batch: int | None
    """Entries that every call must hold; None where the file leaves it open."""


def fit(session: ort.InferenceSession, spec: OnnxSpec) -> Fit:
    """Input and output that the declaration means.

    Raises:
        ModelRefused: With every field that does not fit, and what would.
    """
    errors: list[FieldError] = []
    source = _input(session, spec, errors)
    output = _output(session, spec, errors)
    if errors or source is None or output is None:
        raise ModelRefused(
            "model-does-not-fit", "The file does not fit its declaration", errors=errors
        )
    first = source.shape[0]
    fixed = first if isinstance(first, int) and first > 0 else None
    return Fit(source.name, output.name, _TYPES[source.type], fixed)


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


def trial(session: ort.InferenceSession, fitted: Fit, spec: OnnxSpec) -> None:
    """One call on a black image, in a thread.

    Raises:
        AttemptFailed: When its answer is no prediction.
    """
    width, height = spec.input.size
    shape = (height, width) if spec.input.color == "L" else (height, width, 3)
    batch = input_of([np.zeros(shape, np.uint8)], spec.input, fitted)
    values = session.run([fitted.output], {fitted.input: batch})[0]
    answer = answers_of(values[:1], spec, n_asked=1)[0]
    if isinstance(answer, AttemptFailed):
        raise answer


def _input(
    session: ort.InferenceSession, spec: OnnxSpec, errors: list[FieldError]
) -> ort.NodeArg | None:
    found = _named("input", session.get_inputs(), spec.input.name, errors)
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
    if not _shapes_meet(found.shape, given):
        errors.append(
            FieldError(
                field="spec.input.size" if len(found.shape) == len(given) else "spec.input.layout",
                message=f"input {found.name!r} takes {_shown(found.shape)}, but size "
                f"{spec.input.size[0]} x {spec.input.size[1]}, color {spec.input.color} and "
                f"layout {spec.input.layout} give {_shown(given)}",
            )
        )
    return found


def _output(
    session: ort.InferenceSession, spec: OnnxSpec, errors: list[FieldError]
) -> ort.NodeArg | None:
    n_labels = len(spec.labels)
    name, outputs = class_output(spec).name, session.get_outputs()
    if name is None:
        usable = [each for each in outputs if each.type in _FLOATS and _holds(each, n_labels)]
        outputs = usable if len(usable) == 1 else outputs
    found = _named("output", outputs, name, errors)
    if found is None:
        return None
    if found.type not in _FLOATS:
        errors.append(
            FieldError(
                field="spec.output.name",
                message=f"output {found.name!r} gives {found.type}; a tensor of floats is needed",
            )
        )
    elif not _holds(found, n_labels):
        n_found = found.shape[-1] if len(found.shape) == 2 else None
        errors.append(
            FieldError(
                field="spec.labels" if isinstance(n_found, int) else "spec.output.name",
                message=f"output {found.name!r} gives {_shown(found.shape)}, but there are "
                f"{n_labels} labels, so it should give {_shown(['n', n_labels])}",
            )
        )
    return found


def _named(
    kind: str, nodes: list[ort.NodeArg], name: str | None, errors: list[FieldError]
) -> ort.NodeArg | None:
    names = ", ".join(repr(node.name) for node in nodes)
    if name is None and len(nodes) == 1:
        return nodes[0]
    for node in nodes:
        if node.name == name:
            return node
    message = (
        f"the file has several {kind}s, name one of {names}"
        if name is None
        else f"the file has no {kind} {name!r}, it has {names}"
    )
    errors.append(FieldError(field=f"spec.{kind}.name", message=message))
    return None


def _holds(node: ort.NodeArg, n_labels: int) -> bool:
    return len(node.shape) == 2 and (
        node.shape[1] == n_labels or not isinstance(node.shape[1], int)
    )


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


def _shown(shape: list[object]) -> str:
    return "[" + ", ".join("n" if each is None else str(each) for each in shape) + "]"
