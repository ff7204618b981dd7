"""Scorers of one's own, by `module:function`, each in a process that can be killed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runoff_contracts.commands import CheckScorers
from runoff_contracts.events.lifecycle import ScorerUsed
from runoff_contracts.problem import Problem
from runoff_contracts.scorers import DEFAULT_SCORERS, higher_is_better, scorer_info
from runoff_scoring.checking import check_scorers
from runoff_scoring.own.scorer import MOST_LOST, Functions, OwnScorer
from runoff_scoring.scorers import Scored
from tests.unit.scoring import functions, given

ROOT = str(Path(__file__).resolve().parents[3])
ALLOWED = [functions.__name__]


@asynccontextmanager
async def opened(
    *, allowed: Sequence[str] = ALLOWED, limit_s: float = 30.0
) -> AsyncIterator[Functions]:
    made = Functions(modules=allowed, path=[ROOT], limit_s=limit_s)
    try:
        yield made
    finally:
        await made.close()


def used(function: str, **params: object) -> ScorerUsed:
    name = f"{functions.__name__}:{function}"
    return ScorerUsed.model_validate({"name": name, "version": 1, "params": params})


async def scores(
    function: str,
    labels: Sequence[str],
    *,
    allowed: Sequence[str] = ALLOWED,
    limit_s: float = 30.0,
    confidence: float | None = None,
    **params: object,
) -> list[Scored]:
    """Of one entry for each label."""
    entries = [
        given.processed(place, ("sixsix", [label]), confidence=confidence)
        for place, label in enumerate(labels)
    ]
    async with opened(allowed=allowed, limit_s=limit_s) as available:
        ready = await OwnScorer(used(function, **params), available).scored(entries)
    return [ready(entry.predictions[0], entry.target) for entry in entries]


@pytest.mark.parametrize(
    "allowed",
    [ALLOWED, ["tests.unit.scoring.*"], ["tests.*"]],
    ids=["module", "package", "above"],
)
async def test_a_function_scores(allowed: list[str]) -> None:
    """Called with the answer, the target and the arguments of the launch."""
    (found,) = await scores("length_error", ["four"], allowed=allowed, arguments={"least": 5})

    assert found == Scored(5.0)


async def test_a_function_sees_what_was_answered() -> None:
    """And nothing that was not."""
    assert await scores("keys", ["a"]) == [Scored(None, "label")]
    assert await scores("keys", ["a"], confidence=0.9) == [Scored(None, "confidence, label")]
    assert await scores("is_sure", ["a", "b"], confidence=0.9) == [Scored(1.0)] * 2


async def test_what_a_function_prints_is_no_score() -> None:
    """Nor does it find on its input what is meant for the process."""
    assert await scores("chatters", ["one", "seven"]) == [Scored(3.0), Scored(5.0)]


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("raises", "the function raised KeyError"),
        ("gives_nothing", "the function gave a NoneType"),
        ("gives_too_much", "not a finite number"),
        ("NUMBER", "is no function"),
        ("missing", "cannot be imported: AttributeError"),
    ],
)
async def test_a_function_that_does_not_work_gives_reasons(function: str, reason: str) -> None:
    """Scoring goes on for everything else."""
    for found in await scores(function, ["a", "b"]):
        assert found.value is None
        assert reason in str(found.reason)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("hangs_on_y", "the function took longer than 3 s"),
        ("dies_on_y", "the function ended its process: killed by signal 9"),
        ("leaves_on_y", "the function ended its process: exit code 3"),
    ],
)
async def test_a_call_that_hangs_or_ends_the_process_costs_that_call(
    function: str, reason: str
) -> None:
    """The calls before and after it are scored, in a process of their own."""
    found = await scores(function, ["x", "y", "x"], limit_s=3.0)

    assert found == [Scored(1.0), Scored(None, reason), Scored(1.0)]


async def test_a_function_that_goes_on_hanging_is_not_called_any_more() -> None:
    """Or a run of many entries would take its limit for each of them."""
    found = await scores("dies_on_y", ["y"] * (MOST_LOST + 2) + ["x"])

    lost, rest = found[:MOST_LOST], found[MOST_LOST:]
    assert {each.reason for each in lost} == {
        "the function ended its process: killed by signal 9",
    }
    assert {each.reason for each in rest} == {
        "not called any more: the function ended its process: killed by signal 9"
    }


async def test_more_calls_than_a_pipe_holds_are_answered_in_order(tmp_path: Path) -> None:
    """Calls are written ahead of their replies, each made once."""
    labels = [f"{place:04}" + "x" * 200 for place in range(2000)]
    file = tmp_path / "calls"

    found = await scores("counts_calls", labels, arguments={"file": str(file)})

    assert found == [Scored(1.0)] * len(labels)
    assert file.read_text().splitlines() == labels


async def checked(*scorers: ScorerUsed, allowed: Sequence[str] = ALLOWED) -> list[tuple[str, str]]:
    """What is said against scorers, by field."""
    command = CheckScorers(command_id="c", sent_at=datetime.now(UTC), scorers=list(scorers))
    async with opened(allowed=allowed) as available:
        outcome = await check_scorers(command, available)
    if not isinstance(outcome, Problem):
        return []
    assert outcome.status == 422
    return [(each.field, each.message) for each in outcome.errors]


async def test_all_that_is_wrong_with_scorers_is_told_at_once() -> None:
    """On the place of each, before anything is launched."""
    found = await checked(
        *(ScorerUsed(name=name, version=1) for name in DEFAULT_SCORERS["text"]),
        used("length_error", arguments={"most": 5}),
        used("missing"),
        used("gives_nothing", arguments={}),
        ScorerUsed(name="json_valid", version=1, params={"json_schema": {"type": "objct"}}),
        ScorerUsed(name="regex", version=1, params={"pattern": r"\bok\b"}),
    )

    assert [field for field, _ in found] == [
        "scorers.3.params.arguments",
        "scorers.4.name",
        "scorers.6.params.json_schema",
    ]
    assert "unexpected keyword argument 'most'" in found[0][1]
    assert "cannot be imported: AttributeError" in found[1][1]
    assert "objct" in found[2][1]


@pytest.mark.parametrize(
    "allowed",
    [[], ["tests.unit.scoring"], ["tests.unit.scoring.functions.*x"], ["functions"]],
    ids=["none", "the package alone", "another", "a part of the name"],
)
async def test_only_modules_that_the_operator_allows_are_imported(allowed: list[str]) -> None:
    """It is code that runs beside the service."""
    reason = f"module {functions.__name__} is not allowed (RUNOFF_PYTHON_MODULES)"

    assert await checked(used("length_error"), allowed=allowed) == [("scorers.0.name", reason)]
    assert await scores("length_error", ["a"], allowed=allowed) == [Scored(None, reason)]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("length", ""),
        ("missing", "no installed package has the entry point missing"),
        ("broken", "cannot be imported: ModuleNotFoundError"),
        ("twice", "several installed packages have twice"),
    ],
)
async def test_an_installed_package_brings_scorers_by_its_entry_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, reason: str
) -> None:
    """Whoever installed it allowed it: its modules are named in no setting."""
    module = functions.__name__
    for package, twice in (("one", "length_error"), ("two", "keys")):
        folder = tmp_path / f"{package}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (folder / "entry_points.txt").write_text(
            f"[runoff.scorers]\nlength = {module}:length_error\nbroken = not_there:f\n"
            f"twice = {module}:{twice}\n"
        )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    asked = ScorerUsed(name=f"runoff.scorers:{name}", version=1, params={})

    found = await checked(asked, allowed=[])

    assert [field for field, _ in found] == (["scorers.0.name"] if reason else [])
    assert all(reason in message for _, message in found)


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
