"""What is said where a model and a set of entries speak of different things."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runoff_contracts.events.lifecycle import Contender
from runoff_contracts.model_spec import LlmSpec
from runoff_contracts.task import Task
from runoff_objects.entry_set import EntryRow, EntrySetWriter
from runoff_objects.store import Objects
from runoff_run_manager.label_fit import strange_labels
from tests.unit.run_manager import given

BOX = {"x": 1, "y": 2, "width": 3, "height": 4}


async def said(
    folder: Path, *targets: Any, specs: list[Any], task: Task = "classification"
) -> list[str]:
    """The warnings for models with these declarations, about entries with these targets."""
    objects = Objects.open(str(folder / "objects"))
    writer = EntrySetWriter(objects)
    rows = [EntryRow(id=f"e{n}", text="t", target=each) for n, each in enumerate(targets)]
    await writer.add(rows)
    entries = await writer.finish()
    contenders = [
        Contender(position=position, model=f"m/{position}", digest=given.digest(9), spec=spec)
        for position, spec in enumerate(specs)
    ]
    created = given.created(entries=entries.digest, task=task, contenders=contenders)
    return await strange_labels(objects, created)


async def test_a_model_that_knows_no_target_is_told_of(tmp_path: Path) -> None:
    """By name, with both sides, so that one sees at once what is meant; the others are not."""
    knows = LlmSpec(task="classification", choices=["cat", "cow"])
    warnings = await said(
        tmp_path, "cat", None, "dog", "cat", "x" * 99, specs=[given.SPEC, knows, None]
    )

    assert warnings == [
        f"m/0: none of its labels (0, 1) is a target of the first 5 entries (cat, dog, {'x' * 39}…)"
        ", so that it is right about none of them"
    ]


async def test_labels_of_boxes_count_in_detection(tmp_path: Path) -> None:
    """An image without a box says nothing."""
    spec = given.SPEC.model_copy(update={"labels": ["hat", "shoe", "bag", "coat"]})
    boxes = [{"label": "cat", **BOX}, {"label": "dog", **BOX}]
    (warning,) = await said(tmp_path, [], boxes, specs=[spec], task="detection")
    assert "(hat, shoe, bag and 1 more)" in warning

    fits = given.SPEC.model_copy(update={"labels": ["dog"]})
    assert await said(tmp_path, [], boxes, specs=[fits], task="detection") == []


async def test_nothing_is_said_without_targets_or_for_other_tasks(tmp_path: Path) -> None:
    """What is not known to be wrong is not warned of."""
    assert await said(tmp_path, None, None, specs=[given.SPEC]) == []
    text = LlmSpec(task="text", choices=["a", "b"])
    assert await said(tmp_path, "c", specs=[text], task="text") == []
