"""From the numbers of a model of places to a point of the original image."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.answers import Point
from runoff_contracts.specs.tensors import PointOutput
from runoff_inference_worker.classes import ROUNDING
from runoff_inference_worker.detections import DECIMALS
from runoff_inference_worker.errors import AttemptFailed, MalformedAnswer
from runoff_inference_worker.provider import Answer
from runoff_inference_worker.views import Placed


def points_of(
    tensors: Mapping[str, NDArray[Any]], output: PointOutput, views: Sequence[Placed]
) -> list[Answer | AttemptFailed]:
    """One point an image, not clipped: a model may well say that it lies outside.

    Args:
        tensors: `name` of shape (n, 2), and where it is declared `confidence`, (n,) or (n, 1).
        output: What they mean.
        views: One an image.

    Raises:
        MalformedAnswer: When a tensor has another shape.
    """
    n = len(views)
    places = tensors["name"]
    if places.shape != (n, 2):
        raise MalformedAnswer(f"the output has shape {places.shape}, needed is {(n, 2)}: x and y")
    shares: Sequence[float | None] = [None] * n
    if output.confidence is not None:
        given = tensors["confidence"]
        if given.shape not in {(n,), (n, 1)}:
            raise MalformedAnswer(
                f"output {output.confidence!r} has shape {given.shape}, needed is {(n,)} "
                f"or {(n, 1)}"
            )
        shares = given.astype(np.float64).reshape(n).tolist()
    return [
        _answer(place, share, output, placed)
        for place, share, placed in zip(places.astype(np.float64), shares, views, strict=True)
    ]


def _answer(
    place: NDArray[np.float64], share: float | None, output: PointOutput, placed: Placed
) -> Answer | AttemptFailed:
    if not np.isfinite(place).all():
        return MalformedAnswer("the output holds values that are not finite")
    if share is not None and not -ROUNDING <= share <= 1 + ROUNDING:
        return MalformedAnswer(f"confidence is {share:g}, not within 0 and 1")
    if output.unit == "share":
        place = place * (placed.view.width, placed.view.height)
    x, y = np.round(placed.window.original(place), DECIMALS).tolist()
    confidence = None if share is None else round(min(max(share, 0.0), 1.0), 6)
    return Answer(point=Point(x=x, y=y), confidence=confidence)
