"""A file of COCO annotations becomes a dataset, or every mistake in it is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from runoff.errors import InvalidInput
from runoff.importing.coco_truth import read_truth, split_in, write_manifest

TRUTH: dict[str, list[dict[str, Any]]] = {
    "images": [{"id": number, "file_name": f"{number}.png", "width": 8} for number in range(4)],
    "categories": [
        {"id": 1, "name": "cat", "supercategory": "animal"},
        {"id": 2, "name": "dog", "supercategory": "animal"},
        {"id": 3, "name": "car", "supercategory": "vehicle"},
        {"id": 4, "name": "thing"},
    ],
    "annotations": [
        {"image_id": 0, "category_id": 1, "bbox": [1, 2, 3, 4], "iscrowd": 1},
        {"image_id": 0, "category_id": 2, "bbox": [0, 0, 8, 8]},
        {"image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1]},
        {"image_id": 1, "category_id": 3, "bbox": [0, 0, 1, 1]},
        {"image_id": 2, "category_id": 4, "bbox": [0, 0, 1, 1]},
    ],
}


def written(folder: Path, truth: object) -> Path:
    path = folder / "instances_val2017.json"
    path.write_text(json.dumps(truth))
    return path


def test_images_become_entries_with_boxes_and_sections(tmp_path: Path) -> None:
    """The section is the supercategory that all boxes share; an image may have no box at all."""
    truth = read_truth(written(tmp_path, TRUTH))
    write_manifest(truth, tmp_path / "m.jsonl", split="val")
    rows = [json.loads(line) for line in (tmp_path / "m.jsonl").read_text().splitlines()]

    assert [row["id"] for row in rows] == ["0", "1", "2", "3"]
    assert [row.get("section") for row in rows] == ["animal", "mixed", None, None]
    assert {row["split"] for row in rows} == {"val"}
    assert rows[0]["target"] == [
        {"label": "cat", "x": 1, "y": 2, "width": 3, "height": 4, "crowd": True},
        {"label": "dog", "x": 0, "y": 0, "width": 8, "height": 8},
    ]
    assert rows[3] == {
        "id": "3",
        "file": "3.png",
        "target": [],
        "metadata": {"width": 8},
        "split": "val",
    }


@pytest.mark.parametrize(
    ("name", "split"),
    [("instances_val2017", "val"), ("Train", "train"), ("latest", None), ("train_and_test", None)],
)
def test_a_split_is_taken_from_a_name_that_says_one(name: str, split: str | None) -> None:
    """A guess that may be wrong is none."""
    assert split_in(name) == split


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    """By list, number and field, so that a file is corrected in one go."""
    wrong = {
        "images": [*TRUTH["images"], {"id": "3", "file_name": "/etc/passwd"}, 7],
        "categories": [*TRUTH["categories"], {"id": 1, "name": ""}],
        "annotations": [
            {"image_id": 9, "category_id": 9, "bbox": [1, 2, 3]},
            {"image_id": 0, "category_id": 1, "bbox": [0, 0, -1, 1]},
            {"image_id": True, "category_id": 1, "bbox": [0, 0, 1, 1]},
        ],
    }
    with pytest.raises(InvalidInput, match="9 mistakes") as refused:
        read_truth(written(tmp_path, wrong))

    places = [f"{each.file}: {each.field}".partition("[")[2] for each in refused.value.errors]
    assert places == [
        "categories.4]: name",
        "images.4]: file_name",
        "images.4]: id",
        "images.5]: ",
        "annotations.0]: image_id",
        "annotations.0]: category_id",
        "annotations.0]: bbox",
        "annotations.1]: bbox",
        "annotations.2]: image_id",
    ]


@pytest.mark.parametrize(("truth", "said"), [([], "no ground truth"), ({}, "images: is missing")])
def test_another_document_is_no_annotations(tmp_path: Path, truth: object, said: str) -> None:
    """It is said so, and nothing is guessed."""
    with pytest.raises(InvalidInput, match=said):
        read_truth(written(tmp_path, truth))
