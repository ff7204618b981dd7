"""Answers of models that declare no task."""

from __future__ import annotations

import pytest

from runoff_contracts.answers import Box, Point
from runoff_contracts.task import Task
from runoff_inference_worker.errors import MalformedAnswer, ModelRaised
from runoff_inference_worker.of_task import in_task
from runoff_inference_worker.provider import Answer

BOX = Box(label="a", x=1, y=2, width=3, height=4)
ANSWERS: dict[Task, Answer] = {
    "classification": Answer("a", 0.5),
    "detection": Answer(boxes=[BOX]),
    "coordinates": Answer(point=Point(x=1, y=2)),
    "text": Answer(text="a"),
}


@pytest.mark.parametrize("task", ANSWERS)
def test_what_fits_stays_as_it_is(task: Task) -> None:
    """The usual case."""
    assert in_task(ANSWERS[task], task) is ANSWERS[task]


def test_a_plain_string_is_a_text_where_texts_are_asked_for() -> None:
    """A function that returns a string need not know what it is called."""
    assert in_task(Answer("forty-two", 0.5), "text") == Answer(text="forty-two", confidence=0.5)


@pytest.mark.parametrize(
    ("answered", "task"),
    [
        ("classification", "detection"),
        ("classification", "coordinates"),
        ("text", "classification"),
        ("coordinates", "text"),
        ("detection", "classification"),
    ],
)
def test_an_answer_of_another_task_is_malformed(answered: Task, task: Task) -> None:
    """It would be scored as if nobody had answered, and nobody would know why."""
    found = in_task(ANSWERS[answered], task)

    assert isinstance(found, MalformedAnswer)
    assert task in found.message


def test_no_boxes_are_an_answer() -> None:
    """The model looked and found nothing."""
    assert in_task(Answer(boxes=[]), "detection") == Answer(boxes=[])


def test_a_failure_stays_one() -> None:
    """Its class says what went wrong."""
    failed = ModelRaised("broke")

    assert in_task(failed, "text") is failed
