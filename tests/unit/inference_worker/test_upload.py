"""Predictions that were made elsewhere."""

from __future__ import annotations

import json
import tracemalloc
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runoff_contracts.commands import CheckModel
from runoff_contracts.events.entry import Prediction
from runoff_contracts.events.lifecycle import Contender
from runoff_contracts.model_spec import UploadSpec
from runoff_contracts.run_config import RunConfig
from runoff_contracts.task import Task
from runoff_inference_worker.errors import ModelRefused
from runoff_inference_worker.provider import Kit
from runoff_inference_worker.providers import PROVIDERS
from runoff_objects.uploaded import Uploaded
from tests.unit.inference_worker.making import DIGEST, a_kit, answered, opened, text_rows

Row = dict[str, object]


def the_file(*rows: Row) -> bytes:
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


async def contender(kit: Kit, content: bytes, task: Task = "classification") -> Contender:
    file = await kit.objects.put(content)
    spec = UploadSpec(task=task, n_answers=content.count(b"\n"))
    return Contender(position=0, model="upload/old", number=1, digest=file, file=file, spec=spec)


async def predictions(
    folder: Path, *rows: Row, task: Task = "classification", n_entries: int = 1
) -> list[Prediction]:
    """Of `n_entries` entries, text-0, text-1, …"""
    kit = a_kit(folder)
    askers = await opened(kit, [await contender(kit, the_file(*rows), task)], RunConfig(retries=3))
    facts = await answered(kit, askers, text_rows(*"abcdefghij"[:n_entries]))
    return [fact.predictions[0] for fact in facts]


async def test_an_answer_is_found_by_the_id_of_its_entry(tmp_path: Path) -> None:
    """Whatever the order of the rows; everything that was uploaded of it is kept."""
    second: Row = {
        "entry_id": "text-1",
        "label": "b",
        "confidence": 0.75,
        "probabilities": {"a": 0.25, "b": 0.75},
        "logprob": -0.5,
        "latency_s": 1.25,
    }
    first, found = await predictions(
        tmp_path, second, {"entry_id": "text-0", "label": "a"}, n_entries=2
    )

    assert (first.label, found.label) == ("a", "b")
    assert (found.confidence, found.logprob, found.latency_s) == (0.75, -0.5, 1.25)
    assert list((found.probabilities or {}).items()) == [("b", 0.75), ("a", 0.25)]
    assert found.attempts[0].duration_s == 1.25


async def test_no_latency_is_said_where_none_was_uploaded(tmp_path: Path) -> None:
    """The time of a look-up is not the time of the model."""
    (found,) = await predictions(tmp_path, {"entry_id": "text-0", "label": "a"})

    assert found.label == "a"
    assert found.latency_s is None
    assert found.attempts[0].duration_s == 0


async def test_what_failed_elsewhere_and_what_is_missing_fails_here(tmp_path: Path) -> None:
    """With the message, at the first attempt: asking a file again helps nothing."""
    failed, missing = await predictions(
        tmp_path, {"entry_id": "text-0", "error": "CUDA out of memory"}, n_entries=2
    )

    assert not failed.is_answer
    assert not missing.is_answer
    errors = [[each.error for each in found.attempts] for found in (failed, missing)]
    assert [[(e.error_class, e.message) for e in each if e] for each in errors] == [
        [("exception", "CUDA out of memory")],
        [("unavailable", "no prediction was uploaded")],
    ]


@pytest.mark.parametrize(
    ("task", "answer"),
    [
        ("detection", {"boxes": []}),
        ("detection", {"boxes": [{"label": "x", "x": 1, "y": 2, "width": 3, "height": 4}]}),
        ("coordinates", {"point": {"x": 1.5, "y": -2}}),
        ("text", {"text": "Paris", "data": {"city": "Paris"}}),
    ],
)
async def test_every_task_has_its_kind_of_answer(tmp_path: Path, task: Task, answer: Row) -> None:
    """An empty list of boxes is an answer: looked and found nothing."""
    (found,) = await predictions(tmp_path, {"entry_id": "text-0", **answer}, task=task)

    said = found.model_dump(mode="json", exclude_none=True)
    assert {name: said[name] for name in answer} == {
        name: [box | {} for box in value] if isinstance(value, list) else value
        for name, value in answer.items()
    }


async def test_the_most_confident_box_comes_first(tmp_path: Path) -> None:
    """As detectors of this house answer, whatever the order of the upload."""
    box = {"x": 0, "y": 0, "width": 1, "height": 1}
    boxes = [{"label": "b", "confidence": 0.2, **box}, {"label": "a", "confidence": 0.9, **box}]
    (found,) = await predictions(tmp_path, {"entry_id": "text-0", "boxes": boxes}, task="detection")

    assert [each.label for each in found.boxes or []] == ["a", "b"]


async def test_an_answer_of_another_task_is_malformed(tmp_path: Path) -> None:
    """The API lets none in; an object that came some other way must not pass for an answer."""
    (found,) = await predictions(tmp_path, {"entry_id": "text-0", "text": "a"})

    error = found.attempts[0].error
    assert error is not None
    assert error.error_class == "malformed_answer"


def a_check(file: str | None, spec: UploadSpec, task: Task | None = None) -> CheckModel:
    return CheckModel(
        command_id=str(uuid.uuid4()),
        sent_at=datetime.now(UTC),
        model="upload/old",
        file=file,
        spec=spec,
        task=task,
    )


@pytest.mark.parametrize(
    ("content", "n_answers", "task", "field", "said"),
    [
        (the_file({"entry_id": "a", "label": "x"}), 1, "text", "task", "the run is for text"),
        (the_file({"entry_id": "a", "label": "x"}), 2, None, "n_answers", "1 are there"),
        (b"nonsense\n", 1, None, "file", "line 1 is no JSON"),
        (b'{"label": "x"}\n', 1, None, "file", "line 1 has no entry_id"),
        (b'{"entry_id": "a"}\n' * 2, 2, None, "file", "line 2 has the id of line 1"),
        (None, 1, None, "file", "no object"),
    ],
)
async def test_a_file_that_cannot_serve_a_run_is_refused_at_launch(
    tmp_path: Path, content: bytes | None, n_answers: int, task: Task | None, field: str, said: str
) -> None:
    """With the field that is wrong, before any entry is spent."""
    kit = a_kit(tmp_path)
    file = DIGEST if content is None else await kit.objects.put(content)
    spec = UploadSpec(task="classification", n_answers=n_answers)

    with pytest.raises(ModelRefused, match=said) as refused:
        await PROVIDERS["upload"].check(a_check(file, spec, task), kit)

    assert [each.field for each in refused.value.problem.errors] == [field]


async def test_a_sound_file_is_taken(tmp_path: Path) -> None:
    """And its rows are counted."""
    kit = a_kit(tmp_path)
    file = await kit.objects.put(the_file({"entry_id": "a", "label": "x"}))
    spec = UploadSpec(task="classification", n_answers=1)

    assert await PROVIDERS["upload"].check(a_check(file, spec, "classification"), kit) == {
        "n_answers": 1
    }


async def test_a_lost_file_fails_every_entry(tmp_path: Path) -> None:
    """The run settles and says why."""
    kit = a_kit(tmp_path)
    lost = (await contender(kit, b"{}\n")).model_copy(update={"file": DIGEST})
    facts = await answered(kit, await opened(kit, [lost]), text_rows("a", "b"))

    errors = [fact.predictions[0].attempts[0].error for fact in facts]
    assert [error.error_class for error in errors if error] == ["unavailable", "unavailable"]


def test_a_hundred_thousand_rows_cost_little_memory(tmp_path: Path) -> None:
    """Forty bytes a row at rest, so that a million stay below 50 MB, whatever a row holds."""
    path, n_rows = tmp_path / "rows.jsonl", 100_000
    with path.open("w") as file:
        for number in range(n_rows):
            file.write(json.dumps({"entry_id": f"entry-{number}", "text": "x" * 200}) + "\n")
    with path.open("rb") as content:
        tracemalloc.start()
        uploaded = Uploaded(content)
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        found = uploaded.find("entry-77777")

        assert len(uploaded) == n_rows
        assert found is not None
        assert found.entry_id == "entry-77777"
        assert uploaded.find("entry-100000") is None
        assert held < 40 * n_rows
