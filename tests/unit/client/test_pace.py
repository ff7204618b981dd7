"""What options of pace and scorers mean."""

from __future__ import annotations

from typing import Any

import pytest
import typer

from runoff.cli.pace import read_scorers, read_share


@pytest.mark.parametrize(
    ("text", "name", "version", "params"),
    [
        ("f1", "f1", None, {}),
        ("within:px=5", "within", None, {"px": 5}),
        ("within@2:px=0.5", "within", 2, {"px": 0.5}),
        ("precision:iou=1,x=0.3", "precision", None, {"iou": 1, "x": 0.3}),
        ("grading:tone", "grading:tone", None, {}),
        ("grading:tone@3:strict=true", "grading:tone", 3, {"strict": True}),
        ("regex:pattern=42", "regex", None, {"pattern": "42"}),
        ("regex:pattern=a,b=c", "regex", None, {"pattern": "a", "b": "c"}),
        (r"regex:pattern=^\d+, \w$", "regex", None, {"pattern": r"^\d+, \w$"}),
        (
            "judge:model=openai/gpt-4o@2,rubric=Is it short, and polite?,repeats=3",
            "judge",
            None,
            {"model": "openai/gpt-4o@2", "rubric": "Is it short, and polite?", "repeats": 3},
        ),
        ('choice:choices=["a","b"]', "choice", None, {"choices": ["a", "b"]}),
    ],
)  # fmt: skip
def test_a_scorer_is_asked_for_in_one_word(
    text: str, name: str, version: int | None, params: dict[str, Any]
) -> None:
    """A name, a version where one is meant, parameters; custom ones have a colon of their own."""
    (asked,) = read_scorers([text]) or []

    assert (asked.name, asked.version, asked.params) == (name, version, params)


def test_no_scorer_asked_for_is_those_of_the_task() -> None:
    """Which only the server knows."""
    assert read_scorers(None) is read_scorers([]) is None


@pytest.mark.parametrize("text", ["", "x" * 201, "f1@0"])
def test_what_is_no_scorer_is_wrong_usage(text: str) -> None:
    """Said before anything is sent."""
    with pytest.raises(typer.BadParameter):
        read_scorers([text])


@pytest.mark.parametrize(
    ("text", "meant"), [("20", 20), ("0", 0), ("0.1", 0.1), ("10%", 0.1), (None, None)]
)
def test_failures_are_a_count_or_a_share(text: str | None, meant: float | None) -> None:
    """Whole numbers count entries, so that 1 is one entry and not all of them."""
    assert read_share(text) == meant
    assert type(read_share(text)) is type(meant)


def test_what_is_neither_count_nor_share_is_wrong_usage() -> None:
    """With an example of each."""
    with pytest.raises(typer.BadParameter, match="10%"):
        read_share("a few")
