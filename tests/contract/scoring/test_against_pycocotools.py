"""Average precision is that of pycocotools, to 1e-9, on random data and where it is easy to err."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from runoff_contracts.answers import Box, Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.report import Metric
from runoff_contracts.scorers import MatchParams
from runoff_scoring.report import make_report
from runoff_scoring.scorers.matching import match
from tests.contract.scoring.evidence import answer, entries_of, evidence, named, report

CLOSE = 1e-9
Image = tuple[Any, list[Box]]
"""Target boxes as the JSON of a dataset has them, and the answered ones."""


def box(label: str, x: float, y: float, width: float, height: float, sure: float) -> Box:
    return Box(label=label, x=x, y=y, width=width, height=height, confidence=sure)


def wanted(
    label: str, x: float, y: float, width: float, height: float, *, crowd: bool = False
) -> dict[str, Any]:
    return {"label": label, "x": x, "y": y, "width": width, "height": height, "crowd": crowd}


def pycocotools(images: Sequence[Image]) -> COCOeval:
    """The reference's own run over the same boxes."""
    labels = sorted({each["label"] for targets, _ in images for each in targets})
    codes = {label: place for place, label in enumerate(labels, start=1)}
    truth, answers = COCO(), []
    annotations = [
        {
            "image_id": image,
            "category_id": codes[each["label"]],
            "bbox": [each["x"], each["y"], each["width"], each["height"]],
            "area": each["width"] * each["height"],
            "iscrowd": int(each["crowd"]),
        }
        for image, (targets, _) in enumerate(images, start=1)
        for each in targets
    ]
    truth.dataset = {
        "images": [{"id": image} for image in range(1, len(images) + 1)],
        "annotations": [{**each, "id": place} for place, each in enumerate(annotations, start=1)],
        "categories": [{"id": code} for code in codes.values()],
    }
    for image, (_, boxes) in enumerate(images, start=1):
        answers += [
            {
                "image_id": image,
                "category_id": codes[each.label],
                "bbox": [each.x, each.y, each.width, each.height],
                "score": each.confidence,
            }
            for each in boxes
            if each.label in codes
        ]
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        found = truth.loadRes(answers) if answers else COCO()
        evaluation = COCOeval(truth, found, "bbox")
        evaluation.params.imgIds = list(range(1, len(images) + 1))
        evaluation.params.catIds = list(codes.values())
        evaluation.evaluate()
        evaluation.accumulate()
    evaluation.labels = labels
    return evaluation


def expected(evaluation: COCOeval) -> dict[str, tuple[float | None, float | None]]:
    """Of each label and, under "", of all: average precision at 0.5, and from 0.5 to 0.95."""
    # (threshold, recall, class, all sizes, 100 boxes)
    precision = evaluation.eval["precision"][:, :, :, 0, -1]
    found = {"": precision}
    found |= {label: precision[:, :, [k]] for k, label in enumerate(evaluation.labels)}
    return {name: (_mean(values[:1]), _mean(values)) for name, values in found.items()}


def _mean(values: Any) -> float | None:
    known = values[values > -1]
    return float(known.mean()) if known.size else None


def check(metrics: Sequence[Metric], prefix: str, pair: tuple[float | None, float | None]) -> None:
    for name, number in zip((f"{prefix}_50", f"{prefix}_50_95"), pair, strict=True):
        found = named(metrics, name)
        if number is None:
            assert found.value is None
            assert found.reason
        else:
            assert found.value == pytest.approx(number, rel=0, abs=CLOSE)


def rows(images: Sequence[Image]) -> list[tuple[Target, Prediction]]:
    return [(targets, answer(boxes=boxes)) for targets, boxes in images]


def drawn(seed: int, n_images: int = 60, *, crowds: float = 0.1, ties: bool = True) -> list[Image]:
    """Boxes near and far of their targets, on whole pixels so that overlaps tie; sureness, too."""
    rng = np.random.default_rng(seed)
    images: list[Image] = []
    for _ in range(n_images):
        targets = [
            wanted(
                str(rng.integers(4)),
                *(float(each) for each in rng.integers(1, 30, size=4) * 4),
                crowd=bool(rng.random() < crowds),
            )
            for _ in range(rng.integers(5))
        ]
        boxes = []
        for _ in range(rng.integers(9)):
            if targets and rng.random() < 0.7:
                near = targets[rng.integers(len(targets))]
                moved = rng.integers(-3, 4, size=4)
                at = [near[key] for key in ("x", "y", "width", "height")]
                place = [float(max(0, a + b)) for a, b in zip(at, moved, strict=True)]
                label = near["label"] if rng.random() < 0.8 else str(rng.integers(5))
            else:
                place = [float(each) for each in rng.integers(0, 120, size=4)]
                label = str(rng.integers(5))
            sure = float(rng.integers(11) / 10) if ties else float(rng.random())
            x, y, width, height = place
            boxes.append(box(label, x, y, width, height, sure))
        images.append((targets, boxes))
    return images


def more_than_a_hundred() -> list[Image]:
    """The hundred surest of a class count: here the right ones are the least sure."""
    far = [box("a", 500, 500, 10, 10, 0.5 + 0.001 * place) for place in range(120)]
    near = [box("a", 10, 10, 20, 20, 0.4), box("b", 10, 10, 20, 20, 0.3)]
    return [([wanted("a", 10, 10, 20, 20), wanted("b", 10, 10, 20, 20)], far + near)]


CASES: dict[str, Callable[[], list[Image]]] = {
    "random, ties": lambda: drawn(1),
    "random, no ties": lambda: drawn(2, ties=False),
    "many crowds": lambda: drawn(3, crowds=0.6),
    "three thousand images": lambda: drawn(4, n_images=3000),
    "one image": lambda: drawn(9, n_images=1),
    "no predictions": lambda: [(targets, []) for targets, _ in drawn(5)],
    "some images without targets": lambda: [
        ([], boxes) if place % 3 == 0 else (targets, boxes)
        for place, (targets, boxes) in enumerate(drawn(6))
    ],
    "more than a hundred boxes": more_than_a_hundred,
    "all equally sure": lambda: [
        (targets, [each.model_copy(update={"confidence": 0.5}) for each in boxes])
        for targets, boxes in drawn(7)
    ],
    "exact copies of one target": lambda: [
        ([wanted("a", 5, 5, 10, 10)] * 3, [box("a", 5, 5, 10, 10, 0.9)] * 2),
        ([wanted("a", 5, 5, 10, 10)], [box("a", 5, 5, 10, 10, 0.9)] * 4),
    ],
    "a crowd over a target": lambda: [
        (
            [wanted("a", 0, 0, 100, 100, crowd=True), wanted("a", 10, 10, 20, 20)],
            [box("a", 10, 10, 20, 20, 0.9), box("a", 40, 40, 20, 20, 0.95)],
        )
    ],
    "boxes without area": lambda: [
        (
            [wanted("a", 0, 0, 0, 0), wanted("a", 10, 10, 20, 20)],
            [box("a", 0, 0, 0, 0, 0.9), box("a", 10, 10, 20, 0, 0.8)],
        )
    ],
    "overlap of just a half": lambda: [
        ([wanted("a", 0, 0, 10, 10)], [box("a", 0, 0, 10, 5, 0.9)]),
        ([wanted("a", 0, 0, 10, 10)], [box("a", 0, 0, 10, 4.9999, 0.8)]),
    ],
    "beyond ten billion square pixels": lambda: [
        ([wanted("a", 0, 0, 2e5, 2e5), wanted("b", 0, 0, 9, 9)], [box("a", 0, 0, 2e5, 2e5, 0.9)])
    ],
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_average_precision_is_pycocotools(case: Callable[[], list[Image]]) -> None:
    """Of each class and of all, at a half and from 0.5 to 0.95."""
    images = case()
    made = report("detection", rows(images))
    reference = expected(pycocotools(images))

    check(made.metrics, "map", reference.pop(""))
    groups = {group.value: group for group in made.groups if group.by == "class"}
    assert list(groups) == list(reference)
    for label, pair in reference.items():
        check(groups[label].metrics, "ap", pair)


def test_average_precision_of_a_section_is_pycocotools_on_its_images() -> None:
    """No box is matched anew for a group, and the numbers are as if they were."""
    images = drawn(8, n_images=90)
    sections = [f"s{place % 3}" for place in range(len(images))]

    groups = [
        group
        for group in report("detection", rows(images), sections).groups
        if group.by == "section"
    ]

    assert [group.value for group in groups] == ["s0", "s1", "s2"]
    for group in groups:
        part = [each for each, name in zip(images, sections, strict=True) if name == group.value]
        check(group.metrics, "map", expected(pycocotools(part))[""])


def test_the_order_in_which_slices_come_does_not_show() -> None:
    """Confidences tie and labels are met in another order; the bytes are the same."""
    images = drawn(11)
    sections = [f"s{place % 3}" for place in range(len(images))]
    entries = entries_of(rows(images), sections)

    forth, back = (make_report(evidence("detection", each)) for each in (entries, entries[::-1]))

    assert forth.model_dump_json() == back.model_dump_json()


def test_images_without_an_answer_are_not_counted_against_a_model() -> None:
    """A failure is counted as one, and nowhere else."""
    images = drawn(10)
    failed = [*rows(images), *((targets, answer()) for targets, _ in images)]

    made = report("detection", failed)

    check(made.metrics, "map", expected(pycocotools(images))[""])
    assert named(made.metrics, "map_50").n == len(images)
    assert named(made.metrics, "failed_share").value == 0.5


@pytest.mark.parametrize(
    "images",
    [
        [([], [box("a", 0, 0, 10, 10, 0.9)])],
        [([wanted("a", 0, 0, 10, 10)], [Box(label="a", x=0, y=0, width=10, height=10)])],
    ],
    ids=["no target anywhere", "a box without a confidence"],
)
def test_where_precision_has_no_meaning_its_reason_is_given(images: list[Image]) -> None:
    """No number is better than one that nobody can defend."""
    made = report("detection", rows(images))

    for name in ("map_50", "map_50_95"):
        assert named(made.metrics, name).value is None
        assert named(made.metrics, name).reason


@pytest.mark.parametrize("seed", range(5))
def test_the_boxes_found_in_each_image_are_pycocotools(seed: int) -> None:
    """Found, left over and missed: what the scorers of one image are made of."""
    images = drawn(20 + seed)
    reference = pycocotools(images)
    counts = {
        image: [0, 0, sum(not each["crowd"] for each in images[image - 1][0])]
        for image in reference.params.imgIds
    }
    for each in reference.evalImgs:
        if each is None or each["aRng"] != reference.params.areaRng[0]:
            continue
        counted = ~each["dtIgnore"][0]
        n_found = int((counted & (each["dtMatches"][0] > 0)).sum())
        found = counts[each["image_id"]]
        found[0] += n_found
        found[1] += int(counted.sum()) - n_found
        found[2] -= n_found

    params = MatchParams(min_confidence=0)
    for image, (targets, boxes) in enumerate(images, start=1):
        known = [each for each in boxes if each.label in reference.labels]
        matched = match(answer(boxes=known), targets, params)
        assert not isinstance(matched, str)
        assert [matched.n_found, matched.n_left_over, matched.n_missed] == counts[image]
