"""What the entries of a dataset are to be answered with, by its task."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.api.running import IN_SHARED_LOOP, World, problem
from tests.contract.api.uploads import CSV, LINES, lines, send

BOX = {"label": "cat", "x": 1, "y": 2.5, "width": 3, "height": 4}


@IN_SHARED_LOOP
@pytest.mark.parametrize(
    ("name", "task", "target"),
    [
        ("box", "detection", [BOX]),
        ("no-box", "detection", []),
        ("point", "coordinates", {"x": 10.5, "y": 20}),
        ("some", "text", ["Paris", "paris"]),
        ("number", "text", 42),
        ("object", "text", {"city": "Paris"}),
    ],
)
async def test_a_dataset_of_any_task_keeps_its_targets(
    working_world: World, name: str, task: str, target: Any
) -> None:
    """As they were written, from the manifest to whoever reads the entries."""
    rows = [{"id": "a", "text": "t", "target": target}, {"id": "b", "text": "u"}]
    answer = await send(working_world, lines(*rows), LINES, task=task, name=name)
    assert answer.status_code == 201, answer.text

    dataset = await working_world.get(f"/api/datasets/{name}")
    entries = (await working_world.get(f"/api/datasets/{name}/entries"))["items"]
    assert dataset["task"] == task
    assert [each["target"] for each in entries] == [target, None]


@IN_SHARED_LOOP
async def test_points_and_boxes_come_in_csv_too(working_world: World) -> None:
    """Boxes as JSON in their cell, points as two columns."""
    points = b"id,text,x,y\na,t,10.5,20\n"
    boxes = (
        b'id,text,target\na,t,"[{""label"":""cat"",""x"":1,""y"":2.5,""width"":3,""height"":4}]"\n'
    )
    first = await send(working_world, points, CSV, task="coordinates", name="points")
    second = await send(working_world, boxes, CSV, task="detection", name="boxes")
    assert (first.status_code, second.status_code) == (201, 201), first.text + second.text

    point = (await working_world.get("/api/datasets/points/entries"))["items"][0]
    box = (await working_world.get("/api/datasets/boxes/entries"))["items"][0]
    assert (point["target"], point["metadata"]) == ({"x": 10.5, "y": 20.0}, None)
    assert box["target"] == [BOX]


@IN_SHARED_LOOP
async def test_all_targets_of_another_task_are_named_at_once(working_world: World) -> None:
    """With their lines and what one looks like; nothing is registered."""
    rows: list[dict[str, Any]] = [
        {"id": "a", "text": "t", "target": "cat"},
        {"id": "b", "text": "t", "target": [BOX]},
        {"id": "c", "text": "t", "target": [{**BOX, "width": -3}]},
    ]
    answer = await send(working_world, lines(*rows), LINES, task="detection", name="wrong")

    errors = problem(answer, 422, "bad-manifest")["errors"]
    assert [(each["line"], each["field"]) for each in errors] == [(1, "target"), (3, "target")]
    assert "0.width" in errors[1]["message"]
    problem(await working_world.http.get("/api/datasets/wrong"), 404, "unknown-dataset")


@IN_SHARED_LOOP
async def test_a_version_says_what_every_entry_has(working_world: World) -> None:
    """A prompt that names something else is found before anything is asked."""
    rows: list[dict[str, Any]] = [
        {"id": "a", "text": "t", "target": "x", "metadata": {"author": "A", "year": 1}},
        {"id": "b", "text": "u", "split": "test", "metadata": {"year": 2}},
    ]
    answer = await send(working_world, lines(*rows), LINES, task="text", name="fields")
    assert answer.status_code == 201, answer.text

    version = (await working_world.get("/api/datasets/fields"))["versions"][0]
    assert version["fields"] == ["id", "metadata.year", "text"]
