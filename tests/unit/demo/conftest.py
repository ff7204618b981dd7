"""The digits and canvases, written once for all tests of the demo."""

from pathlib import Path

import pytest

from runoff.demo.canvases import CanvasFolder, write_canvases
from runoff.demo.material import DigitsFolder, write_digits


@pytest.fixture(scope="package")
def digits(tmp_path_factory: pytest.TempPathFactory) -> DigitsFolder:
    folder: Path = tmp_path_factory.mktemp("digits")
    return write_digits(folder)


@pytest.fixture(scope="package")
def detection_canvases(tmp_path_factory: pytest.TempPathFactory) -> CanvasFolder:
    return write_canvases(tmp_path_factory.mktemp("detection"), "detection")


@pytest.fixture(scope="package")
def coordinates_canvases(tmp_path_factory: pytest.TempPathFactory) -> CanvasFolder:
    return write_canvases(tmp_path_factory.mktemp("coordinates"), "coordinates")
