"""Holds what a server says of a model against its declaration: names, datatypes, shapes, labels."""

from collections.abc import Sequence
from dataclasses import dataclass

from runoff_contracts.problem import FieldError
from runoff_contracts.specs.oip import OipSpec, OipTextSpec
from runoff_contracts.specs.tensors import (
    ClassOutput,
    ImageInput,
)
from runoff_inference_worker.errors import ModelRefused
from runoff_inference_worker.oip_wire import BYTES, FLOATS, INTEGERS, Metadata, TensorInfo
from runoff_inference_worker.outputs import declared_names

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


def fit_images(metadata: Metadata, spec: OipSpec) -> Fit:
    """Input and outputs that a declaration of an image model means.

    Raises:
        ModelRefused: With every field that does not fit, and what would.
    """
    errors: list[FieldError] = []
    source = _found("input", metadata.inputs, spec.input.name, "spec.input.name", errors)
    given = _image_shape(spec.input)
    if source is not None:
        _image_fits(source, spec.input, given, errors)
    outputs = _outputs(metadata, spec, errors)
    name = spec.input.name if source is None else source.name
    if errors or name is None:
        raise _refused(errors)
    if source is None:
        return Fit(name, "FP32", len(given), outputs, None)
    return Fit(name, source.datatype, len(given), outputs, _fixed(source))


def fit_texts(metadata: Metadata, spec: OipTextSpec) -> Fit:
    """Input and output that a declaration of a text model means.

    Raises:
        ModelRefused: With every field that does not fit, and what would.
    """
    errors: list[FieldError] = []
    source = _found("input", metadata.inputs, spec.input, "spec.input", errors)
    if source is not None and (source.datatype != BYTES or len(source.shape) not in {1, 2}):
        errors.append(
            FieldError(
                field="spec.input",
                message=f"input {source.name!r} takes {source.shown}; texts are sent as BYTES "
                "[n] or [n, 1]",
            )
        )
    found = _found("output", metadata.outputs, spec.output, "spec.output", errors)
    if found is not None:
        _text_output_fits(found, spec, errors)
    if errors:
        raise _refused(errors)
    n_axes, fixed = (1, None) if source is None else (len(source.shape), _fixed(source))
    name = spec.output if found is None else found.name
    return Fit(spec.input, BYTES, n_axes, [name] if name else [], fixed)


def _found(
    kind: str,
    tensors: Sequence[TensorInfo],
    name: str | None,
    field: str,
    errors: list[FieldError],
) -> TensorInfo | None:
    """The tensor that is meant; none where the server does not say what it has."""
    if not tensors:
        if name is None and kind == "input":
            errors.append(
                FieldError(field=field, message="the server does not say its inputs: name one")
            )
        return None
    if name is None and len(tensors) == 1:
        return tensors[0]
    for tensor in tensors:
        if tensor.name == name:
            return tensor
    names = ", ".join(repr(tensor.name) for tensor in tensors)
    message = (
        f"the model has several {kind}s, name one of {names}"
        if name is None
        else f"the model has no {kind} {name!r}, it has {names}"
    )
    errors.append(FieldError(field=field, message=message))
    return None


def _image_fits(
    source: TensorInfo, spec: ImageInput, given: list[int], errors: list[FieldError]
) -> None:
    if source.datatype not in _IMAGE_TYPES:
        errors.append(
            FieldError(
                field="spec.input.name",
                message=f"input {source.name!r} takes {source.datatype}; one of "
                f"{', '.join(_IMAGE_TYPES)} can be made of an image",
            )
        )
    as_many = len(source.shape) == len(given)
    if not as_many or any(
        taken not in {-1, wanted} for taken, wanted in zip(source.shape[1:], given[1:], strict=True)
    ):
        errors.append(
            FieldError(
                field="spec.input.size" if as_many else "spec.input.layout",
                message=f"input {source.name!r} takes {source.shape}, but size {spec.size[0]} x "
                f"{spec.size[1]}, color {spec.color} and layout {spec.layout} give {given}",
            )
        )


def _outputs(metadata: Metadata, spec: OipSpec, errors: list[FieldError]) -> list[str]:
    names = declared_names(spec.output)
    unnamed = [tensor for tensor in metadata.outputs if tensor.name not in names.values()]
    if isinstance(spec.output, ClassOutput):
        usable = [tensor for tensor in unnamed if _holds(tensor, len(spec.labels))]
        unnamed = usable if len(usable) == 1 else unnamed
    wanted: list[str] = []
    for field, name in names.items():
        among = metadata.outputs if name else unnamed
        found = _found("output", among, name, f"spec.output.{field}", errors)
        if found is None:
            wanted += [name] if name else []
            continue
        wanted.append(found.name)
        if found.datatype not in {*FLOATS, *INTEGERS}:
            errors.append(
                FieldError(
                    field=f"spec.output.{field}",
                    message=f"output {found.name!r} gives {found.datatype}; numbers are needed",
                )
            )
        elif isinstance(spec.output, ClassOutput) and not _holds(found, len(spec.labels)):
            errors.append(_label_error(found, len(spec.labels), f"spec.output.{field}"))
    # Asked for by name only when all are known: half a list would leave the other half out.
    return wanted if len(wanted) == len(names) else []


def _text_output_fits(found: TensorInfo, spec: OipTextSpec, errors: list[FieldError]) -> None:
    if found.datatype == BYTES:
        return
    message = None
    if spec.task == "text":
        message = f"output {found.name!r} gives {found.shown}; texts are BYTES"
    elif not spec.labels:
        message = f"output {found.name!r} gives {found.shown}: name the labels of the numbers"
        errors.append(FieldError(field="spec.labels", message=message))
        return
    elif found.datatype in FLOATS and not _holds(found, len(spec.labels)):
        errors.append(_label_error(found, len(spec.labels), "spec.output"))
    if message:
        errors.append(FieldError(field="spec.output", message=message))


def _label_error(found: TensorInfo, n_labels: int, field: str) -> FieldError:
    is_table = len(found.shape) == 2
    return FieldError(
        field="spec.labels" if is_table else field,
        message=f"output {found.name!r} gives {found.shape}, but there are {n_labels} labels, so "
        f"it should give {[-1, n_labels]}",
    )


def _holds(tensor: TensorInfo, n_labels: int) -> bool:
    return len(tensor.shape) == 2 and tensor.shape[1] in {-1, n_labels}


def _fixed(source: TensorInfo) -> int | None:
    return source.shape[0] if source.shape and source.shape[0] > 0 else None


def _image_shape(spec: ImageInput) -> list[int]:
    width, height = spec.size
    n_channels = 1 if spec.color == "L" else 3
    if spec.layout == "NF":
        return [-1, width * height * n_channels]
    if spec.layout == "NCHW":
        return [-1, n_channels, height, width]
    return [-1, height, width, n_channels]


def _refused(errors: list[FieldError]) -> ModelRefused:
    return ModelRefused(
        "model-does-not-fit", "The served model does not fit its declaration", errors=errors
    )
