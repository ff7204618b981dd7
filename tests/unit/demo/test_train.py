"""The two models: what onnxruntime reads is what scikit-learn learned, each time the same."""

import os
import subprocess
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray

from runoff.demo.material import DigitsFolder
from runoff.demo.specs import LABELS, OUTPUT_NAME, digits_declaration
from runoff.demo.train import FITTERS, Split, TrainedModel, read_split, train_models

TRAIN_AND_PRINT = """
import sys
from pathlib import Path
from runoff.demo.material import DigitsFolder
from runoff.demo.train import train_models

digits = DigitsFolder(folder=Path(sys.argv[1]), n_train=1252, n_test=545)
for model in train_models(digits, Path(sys.argv[2])):
    print(model.sha256)
"""


@dataclass(frozen=True)
class Training:
    """What came of it, and what it warned of."""

    models: list[TrainedModel]
    warned: list[warnings.WarningMessage]


@pytest.fixture(scope="module")
def training(digits: DigitsFolder, tmp_path_factory: pytest.TempPathFactory) -> Training:
    """Done once: it takes two seconds of both cores."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        return Training(train_models(digits, tmp_path_factory.mktemp("models")), warned)


@pytest.fixture(scope="module")
def models(training: Training) -> list[TrainedModel]:
    return training.models


@pytest.fixture(scope="module")
def held_out(digits: DigitsFolder) -> Split:
    return read_split(digits, "test")


def probabilities(model: TrainedModel, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    session = onnxruntime.InferenceSession(model.path, providers=["CPUExecutionProvider"])
    (name,) = (value.name for value in session.get_inputs())
    return np.asarray(session.run([OUTPUT_NAME], {name: pixels})[0], dtype=np.float32)


def test_the_file_gives_the_labels_of_scikit_learn(
    digits: DigitsFolder, models: list[TrainedModel], held_out: Split
) -> None:
    """The file is written from the weights by hand; this holds it to its source."""
    train = read_split(digits, "train")

    for model in models:
        labels = np.array(LABELS)[probabilities(model, held_out.pixels).argmax(axis=1)]
        expected = FITTERS[model.name](train).predict(held_out.pixels.astype(np.float64))
        assert np.array_equal(labels, expected), model.name


def test_any_number_of_rows_gives_as_many_distributions(
    models: list[TrainedModel], held_out: Split
) -> None:
    """The batch size is the run's to choose."""
    for model in models:
        for n in (1, 7, 545):
            rows = probabilities(model, held_out.pixels[:n])
            assert rows.shape == (n, 10)
            assert rows.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_both_models_have_learned_the_digits(models: list[TrainedModel], held_out: Split) -> None:
    """Near 0.90 and 0.93 of the later scans; bounds, because processors differ."""
    for model in models:
        labels = np.array(LABELS)[probabilities(model, held_out.pixels).argmax(axis=1)]
        assert 0.87 < (labels == held_out.targets).mean() < 0.96


def test_training_ends_by_itself(training: Training) -> None:
    """Both converge before their last allowed iteration, so no warning reaches the screen."""
    assert [str(each.message) for each in training.warned] == []


def test_another_process_writes_the_same_bytes(
    digits: DigitsFolder, models: list[TrainedModel], tmp_path: Path
) -> None:
    """The model's digest is its version: the same demo must not register a new one each time."""
    # Hash order is what a process never shares with this one, whose seed is drawn, unless told to.
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    done = subprocess.run(
        [sys.executable, "-c", TRAIN_AND_PRINT, str(digits.folder), str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        timeout=120,
    )

    assert done.stdout.split() == [model.sha256 for model in models]


def test_the_file_names_no_release_or_time(models: list[TrainedModel]) -> None:
    """Whatever varies with the machine or the day would change the digest."""
    for model in models:
        content = onnx.load(model.path)
        assert (content.producer_version, content.doc_string) == ("", "")
        assert {node.domain for node in content.graph.node} == {""}


def test_the_declaration_prepares_pixels_as_training_did(
    digits: DigitsFolder, held_out: Split
) -> None:
    """The worker scales by the declaration; another number there would cost accuracy silently."""
    declared = digits_declaration()
    pixels = declared["input"]

    assert declared["labels"] == sorted(set(held_out.targets.tolist()))
    assert isinstance(pixels, dict)
    assert np.isclose(pixels["scale"] * 255, 1)
    assert (held_out.pixels.min(), held_out.pixels.max()) == pytest.approx((0, 1), abs=1e-6)
