"""The demo's models for detection and coordinates, trained in some seconds on windows of canvases.

A window of 8 by 8 pixels shows a digit right in its middle, or it shows nothing: ink, but no digit;
a digit's half; paper. Both kinds of classifier learn that, and are then slid over whole canvases.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from runoff.demo.canvases import CanvasFolder
from runoff.demo.network import Dense
from runoff.demo.specs import CANVAS_SIDE, LABELS, PIXEL_SCALE, CanvasTask
from runoff.demo.train import TrainedModel, dense_layers
from runoff.demo.window_network import N_ACROSS, WINDOW, window_model_bytes

SEED = 0
_N_INK, _N_NEAR = 24, 48
"""Windows a canvas that show nothing: with some ink anywhere, and just beside a digit."""
_NEAR, _BESIDE, _ON = 8.0, 1.5, 0.75
"""Pixels from a window's corner to a digit's: how far is near, where it shows nothing, and where
it shows the digit. What lies between the last two is neither."""
_NOTHING = len(LABELS)
_SOME_INK = 0.12
"""Mean of a window; the grain of the paper has 0.08."""


@dataclass(frozen=True)
class Windows:
    """Windows of the train split, and what each shows."""

    pixels: NDArray[np.float64]
    """Shape (n, 64), row by row, from 0 (paper) to 1 (ink)."""
    shown: NDArray[np.intp]
    """Shape (n,): 0 to 9, or 10 for nothing."""


def read_windows(canvases: CanvasFolder) -> Windows:
    """All windows that show a digit, and for each canvas some that show nothing.

    Raises:
        OSError: The manifest or an image is gone.
    """
    rng = np.random.default_rng(SEED)
    pixels: list[NDArray[np.float64]] = []
    shown: list[NDArray[np.intp]] = []
    for line in canvases.manifest.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["split"] != "train":
            continue
        windows, scale, bars = _windows(canvases.folder / row["file"])
        said = _shown(_corners(row, scale, bars))
        chosen = _chosen(said, windows.mean(axis=1), rng)
        pixels.append(windows[chosen])
        shown.append(np.minimum(said[chosen], _NOTHING))
    return Windows(np.concatenate(pixels), np.concatenate(shown))


def fit_ink(train: Windows) -> list[Dense]:
    """The simplest one: how much ink a window has, and nothing else; 2 weights."""
    is_empty = train.shown == _NOTHING
    ink = train.pixels.mean(axis=1, keepdims=True)
    (layer,) = dense_layers(LogisticRegression(tol=1e-3, max_iter=1000).fit(ink, is_empty))
    every_pixel = np.repeat(layer.weights / np.float32(WINDOW**2), WINDOW**2, axis=0)
    # Of two columns that differ by z, softmax makes what the logistic function makes of z.
    columns = np.array([-0.5, 0.5], np.float32)
    return [Dense(weights=every_pixel * columns, bias=layer.bias * columns)]


def fit_linear(train: Windows) -> list[Dense]:
    """One template for each digit and one for nothing, 715 weights."""
    return dense_layers(LogisticRegression(tol=1e-3, max_iter=1000).fit(train.pixels, train.shown))


def fit_network(train: Windows) -> list[Dense]:
    """The better one, presumably: one hidden layer of 48 units, 3,659 weights."""
    network = MLPClassifier(
        hidden_layer_sizes=(48,),
        learning_rate_init=0.003,
        max_iter=200,
        n_iter_no_change=8,
        tol=1e-3,
        random_state=SEED,
    )
    return dense_layers(network.fit(train.pixels, train.shown))


WINDOW_FITTERS: dict[CanvasTask, dict[str, Callable[[Windows], list[Dense]]]] = {
    "detection": {"boxes-linear": fit_linear, "boxes-neural-network": fit_network},
    "coordinates": {"place-ink": fit_ink, "place-neural-network": fit_network},
}
"""By file, the simpler one first."""


def train_canvas_models(canvases: CanvasFolder, folder: Path) -> list[TrainedModel]:
    """Train both models for the canvases' task and write `<name>.onnx` for each.

    The same bytes on every run of one machine, as with `train_models`.

    Raises:
        OSError: The canvases cannot be read, or the folder not be made or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    train = read_windows(canvases)
    models = []
    with threadpool_limits(limits=1):
        for name, fit in WINDOW_FITTERS[canvases.task].items():
            content = window_model_bytes(fit(train), canvases.task, name=name)
            path = folder / f"{name}.onnx"
            path.write_bytes(content)
            sha256 = hashlib.sha256(content).hexdigest()
            models.append(TrainedModel(name=name, path=path, sha256=sha256))
    return models


def _windows(file: Path) -> tuple[NDArray[np.float64], float, tuple[int, int]]:
    """All windows of an image, shape (1681, 64), with the scale and offset of the image in view."""
    with Image.open(file) as image:
        scale = CANVAS_SIDE / image.width
        inner = (CANVAS_SIDE, round(image.height * scale))
        bars = (0, (CANVAS_SIDE - inner[1]) // 2)
        view = Image.new("L", (CANVAS_SIDE, CANVAS_SIDE))
        view.paste(image.resize(inner, Image.Resampling.BILINEAR), bars)
    pixels = np.asarray(view, np.float64) * PIXEL_SCALE
    return sliding_window_view(pixels, (WINDOW, WINDOW)).reshape(-1, WINDOW**2), scale, bars


def _corners(
    row: dict[str, Any], scale: float, bars: tuple[int, int]
) -> list[tuple[int, float, float]]:
    """Each digit of a canvas with the upper left corner of its window."""
    digits = [int(each) for each in row["metadata"]["digits"]]
    target = row["target"]
    if isinstance(target, dict):
        middle = [(target["x"] * scale - WINDOW / 2, target["y"] * scale - WINDOW / 2)]
    else:
        middle = [(box["x"] * scale, box["y"] * scale) for box in target]
    return [(digit, x + bars[0], y + bars[1]) for digit, (x, y) in zip(digits, middle, strict=True)]


_EITHER, _CLOSE = -1, _NOTHING + 1


def _shown(corners: list[tuple[int, float, float]]) -> NDArray[np.intp]:
    """What each window shows: a digit, nothing, nothing but close to a digit, or either."""
    shown = np.full(N_ACROSS**2, _NOTHING)
    y, x = (each.ravel() for each in np.indices((N_ACROSS, N_ACROSS)))
    away = [np.maximum(np.abs(x - left), np.abs(y - top)) for _, left, top in corners]
    for distance in away:
        shown[distance < _NEAR] = _CLOSE
    for (digit, _, _), distance in zip(corners, away, strict=True):
        shown[distance < _BESIDE] = _EITHER
        shown[distance < _ON] = digit
    return shown


def _chosen(
    shown: NDArray[np.intp], ink: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.intp]:
    """Places of the windows to learn from."""
    digits = np.flatnonzero((shown >= 0) & (shown < _NOTHING))
    inked = rng.permutation(np.flatnonzero((shown == _NOTHING) & (ink > _SOME_INK)))[:_N_INK]
    close = rng.permutation(np.flatnonzero(shown == _CLOSE))[:_N_NEAR]
    return np.concatenate([digits, inked, close])
