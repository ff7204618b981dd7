"""COCO: results of a detector, `[{image_id, category_id, bbox, score}, …]`.

They hold numbers; the ground truth says what those mean, so it is needed with them. The file is
one JSON document, which can only be read as a whole: 1 GiB at most.

Source: cocodataset.org, "Results format".
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from runoff.importing.coco_truth import Mistakes, Truth, box_of, entry_of, known, read_truth
from runoff.importing.limits import document
from runoff.importing.sample import Place, Row, Sample, Source, Wanted

MAX_BOXES = 1000


def read(path: Path, wanted: Wanted) -> Source:
    """A file of results, with the truth that belongs to it.

    Raises:
        InvalidInput: With the places of the first hundred mistakes in the truth.
    """
    if wanted.truth is None:
        Place(path.name).refuse("", "results of COCO need their ground truth: --truth FILE")
    truth = read_truth(wanted.truth)
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


def _samples(path: Path, truth: Truth, images: Path | None, notes: list[str]) -> Iterator[Sample]:
    results = document(path)
    if not isinstance(results, list):
        Place(path.name).refuse("", "is no list of results")
    mistakes = Mistakes(path)
    found: defaultdict[int | str, list[Row]] = defaultdict(list)
    for number, each in enumerate(results):
        at = Place(path.name, member=str(number))
        if not isinstance(each, dict):
            mistakes.note(at, "", "is no result")
            continue
        image_id = known(each, "image_id", truth.images, at, mistakes)
        box = box_of(each, truth.categories, at, mistakes)
        if image_id is not None and box is not None:
            found[image_id].append({**box, "confidence": each.get("score")})
    mistakes.refuse()
    n_cut = 0
    for image_id, image in truth.images.items():
        boxes = sorted(found[image_id], key=_confidence, reverse=True)
        n_cut += max(len(boxes) - MAX_BOXES, 0)
        yield Sample(
            Place(path.name, member=f"image {image_id}"),
            str(image_id),
            None if images is None else entry_of(image, truth.boxes[image_id]),
            {"boxes": boxes[:MAX_BOXES]},
        )
    if n_cut:
        notes.append(f"{n_cut} boxes beyond the {MAX_BOXES} surest of an image were left out")


def _confidence(box: Row) -> float:
    found = box.get("confidence")
    return float(found) if isinstance(found, int | float) else 0.0
