"""What is drawn over an image: boxes and points of the target and of every contender, in pixels."""

from dataclasses import dataclass, field
from typing import Final

from pydantic import ValidationError

from runoff_contracts.answers import Target, target_boxes, target_point
from runoff_contracts.task import Task
from runoff_contracts.views import EntryView, RunView
from runoff_web.format import percent, short_model
from runoff_web.media import Size

MAX_BOXES: Final = 300
TRUTH: Final = "truth"


@dataclass(frozen=True)
class Rectangle:
    """A box; x and y are its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True)
class Layer:
    """Everything of one source; it is shown and hidden as one."""

    name: str
    """`truth`, or a contender's position."""
    title: str
    boxes: list[Rectangle] = field(default_factory=list)
    point: tuple[float, float] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.boxes and self.point is None


def layers_of(run: RunView, entry: EntryView) -> list[Layer]:
    """The target's layer first, then one a contender; those with nothing to draw are left out."""
    found = [_truth(run.task, entry.target)]
    for each in entry.predictions:
        title = short_model(run.contenders[each.contender].model)
        boxes = [
            Rectangle(
                box.x,
                box.y,
                box.width,
                box.height,
                box.label if box.confidence is None else f"{box.label} {percent(box.confidence)}",
            )
            for box in (each.boxes or [])[:MAX_BOXES]
        ]
        point = (each.point.x, each.point.y) if each.point else None
        found.append(Layer(str(each.contender), title, boxes, point))
    return [each for each in found if not each.is_empty]


def label_size(size: Size) -> float:
    """Height of a label in the image's own pixels, so that it can be read at any size."""
    return round(max(size.width, size.height) * 0.026, 2)


def _truth(task: Task, target: Target) -> Layer:
    boxes: list[Rectangle] = []
    point = None
    try:
        if task == "detection" and target is not None:
            boxes = [
                Rectangle(box.x, box.y, box.width, box.height, box.label)
                for box in target_boxes(target)[:MAX_BOXES]
            ]
        elif task == "coordinates" and target is not None:
            found = target_point(target)
            point = (found.x, found.y)
    except ValidationError:
        # Targets are checked when a dataset is registered; one of an older release may differ.
        return Layer(TRUTH, "Target")
    return Layer(TRUTH, "Target", boxes, point)
