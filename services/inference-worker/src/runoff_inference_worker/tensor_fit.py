"""Holds the outputs of a model against its declaration: names, types, shapes, number of labels.

The same for every provider of tensors; where the outputs stand is theirs to know.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from runoff_contracts.problem import FieldError
from runoff_contracts.specs.tensors import ClassOutput, DetectionOutput, PointOutput, TensorSpec
from runoff_inference_worker.outputs import declared_names

Shape = Sequence[object]
"""Whole numbers where a size is given; any name or None where it is open. Empty: not known."""


@dataclass(frozen=True)
class Node:
    """One output of a model, as the model describes it."""

    name: str
    type: str
    is_float: bool
    is_whole: bool
    """Its numbers are whole ones, as numbers of classes may be."""
    shape: Shape


def fit_outputs(
    spec: TensorSpec, nodes: Sequence[Node], errors: list[FieldError]
) -> dict[str, Node]:
    """The outputs that the declaration means, by the field that names them.

    Args:
        spec: The declaration.
        nodes: All outputs of the model.
        errors: Gets every field that does not fit, and what would.
    """
    names = declared_names(spec.output)
    found: dict[str, Node] = {}
    for field, name in names.items():
        rest = [node for node in nodes if node.name not in names.values()] if name is None else []
        node = _named(field, name, _usable(field, rest, spec) if name is None else nodes, errors)
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
        elif not _meets(node.shape, wanted_shapes(spec, field)):
            errors.append(_wrong_shape(spec, field, node))
    return found


def wanted_shapes(
    spec: TensorSpec, field: str, *, n_labels: object = None, objectness: bool | None = None
) -> list[list[object]]:
    """The shapes that an output may have; open sizes have names.

    Args:
        spec: The declaration.
        field: Of `spec.output`, that names the output.
        n_labels: In place of the declaration's number; any name for any number.
        objectness: In place of the declaration's.
    """
    labels = len(spec.labels) if n_labels is None else n_labels
    match spec.output:
        case ClassOutput():
            return [["n", labels]]
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


def _usable(field: str, nodes: Sequence[Node], spec: TensorSpec) -> Sequence[Node]:
    """The only output that fits, where there is only one; else all."""
    fitting = [
        node for node in nodes if node.is_float and _meets(node.shape, wanted_shapes(spec, field))
    ]
    return fitting if len(fitting) == 1 else nodes


def _named(
    field: str, name: str | None, nodes: Sequence[Node], errors: list[FieldError]
) -> Node | None:
    names = ", ".join(repr(node.name) for node in nodes) or "none"
    if name is None and len(nodes) == 1:
        return nodes[0]
    for node in nodes:
        if node.name == name:
            return node
    message = (
        f"the model has several outputs, name one of {names}"
        if name is None
        else f"the model has no output {name!r}, it has {names}"
    )
    errors.append(FieldError(field=f"spec.output.{field}", message=message))
    return None


def _wrong_shape(spec: TensorSpec, field: str, node: Node) -> FieldError:
    shown, n_labels = shown_shape(node.shape), len(spec.labels)
    needed = " or ".join(map(shown_shape, wanted_shapes(spec, field)))
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


def shown_shape(shape: Shape) -> str:
    """As people write it; open sizes have the name that the model gives them, or n."""
    return "[" + ", ".join("n" if each is None else str(each) for each in shape) + "]"
