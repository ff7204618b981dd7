"""Canvases with digits: every target is sound, and says where the digit really is."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from runoff.demo.canvases import SIZES, CanvasFolder, write_canvases
from runoff_contracts.answers import target_error


def rows_of(canvases: CanvasFolder) -> list[dict[str, Any]]:  # JSON objects
    return [json.loads(line) for line in canvases.manifest.read_text("utf-8").splitlines()]


@pytest.fixture(params=["detection", "coordinates"])
def canvases(request: pytest.FixtureRequest) -> CanvasFolder:
    found: CanvasFolder = request.getfixturevalue(f"{request.param}_canvases")
    return found


def test_every_target_is_one_of_the_task(canvases: CanvasFolder) -> None:
    """The manifest is what a user would write for images of their own."""
    rows = rows_of(canvases)

    assert [target_error(canvases.task, row["target"]) for row in rows] == [None] * len(rows)
    assert {row["file"] for row in rows} == {
        f"images/{path.name}" for path in (canvases.folder / "images").iterdir()
    }
    splits = [row["split"] for row in rows]
    assert (splits.count("train"), splits.count("test")) == (canvases.n_train, canvases.n_test)


def test_images_are_as_large_as_their_metadata_says(canvases: CanvasFolder) -> None:
    """Of several sizes and one proportion, so that digits have one size in a model's view."""
    sizes = set()
    for row in rows_of(canvases):
        with Image.open(canvases.folder / row["file"]) as image:
            assert image.size == (row["metadata"]["width"], row["metadata"]["height"])
            sizes.add(image.size)

    assert sizes == set(SIZES)
    assert len({width / height for width, height in sizes}) == 1


def test_boxes_lie_on_their_canvas_and_apart(detection_canvases: CanvasFolder) -> None:
    """A box that hides another would be a target that nobody can find."""
    n_digits = []
    for row in rows_of(detection_canvases):
        boxes = row["target"]
        n_digits.append(len(boxes))
        taken = np.zeros((row["metadata"]["height"], row["metadata"]["width"]), np.intp)
        for box in boxes:
            x, y, width, height = (box[each] for each in ("x", "y", "width", "height"))
            taken[y : y + height, x : x + width] += 1
        assert taken.max(initial=0) <= 1
        assert taken.sum() == sum(box["width"] * box["height"] for box in boxes)

    assert set(n_digits) == {0, 1, 2, 3, 4, 5}


def test_the_paper_of_a_scan_is_clean_where_the_target_says(
    coordinates_canvases: CanvasFolder,
) -> None:
    """The canvas has grain all over, but a scan that was pasted brings its own white corners."""
    for row in rows_of(coordinates_canvases)[:50]:
        with Image.open(coordinates_canvases.folder / row["file"]) as image:
            side = image.width // 6
            x, y = row["target"]["x"] - side / 2, row["target"]["y"] - side / 2
            scan = np.asarray(image.crop((round(x), round(y), round(x) + side, round(y) + side)))

        # The outer columns of most scans are blank; enlarged, each is an eighth of the side.
        assert (scan == 0).mean() > 0.15


def test_writing_again_gives_the_same_bytes(
    coordinates_canvases: CanvasFolder, tmp_path: Path
) -> None:
    """The digest of the dataset version names the content, so it must not drift."""
    again = write_canvases(tmp_path, "coordinates")

    assert again.manifest.read_bytes() == coordinates_canvases.manifest.read_bytes()
    for file in ("images/canvas-0000.png", "images/canvas-0639.png"):
        assert (tmp_path / file).read_bytes() == (coordinates_canvases.folder / file).read_bytes()
