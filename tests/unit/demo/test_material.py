"""The folder of scans: complete, honest, and the same each time."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from runoff.demo.material import DigitsFolder, write_digits


@pytest.fixture(scope="module")
def rows(digits: DigitsFolder) -> list[dict[str, Any]]:  # JSON objects
    return [json.loads(line) for line in digits.manifest.read_text("utf-8").splitlines()]


def test_every_scan_has_a_row_and_a_file(
    digits: DigitsFolder, rows: list[dict[str, object]]
) -> None:
    """The manifest is what a user would write for a folder of their own."""
    assert len(rows) == 1797
    assert rows[7] == {
        "id": "digit-0007",
        "file": "images/digit-0007.png",
        "target": "7",
        "section": "light",
        "split": "train",
        "metadata": {"ink": 0.2832},
    }
    assert {str(row["file"]) for row in rows} == {
        f"images/{path.name}" for path in (digits.folder / "images").iterdir()
    }


def test_a_png_holds_the_scan_and_nothing_is_lost(digits: DigitsFolder) -> None:
    """16 levels of ink spread over 256 of gray come back as they were."""
    with Image.open(digits.folder / "images" / "digit-1234.png") as image:
        pixels = np.asarray(image)

    assert (image.mode, image.size) == ("L", (8, 8))
    assert np.array_equal(np.rint(pixels / 255 * 16), load_digits().images[1234])


def test_the_split_holds_out_three_tenths_of_each_digit(
    digits: DigitsFolder, rows: list[dict[str, object]]
) -> None:
    """Stratified, so that no digit is rare in either part."""
    n_test = Counter(str(row["target"]) for row in rows if row["split"] == "test")

    assert (digits.n_train, digits.n_test) == (1252, 545)
    assert sorted(n_test) == [str(digit) for digit in range(10)]
    assert all(52 <= count <= 56 for count in n_test.values())


def test_the_sections_are_the_thirds_by_ink(rows: list[dict[str, Any]]) -> None:
    """About 600 scans each, and every light one has less ink than any heavy one."""
    inks: dict[str, list[float]] = {"light": [], "medium": [], "heavy": []}
    for row in rows:
        inks[row["section"]].append(row["metadata"]["ink"])

    assert all(580 <= len(section) <= 620 for section in inks.values())
    assert max(inks["light"]) <= min(inks["medium"])
    assert max(inks["medium"]) <= min(inks["heavy"])


def test_writing_again_gives_the_same_bytes(digits: DigitsFolder, tmp_path: Path) -> None:
    """The digest of the dataset version names the content, so it must not drift."""
    again = write_digits(tmp_path)

    assert again.manifest.read_bytes() == digits.manifest.read_bytes()
    for file in ("images/digit-0000.png", "images/digit-1796.png"):
        assert (tmp_path / file).read_bytes() == (digits.folder / file).read_bytes()


def test_writing_over_a_folder_is_allowed(tmp_path: Path) -> None:
    """The demo is run more than once."""
    write_digits(tmp_path)

    assert write_digits(tmp_path).n_test == 545
