"""The digits, written once for all tests of the demo."""

from pathlib import Path

import pytest

from runoff.demo.material import DigitsFolder, write_digits


@pytest.fixture(scope="package")
def digits(tmp_path_factory: pytest.TempPathFactory) -> DigitsFolder:
    folder: Path = tmp_path_factory.mktemp("digits")
    return write_digits(folder)
