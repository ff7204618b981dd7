"""Every task from entries to a verdict: registered, asked, scored, reported, compared."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from runoff import Client
from runoff_contracts.report import Report
from runoff_contracts.task import Task
from runoff_contracts.views import EntryView, RunView
from runoff_testkit.live import LiveStack
from tests.e2e.using import MODULE, wait_settled

N = 12


@pytest.fixture(scope="module")
def client(stack: LiveStack) -> Iterator[Client]:
    """The SDK."""
    with Client(stack.api_url) as made:
        yield made


@pytest.fixture(scope="module")
def squares(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Dark canvases of several sizes with one white square each, and where it is."""
    folder = tmp_path_factory.mktemp("squares")
    for place in range(N):
        width, height, side = 60 + 5 * place, 50 + 3 * place, 8 + place % 4
        x, y = 5 + 3 * place, 4 + 2 * place
        image = Image.new("L", (width, height))
        ImageDraw.Draw(image).rectangle((x, y, x + side - 1, y + side - 1), fill=255)
        image.save(folder / f"{place}.png")
    return folder


def manifest(folder: Path, task: Task) -> None:
    """The same images with targets of a task."""
    rows = []
    for place in range(N):
        side = 8 + place % 4
        x, y = 5 + 3 * place, 4 + 2 * place
        target: Any = [{"label": "square", "x": x, "y": y, "width": side, "height": side}]
        if task == "coordinates":
            target = {"x": x + side / 2, "y": y + side / 2}
        section = "even" if place % 2 == 0 else "odd"
        rows.append({"id": f"s-{place}", "file": f"{place}.png", "target": target,
                     "section": section, "metadata": {"side": side}})  # fmt: skip
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "manifest.jsonl").write_text(lines, encoding="utf-8")


def evaluated(
    stack: LiveStack, client: Client, dataset: str, models: list[str]
) -> tuple[RunView, Report, list[EntryView]]:
    """The settled run, its report, and its entries, the most disputed first."""
    accepted = client.runs.launch(dataset=dataset, models=[f"{MODULE}:{each}" for each in models])
    run = wait_settled(stack, accepted.id)
    assert run.status == "completed", run.reason
    report = client.runs.report(run.run_id).report
    return run, report, client.runs.entries(run.run_id, sort="difference", limit=N).items


def metric(report: Report, name: str, contender: int) -> float:
    """One number over all entries."""
    (found,) = [each for each in report.metrics if (each.name, each.contender) == (name, contender)]
    assert found.value is not None, found.reason
    return found.value


def test_detectors_are_compared_by_what_they_find(
    stack: LiveStack, client: Client, squares: Path
) -> None:
    """One finds each square, the other boxes that are shifted by half of it."""
    manifest(squares, "detection")
    dataset = client.datasets.add(squares, name="squares-detection", task="detection")
    run, report, entries = evaluated(
        stack, client, dataset.id, ["finds_square", "finds_beside", "finds_nothing"]
    )

    assert metric(report, "map_50", 0) == pytest.approx(1.0)
    assert metric(report, "map_50_95", 0) == pytest.approx(1.0)
    assert metric(report, "map_50", 1) == 0
    assert [each.accuracy for each in run.contenders] == [1.0, 0.0, 0.0]
    assert {group.value for group in report.groups if group.by == "section"} == {"even", "odd"}
    for entry in entries:
        assert entry.status == "answered", "an empty list of boxes is an answer"
        assert entry.difference is not None
        assert entry.difference.kind == "partial"
        assert entry.predictions[0].boxes is not None
        assert entry.predictions[0].boxes[0].label == "square"


def test_places_are_compared_by_their_distance(
    stack: LiveStack, client: Client, squares: Path
) -> None:
    """In pixels of the original image, whatever its size."""
    manifest(squares, "coordinates")
    dataset = client.datasets.add(squares, name="squares-coordinates", task="coordinates")
    run, report, entries = evaluated(stack, client, dataset.id, ["points_at", "points_beside"])

    assert metric(report, "pixel_distance", 0) == pytest.approx(0.0, abs=0.01)
    assert metric(report, "pixel_distance", 1) == pytest.approx(50.0, abs=0.01)
    assert [each.accuracy for each in run.contenders] == [1.0, 0.0]
    for entry in entries:
        assert entry.difference is not None
        assert entry.difference.kind == "all_different"
        assert entry.difference.distance_px == pytest.approx(50.0, abs=0.01)


def test_texts_are_compared_by_what_they_say(stack: LiveStack, client: Client) -> None:
    """Case and articles make no difference; another word does."""
    rows = [
        {"id": f"q-{place}", "text": f"What is {place} plus one?", "target": f"The {place + 1}"}
        for place in range(N)
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    answer = stack.http.post(
        "/api/datasets",
        params={"name": "sums", "task": "text"},
        content=lines.encode(),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert answer.is_success, answer.text
    run, report, entries = evaluated(stack, client, "sums", ["adds_one", "adds_two"])

    assert [each.accuracy for each in run.contenders] == [1.0, 0.0]
    assert metric(report, "normalised_match", 0) == 1
    assert metric(report, "exact_match", 0) == 0
    assert all(entry.predictions[0].text for entry in entries)
    assert all(entry.difference and entry.difference.value == 1 for entry in entries)


@pytest.mark.parametrize(
    ("task", "target"),
    [
        ("detection", "square"),
        ("detection", [{"label": "square", "x": 1}]),
        ("coordinates", {"x": 1}),
        ("classification", [1, 2]),
    ],
)
def test_a_target_that_does_not_fit_its_task_is_refused(
    stack: LiveStack, task: str, target: Any
) -> None:
    """With its line, and nothing is registered."""
    line = json.dumps({"id": "a", "text": "a", "target": target})
    answer = stack.http.post(
        "/api/datasets",
        params={"name": "wrong-target", "task": task},
        content=line.encode(),
        headers={"Content-Type": "application/x-ndjson"},
    )

    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert (error["field"].split(".")[0], error["line"]) == ("target", 1)
    assert stack.http.get("/api/datasets/wrong-target").status_code == 404
