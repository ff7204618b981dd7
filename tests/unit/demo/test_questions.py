"""The questions of the demo and the two models that answer them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from runoff.demo.answerers import careful, hasty
from runoff.demo.questions import Question, questions, write_questions
from runoff_contracts.answers import target_error
from runoff_inference_worker.python_answer import answer_of
from runoff_statistics import mcnemar_p_value, paired_table
from tests.unit.scoring.texts import value

QUESTIONS = list(questions())


@dataclass(frozen=True)
class Asked:
    text: str | None


def right(model: object, question: Question) -> bool:
    answer = (careful if model == "careful" else hasty)(Asked(question.text))
    assert 0 <= answer["confidence"] <= 1
    return value("normalised_match", answer["text"], question.target) == 1.0


def test_the_manifest_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    """The digest of the demo's dataset is the same wherever it is made."""
    first = write_questions(tmp_path / "a").read_bytes()

    assert write_questions(tmp_path / "b").read_bytes() == first
    rows = [json.loads(line) for line in first.decode().splitlines()]
    assert len({row["id"] for row in rows}) == len({row["text"] for row in rows}) == len(rows)
    assert len(rows) >= 60
    assert len({row["section"] for row in rows}) == 5


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each.text)
def test_every_target_is_one_for_text(question: Question) -> None:
    """The server would refuse the whole manifest for one that is not."""
    assert target_error("text", question.target) is None


def test_targets_are_right_where_they_were_worked_out() -> None:
    """By hand, one of each kind."""
    targets = {each.text: each.target for each in QUESTIONS}

    assert targets["What is 17 + 4 * 6?"] == 41
    assert targets["How many kilometres are 100 miles?"] == 160.9344
    assert targets["How many hours are 45 minutes?"] == 0.75
    assert targets["How many words are in “An old clock ticks - and stops”?"] == 6
    assert targets["How often is the letter e in “Every Evening Ends Early”?"] == 6


@pytest.mark.parametrize("section", sorted({each.section for each in QUESTIONS}))
def test_care_does_better_in_every_section(section: str) -> None:
    """A demo in which the models are alike shows nothing, nor one in which one knows nothing."""
    asked = [each for each in QUESTIONS if each.section == section]
    with_care = sum(right("careful", each) for each in asked)
    in_haste = sum(right("hasty", each) for each in asked)

    assert 0 < in_haste < with_care


def test_a_worker_reads_what_the_models_return() -> None:
    """As a text with its confidence, not as a label."""
    found = answer_of(careful(Asked("What is 17 + 4 * 6?")))

    assert (found.text, found.label, found.confidence) == ("41", None, 0.99)


def test_the_better_one_is_told_from_the_other_and_makes_mistakes() -> None:
    """At 5 %, by the test that the comparison uses."""
    with_care = np.array([right("careful", each) for each in QUESTIONS])
    in_haste = np.array([right("hasty", each) for each in QUESTIONS])

    assert mcnemar_p_value(paired_table(with_care, in_haste)) < 0.05
    assert not with_care.all()


@pytest.mark.parametrize("text", [None, "", "Who are you?", "What is the capital of Atlantis?"])
def test_a_question_of_another_kind_is_not_answered_with_a_guess(text: str | None) -> None:
    """People try their own questions."""
    for model in (careful, hasty):
        answer = model(Asked(text))

        assert answer["text"] == "I do not know"
        assert answer["confidence"] <= 0.1
