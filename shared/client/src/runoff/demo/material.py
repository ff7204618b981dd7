"""The entries of the demo: 1,797 scans of handwritten digits as PNG files with a manifest.

The scans are the test part of the UCI data set "Optical Recognition of Handwritten Digits"
(Alpaydin and Kaynak, 1998; CC BY 4.0), which scikit-learn carries, so nothing is downloaded.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_digits

TRAIN_SHARE = 0.7
SECTIONS = ("light", "medium", "heavy")
INK_LEVELS = 16
"""The scans count the inked dots of 4x4 blocks: 0 is paper, 16 is a full block."""


@dataclass(frozen=True)
class DigitsFolder:
    """A folder that `write_digits` filled."""

    folder: Path
    n_train: int
    n_test: int

    @property
    def manifest(self) -> Path:
        """JSON lines; the `file` of each is relative to the folder."""
        return self.folder / "manifest.jsonl"


def write_digits(folder: Path) -> DigitsFolder:
    """Write `images/digit-0000.png` and so on and `manifest.jsonl`, the same bytes each time.

    Each row holds id, file, target ("0" to "9"), section, split and metadata. The section is
    the third of all scans by ink that the scan falls in: light, medium or heavy; `ink` in the
    metadata is the mean of its pixels, 0 (paper) to 1. Files of these names are replaced, and
    the manifest comes last: a folder that has one is whole.

    Raises:
        OSError: The folder cannot be made or written.
    """
    scans, targets = load_scans()
    inks = scans.mean(axis=(1, 2)) / INK_LEVELS
    thirds = np.searchsorted(np.quantile(inks, [1 / 3, 2 / 3]), inks)
    in_train = earlier_scans(targets)
    images = folder / "images"
    images.mkdir(parents=True, exist_ok=True)
    rows: list[Mapping[str, object]] = []
    for index, scan in enumerate(scans):
        entry_id = f"digit-{index:04d}"
        file = f"images/{entry_id}.png"
        Image.fromarray(_pixels(scan)).save(folder / file)
        rows.append(
            {
                "id": entry_id,
                "file": file,
                "target": str(targets[index]),
                "section": SECTIONS[thirds[index]],
                "split": "train" if in_train[index] else "test",
                "metadata": {"ink": round(float(inks[index]), 4)},
            }
        )
    n_train = int(np.count_nonzero(in_train))
    digits = DigitsFolder(folder=folder, n_train=n_train, n_test=len(rows) - n_train)
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    digits.manifest.write_bytes(lines.encode())
    return digits


def load_scans() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """All scans, shape (1797, 8, 8), from 0 to 16, and which digit each is, in their order."""
    bunch = load_digits()
    return np.asarray(bunch.images, np.float64), np.asarray(bunch.target, np.int64)


def _pixels(scan: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.rint(scan * (255 / INK_LEVELS)).astype(np.uint8)


def earlier_scans(targets: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each scan is among the first 70 % of its digit, in the order of the data set.

    The scans seem to stand in the order they were collected, hand after hand: models trained
    on the earlier ones are some four points less accurate on the later ones than on scans
    taken evenly from the whole. New hands are also what a model meets in use.
    """
    earlier = np.zeros(len(targets), dtype=np.bool_)
    for digit in np.unique(targets):
        of_digit = np.flatnonzero(targets == digit)
        earlier[of_digit[: int(len(of_digit) * TRAIN_SHARE)]] = True
    return earlier
