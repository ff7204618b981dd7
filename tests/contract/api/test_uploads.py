"""Predictions that were made elsewhere, from the request to the comparison."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from runoff_testkit.waiting import eventually
from tests.contract.api.running import IN_SHARED_LOOP, World, problem, wrong_fields
from tests.contract.api.uploads import LINES, lines

TASK = {"task": "classification"}


async def upload(
    world: World, name: str, *rows: dict[str, object], **params: Any
) -> httpx.Response:
    return await world.http.post(
        f"/api/predictions/{name}", content=lines(*rows), headers=LINES, params={**TASK, **params}
    )


def answers(labels: str, first: int = 0) -> list[dict[str, object]]:
    return [
        {"entry_id": f"e{place}", "label": label} for place, label in enumerate(labels, start=first)
    ]


async def settled(world: World, run_id: str) -> dict[str, Any]:
    async def run() -> dict[str, Any] | None:
        found: dict[str, Any] = await world.get(f"/api/runs/{run_id}")
        return found if found["status"] in {"completed", "failed"} else None

    return await eventually(run, deadline_s=30, what="the run's end") or {}


async def test_uploaded_predictions_are_compared_as_any_model(world: World) -> None:
    """Two sets over the same entries: what they got right is what was uploaded."""
    await world.start_everything()
    await world.register_texts("texts", "aa", "ab", "ba", "bb")
    slow: dict[str, object] = {"latency_s": 2.0, "confidence": 0.5}
    good = await upload(world, "good", *(row | slow for row in answers("aabb")), made_by="net 7")
    poor = await upload(world, "poor", *answers("aaa"))
    assert (good.status_code, poor.status_code) == (201, 201), good.text + poor.text
    launched = await world.http.post(
        "/api/runs", json={"dataset": "texts", "models": ["upload/good", "upload/poor@1"]}
    )
    assert launched.status_code == 201, launched.text
    run = await settled(world, launched.json()["id"])
    entries = await world.get(f"/api/runs/{run['run_id']}/entries")

    assert good.json()["id"] == "upload/good@1"
    assert [each["accuracy"] for each in run["contenders"]] == [1.0, 2 / 3]
    assert [each["n_failed"] for each in run["contenders"]] == [0, 1]
    first, last = entries["items"][0], entries["items"][3]
    assert [each["latency_s"] for each in first["predictions"]] == [2.0, None]
    assert first["predictions"][0]["confidence"] == 0.5
    error = last["predictions"][1]["attempts"][0]["error"]
    assert (error["error_class"], error["message"]) == (
        "unavailable",
        "no prediction was uploaded",
    )
    model = await world.get("/api/models/upload/good")
    assert model["versions"][0]["spec"]["made_by"] == "net 7"


async def test_the_same_predictions_again_are_no_new_version(world: World) -> None:
    """Whatever the order of their fields: they are known by what they say."""
    await world.start_run_manager()
    first = await upload(world, "net", {"entry_id": "a", "label": "x", "confidence": 0.5})
    again = await upload(world, "net", {"confidence": 0.5, "label": "x", "entry_id": "a"})
    other = await upload(world, "net", {"entry_id": "a", "label": "y", "confidence": 0.5})

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 201)
    assert first.json()["digest"] == again.json()["digest"]
    assert [each.json()["number"] for each in (first, again, other)] == [1, 1, 2]


async def test_every_wrong_row_is_named_and_nothing_is_registered(world: World) -> None:
    """By line and field, with what would be right."""
    await world.start_run_manager()
    body = (
        b'{"entry_id": "a", "label": "x"}\n'
        b"nonsense\n"
        b'{"label": "x"}\n'
        b"\n"
        b'{"entry_id": "b", "lable": "x"}\n'
        b'{"entry_id": "c", "text": "x"}\n'
        b'{"entry_id": "d"}\n'
        b'{"entry_id": "e", "label": "x", "confidence": NaN}\n'
        b'{"entry_id": "f", "label": "x", "latency_s": 1e999}\n'
        b'{"entry_id": "g", "label": "x", "error": "both"}\n'
        b'{"entry_id": "a", "label": "z"}\n'
        b'{"entry_id": "h", "label": "\xff"}\n'
    )
    answer = await world.http.post("/api/predictions/net", content=body, headers=LINES, params=TASK)
    found = problem(answer, 422, "bad-predictions")

    places = {(each["line"], each["field"]) for each in found["errors"]}
    assert places == {
        (2, ""),
        (3, "entry_id"),
        (5, "lable"),
        (6, "text"),
        (7, "label"),
        (8, ""),
        (9, "latency_s"),
        (10, "label"),
        (11, "entry_id"),
        (12, ""),
    }
    twice = next(each for each in found["errors"] if each["line"] == 11)
    assert twice["message"] == "'a' is the id of line 1 too; an entry has one answer"
    assert (await world.http.get("/api/models/upload/net")).status_code == 404


async def test_only_the_first_hundred_mistakes_are_listed(world: World) -> None:
    """The number of all of them is said."""
    await world.start_run_manager()
    rows: list[dict[str, object]] = [{"entry_id": f"e{each}"} for each in range(150)]
    found = problem(await upload(world, "net", *rows), 422, "bad-predictions")

    assert len(found["errors"]) == 100
    assert found["detail"].startswith("150 found")


@IN_SHARED_LOOP
@pytest.mark.parametrize(
    ("path", "headers", "content", "status", "name"),
    [
        ("/net", {"Content-Type": "text/csv"}, b"entry_id,label\n", 415, "unsupported-media-type"),
        ("/net?task=classification", LINES, b"", 422, "empty-predictions"),
        ("/net?task=classification", LINES, b"\n\n", 422, "empty-predictions"),
        ("/net", LINES, b"{}\n", 422, "bad-task"),
        ("/net?task=guessing", LINES, b"{}\n", 422, "invalid-request"),
        ("/..%5Cnet?task=text", LINES, b"{}\n", 422, "bad-model-name"),
        ("/net?append=true", LINES, b"{}\n", 404, "unknown-model"),
    ],
)
async def test_a_request_that_cannot_be_meant_is_refused(
    working_world: World, path: str, headers: dict[str, str], content: bytes, status: int, name: str
) -> None:
    """With the reason, before anything is stored."""
    answer = await working_world.http.post(
        f"/api/predictions{path}", content=content, headers=headers
    )

    problem(answer, status, name)


async def test_a_huge_line_is_refused_without_being_held(world: World) -> None:
    """What follows it is read all the same."""
    await world.start_run_manager()

    async def body() -> Any:
        yield b'{"entry_id": "a", "label": "'
        for _ in range(32):
            yield b"x" * 65536
        yield b'"}\n{"entry_id": "b"}\n'

    answer = await world.http.post(
        "/api/predictions/net", content=body(), headers=LINES, params=TASK
    )
    found = problem(answer, 422, "bad-predictions")

    assert [(each["line"], each["field"]) for each in found["errors"]] == [(1, ""), (2, "label")]


async def test_appended_rows_make_a_version_with_all_of_them(world: World) -> None:
    """The old version stays as it was; what came before needs not be sent again."""
    await world.start_run_manager()
    first = await upload(world, "net", *answers("ab"), made_by="me")
    more = await upload(world, "net", *answers("cd", 2), append=True, after=first.json()["seq"])

    assert more.status_code == 201, more.text
    view = more.json()
    assert (view["number"], view["n_answers"], view["n_new"]) == (2, 4, 2)
    model = await world.get("/api/models/upload/net")
    assert [each["spec"]["n_answers"] for each in model["versions"]] == [4, 2]
    assert {each["spec"]["made_by"] for each in model["versions"]} == {"me"}
    whole = await upload(world, "other", *answers("abcd"))
    assert whole.json()["digest"] == view["digest"]


async def test_a_row_may_be_appended_again_but_not_changed(world: World) -> None:
    """A request whose answer was lost is sent again; an answer is never overwritten."""
    await world.start_run_manager()
    first = await upload(world, "net", *answers("ab"))
    after = first.json()["seq"]
    again = await upload(world, "net", *answers("bc", 1), append=True, after=after)
    changed = await upload(world, "net", *answers("z", 1), append=True, after=after)
    differs = await upload(world, "net", *answers("d", 3), append=True, task="text", after=after)

    assert (again.status_code, again.json()["n_new"]) == (201, 1)
    found = problem(changed, 422, "bad-predictions")
    assert wrong_fields(found) == {"entry_id": "'e1' has another answer already"}
    problem(differs, 409, "task-differs")


async def test_appends_at_the_same_time_lose_nothing(world: World) -> None:
    """Each builds on the one before."""
    await world.start_run_manager()
    first = await upload(world, "net", *answers("a"))
    after = first.json()["seq"]
    made = await asyncio.gather(
        *(upload(world, "net", *answers("x", each), append=True, after=after) for each in one_to(8))
    )

    assert {each.status_code for each in made} == {201}
    assert max(each.json()["n_answers"] for each in made) == 9


def one_to(n: int) -> Iterator[int]:
    yield from range(1, n + 1)


async def test_predictions_of_another_task_cannot_run(world: World) -> None:
    """Whatever finds it first, the run's entries are not spent on it."""
    await world.start_everything()
    await world.register_texts("texts", "aa")
    made = await upload(world, "net", {"entry_id": "e0", "text": "a"}, task="text")
    launched = await world.http.post(
        "/api/runs", json={"dataset": "texts", "models": ["upload/net"]}
    )

    assert made.status_code == 201, made.text
    if launched.status_code == 201:
        run = await settled(world, launched.json()["id"])
        assert run["contenders"][0]["n_scored"] == 0
    else:
        assert launched.status_code == 422
