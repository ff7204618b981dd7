"""COCO: results of a detector, `[{image_id, category_id, bbox, score}, …]`, and the ground truth.

Results hold numbers; the truth says what they mean, so it is needed with them. An entry's id is
its image's number. Both files are one JSON document, which can only be read as a whole: 1 GiB at
most. Boxes are `[x, y, width, height]` from the upper left corner, in pixels, as ours are.

Source: cocodataset.org, "Data format" and "Results format".
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from runoff.importing.limits import document
from runoff.importing.sample import Place, Row, Sample, Source, Wanted

MAX_BOXES = 1000


@dataclass
class _Truth:
    images: dict[int | str, Row] = field(default_factory=dict)
    categories: dict[int | str, str] = field(default_factory=dict)
    boxes: defaultdict[int | str, list[Row]] = field(default_factory=lambda: defaultdict(list))


def read(path: Path, wanted: Wanted) -> Source:
    """A file of results, with the truth that belongs to it."""
    if wanted.truth is None:
        Place(path.name).refuse("", "results of COCO need their ground truth: --truth FILE")
    truth = _truth(wanted.truth)
    notes: list[str] = []
    return Source(
        path=path,
        task="detection",
        samples=lambda: _samples(path, truth, wanted.images, notes),
        model=path.stem,
        dataset=wanted.truth.stem,
        images=wanted.images,
        notes=notes,
    )


def _samples(path: Path, truth: _Truth, images: Path | None, notes: list[str]) -> Iterator[Sample]:
    place = Place(path.name)
    results = document(path)
    if not isinstance(results, list):
        place.refuse("", "is no list of results")
    found: defaultdict[int | str, list[Row]] = defaultdict(list)
    for number, each in enumerate(results):
        at = Place(path.name, member=str(number))
        result = each if isinstance(each, dict) else at.refuse("", "is no result")
        image_id = _known(result, "image_id", truth.images, at)
        box = _box(result, truth, at)
        found[image_id].append({**box, "confidence": result.get("score")})
    n_cut = 0
    for image_id, image in truth.images.items():
        boxes = sorted(found[image_id], key=_confidence, reverse=True)
        n_cut += max(len(boxes) - MAX_BOXES, 0)
        yield Sample(
            Place(path.name, member=f"image {image_id}"),
            str(image_id),
            _entry(image, truth.boxes[image_id], images),
            {"boxes": boxes[:MAX_BOXES]},
        )
    if n_cut:
        notes.append(f"{n_cut} boxes beyond the {MAX_BOXES} surest of an image were left out")


def _entry(image: Row, boxes: list[Row], images: Path | None) -> Row | None:
    if images is None:
        return None
    sizes = {key: image[key] for key in ("width", "height") if key in image}
    return {"file": str(image.get("file_name")), "target": boxes, "metadata": sizes or None}


def _truth(path: Path) -> _Truth:
    data = document(path)
    place = Place(path.name)
    if not isinstance(data, dict):
        place.refuse("", "is no ground truth of COCO")
    truth = _Truth()
    for at, each in _listed(data, "categories", path):
        name = each.get("name")
        truth.categories[_id(each, at)] = name if isinstance(name, str) else at.refuse("name", "?")
    for at, each in _listed(data, "images", path):
        image_id = _id(each, at)
        if image_id in truth.images:
            at.refuse("id", f"{image_id!r} is the id of an image before")
        name = str(each.get("file_name", ""))
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            at.refuse("file_name", f"{name!r} leaves the folder")
        truth.images[image_id] = each
    for at, each in _listed(data, "annotations", path):
        crowd = {"crowd": True} if each.get("iscrowd") else {}
        image_id = _known(each, "image_id", truth.images, at)
        truth.boxes[image_id].append({**_box(each, truth, at), **crowd})
    return truth


def _listed(data: Row, name: str, path: Path) -> Iterator[tuple[Place, Row]]:
    listed = data.get(name)
    if not isinstance(listed, list):
        Place(path.name).refuse(name, "is missing, or no list")
    for number, each in enumerate(listed):
        at = Place(path.name, member=f"{name}.{number}")
        yield at, each if isinstance(each, dict) else at.refuse("", "is no JSON object")


def _id(each: Row, at: Place, field: str = "id") -> int | str:
    found = each.get(field)
    if isinstance(found, bool) or not isinstance(found, int | str):
        at.refuse(field, "is missing, or neither a number nor a text")
    return found


def _known(each: Row, field: str, known: Mapping[int | str, object], at: Place) -> int | str:
    found = _id(each, at, field)
    if found not in known:
        at.refuse(field, f"{found!r} is not in the ground truth")
    return found


def _box(each: Row, truth: _Truth, at: Place) -> Row:
    category = truth.categories[_known(each, "category_id", truth.categories, at)]
    sides = each.get("bbox")
    if (
        not isinstance(sides, list)
        or len(sides) != 4
        or any(isinstance(side, bool) or not isinstance(side, int | float) for side in sides)
    ):
        at.refuse("bbox", "is no [x, y, width, height]")
    x, y, width, height = sides
    return {"label": category, "x": x, "y": y, "width": width, "height": height}


def _confidence(box: Row) -> float:
    found = box.get("confidence")
    return float(found) if isinstance(found, int | float) else 0.0
