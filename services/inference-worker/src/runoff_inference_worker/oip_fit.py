"""Holds what a server says of a model against its declaration: names, datatypes, shapes, labels."""

from collections.abc import Sequence
from dataclasses import dataclass

from runoff_contracts.problem import FieldError
from runoff_contracts.specs.oip import OipSpec, OipTextSpec
from runoff_inference_worker.errors import ModelRefused
from runoff_inference_worker.gallery import Gallery
from runoff_inference_worker.oip_wire import BYTES, FLOATS, INTEGERS, Metadata, TensorInfo
from runoff_inference_worker.outputs import declared_names
from runoff_inference_worker.tensor_fit import (
    Node,
    Shape,
    fit_input,
    fit_outputs,
    input_shape,
    named,
    shown_shape,
)

_IMAGE_TYPES = ("FP32", "FP64", "FP16", "UINT8")


@dataclass(frozen=True)
class Fit:
    """How a declaration meets a served model."""

    input: str
    datatype: str
    n_axes: int
    """Of the input: texts are sent as (n,) or (n, 1)."""
    outputs: list[str]
    """Those to ask for; none where the server has to say which it has."""
    fixed_batch: int | None
    """Entries that every call must hold; None where the server leaves it open."""


def fit_images(metadata: Metadata, spec: OipSpec, gallery: Gallery | None = None) -> Fit:
    """Input and outputs that a declaration of an image model means.

    Raises:
        ModelRefused: With every field that does not fit, and what would.
    """
    errors: list[FieldError] = []
    source, name = None, spec.input.name
    if metadata.inputs:
        inputs = _nodes(metadata.inputs)
        source = fit_input(spec.input, inputs, errors, types=_IMAGE_TYPES, single=False)
        name = source.name if source else name
    elif name is None:
        message = "the server does not say its inputs: name one"
        errors.append(FieldError(field="spec.input.name", message=message))
    outputs = _outputs(metadata, spec, gallery, errors)
    if errors or name is None:
        raise _refused(errors)
    n_axes = len(input_shape(spec.input))
    if source is None:
        return Fit(name, "FP32", n_axes, outputs, None)
    return Fit(name, source.type, n_axes, outputs, _fixed(source.shape))


def fit_texts(metadata: Metadata, spec: OipTextSpec) -> Fit:
    """Input and output that a declaration of a text model means.

    Raises:
        ModelRefused: With every field that does not fit, and what would.
    """
    errors: list[FieldError] = []
    n_axes, fixed = 1, None
    if metadata.inputs:
        source = named("input", spec.input, _nodes(metadata.inputs), "spec.input", errors)
        if source is not None:
            n_axes, fixed = len(source.shape), _fixed(source.shape)
            if source.type != BYTES or n_axes not in {1, 2}:
                errors.append(
                    FieldError(
                        field="spec.input",
                        message=f"input {source.name!r} takes {_shown(source)}; texts are sent as "
                        "BYTES [n] or [n, 1]",
                    )
                )
    name = spec.output
    if metadata.outputs:
        found = named("output", name, _nodes(metadata.outputs), "spec.output", errors)
        if found is not None:
            name = found.name
            _text_output_fits(found, spec, errors)
    if errors:
        raise _refused(errors)
    return Fit(spec.input, BYTES, n_axes, [name] if name else [], fixed)


def _nodes(tensors: Sequence[TensorInfo]) -> list[Node]:
    """As the checks of a file want them; -1 is an open size. Whole numbers may be measures too."""
    return [
        Node(
            each.name,
            each.datatype,
            is_float=each.datatype in {*FLOATS, *INTEGERS},
            is_whole=each.datatype in INTEGERS,
            shape=[None if size == -1 else size for size in each.shape],
        )
        for each in tensors
    ]


def _outputs(
    metadata: Metadata, spec: OipSpec, gallery: Gallery | None, errors: list[FieldError]
) -> list[str]:
    names = list(declared_names(spec.output).values())
    if metadata.outputs:
        found = fit_outputs(spec, _nodes(metadata.outputs), errors, gallery)
        wanted = [node.name for node in found.values()]
    else:
        wanted = [name for name in names if name]
    # Asked for by name only when all are known: half a list would leave the other half out.
    return wanted if len(wanted) == len(names) else []


def _text_output_fits(found: Node, spec: OipTextSpec, errors: list[FieldError]) -> None:
    if found.type == BYTES:
        return
    field, message = "spec.output", None
    if spec.task == "text":
        message = f"output {found.name!r} gives {_shown(found)}; texts are BYTES"
    elif not spec.labels:
        field = "spec.labels"
        message = f"output {found.name!r} gives {_shown(found)}: name the labels of the numbers"
    elif found.type in FLOATS and not _is_table(found.shape, len(spec.labels)):
        field = "spec.labels" if len(found.shape) == 2 else field
        message = (
            f"output {found.name!r} gives {_shown(found)}, but there are {len(spec.labels)} "
            f"labels, so it should give [n, {len(spec.labels)}]"
        )
    if message:
        errors.append(FieldError(field=field, message=message))


def _is_table(shape: Shape, n_labels: int) -> bool:
    return len(shape) == 2 and shape[1] in {None, n_labels}


def _fixed(shape: Shape) -> int | None:
    first = shape[0] if shape else None
    return first if isinstance(first, int) and first > 0 else None


def _shown(found: Node) -> str:
    return f"{found.type} {shown_shape(found.shape)}"


def _refused(errors: list[FieldError]) -> ModelRefused:
    return ModelRefused(
        "model-does-not-fit", "The served model does not fit its declaration", errors=errors
    )
