"""What the demo shows for each task: entries and models, made once for each state of the code."""

import hashlib
import importlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType

from runoff import demo
from runoff.cli.picture import Pixels
from runoff.demo.specs import CanvasTask, canvas_declaration, digits_declaration
from runoff.errors import ExtraMissing
from runoff_contracts.task import Task

ANSWERERS = "runoff.demo.answerers"
"""The module of the functions that answer the questions; a worker has to allow it."""


@dataclass(frozen=True)
class Demo:
    """Entries and two models of one task."""

    dataset: str
    entries: str
    """Folder or manifest, below the demo's own folder."""
    says: str
    """What is told a person while it is made."""
    make: Callable[[Path], None]
    """Writes entries and model files into a folder."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Models to be registered: their names, each with its file."""
    declaration: Callable[[], Mapping[str, object]] = dict
    functions: Sequence[str] = ()
    """Models that need no registration."""
    split: str | None = "test"
    """What is asked about; None is everything."""
    has_small_pictures: bool = False
    """The entries' images are small enough to be drawn in a terminal."""


@dataclass(frozen=True)
class Material:
    """A demo's files, which are there."""

    demo: Demo
    folder: Path

    @property
    def entries(self) -> Path:
        """Manifest, or folder of images with one."""
        return self.folder / self.demo.entries

    @property
    def models(self) -> dict[str, Path]:
        """Name of each model that is registered, and its file."""
        return {name: self.folder / "models" / file for name, file in self.demo.files.items()}

    def pixels(self, entry_ids: Sequence[str]) -> list[Pixels]:
        """The pictures of entries, in grey; none where they are too large to be drawn."""
        if not self.demo.has_small_pictures:
            return []
        image = importlib.import_module("PIL.Image")
        lines = (self.entries / "manifest.jsonl").read_text("utf-8").splitlines()
        files = {row["id"]: row["file"] for row in map(json.loads, lines)}
        pictures: list[Pixels] = []
        for entry_id in entry_ids:
            with image.open(self.entries / files[entry_id]) as picture:
                grey, width = list(picture.convert("L").tobytes()), picture.width
            pictures.append([grey[at : at + width] for at in range(0, len(grey), width)])
        return pictures


def material(task: Task, parent: Path, *, on_step: Callable[[str], None]) -> Material:
    """The material below `parent`; written and trained first where it is not there.

    Raises:
        ExtraMissing: When what trains the models is not installed.
    """
    wanted = DEMOS[task]
    made = Material(wanted, parent / f"{task}-{_key()}")
    if not made.folder.is_dir():
        on_step(wanted.says)
        # Made elsewhere and renamed: a folder of that name is whole.
        draft = made.folder.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        wanted.make(draft)
        draft.rename(made.folder)
    return made


def _make_digits(folder: Path) -> None:
    digits = _trainer("material").write_digits(folder / "digits")
    _trainer("train").train_models(digits, folder / "models")


def _canvases(task: CanvasTask) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        canvases = _trainer("canvases").write_canvases(folder / "canvases", task)
        _trainer("train_canvases").train_canvas_models(canvases, folder / "models")

    return make


def _make_questions(folder: Path) -> None:
    importlib.import_module("runoff.demo.questions").write_questions(folder)


def _trainer(module: str) -> ModuleType:
    """Imported when needed: scikit-learn takes two seconds, which a second demo need not wait."""
    try:
        return importlib.import_module(f"runoff.demo.{module}")
    except ModuleNotFoundError as error:
        raise ExtraMissing("What the demo trains its models with", extra="demo") from error


DEMOS: dict[Task, Demo] = {
    "classification": Demo(
        dataset="digits",
        entries="digits",
        says="Writing 1,797 scans of digits and training two models …",
        make=_make_digits,
        files={
            "onnx/digits-logreg": "digits-logistic-regression.onnx",
            "onnx/digits-mlp": "digits-neural-network.onnx",
        },
        declaration=digits_declaration,
        has_small_pictures=True,
    ),
    "detection": Demo(
        dataset="canvases",
        entries="canvases",
        says="Pasting scans of digits on canvases and training two detectors …",
        make=_canvases("detection"),
        files={
            "onnx/boxes-linear": "boxes-linear.onnx",
            "onnx/boxes-mlp": "boxes-neural-network.onnx",
        },
        declaration=lambda: canvas_declaration("detection"),
    ),
    "coordinates": Demo(
        dataset="canvases-places",
        entries="canvases",
        says="Pasting scans of digits on canvases and training two models of their place …",
        make=_canvases("coordinates"),
        files={
            "onnx/place-ink": "place-ink.onnx",
            "onnx/place-mlp": "place-neural-network.onnx",
        },
        declaration=lambda: canvas_declaration("coordinates"),
    ),
    "text": Demo(
        dataset="questions",
        entries="questions.jsonl",
        says="Writing 81 questions …",
        make=_make_questions,
        functions=(f"python/{ANSWERERS}:hasty", f"python/{ANSWERERS}:careful"),
        split=None,
    ),
}


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
