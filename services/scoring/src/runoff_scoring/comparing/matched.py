"""Average precision under weights of images: what resampling needs, many data sets at once.

hotcoco matches boxes, by COCO's rules; from there on precision and recall are sums over images,
which weights change. With weights of 1 the values are COCO's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from hotcoco import COCO, COCOeval
from numpy.typing import NDArray

from runoff_scoring.columns import FlatBoxes

RECALLS = np.linspace(0.0, 1.0, 101)
_AT_ONCE = 50_000
"""Boxes times rows that are gone through together: what a cache holds."""
N_THRESHOLDS = 10
"""Of intersection over union, from 0.5 to 0.95; the first alone is `map_50`."""


@dataclass(frozen=True)
class Matched:
    """A contender's boxes, held against the targets of the compared images."""

    image: NDArray[np.intp]
    """Of each box, shape (n_boxes,)."""
    category: NDArray[np.intp]
    score: NDArray[np.float64]
    hit: NDArray[np.bool_]
    """Shape (10, n_boxes): whether it found a target, by threshold."""
    ignored: NDArray[np.bool_]
    """The same shape: whether it counts neither way, as on a crowd."""
    wanted: NDArray[np.float64]
    """Targets by category and image, shape (n_categories, n_images)."""


def match(
    boxes: FlatBoxes, position: int, rows: NDArray[np.intp], labels: Sequence[str]
) -> Matched:
    """Match a contender's boxes on some images.

    Args:
        rows: Places of the images in the run, in the order in which they are compared.
        labels: Every label of every run; boxes get codes among them.
    """
    codes = {label: code for code, label in enumerate(labels)}
    recode = np.array([codes[each] for each in boxes.labels], dtype=np.float64)
    n_all = len(boxes.has_target)
    place = np.full(n_all, -1, dtype=np.intp)
    place[rows] = np.arange(len(rows))
    targets = _placed(boxes.targets, place, recode)
    answers = _placed(boxes.answers[position], place, recode)
    wanted = np.zeros((len(labels), len(rows)))
    for image, category in targets[targets[:, 6] == 0][:, :2].astype(int).tolist():
        wanted[category, image] += 1
    found = _evaluate(targets, answers, len(rows), len(labels))
    return _flat(found, wanted)


def of_images(matched: Matched, rows: NDArray[np.intp]) -> Matched:
    """The boxes on some of the images, which are numbered anew in the order of `rows`."""
    place = np.full(matched.wanted.shape[1], -1, dtype=np.intp)
    place[rows] = np.arange(len(rows))
    image = place[matched.image]
    kept = image >= 0
    return Matched(
        image=image[kept],
        category=matched.category[kept],
        score=matched.score[kept],
        hit=matched.hit[:, kept],
        ignored=matched.ignored[:, kept],
        wanted=matched.wanted[:, rows],
    )


def average_precisions(
    matched: Sequence[Matched], weights: Sequence[NDArray[np.float64]]
) -> NDArray[np.float64]:
    """`map_50` and `map_50_95` of the boxes of all `matched` together, shape (n_rows, 2).

    Args:
        matched: Of one contender; of two where their answers are swapped on some images.
        weights: One for each of them, of shape (n_rows, n_images): how often its boxes on an
            image count. They add up to how often the image's targets do.
    """
    n_rows = len(weights[0])
    total = np.sum(weights, axis=0)
    sums, n_known = np.zeros((n_rows, 2)), np.zeros(n_rows)
    for category in range(len(matched[0].wanted)):
        positive = total @ matched[0].wanted[category]
        known = positive > 0
        if known.any():
            found = _of_category(matched, weights, category, np.where(known, positive, 1.0))
            sums += np.where(known[:, None], found, 0.0)
            n_known += known
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums / n_known[:, None])


def _of_category(
    matched: Sequence[Matched],
    weights: Sequence[NDArray[np.float64]],
    category: int,
    positive: NDArray[np.float64],
) -> NDArray[np.float64]:
    chosen = [each.category == category for each in matched]
    score = np.concatenate([each.score[mine] for each, mine in zip(matched, chosen, strict=True)])
    if not len(score):
        return np.zeros((len(positive), 2))
    order = np.argsort(-score, kind="stable")
    weight = np.concatenate(
        [w[:, m.image[mine]] for m, w, mine in zip(matched, weights, chosen, strict=True)], axis=1
    )[:, order]
    hit, ignored = (
        np.concatenate(
            [getattr(m, name)[:, mine] for m, mine in zip(matched, chosen, strict=True)], 1
        )[:, order]
        for name in ("hit", "ignored")
    )
    counts, hit = ~ignored, hit & ~ignored
    found = np.empty((len(positive), 2))
    step = max(1, _AT_ONCE // hit.shape[1])
    for first in range(0, len(positive), step):
        rows = slice(first, first + step)
        by_threshold = _interpolated(weight[rows], hit, counts, positive[rows])
        found[rows, 0], found[rows, 1] = by_threshold[0], by_threshold.mean(axis=0)
    return found


def _interpolated(
    weight: NDArray[np.float64],
    hit: NDArray[np.bool_],
    counts: NDArray[np.bool_],
    positive: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Mean precision at 101 recalls, each the best at that recall or a higher one.

    Args:
        weight: Of each box, the most confident first, shape (n_rows, n_boxes).
        hit: By threshold, shape (10, n_boxes); so is `counts`.
        positive: Targets, shape (n_rows,).

    Returns:
        Shape (10, n_rows).
    """
    found = np.zeros((N_THRESHOLDS, len(weight)))
    n_shown, of = np.cumsum(weight * counts[0], axis=1), 0
    for each in range(N_THRESHOLDS):
        # Few boxes are hit alike at most thresholds, and many groups have few boxes.
        alike = each > 0 and not (hit[each] != hit[each - 1]).any()
        if alike and not (counts[each] != counts[each - 1]).any():
            found[each] = found[each - 1]
            continue
        # Precision falls from hit to hit, and recall stays: boxes between them change nothing.
        hits_at = np.flatnonzero(hit[each])
        if not len(hits_at):
            continue
        if (counts[each] != counts[of]).any():
            n_shown, of = np.cumsum(weight * counts[each], axis=1), each
        n_hits = np.cumsum(weight[:, hits_at], axis=1)
        precision = n_hits / np.maximum(n_shown[:, hits_at], np.spacing(1))
        best = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
        # A box answers for the recalls between that before it and its own. The nearest recall is
        # held against the very float that COCO has.
        recall = n_hits / positive[:, None]
        nearest = np.minimum(np.rint(100 * recall), 100).astype(np.intp)
        n_own = np.diff(nearest + (RECALLS[nearest] <= recall), axis=1, prepend=0)
        found[each] = np.einsum("rb,rb->r", best, n_own) / len(RECALLS)
    return found


def _placed(
    rows: NDArray[np.float64], place: NDArray[np.intp], recode: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Boxes of the compared images, by their place and common code, in the order of places."""
    rows = rows[place[rows[:, 0].astype(np.intp)] >= 0].copy()
    rows[:, 0] = place[rows[:, 0].astype(np.intp)]
    if len(rows):
        rows[:, 1] = recode[rows[:, 1].astype(np.intp)]
    return rows[np.argsort(rows[:, 0], kind="stable")]


def _evaluate(
    targets: NDArray[np.float64], answers: NDArray[np.float64], n_images: int, n_labels: int
) -> list[dict[str, object]]:
    """As `report.average_precision` has it, with what became of each box."""
    truth = COCO(
        {
            "images": [{"id": image + 1} for image in range(n_images)],
            "categories": [{"id": code + 1, "name": str(code)} for code in range(n_labels)],
            "annotations": [
                {
                    "id": number,
                    "image_id": int(image) + 1,
                    "category_id": int(code) + 1,
                    "bbox": [x, y, width, height],
                    "area": width * height,
                    "iscrowd": int(crowd),
                }
                for number, (image, code, x, y, width, height, crowd) in enumerate(
                    targets.tolist(), start=1
                )
            ],
        }
    )
    if not len(answers):
        return []
    rows = answers[:, [0, 2, 3, 4, 5, 6, 1]]
    rows[:, [0, 6]] += 1
    evaluation = COCOeval(truth, truth.load_res(rows), "bbox")
    params = evaluation.params
    params.area_rng, params.area_rng_lbl, params.max_dets = [[0.0, 1e10]], ["all"], [100]
    evaluation.evaluate()
    return [each for each in evaluation.eval_imgs if each]


def _flat(found: list[dict[str, object]], wanted: NDArray[np.float64]) -> Matched:
    image: list[int] = []
    category: list[int] = []
    score: list[float] = []
    hit: list[NDArray[np.bool_]] = []
    ignored: list[NDArray[np.bool_]] = []
    for each in sorted(found, key=lambda one: (one["category_id"], one["image_id"])):
        scores = each["dtScores"]
        assert isinstance(scores, list)
        if not scores:
            continue
        image += [int(str(each["image_id"])) - 1] * len(scores)
        category += [int(str(each["category_id"])) - 1] * len(scores)
        score += scores
        hit.append(np.array(each["dtMatched"], dtype=bool))
        ignored.append(np.array(each["dtIgnore"], dtype=bool))
    nothing = np.zeros((N_THRESHOLDS, 0), dtype=bool)
    return Matched(
        image=np.array(image, dtype=np.intp),
        category=np.array(category, dtype=np.intp),
        score=np.array(score, dtype=np.float64),
        hit=np.concatenate([nothing, *hit], axis=1),
        ignored=np.concatenate([nothing, *ignored], axis=1),
        wanted=wanted,
    )
