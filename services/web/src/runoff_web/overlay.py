"""What is drawn over an image: boxes and points of the target and of every contender, in pixels."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pydantic import ValidationError

from runoff_contracts.answers import AnswerBody, Target, target_boxes, target_point
from runoff_contracts.events.entry import Prediction
from runoff_contracts.task import Task
from runoff_contracts.views import EntryView, RunView
from runoff_web.format import percent, short_model
from runoff_web.media import Size
from runoff_web.placing import Area, Place, place_labels

MAX_BOXES: Final = 300
N_CLASS_HUES: Final = 8
TRUTH: Final = "truth"
_MAX_LABEL: Final = 40


@dataclass(frozen=True)
class Rectangle:
    """A box; x and y are its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    name: str
    """Of its class."""
    confidence: float | None = None
    label: str = ""
    """Its name, and how sure the model is."""
    at: Place = field(default_factory=lambda: Place(0, 0, is_free=False))
    """Where the label stands."""
    hue: int = 0
    """Of its class, among all classes in the image; the frequent ones have one of their own."""


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


def layers_of(run: RunView, entry: EntryView, size: Size) -> list[Layer]:
    """The target's layer first, then one a contender; those with nothing to draw are left out."""
    found = [truth_of(run.task, entry.target)]
    for each in entry.predictions:
        title = short_model(run.contenders[each.contender].model)
        point = (each.point.x, each.point.y) if each.point else None
        found.append(Layer(str(each.contender), title, _boxes(each), point))
    return labeled([each for each in found if not each.is_empty], size)


def classes_of(layers: Sequence[Layer]) -> list[tuple[str, int]]:
    """Names of the classes with their hues, the most frequent first."""
    hues = {box.name: box.hue for layer in layers for box in layer.boxes}
    return sorted(hues.items(), key=lambda each: each[1])


def label_size(size: Size) -> float:
    """Height of a label in the image's own pixels, so that it can be read at any size."""
    return round(max(size.width, size.height) * 0.026, 2)


def labeled(layers: Sequence[Layer], size: Size) -> list[Layer]:
    """The same, with every box's label in its place and its class's hue."""
    boxes = [box for layer in layers for box in layer.boxes]
    frequent = [name for name, _ in Counter(box.name for box in boxes).most_common()]
    hues = {name: min(place, N_CLASS_HUES - 1) for place, name in enumerate(frequent)}
    places = iter(
        place_labels(
            [(Area(b.x, b.y, b.width, b.height), b.label[:_MAX_LABEL]) for b in boxes],
            width=size.width,
            height=size.height,
            size=label_size(size),
        )
    )
    return [
        replace(
            layer,
            boxes=[replace(box, at=next(places), hue=hues[box.name]) for box in layer.boxes],
        )
        for layer in layers
    ]


def _boxes(given: AnswerBody | Prediction) -> list[Rectangle]:
    return [
        Rectangle(
            box.x,
            box.y,
            box.width,
            box.height,
            name=box.label,
            confidence=box.confidence,
            label=box.label if box.confidence is None else f"{box.label} {percent(box.confidence)}",
        )
        for box in (given.boxes or [])[:MAX_BOXES]
    ]


def truth_of(task: Task, target: Target) -> Layer:
    """The target's layer; an empty one where there is nothing to draw."""
    boxes: list[Rectangle] = []
    point = None
    try:
        if task == "detection" and target is not None:
            boxes = [
                Rectangle(box.x, box.y, box.width, box.height, name=box.label, label=box.label)
                for box in target_boxes(target)[:MAX_BOXES]
            ]
        elif task == "coordinates" and target is not None:
            found = target_point(target)
            point = (found.x, found.y)
    except ValidationError:
        # Targets are checked when a dataset is registered; one of an older release may differ.
        return Layer(TRUTH, "Target")
    return Layer(TRUTH, "Target", boxes, point)
