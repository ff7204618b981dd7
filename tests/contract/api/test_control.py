"""Routes that steer a run: which command each gives, and how the answer comes back.

Whoever carries out the commands is played here by whoever listens on the bus; what becomes of a
run then is for the tests of the run-manager and for those of the whole stack.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from nats.aio.msg import Msg

from runoff_contracts.commands import Accepted, Refused, Reply
from runoff_contracts.ids import new_run_id
from runoff_contracts.problem import FieldError, Problem
from runoff_contracts.problem import problem as a_problem
from runoff_contracts.subjects import command
from tests.contract.api.running import IN_SHARED_LOOP, World, problem, wrong_fields

RUN = "01931b6c-0000-7000-8000-000000000001"
SCORERS = [{"name": "within", "version": 1, "params": {"px": 5}}]
CONFIG = {"timeout_s": 120.0, "max_cost_usd": 2.5, "max_failed": 0.1, "cache": True}


@asynccontextmanager
async def listening(
    world: World, type_: str, refusal: Problem | None = None
) -> AsyncIterator[list[dict[str, Any]]]:
    """Answers commands of a type on the bus; yields what they say."""
    heard: list[dict[str, Any]] = []

    async def answer(msg: Msg) -> None:
        heard.append(json.loads(msg.data))
        outcome = Refused(problem=refusal) if refusal else Accepted(seq=7)
        await msg.respond(Reply(outcome=outcome).model_dump_json().encode())

    subscription = await world.nc.subscribe(command(type_), cb=answer)
    await world.nc.flush()
    try:
        yield heard
    finally:
        await subscription.unsubscribe()


@pytest.mark.parametrize("verb", ["pause", "resume", "cancel"])
async def test_a_run_is_steered_by_its_verb(world: World, verb: str) -> None:
    """The command names the run, and the answer says what to wait for."""
    async with listening(world, f"run.{verb}") as heard:
        answer = await world.http.post(f"/api/runs/{RUN}/{verb}")

    assert answer.status_code == 200, answer.text
    assert answer.json() == {"id": RUN, "seq": 7}
    assert [each["run_id"] for each in heard] == [RUN]


@pytest.mark.parametrize(("verb", "what"), [("retry", "failed"), ("rescore", "scores")])
async def test_a_run_is_repeated_as_a_new_one(world: World, verb: str, what: str) -> None:
    """Without a body as the old one was; with one as it says; the settled run never changes."""
    async with listening(world, "run.repeat") as heard:
        bare = await world.http.post(f"/api/runs/{RUN}/{verb}")
        asked = {"scorers": SCORERS, "config": CONFIG}
        other = await world.http.post(f"/api/runs/{RUN}/{verb}", json=asked)

    assert (bare.status_code, other.status_code) == (201, 201), other.text
    first, second = heard
    assert (first["of"], first["what"], first["scorers"], first["config"]) == (
        RUN,
        what,
        None,
        None,
    )
    assert first["run_id"] == bare.json()["id"] != RUN
    assert bare.headers["location"] == f"/api/runs/{first['run_id']}"
    assert second["scorers"] == SCORERS
    assert second["config"].items() >= CONFIG.items()
    assert second["run_id"] != first["run_id"]


async def test_the_same_key_repeats_a_run_once(world: World) -> None:
    """A client that lost the answer asks again; a retry and a rescore of one key are two runs."""
    key = {"Idempotency-Key": "once"}
    async with listening(world, "run.repeat") as heard:
        for path in (f"{RUN}/retry", f"{RUN}/retry", f"{RUN}/rescore", f"{new_run_id()}/retry"):
            answer = await world.http.post(f"/api/runs/{path}", headers=key)
            assert answer.status_code == 201, answer.text

    ids = [each["run_id"] for each in heard]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert [each["command_id"] for each in heard] == ids


@pytest.mark.parametrize(
    "asked", [{"alias": "nightly"}, {"labels": {"a": "b"}}, {"alias": "", "labels": {}}], ids=str
)
async def test_a_run_gets_other_words(world: World, asked: dict[str, Any]) -> None:
    """What is left out stays; an empty alias takes it away."""
    async with listening(world, "run.edit") as heard:
        answer = await world.http.patch(f"/api/runs/{RUN}", json=asked)

    assert answer.status_code == 200, answer.text
    assert {name: heard[0][name] for name in ("alias", "labels")} == {
        "alias": None,
        "labels": None,
        **asked,
    }


async def test_a_launch_says_all_that_can_be_said(world: World) -> None:
    """Start, scorers and every limit arrive as they were given."""
    config = {**CONFIG, "requests_per_minute": 60, "tokens_per_minute": 9000}
    asked = {
        "dataset": "d",
        "models": ["openai/gpt-4o"],
        "start_at": "2026-11-21T20:00:00+01:00",
        "scorers": SCORERS,
        "config": config,
    }
    async with listening(world, "run.create") as heard:
        answer = await world.http.post("/api/runs", json=asked)

    assert answer.status_code == 201, answer.text
    assert heard[0]["start_at"] == "2026-11-21T20:00:00+01:00"
    assert heard[0]["scorers"] == SCORERS
    assert heard[0]["config"].items() >= config.items()


async def test_what_a_service_says_against_a_launch_is_passed_on(world: World) -> None:
    """With the field and the status that it said."""
    said = a_problem(
        "bad-model",
        "The model does not fit",
        422,
        errors=[FieldError(field="models.0", message="spec.prompt: names {{text}}")],
    )
    async with listening(world, "run.create", refusal=said):
        answer = await world.http.post("/api/runs", json={"dataset": "d", "models": ["a/b"]})

    found = problem(answer, 422, "bad-model")
    assert wrong_fields(found) == {"models.0": "spec.prompt: names {{text}}"}


@IN_SHARED_LOOP
@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "retry", {"config": {"retries": -1}}, "config.retries"),
        ("POST", "retry", {"config": {"max_cost_usd": -1}}, "config.max_cost_usd"),
        ("POST", "retry", {"models": ["a/b"]}, "models"),
        ("POST", "rescore", {"scorers": []}, "scorers"),
        ("POST", "rescore", {"scorers": [{"name": ""}]}, "scorers.0.name"),
        ("POST", "rescore", {"scorers": [{"name": "f1", "param": 1}]}, "scorers.0.param"),
        ("PATCH", "", {}, "body"),
        ("PATCH", "", {"alias": "x" * 201}, "alias"),
        ("PATCH", "", {"labels": {"a": 1}}, "labels.a"),
        ("PATCH", "", {"status": "completed"}, "status"),
    ],
)
async def test_a_wrong_order_to_a_run_is_refused_by_its_field(
    idle_world: World, method: str, path: str, body: dict[str, Any], field: str
) -> None:
    """Before anything is sent to a service: none is there, and none is waited for."""
    answer = await idle_world.http.request(
        method, f"/api/runs/{RUN}{f'/{path}' if path else ''}", json=body
    )

    assert wrong_fields(problem(answer, 422, "invalid-request")).get(field), answer.text


@IN_SHARED_LOOP
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"start_at": "tomorrow"}, "start_at"),
        ({"start_at": "2026-11-21T20:00:00"}, "start_at"),
        ({"scorers": [{"name": "f1", "version": 0}]}, "scorers.0.version"),
        ({"config": {"max_cost_usd": 0}}, "config.max_cost_usd"),
        ({"config": {"max_failed": -3}}, "config.max_failed"),
        ({"config": {"requests_per_minute": 0}}, "config.requests_per_minute"),
        ({"config": {"cache": "perhaps"}}, "config.cache"),
    ],
    ids=str,
)
async def test_a_wrong_limit_is_refused_by_its_field(
    idle_world: World, body: dict[str, Any], field: str
) -> None:
    """A budget below zero is found at launch, not after the first call that cost something."""
    asked = {"dataset": "d", "models": ["a/b"], **body}
    answer = await idle_world.http.post("/api/runs", json=asked)

    fields = wrong_fields(problem(answer, 422, "invalid-request"))
    assert any(each.startswith(field) for each in fields), fields
