"""Detection with COCO's files alone: a dataset, and a live model's results, by command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from runoff import Client
from tests.unit.client.calling import Runoff

N = 6
BBOX = [2, 3, 5, 4]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Images, annotations, and what a detector found on half of the images each."""
    made = tmp_path_factory.mktemp("coco")
    images = [{"id": number, "file_name": f"{number}.png"} for number in range(N)]
    for each in images:
        Image.new("L", (16, 16)).save(made / str(each["file_name"]))
    boxes: list[dict[str, Any]] = [
        {"image_id": number, "category_id": 1, "bbox": BBOX} for number in range(N)
    ]
    categories = [{"id": 1, "name": "cat", "supercategory": "animal"}]
    truth = {"images": images, "categories": categories, "annotations": boxes}
    (made / "street_test.json").write_text(json.dumps(truth))
    (made / "missing.json").write_text(
        json.dumps({**truth, "images": [*images, {"id": 99, "file_name": "99.png"}]})
    )
    (made / "results.json").write_text(json.dumps([{**each, "score": 0.9} for each in boxes]))
    return made


def test_a_file_that_an_image_is_missing_for_is_refused_at_its_place(
    runoff: Runoff, folder: Path
) -> None:
    """The manifest in between is nobody's concern."""
    options = ("--name", "missing", "--format", "coco", "--images", str(folder))
    done = runoff("dataset", "add", str(folder / "missing.json"), *options)

    assert done.code == 1
    assert f"missing.json[images.{N}]: file: '99.png' is no file here" in done.stderr


def test_results_are_pushed_to_a_run_over_a_coco_dataset(
    runoff: Runoff, client: Client, folder: Path
) -> None:
    """From the two files to a scored run."""
    truth, options = str(folder / "street_test.json"), ("--format", "coco", "--images", str(folder))
    added = runoff("dataset", "add", truth, "--name", "street", *options, "--json")
    assert added.code == 0, added.stderr
    (version,) = client.datasets.show("street").versions
    assert (version.n_entries, version.sections, version.splits) == (
        N,
        {"animal": N},
        {"test": N},
    )

    assert runoff("predictions", "add", "--name", "seer", "--live", "--task", "detection").code == 0
    launched = runoff("run", "launch", "--dataset", "street", "--model", "upload/seer", "--json")
    assert launched.code == 0, launched.stderr
    run_id = str(launched.document["id"])
    results = (str(folder / "results.json"), "--truth", truth)
    pushed = runoff("predictions", "push", run_id, *results, "--complete", "--json")
    assert pushed.code == 0, pushed.stderr
    assert (pushed.document["n_rows"], pushed.document["n_new"]) == (N, N)

    *_, run = client.runs.watch(run_id)
    assert (run.status, run.contenders[0].accuracy) == ("completed", 1.0)
    again = runoff("predictions", "push", run_id, *results)
    assert "0 new predictions; 6 were there already." in again.stdout
    late = runoff("predictions", "complete", run_id)
    assert late.code == 0, late.stderr
