"""Holds the tensors of a model against its declaration: names, types, shapes, number of labels.

The same for every provider of tensors; where the tensors stand is theirs to know.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from runoff_contracts.problem import FieldError
from runoff_contracts.specs.tensors import (
    ClassOutput,
    DetectionOutput,
    EmbeddingOutput,
    ImageInput,
    PointOutput,
    TensorSpec,
)
from runoff_inference_worker.gallery import Gallery
from runoff_inference_worker.outputs import declared_names

Shape = Sequence[object]
"""Whole numbers where a size is given; any name or None where it is open. Empty: not known."""


@dataclass(frozen=True)
class Node:
    """One input or output of a model, as the model describes it."""

    name: str
    type: str
    is_float: bool
    """Its numbers are taken for measures, as scores and places are."""
    is_whole: bool
    """Its numbers are whole ones, as numbers of classes may be."""
    shape: Shape


def fit_input(
    spec: ImageInput,
    nodes: Sequence[Node],
    errors: list[FieldError],
    *,
    types: Sequence[str],
    single: bool,
) -> Node | None:
    """The input that the declaration means.

    Args:
        spec: The declaration.
        nodes: All inputs of the model.
        errors: Gets every field that does not fit, and what would.
        types: Those that can be made of an image.
        single: Whether an input of one image, with no place for a batch, will do.
    """
    found = named("input", spec.name, nodes, "spec.input.name", errors)
    if found is None:
        return None
    if found.type not in types:
        errors.append(
            FieldError(
                field="spec.input.name",
                message=f"input {found.name!r} takes {found.type}; one of {', '.join(types)} "
                "can be made of an image",
            )
        )
    given = input_shape(spec)
    if not (_holds(found.shape, given) or (single and _holds([1, *found.shape], given))):
        errors.append(
            FieldError(
                field="spec.input.size" if len(found.shape) == len(given) else "spec.input.layout",
                message=f"input {found.name!r} takes {shown_shape(found.shape)}, but size "
                f"{spec.size[0]} x {spec.size[1]}, color {spec.color} and "
                f"layout {spec.layout} give {shown_shape(given)}",
            )
        )
    return found


def input_shape(spec: ImageInput) -> list[object]:
    """What a batch of images has for its shape."""
    width, height = spec.size
    n_channels = 1 if spec.color == "L" else 3
    if spec.layout == "NF":
        return ["n", width * height * n_channels]
    if spec.layout == "NCHW":
        return ["n", n_channels, height, width]
    return ["n", height, width, n_channels]


def fit_outputs(
    spec: TensorSpec,
    nodes: Sequence[Node],
    errors: list[FieldError],
    gallery: Gallery | None = None,
) -> dict[str, Node]:
    """The outputs that the declaration means, by the field that names them.

    Args:
        spec: The declaration.
        nodes: All outputs of the model.
        errors: Gets every field that does not fit, and what would.
        gallery: Of a model of embeddings.
    """
    names = declared_names(spec.output)
    found: dict[str, Node] = {}
    for field, name in names.items():
        rest = [node for node in nodes if node.name not in names.values()] if name is None else []
        shapes = wanted_shapes(spec, field, gallery)
        among = nodes if name else _usable(rest, shapes)
        node = named("output", name, among, f"spec.output.{field}", errors)
        if node is None:
            continue
        found[field] = node
        if not (node.is_float or (field == "classes" and node.is_whole)):
            errors.append(
                FieldError(
                    field=f"spec.output.{field}",
                    message=f"output {node.name!r} gives {node.type}; a tensor of floats is needed",
                )
            )
        elif not _meets(node.shape, shapes):
            errors.append(_wrong_shape(spec, field, node, shapes))
    return found


def wanted_shapes(
    spec: TensorSpec,
    field: str,
    gallery: Gallery | None = None,
    *,
    n_labels: object = None,
    objectness: bool | None = None,
) -> list[list[object]]:
    """The shapes that an output may have; open sizes have names.

    Args:
        spec: The declaration.
        field: Of `spec.output`, that names the output.
        gallery: Of a model of embeddings.
        n_labels: In place of the declaration's number; any name for any number.
        objectness: In place of the declaration's.
    """
    labels = len(spec.labels) if n_labels is None else n_labels
    match spec.output:
        case ClassOutput():
            return [["n", labels]]
        case EmbeddingOutput():
            return [["n", "d" if gallery is None else gallery.width]]
        case PointOutput():
            return [["n", 2]] if field == "name" else [["n"], ["n", 1]]
        case DetectionOutput(shape="yolo") as output:
            if output.objectness if objectness is None else objectness:
                return [["n", "k", _plus(labels, 5)]]
            return [["n", _plus(labels, 4), "k"]]
        case DetectionOutput(shape="nms"):
            return [["n", "k", 6], ["k", 7]]
        case DetectionOutput() if field == "scores" and spec.output.shape == "detr":
            return [["n", "k", _plus(labels, 1)], ["n", "k", labels]]
        case DetectionOutput():
            whole: list[object] = ["n", "k", 4] if field == "boxes" else ["n", "k"]
            return [whole, whole[1:]] if spec.output.shape == "split" else [whole]


def named(
    kind: str, name: str | None, nodes: Sequence[Node], field: str, errors: list[FieldError]
) -> Node | None:
    """The tensor of a name, or the only one; `errors` gets what there is in its place."""
    if name is None and len(nodes) == 1:
        return nodes[0]
    for node in nodes:
        if node.name == name:
            return node
    names = ", ".join(repr(node.name) for node in nodes) or "none"
    message = (
        f"the model has several {kind}s, name one of {names}"
        if name is None
        else f"the model has no {kind} {name!r}, it has {names}"
    )
    errors.append(FieldError(field=field, message=message))
    return None


def _usable(nodes: Sequence[Node], shapes: Sequence[Shape]) -> Sequence[Node]:
    """The only output that fits, where there is only one; else all."""
    fitting = [node for node in nodes if node.is_float and _meets(node.shape, shapes)]
    return fitting if len(fitting) == 1 else nodes


def _wrong_shape(spec: TensorSpec, field: str, node: Node, shapes: Sequence[Shape]) -> FieldError:
    shown, n_labels = shown_shape(node.shape), len(spec.labels)
    needed = " or ".join(map(shown_shape, shapes))
    if isinstance(spec.output, EmbeddingOutput) and len(node.shape) == 2:
        return FieldError(
            field="spec.output.gallery",
            message=f"output {node.name!r} gives {shown}, but the gallery's vectors are as "
            f"{needed}: it was made by another model",
        )
    if isinstance(spec.output, DetectionOutput) and spec.output.shape == "yolo":
        other = not spec.output.objectness
        if _meets(node.shape, wanted_shapes(spec, field, objectness=other)):
            return FieldError(
                field="spec.output.objectness",
                message=f"output {node.name!r} gives {shown}, which fits objectness "
                f"{str(other).lower()}; as declared it should give {needed}",
            )
    if _meets(node.shape, wanted_shapes(spec, field, n_labels="labels")):
        return FieldError(
            field="spec.labels",
            message=f"output {node.name!r} gives {shown}, but there are {n_labels} labels, "
            f"so it should give {needed}",
        )
    return FieldError(
        field=f"spec.output.{field}",
        message=f"output {node.name!r} gives {shown}, it should give {needed}",
    )


def _plus(labels: object, more: int) -> object:
    return labels + more if isinstance(labels, int) else f"{more} + {labels}"


def _meets(shape: Shape, wanted: Sequence[Shape]) -> bool:
    return not shape or any(
        len(shape) == len(each)
        and all(
            not isinstance(given, int) or not isinstance(needed, int) or given == needed
            for given, needed in zip(shape, each, strict=True)
        )
        for each in wanted
    )


def _holds(taken: Shape, given: Shape) -> bool:
    """Whether an input takes such a batch; of how many images is another question."""
    return len(taken) == len(given) and all(
        not isinstance(each, int) or each == wanted
        for each, wanted in zip(taken[1:], given[1:], strict=True)
    )


def shown_shape(shape: Shape) -> str:
    """As people write it; open sizes have the name that the model gives them, or n."""
    return "[" + ", ".join("n" if each is None else str(each) for each in shape) + "]"
