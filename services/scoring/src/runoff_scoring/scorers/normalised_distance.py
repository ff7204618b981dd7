"""Distance of a point from its target as a share of the image's diagonal.

So images of different sizes count alike. The size is the entry's metadata `width` and `height`.
"""

import math

from pydantic import JsonValue

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.scorers import KNOWN_SCORERS, NoParams
from runoff_scoring.scorers.distance import distance_px
from runoff_scoring.scorers.scorer import Metadata, Scorer


def score(prediction: Prediction, target: Target, _: NoParams) -> float | str:
    """In pixels; `scale` puts it into shares."""
    return distance_px(prediction, target)


def scale(distance: float, metadata: Metadata) -> float | str:
    """0 at the target, 1 a whole diagonal away."""
    width, height = _pixels(metadata.get("width")), _pixels(metadata.get("height"))
    if width is None or height is None:
        return "the entry's metadata has no width and height in pixels"
    return distance / math.hypot(width, height)


def _pixels(value: JsonValue) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value < math.inf else None


SCORER = Scorer(KNOWN_SCORERS["normalised_distance"], score, scale=scale)
