"""How far an answered point is from its target."""

import math

from pydantic import ValidationError

from runoff_contracts.answers import Target, target_point
from runoff_contracts.events.entry import Prediction

NO_POINT = "the answer is no point"
BAD_TARGET = "the target is no point"


def distance_px(prediction: Prediction, target: Target) -> float | str:
    """Euclidean, in pixels of the original image; in words why it cannot be said."""
    if prediction.point is None:
        return NO_POINT
    try:
        wanted = target_point(target)
    except ValidationError:
        return BAD_TARGET
    return math.hypot(prediction.point.x - wanted.x, prediction.point.y - wanted.y)
