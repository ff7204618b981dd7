"""The demo's two models, trained in about a second on the train split of the digits."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from runoff.demo.material import DigitsFolder
from runoff.demo.network import Dense, classifier_bytes
from runoff.demo.specs import PIXEL_SCALE

SEED = 0
WEIGHT_DECIMALS = 6

Classifier = Any  # scikit-learn ships no types
"""A fitted scikit-learn classifier."""


@dataclass(frozen=True)
class Split:
    """One split of the digits, read back from its files."""

    pixels: NDArray[np.float32]
    """Shape (n_entries, 64), row by row, from 0 (paper) to 1 (ink)."""
    targets: NDArray[np.str_]
    """Shape (n_entries,), "0" to "9"."""


@dataclass(frozen=True)
class TrainedModel:
    """One ONNX file that `train_models` wrote."""

    name: str
    path: Path
    sha256: str


def read_split(digits: DigitsFolder, split: Literal["train", "test"]) -> Split:
    """The pixels and targets of a split, from the PNG files, in the order of the manifest.

    Raises:
        OSError: The manifest or an image is gone.
    """
    rows = [json.loads(line) for line in digits.manifest.read_text("utf-8").splitlines()]
    chosen = [row for row in rows if row["split"] == split]
    pixels = np.stack([_read_pixels(digits.folder / row["file"]) for row in chosen])
    return Split(pixels=pixels, targets=np.array([row["target"] for row in chosen]))


def _read_pixels(file: Path) -> NDArray[np.float32]:
    with Image.open(file) as image:
        return np.asarray(image).ravel().astype(np.float32) * np.float32(PIXEL_SCALE)


def fit_logistic_regression(train: Split) -> Classifier:
    """The simple one: 650 weights, with ten times the penalty that is scikit-learn's default.

    At the default penalty (C = 1) the two models are too close for 545 entries to tell apart.
    """
    regression = LogisticRegression(C=0.1, tol=1e-6, max_iter=1000)
    return regression.fit(train.pixels.astype(np.float64), train.targets)


def fit_neural_network(train: Split) -> Classifier:
    """The better one, presumably: one hidden layer of 32 units, 2,410 weights."""
    network = MLPClassifier(
        hidden_layer_sizes=(32,), learning_rate_init=0.005, max_iter=1000, random_state=SEED
    )
    return network.fit(train.pixels.astype(np.float64), train.targets)


FITTERS: dict[str, Callable[[Split], Classifier]] = {
    "digits-logistic-regression": fit_logistic_regression,
    "digits-neural-network": fit_neural_network,
}


def train_models(digits: DigitsFolder, folder: Path) -> list[TrainedModel]:
    """Train both models and write `<name>.onnx` for each: the same bytes on every run.

    The seed is fixed and the arithmetic keeps to one thread, because sums in another order
    are other sums. A different processor or release of scikit-learn may still end at other
    weights.

    Raises:
        OSError: The digits cannot be read, or the folder not be made or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    train = read_split(digits, "train")
    models = []
    with threadpool_limits(limits=1):
        for name, fit in FITTERS.items():
            content = classifier_bytes(dense_layers(fit(train)), name=name)
            path = folder / f"{name}.onnx"
            path.write_bytes(content)
            sha256 = hashlib.sha256(content).hexdigest()
            models.append(TrainedModel(name=name, path=path, sha256=sha256))
    return models


def dense_layers(classifier: Classifier) -> list[Dense]:
    """The weights of a fitted model of this module, input layer first, rounded to 6 decimals."""
    if isinstance(classifier, LogisticRegression):
        return [_dense(classifier.coef_.T, classifier.intercept_)]
    return [_dense(*pair) for pair in zip(classifier.coefs_, classifier.intercepts_, strict=True)]


def _dense(weights: NDArray[np.floating], bias: NDArray[np.floating]) -> Dense:
    return Dense(
        weights=np.round(weights.astype(np.float64), WEIGHT_DECIMALS).astype(np.float32),
        bias=np.round(bias.astype(np.float64), WEIGHT_DECIMALS).astype(np.float32),
    )
