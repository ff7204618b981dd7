"""The entries of the demo for detection and coordinates: scans of digits pasted on canvases.

Where each scan was put is known, so that nothing had to be labeled by hand. Beside the digits lie
strokes and torn halves of scans, which are no digits: a model that only looks for ink takes them
for some.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from runoff.demo.material import INK_LEVELS, earlier_scans, load_scans
from runoff.demo.specs import CanvasTask

SEED = 20
N_TRAIN, N_TEST = 400, 240
SIZES = ((96, 72), (120, 90), (192, 144))
"""Width and height of canvases. All have the same proportions, so that in a model's view, which
is smaller than any of them, digits are of one size."""
SIDE_SHARE = 1 / 6
"""Of the canvas's width: the side of the square that a scan fills."""
MOST_DIGITS = 5
SECTIONS = ("sparse", "few", "crowded")
_N_STROKES: dict[CanvasTask, int] = {"detection": 6, "coordinates": 12}
_N_SCRAPS: dict[CanvasTask, int] = {"detection": 3, "coordinates": 8}
"""The most on a canvas: one digit alone would be found by its ink."""
_TRIES = 200


@dataclass(frozen=True)
class CanvasFolder:
    """A folder that `write_canvases` filled."""

    folder: Path
    task: CanvasTask
    n_train: int
    n_test: int

    @property
    def manifest(self) -> Path:
        """JSON lines; the `file` of each is relative to the folder."""
        return self.folder / "manifest.jsonl"


@dataclass(frozen=True)
class _Pasted:
    label: str
    x: int
    y: int


def write_canvases(folder: Path, task: CanvasTask) -> CanvasFolder:
    """Write `images/canvas-0000.png` and so on and `manifest.jsonl`, the same bytes each time.

    For detection a canvas holds none to five digits, and its target is their boxes; the section
    says how many there are. For coordinates it holds one, and its target is that one's middle.
    Canvases of the train split are made of the train split's scans, and those of the test split of
    the others. The manifest comes last: a folder that has one is whole.

    Raises:
        OSError: The folder cannot be made or written.
    """
    scans, targets = load_scans()
    in_train = earlier_scans(targets)
    images = folder / "images"
    images.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    lines: list[str] = []
    for index in range(N_TRAIN + N_TEST):
        split = "train" if index < N_TRAIN else "test"
        usable = np.flatnonzero(in_train if split == "train" else ~in_train)
        size = SIZES[int(rng.integers(len(SIZES)))]
        n_digits = int(rng.integers(0, MOST_DIGITS + 1)) if task == "detection" else 1
        canvas = _background(size, int(rng.integers(_N_STROKES[task] + 1)), rng)
        n_scraps = int(rng.integers(_N_SCRAPS[task] + 1))
        _tear(canvas, scans[rng.choice(usable, n_scraps)], rng)
        pasted = _paste(canvas, scans, targets, rng.permutation(usable)[:n_digits], rng)
        row = {
            "id": f"canvas-{index:04d}",
            "file": f"images/canvas-{index:04d}.png",
            "target": _target(task, pasted, _side(size)),
            "section": SECTIONS[min(len(pasted) // 2, 2)] if task == "detection" else None,
            "split": split,
            "metadata": {
                "width": size[0],
                "height": size[1],
                "digits": "".join(each.label for each in pasted),
            },
        }
        canvas.save(folder / str(row["file"]))
        lines.append(json.dumps({key: value for key, value in row.items() if value is not None}))
    made = CanvasFolder(folder, task, n_train=N_TRAIN, n_test=N_TEST)
    made.manifest.write_bytes("".join(f"{line}\n" for line in lines).encode())
    return made


def _side(size: tuple[int, int]) -> int:
    return round(size[0] * SIDE_SHARE)


def _background(size: tuple[int, int], n_strokes: int, rng: np.random.Generator) -> Image.Image:
    """Paper with some grain and strokes of a pen."""
    grain = rng.integers(0, 40, (size[1], size[0]), dtype=np.uint8)
    image = Image.fromarray(grain, "L")
    draw = ImageDraw.Draw(image)
    reach = _side(size)
    for _ in range(n_strokes):
        x, y = int(rng.integers(size[0])), int(rng.integers(size[1]))
        dx, dy = (int(each) for each in rng.integers(-reach, reach + 1, 2))
        ink = int(rng.integers(120, 256))
        draw.line((x, y, x + dx, y + dy), fill=ink, width=max(reach // 8, 1))
    return image


def _tear(canvas: Image.Image, scans: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Put the upper or the lower half of each scan somewhere."""
    side = _side(canvas.size)
    for scan in scans:
        x = int(rng.integers(canvas.width - side + 1))
        y = int(rng.integers(canvas.height - side // 2 + 1))
        top = side // 2 * int(rng.integers(2))
        canvas.paste(_picture(scan, side).crop((0, top, side, top + side // 2)), (x, y))


def _picture(scan: NDArray[np.float64], side: int) -> Image.Image:
    pixels = np.rint(scan * (255 / INK_LEVELS)).astype(np.uint8)
    return Image.fromarray(pixels, "L").resize((side, side), Image.Resampling.BICUBIC)


def _paste(
    canvas: Image.Image,
    scans: NDArray[np.float64],
    targets: NDArray[np.int64],
    chosen: NDArray[np.intp],
    rng: np.random.Generator,
) -> list[_Pasted]:
    """Put scans where no other lies; one for which no place is found is left out."""
    side = _side(canvas.size)
    pasted: list[_Pasted] = []
    for index in chosen.tolist():
        for _ in range(_TRIES):
            x = int(rng.integers(canvas.width - side + 1))
            y = int(rng.integers(canvas.height - side + 1))
            if all(abs(x - each.x) >= side or abs(y - each.y) >= side for each in pasted):
                canvas.paste(_picture(scans[index], side), (x, y))
                pasted.append(_Pasted(str(targets[index]), x, y))
                break
    return pasted


def _target(task: CanvasTask, pasted: list[_Pasted], side: int) -> object:
    if task == "coordinates":
        (only,) = pasted
        return {"x": only.x + side / 2, "y": only.y + side / 2}
    return [
        {"label": each.label, "x": each.x, "y": each.y, "width": side, "height": side}
        for each in pasted
    ]
