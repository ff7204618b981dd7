"""What a model can answer and what a target can be, for every task, in pixels of the original.

The shape of a target follows from the task:

| task | target |
| --- | --- |
| classification | a label |
| detection | a list of boxes, empty where nothing is to be found |
| coordinates | a point |
| text | a text, a number, several acceptable texts, or an object to be matched field by field |
"""

import json
from typing import Any

from pydantic import ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from runoff_contracts.event import Fact
from runoff_contracts.task import Task

Target = JsonValue
"""As the task wants it; `target_error` says what is wrong with one."""


class Box(Fact):
    """A labeled rectangle; x and y are its upper left corner."""

    label: str = Field(max_length=200)
    x: float = Field(allow_inf_nan=False)
    y: float = Field(allow_inf_nan=False)
    width: float = Field(ge=0, allow_inf_nan=False)
    height: float = Field(ge=0, allow_inf_nan=False)
    confidence: float | None = Field(default=None, ge=0, le=1)


class Point(Fact):
    """A place in an image; x grows to the right, y downwards."""

    x: float = Field(allow_inf_nan=False)
    y: float = Field(allow_inf_nan=False)


class TargetBox(Box):
    """What is to be found: a box without a confidence."""

    model_config = ConfigDict(extra="forbid", strict=True)
    confidence: None = None
    crowd: bool = False
    """A region of many objects that are not told apart: as `iscrowd` in COCO."""


class _TargetPoint(Point):
    model_config = ConfigDict(extra="forbid", strict=True)


_Text = str | int | float | list[str | int | float] | dict[str, JsonValue]
_TARGETS: dict[Task, TypeAdapter[Any]] = {
    "classification": TypeAdapter(str),
    "detection": TypeAdapter(list[TargetBox]),
    "coordinates": TypeAdapter(_TargetPoint),
    "text": TypeAdapter(_Text),
}
_EXAMPLES: dict[Task, str] = {
    "classification": '"cat"',
    "detection": '[{"label": "cat", "x": 10, "y": 20, "width": 30, "height": 40}]',
    "coordinates": '{"x": 10.5, "y": 20}',
    "text": '"Paris", 42, ["Paris", "paris"] or {"city": "Paris"}',
}


def target_error(task: Task, target: Target) -> str | None:
    """In words what keeps the value from being a target of the task; none where nothing does."""
    try:
        _TARGETS[task].validate_python(target)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        said = f"{where}: {first['msg']}" if where else first["msg"]
        return f"{said}; a target for {task} looks like {_EXAMPLES[task]}"
    return None


def target_words(target: Target) -> str:
    """A target as one text, as people read it in a table."""
    return target if isinstance(target, str) else _json(target)


def target_boxes(target: Target) -> list[TargetBox]:
    """The boxes of a detection target.

    Raises:
        pydantic.ValidationError: When it is none, which `target_error` says in words.
    """
    boxes: list[TargetBox] = _TARGETS["detection"].validate_python(target)
    return boxes


def target_point(target: Target) -> Point:
    """The point of a coordinates target.

    Raises:
        pydantic.ValidationError: When it is none, which `target_error` says in words.
    """
    return _TargetPoint.model_validate(target)


ANSWER_FIELDS = ("label", "boxes", "point", "text")
"""Where an answer stands; whoever reads predictions as plain JSON looks there."""


class AnswerBody(Fact):
    """What was answered: the one field that the run's task wants; none where nothing was."""

    label: str | None = None
    boxes: list[Box] | None = Field(default=None, max_length=1000)
    """The most confident first. Empty means: looked and found nothing, which is an answer."""
    point: Point | None = None
    text: str | None = Field(default=None, max_length=100_000)
    data: JsonValue = None
    """What `text` says where it was asked for as JSON."""

    @property
    def is_answer(self) -> bool:
        """Whether anything was answered."""
        # `ANSWER_FIELDS` one by one: this is asked several times of every answer.
        return (
            self.label is not None
            or self.text is not None
            or self.boxes is not None
            or self.point is not None
        )

    @property
    def words(self) -> str | None:
        """The answer as one text: equal answers have equal words. None where there is none.

        Places are rounded to a hundredth of a pixel: the rest is noise of the machine.
        """
        if self.label is not None:
            return self.label
        if self.text is not None:
            return self.text
        if self.point is not None:
            return _json([round(self.point.x, 2), round(self.point.y, 2)])
        if self.boxes is not None:
            return _json(
                sorted(
                    [box.label, *(round(each, 2) for each in (box.x, box.y, box.width, box.height))]
                    for box in self.boxes
                )
            )
        return None


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
