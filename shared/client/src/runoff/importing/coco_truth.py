"""COCO: the ground truth of detection, which is a dataset: images, categories, annotations.

An entry's id is its image's number, so that results name the same entries. The file is one JSON
document, which can only be read as a whole: 1 GiB at most. Boxes are `[x, y, width, height]` from
the upper left corner, in pixels, as ours are.

Source: cocodataset.org, "Data format".
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from runoff.errors import InvalidInput
from runoff.importing.limits import document
from runoff.importing.sample import Place, Row
from runoff.predictions import json_line
from runoff_contracts.answers import target_error
from runoff_contracts.problem import FieldError

Id = int | str
MAX_ERRORS = 100
_SPLIT = re.compile(r"(?<![a-z])(train|val|test)(?![a-z])")


@dataclass
class Truth:
    """What a file of ground truth says, by its own numbers."""

    images: dict[Id, Row] = field(default_factory=dict)
    categories: dict[Id, str] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)
    """The supercategory of a category's name, where it has one."""
    boxes: defaultdict[Id, list[Row]] = field(default_factory=lambda: defaultdict(list))


class Mistakes:
    """What is wrong with a file; the first hundred are kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._errors: list[FieldError] = []
        self._n = 0

    def note(self, at: Place, field: str, message: str) -> None:
        """Remember one."""
        self._n += 1
        if len(self._errors) < MAX_ERRORS:
            self._errors.append(at.error(field, message))

    def refuse(self) -> None:
        """End here where there are any.

        Raises:
            InvalidInput: With their places.
        """
        if self._n:
            more = f", the first {MAX_ERRORS} are" if self._n > MAX_ERRORS else ""
            raise InvalidInput(
                f"{self._path.name} cannot be imported, {self._n} mistakes{more}:", self._errors
            )


def read_truth(path: Path) -> Truth:
    """All of it.

    Raises:
        InvalidInput: With the places of the first hundred mistakes.
    """
    data = document(path)
    if not isinstance(data, dict):
        Place(path.name).refuse("", "is no ground truth of COCO")
    truth, mistakes = Truth(), Mistakes(path)
    _read_categories(data, path, truth, mistakes)
    _read_images(data, path, truth, mistakes)
    for at, each in _listed(data, "annotations", path, mistakes):
        image_id = known(each, "image_id", truth.images, at, mistakes)
        box = box_of(each, truth.categories, at, mistakes)
        if image_id is None or box is None:
            continue
        whole = {**box, "crowd": True} if each.get("iscrowd") else box
        if (wrong := target_error("detection", [whole])) is not None:  # type: ignore[list-item]
            mistakes.note(at, "bbox", wrong.removeprefix("0."))
        truth.boxes[image_id].append(whole)
    mistakes.refuse()
    return truth


def entry_of(image: Row, boxes: list[Row]) -> Row:
    """An image as a row of a manifest, without its id."""
    sizes = {key: image[key] for key in ("width", "height") if key in image}
    return {"file": str(image.get("file_name")), "target": boxes, "metadata": sizes or None}


def write_manifest(truth: Truth, path: Path, *, split: str | None) -> None:
    """The images as JSON lines, in their order.

    Where all boxes of an image are of one supercategory, that is its section; where they are of
    several it is `mixed`.
    """
    with path.open("wb") as file:
        for image_id, image in truth.images.items():
            boxes = truth.boxes[image_id]
            row = {"id": str(image_id), **entry_of(image, boxes)}
            row |= {"section": _section(boxes, truth), "split": split}
            file.write(json_line({key: value for key, value in row.items() if value is not None}))


def split_in(name: str) -> str | None:
    """The split that a file's name says, as `val` in `instances_val2017.json`; none for none."""
    found = {*_SPLIT.findall(name.lower())}
    return found.pop() if len(found) == 1 else None


def known(
    each: Row, field: str, among: Mapping[Id, object], at: Place, mistakes: Mistakes
) -> Id | None:
    """An id that the truth has; none where it is wrong, which is noted."""
    found = _id(each, field, at, mistakes)
    if found is not None and found not in among:
        mistakes.note(at, field, f"{found!r} is not in the ground truth")
        return None
    return found


def box_of(each: Row, categories: Mapping[Id, str], at: Place, mistakes: Mistakes) -> Row | None:
    """The labeled box of an annotation or a result; none where it is wrong, which is noted."""
    category = known(each, "category_id", categories, at, mistakes)
    sides = each.get("bbox")
    if (
        not isinstance(sides, list)
        or len(sides) != 4
        or any(isinstance(side, bool) or not isinstance(side, int | float) for side in sides)
    ):
        mistakes.note(at, "bbox", "is no [x, y, width, height]")
        return None
    if category is None:
        return None
    x, y, width, height = sides
    return {"label": categories[category], "x": x, "y": y, "width": width, "height": height}


def _read_categories(data: Row, path: Path, truth: Truth, mistakes: Mistakes) -> None:
    for at, each in _listed(data, "categories", path, mistakes):
        category_id, name = _id(each, "id", at, mistakes), each.get("name")
        if not isinstance(name, str) or not 1 <= len(name) <= 200:
            mistakes.note(at, "name", "is missing, or no text of 1 to 200 characters")
        elif category_id in truth.categories:
            mistakes.note(at, "id", f"{category_id!r} is the id of a category before")
        elif category_id is not None:
            truth.categories[category_id] = name
            above = each.get("supercategory")
            if isinstance(above, str) and 1 <= len(above) <= 200:
                truth.sections[name] = above


def _read_images(data: Row, path: Path, truth: Truth, mistakes: Mistakes) -> None:
    seen: set[str] = set()
    for at, each in _listed(data, "images", path, mistakes):
        image_id, name = _id(each, "id", at, mistakes), each.get("file_name")
        if not isinstance(name, str) or not name:
            mistakes.note(at, "file_name", "is missing, or no text")
        elif PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            mistakes.note(at, "file_name", f"{name!r} leaves the folder")
        if image_id is None:
            continue
        # 1 and "1" are two ids here, and would be one entry.
        if str(image_id) in seen:
            mistakes.note(at, "id", f"{image_id!r} is the id of an image before")
        seen.add(str(image_id))
        truth.images[image_id] = each


def _section(boxes: list[Row], truth: Truth) -> str | None:
    above = {truth.sections.get(str(box["label"])) for box in boxes}
    if len(above) > 1:
        return "mixed"
    return above.pop() if above else None


def _listed(data: Row, name: str, path: Path, mistakes: Mistakes) -> Iterator[tuple[Place, Row]]:
    listed = data.get(name)
    if not isinstance(listed, list):
        mistakes.note(Place(path.name), name, "is missing, or no list")
        return
    for number, each in enumerate(listed):
        at = Place(path.name, member=f"{name}.{number}")
        if isinstance(each, dict):
            yield at, each
        else:
            mistakes.note(at, "", "is no JSON object")


def _id(each: Row, field: str, at: Place, mistakes: Mistakes) -> Id | None:
    found = each.get(field)
    if isinstance(found, bool) or not isinstance(found, int | str):
        mistakes.note(at, field, "is missing, or neither a number nor a text")
        return None
    return found
