"""How far contenders disagree on one entry, by what the run's task has them answer.

| task | two answers match where |
| --- | --- |
| classification | the labels are equal |
| detection | the same number of boxes of each class is detected |
| coordinates | the points are close, or linked by points that are |
| text | the normalised texts, the numbers or the JSON values are equal |

Where the run has a judge of pairs, two texts match where it says that they mean the same, or where
texts link them that do; `judge_pairwise` asks it. Its word is in the log, so this stays pure.
"""

import itertools
import json
import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import lru_cache

from runoff_contracts.answers import Box, Point
from runoff_contracts.events.entry import Difference, Prediction
from runoff_contracts.scorers import WithinParams
from runoff_scoring.boxes import class_counts, mean_overlap
from runoff_scoring.text.structure import meaning

WITHIN_PX = WithinParams().px
_MIN_CONFIDENCE = 0.5
"""A box below it was not detected; one that says no confidence was."""


def difference(
    predictions: Sequence[Prediction],
    *,
    within_px: float = WITHIN_PX,
    same: Mapping[tuple[int, int], bool] | None = None,
) -> Difference | None:
    """All match, some agree, or all different; none where fewer than two answered.

    Args:
        predictions: The contenders' of one entry; those without an answer count for nothing.
            What they hold says the task.
        within_px: Points so close together are one answer, and those linked by such steps.
        same: By two contenders, the lower position first, whether a judge takes their texts for
            one answer; of other pairs the texts decide.
    """
    labels = [each.label for each in predictions if each.label is not None]
    if labels:
        return _counted(labels) if len(labels) > 1 else None
    answers = [each for each in predictions if each.is_answer]
    if len(answers) < 2:
        return None
    points = [each.point for each in answers if each.point is not None]
    if points:
        return _of_points(points, within_px)
    if answers[0].boxes is not None:
        return _of_boxes(answers)
    said = [_said(each) for each in answers]
    return _most_frequent(_linked(answers, said, same) if same else said)


def _linked(
    answers: Sequence[Prediction], said: Sequence[Hashable], same: Mapping[tuple[int, int], bool]
) -> list[int]:
    """The cluster of each answer: two that mean the same are in one, and so is what they link."""
    cluster = list(range(len(answers)))
    for a, b in itertools.combinations(range(len(answers)), 2):
        pair = (answers[a].contender, answers[b].contender)
        if same.get(pair, said[a] == said[b]):
            cluster = [cluster[a] if each == cluster[b] else each for each in cluster]
    return cluster


def confidence_difference(predictions: Sequence[Prediction]) -> float | None:
    """Largest minus smallest confidence; none where fewer than two contenders say theirs."""
    said = [each.confidence for each in predictions if each.confidence is not None]
    return max(said) - min(said) if len(said) >= 2 else None


def _of_points(points: Sequence[Point], within_px: float) -> Difference:
    """Two match where a chain of points leads from one to the other in steps of `within_px`.

    `distance_px` is the largest distance between any two, whether they match or not.
    """
    cluster = list(range(len(points)))
    largest = 0.0
    for a, b in itertools.combinations(range(len(points)), 2):
        distance = math.hypot(points[a].x - points[b].x, points[a].y - points[b].y)
        largest = max(largest, distance)
        if distance <= within_px:
            cluster = [cluster[a] if each == cluster[b] else each for each in cluster]
    found = _most_frequent(cluster)
    # Of coordinates near the largest float the distance is infinite, which JSON cannot say.
    return found.model_copy(update={"distance_px": largest if math.isfinite(largest) else None})


def _of_boxes(predictions: Sequence[Prediction]) -> Difference:
    """Two match where they detect the same number of boxes of each class.

    `iou` says how well these boxes lie upon each other, in the two contenders that agree least;
    it is none where no two of them detect a box of the same class.
    """
    seen = [detected(each.boxes or ()) for each in predictions]
    found = _most_frequent([frozenset(class_counts(boxes).items()) for boxes in seen])
    overlaps = [mean_overlap(a, b) for a, b in itertools.combinations(seen, 2)]
    known = [each for each in overlaps if each is not None]
    return found.model_copy(update={"iou": min(known)}) if known else found


def detected(boxes: Iterable[Box]) -> list[Box]:
    """The boxes that are answers, and not mere candidates."""
    return [box for box in boxes if box.confidence is None or box.confidence >= _MIN_CONFIDENCE]


def _said(prediction: Prediction) -> Hashable:
    """Equal for equal normalised texts, numbers, or JSON values where JSON was asked for."""
    if prediction.data is not None:
        return json.dumps(prediction.data, sort_keys=True)
    return meaning(prediction.text or "")


def _most_frequent(answers: Sequence[Hashable]) -> Difference:
    """With the groups of equal ones, where neither all nor none are."""
    found = _counted(answers)
    if found.kind != "partial":
        return found
    numbers = {each: number for number, each in enumerate(dict.fromkeys(answers))}
    return found.model_copy(update={"groups": [numbers[each] for each in answers]})


def _counted(answers: Sequence[Hashable]) -> Difference:
    return _difference(max(answers.count(each) for each in set(answers)), len(answers))


@lru_cache(maxsize=512)
def _difference(n_agree: int, n_answers: int) -> Difference:
    """Frozen, and one of a handful."""
    value = (n_answers - n_agree) / (n_answers - 1)
    if n_agree == n_answers:
        return Difference(kind="all_match", n_agree=n_agree, n_answers=n_answers, value=0.0)
    if n_agree == 1:
        return Difference(kind="all_different", n_agree=1, n_answers=n_answers, value=1.0)
    return Difference(kind="partial", n_agree=n_agree, n_answers=n_answers, value=value)
