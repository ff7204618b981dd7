"""Scorers of one's own, by `module:function`."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from runoff_contracts.scorers import higher_is_better, scorer_info
from runoff_scoring.scorers import Scored
from runoff_scoring.scorers.custom import open_custom
from tests.unit.scoring import functions, given

ALLOWED = [functions.__name__]


def score(
    function: str,
    *,
    confidence: float | None = None,
    allowed: list[str] = ALLOWED,
    **params: object,
) -> Scored:
    info = scorer_info(f"{functions.__name__}:{function}")
    assert info is not None
    ready = open_custom(info, allowed).with_params({**params})  # type: ignore[dict-item]  # hostile, too
    return ready(given.prediction("four", confidence=confidence), "sixsix")


@pytest.mark.parametrize(
    ("allowed"),
    [ALLOWED, ["tests.unit.scoring.*"], ["tests.*"]],
    ids=["module", "package", "above"],
)
def test_a_function_scores(allowed: list[str]) -> None:
    """Called with the answer, the target and the arguments of the launch."""
    assert score("length_error", allowed=allowed).value == 2.0
    assert score("length_error", arguments={"least": 5}, allowed=allowed).value == 5.0


def test_a_function_sees_what_was_answered() -> None:
    """And nothing that was not."""
    assert score("keys").reason == "label"
    assert score("keys", confidence=0.9).reason == "confidence, label"
    assert score("is_sure", confidence=0.9).value == 1.0


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("raises", "the function raised KeyError"),
        ("gives_nothing", "the function gave a NoneType"),
        ("NUMBER", "is no function"),
        ("missing", "cannot be imported: AttributeError"),
    ],
)
def test_a_function_that_does_not_work_gives_reasons(function: str, reason: str) -> None:
    """Scoring goes on for everything else."""
    found = score(function)

    assert found.value is None
    assert reason in str(found.reason)


def test_arguments_that_it_does_not_take_are_a_reason() -> None:
    """As Python says it."""
    assert "unexpected keyword" in str(score("length_error", arguments={"most": 5}).reason)


@pytest.mark.parametrize(
    "allowed",
    [[], ["tests.unit.scoring"], ["tests.unit.scoring.functions.*x"], ["functions"]],
    ids=["none", "the package alone", "another", "a part of the name"],
)
def test_only_modules_that_the_operator_allows_are_imported(allowed: list[str]) -> None:
    """It is code that runs in the service."""
    assert "is not allowed (RUNOFF_PYTHON_MODULES)" in str(
        score("length_error", allowed=allowed).reason
    )


def test_other_parameters_are_refused() -> None:
    """Arguments of the function stand in `arguments`."""
    with pytest.raises(ValidationError, match="extra_forbidden"):
        score("length_error", least=5)


@pytest.mark.parametrize(
    "name", ["", ":", "m:", ":f", "m:f:g", "m/n:f", "m:f()", "m..n:f", "1:f", "m:" + 200 * "f"]
)
def test_what_names_no_function_is_no_scorer(name: str) -> None:
    """So launch refuses it."""
    assert scorer_info(name) is None


def test_the_direction_is_what_its_author_says() -> None:
    """Higher is better, unless it was launched with the opposite."""
    assert higher_is_better("m:f", {}) is True
    assert higher_is_better("m:f", {"higher_is_better": False}) is False
    assert higher_is_better("log_loss", {}) is False
    assert higher_is_better("nobody", {}) is None
