"""The models that the servers serve. Needs numpy only: MLServer reads a copy of this file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Tensor = Any
"""A numpy array; of strings (objects) where the datatype is BYTES."""

SIDE = 8
LABELS = ["dark", "light"]
MOODS = ["happy", "sad"]


@dataclass(frozen=True)
class Served:
    """A model, and what a server says of it."""

    answer: Callable[[Tensor], dict[str, Tensor]]
    inputs: list[dict[str, Any]]
    outputs: list[dict[str, Any]]


class Poisoned(ValueError):
    """An input that the model cannot take."""


def brightness(pixels: Tensor) -> dict[str, Tensor]:
    """`light` as surely as the image is bright."""
    share = pixels.reshape(len(pixels), -1).mean(axis=1)
    return {"scores": np.stack([1 - share, share], axis=1)}


def spot(pixels: Tensor) -> dict[str, Tensor]:
    """The middle of the brightest pixel of (n, 1, SIDE, SIDE)."""
    y, x = _brightest(pixels)
    return {"place": np.stack([x + 0.5, y + 0.5], axis=1)}


def box(pixels: Tensor) -> dict[str, Tensor]:
    """One box, which is the brightest pixel of (n, 1, SIDE, SIDE)."""
    y, x = _brightest(pixels)
    n = len(pixels)
    return {
        "boxes": np.stack([x, y, x + 1, y + 1], axis=1).reshape(n, 1, 4).astype(np.float32),
        "scores": np.full((n, 1), 0.75, np.float32),
        "classes": np.zeros((n, 1), np.int64),
    }


def shout(texts: Tensor) -> dict[str, Tensor]:
    """The text in capitals."""
    return {"said": np.array([_sound(text).upper() for text in texts.ravel()], object)}


def mood(texts: Tensor) -> dict[str, Tensor]:
    """Happy where the text smiles: as label, its number, and a number a label."""
    happy = np.array([":)" in _sound(text) for text in texts.ravel()])
    share = np.where(happy, 0.9, 0.2)
    return {
        "label": np.array([MOODS[0] if each else MOODS[1] for each in happy], object),
        "number": np.where(happy, 0, 1).astype(np.int64),
        "scores": np.stack([share, 1 - share], axis=1),
    }


def _brightest(pixels: Tensor) -> Tensor:
    flat = pixels.reshape(len(pixels), -1).argmax(axis=1)
    return np.unravel_index(flat, (SIDE, SIDE))


def _sound(text: str) -> str:
    if text == "poison":
        raise Poisoned("this text cannot be taken")
    return text


def _tensor(name: str, datatype: str, *shape: int) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": list(shape)}


_PIXELS = _tensor("pixels", "FP32", -1, 1, SIDE, SIDE)
_TEXT = _tensor("text", "BYTES", -1)

MODELS: dict[str, Served] = {
    "brightness": Served(brightness, [_PIXELS], [_tensor("scores", "FP32", -1, 2)]),
    "spot": Served(spot, [_PIXELS], [_tensor("place", "FP32", -1, 2)]),
    "box": Served(
        box,
        [_PIXELS],
        [
            _tensor("boxes", "FP32", -1, 1, 4),
            _tensor("scores", "FP32", -1, 1),
            _tensor("classes", "INT64", -1, 1),
        ],
    ),
    "fixed": Served(
        brightness,
        [_tensor("pixels", "FP32", 2, 1, SIDE, SIDE)],
        [_tensor("scores", "FP32", 2, 2)],
    ),
    "shout": Served(shout, [_TEXT], [_tensor("said", "BYTES", -1)]),
    "mood": Served(
        mood,
        [_TEXT],
        [
            _tensor("label", "BYTES", -1),
            _tensor("number", "INT64", -1),
            _tensor("scores", "FP64", -1, 2),
        ],
    ),
    "silent": Served(brightness, [], []),
}
"""By name. `silent` is the model of which the server knows no tensors."""
