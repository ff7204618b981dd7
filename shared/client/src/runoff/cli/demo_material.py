"""The demo's files, made once for each state of the code that makes them."""

import hashlib
import importlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from runoff import demo
from runoff.cli.picture import Pixels
from runoff.errors import ExtraMissing

MODELS = {
    "digits-logistic-regression": "onnx/digits-logreg",
    "digits-neural-network": "onnx/digits-mlp",
}
"""File of each model, and what it is registered as."""


@dataclass(frozen=True)
class Material:
    """The digits with their manifest, and the two models."""

    folder: Path

    @property
    def digits(self) -> Path:
        """Images and manifest."""
        return self.folder / "digits"

    @property
    def models(self) -> dict[str, Path]:
        """Name of each model, and its file."""
        return {name: self.folder / "models" / f"{file}.onnx" for file, name in MODELS.items()}

    def pixels(self, entry_ids: Sequence[str]) -> list[Pixels]:
        """The pictures of entries, in grey."""
        image = importlib.import_module("PIL.Image")
        lines = (self.digits / "manifest.jsonl").read_text("utf-8").splitlines()
        files = {row["id"]: row["file"] for row in map(json.loads, lines)}
        pictures: list[Pixels] = []
        for entry_id in entry_ids:
            with image.open(self.digits / files[entry_id]) as picture:
                grey, width = list(picture.convert("L").tobytes()), picture.width
            pictures.append([grey[at : at + width] for at in range(0, len(grey), width)])
        return pictures


def material(parent: Path, *, on_step: Callable[[str], None]) -> Material:
    """The material below `parent`; written and trained first where it is not there.

    Raises:
        ExtraMissing: When what trains the models is not installed.
    """
    made = Material(parent / _key())
    if not made.folder.is_dir():
        on_step("Writing 1,797 scans of digits and training two models …")
        _make(made)
    return made


def _make(made: Material) -> None:
    # scikit-learn takes two seconds to load, which a second demo need not wait for.
    try:
        files = importlib.import_module("runoff.demo.material")
        training = importlib.import_module("runoff.demo.train")
    except ModuleNotFoundError as error:
        raise ExtraMissing("What the demo trains its models with", extra="demo") from error
    # Made elsewhere and renamed: a folder of that name is whole.
    draft = Material(made.folder.with_suffix(".draft"))
    shutil.rmtree(draft.folder, ignore_errors=True)
    digits = files.write_digits(draft.digits)
    training.train_models(digits, draft.folder / "models")
    draft.folder.rename(made.folder)


def _key() -> str:
    """Of everything that the files depend on."""
    content = hashlib.sha256()
    for file in sorted(Path(demo.__file__).parent.glob("*.py")):
        content.update(file.read_bytes())
    for package in ("scikit-learn", "numpy", "onnx", "Pillow"):
        content.update(f"{package} {_version(package)}".encode())
    return content.hexdigest()[:16]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
