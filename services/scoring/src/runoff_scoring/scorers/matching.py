"""Which answered boxes match which target boxes of an image, as COCO's evaluation does it.

Answered boxes are taken by confidence, the surest first, and each takes the free target of its
label that it overlaps most, if their intersection over union reaches the threshold. A crowd target
is a region that may take any number of boxes; these count neither as found nor as left over, and
nobody has to find a crowd. Source: cocodataset.org/#detection-eval and its reference code
(`cocoeval.py`, matching of one image and category).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from runoff_contracts.answers import Box, Target, TargetBox, target_boxes
from runoff_contracts.events.entry import Prediction
from runoff_contracts.scorers import BoxParams, MatchParams

_SURELY_ALL = 1 - 1e-10
"""COCO asks for no more: equal boxes may come out a last bit under 1."""
NO_BOXES = "the answer holds no boxes"
BAD_TARGET = "the target is no list of boxes"


@dataclass(frozen=True)
class Matched:
    """Boxes of one image, crowds and what fell into them left out."""

    n_found: int
    """Answered boxes that match a target."""
    n_left_over: int
    """Answered boxes that match nothing."""
    n_missed: int
    """Targets that no answered box matches."""


def match(prediction: Prediction, target: Target, params: MatchParams) -> Matched | str:
    """How the boxes of an answer match those of its target; in words why that cannot be said."""
    answered = answered_boxes(prediction, params)
    if answered is None:
        return NO_BOXES
    wanted = wanted_boxes(target)
    if wanted is None:
        return BAD_TARGET
    by_label: dict[str, list[TargetBox]] = defaultdict(list)
    for box in wanted:
        by_label[box.label].append(box)
    answers_of: dict[str, list[Box]] = defaultdict(list)
    for each in answered:
        answers_of[each.label].append(each)
    n_found = n_ignored = 0
    for label, boxes in answers_of.items():
        found, ignored = _match_label(boxes, by_label.get(label, ()), params.iou)
        n_found, n_ignored = n_found + found, n_ignored + ignored
    n_wanted = sum(1 for box in wanted if not box.crowd)
    return Matched(n_found, len(answered) - n_found - n_ignored, n_wanted - n_found)


def answered_boxes(prediction: Prediction, params: BoxParams) -> list[Box] | None:
    """The boxes that count as answered, the surest first; none where the answer is of no boxes.

    A box without a confidence counts, and as the surest.
    """
    if prediction.boxes is None:
        return None
    counted = [
        box
        for box in prediction.boxes
        if box.confidence is None or box.confidence >= params.min_confidence
    ]
    return sorted(counted, key=lambda box: -1.0 if box.confidence is None else -box.confidence)


def wanted_boxes(target: Target) -> list[TargetBox] | None:
    """The boxes of a target; none where it is of another shape."""
    try:
        return target_boxes(target)
    except ValidationError:
        return None


def overlap(answered: Box, wanted: TargetBox) -> float:
    """Intersection over union; for a crowd, over the answered box, as COCO does.

    0 where the boxes do not overlap, and for boxes without area.
    """
    width = min(answered.x + answered.width, wanted.x + wanted.width) - max(answered.x, wanted.x)
    height = min(answered.y + answered.height, wanted.y + wanted.height) - max(answered.y, wanted.y)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    area = answered.width * answered.height
    whole = area if wanted.crowd else area + wanted.width * wanted.height - shared
    return shared / whole


def _match_label(
    answered: Iterable[Box], wanted: Sequence[TargetBox], least: float
) -> tuple[int, int]:
    """Of one label: answered boxes that found a target, and those that fell into a crowd."""
    free = [box for box in wanted if not box.crowd]
    crowds = [box for box in wanted if box.crowd]
    n_found = n_ignored = 0
    for box in answered:
        best, best_place = min(least, _SURELY_ALL), -1
        for place, target in enumerate(free):
            # Not >: of targets that it overlaps alike, COCO takes the last.
            if (value := overlap(box, target)) >= best:
                best, best_place = value, place
        if best_place >= 0:
            del free[best_place]
            n_found += 1
        elif any(overlap(box, crowd) >= least for crowd in crowds):
            n_ignored += 1
    return n_found, n_ignored
