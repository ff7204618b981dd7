"""Streams: a run's progress, and the events of the log one by one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from runoff_contracts.ids import new_run_id
from runoff_contracts.subjects import verdict
from runoff_query.api.live import Listener
from runoff_query.api.run_queries import run_view
from runoff_query.database import Pool
from runoff_testkit.waiting import eventually
from tests.contract.api.running import World, problem, wrong_fields
from tests.integration.query import facts


@dataclass(frozen=True)
class Seen:
    """One server-sent event."""

    id: str
    event: str
    data: dict[str, Any]


async def stream(world: World, path: str, **options: Any) -> AsyncIterator[Seen]:
    async with world.http.stream("GET", path, **options) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        current: dict[str, str] = {}
        async for line in answer.aiter_lines():
            if not line and "data" in current:
                yield Seen(
                    current.get("id", ""),
                    current.get("event", "message"),
                    json.loads(current["data"]),
                )
                current = {}
            elif line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                current[name] = value


async def take(events: AsyncIterator[Seen], n: int) -> list[Seen]:
    return [await anext(events) for _ in range(n)]


async def test_a_run_is_followed_until_it_settles(world: World) -> None:
    """Views as they change, the settled one last, then the stream ends."""
    run = new_run_id()
    seq = await world.scribe.run(run, facts.created(run, 2), facts.started(run))
    views: list[Seen] = []

    async def follow() -> None:
        async for each in stream(world, f"/api/runs/{run}/events", params={"after": seq}):
            views.append(each)

    following = asyncio.create_task(follow())
    await eventually(lambda: views, what="the first view")
    await world.scribe.processed(run, 0, facts.processed(run, 0, "zero", "one"))
    await eventually(lambda: views[-1].data["n_processed"] == 1, what="progress")
    done = await world.scribe.run(run, facts.completed(run, 2))
    await asyncio.wait_for(following, 10)

    assert {each.event for each in views[:-1]} == {"progress"}
    assert (views[-1].event, views[-1].data["status"]) == ("settled", "completed")
    assert views[-1].id == str(done)
    assert [int(each.id) for each in views] == sorted({int(each.id) for each in views})


async def test_what_may_be_said_so_far_makes_an_answer_another_one(world: World) -> None:
    """Whoever asks again with its ETag is not told that nothing changed, when that did."""
    run = new_run_id()
    await world.scribe.run(run, facts.created(run, 8), facts.started(run))
    path = f"/api/runs/{run}"
    await world.get(path)

    async def asked(etag: str) -> httpx.Response:
        return await world.http.get(path, headers={"If-None-Match": etag})

    silent = await asked("")
    assert (await asked(silent.headers["etag"])).status_code == 304
    await world.nc.publish(verdict(run), facts.given_watched(run).model_dump_json().encode())

    async def is_heard() -> bool:
        return (await asked(silent.headers["etag"])).status_code == 200

    await eventually(is_heard, what="what may be said so far")
    said = await asked(silent.headers["etag"])
    assert said.json()["watched"]["run_id"] == run
    assert (await asked(said.headers["etag"])).status_code == 304


async def test_a_settled_run_ends_its_stream_at_once(world: World) -> None:
    """Whoever comes late still gets the end."""
    run = await world.scribe.whole_run(n_entries=2)
    await world.get("/api/runs")

    seen = [each async for each in stream(world, f"/api/runs/{run}/events")]
    assert [each.event for each in seen] == ["settled"]


async def test_many_viewers_cost_one_query_a_change(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty people look at the same run."""
    n_queries = 0

    async def counted(pool: Pool, run_id: str) -> Any:
        nonlocal n_queries
        n_queries += 1
        return await run_view(pool, run_id)

    monkeypatch.setattr("runoff_query.api.live.run_view", counted)
    run = new_run_id()
    seq = await world.scribe.run(run, facts.created(run, 9))
    ends: list[str] = []

    async def follow() -> None:
        async for each in stream(world, f"/api/runs/{run}/events", params={"after": seq}):
            ends.append(each.event)

    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(follow())
        await eventually(lambda: len(ends) >= 20, what="all viewers")
        before = n_queries
        for number in range(5):
            await world.scribe.processed(run, number, facts.processed(run, number, "zero"))
        await world.scribe.run(run, facts.canceled(run))

    assert ends.count("settled") == 20
    assert n_queries - before <= 8


async def test_every_event_of_the_log_comes_once_and_in_order(world: World) -> None:
    """Slices are taken apart: an id is a sequence and a place within it."""
    run = await world.scribe.whole_run(n_entries=3, size=2)
    events = stream(world, "/api/events", params={"after": 0})
    seen = await take(events, 14)

    assert [each.id for each in seen] == [
        "1",
        "2",
        "3.0",
        "3.1",
        "4.0",
        "4.1",
        "5",
        "6",
        "7.0",
        "8.0",
        "9",
        "10",
        "11",
        "12",
    ]
    assert [each.data["type"] for each in seen][:4] == [
        "run.created",
        "run.started",
        "entry.processed",
        "entry.processed",
    ]
    assert seen[-1].data["type"] == "comparison.computed"
    assert seen[3].data["data"]["index"] == 1
    assert seen[3].data["seq"] == 3
    late = await world.scribe.run(run, facts.deleted(run))
    assert (await take(events, 1))[0].id == str(late)
    await events.aclose()  # type: ignore[attr-defined]


async def test_a_feed_goes_on_exactly_where_it_broke(world: World) -> None:
    """In the middle of a slice as well."""
    await world.scribe.whole_run(n_entries=3, size=2)
    options = {"headers": {"Last-Event-ID": "3.0"}, "params": {"after": 0}}
    events = stream(world, "/api/events", **options)
    seen = await take(events, 3)
    await events.aclose()  # type: ignore[attr-defined]

    assert [each.id for each in seen] == ["3.1", "4.0", "4.1"]


async def test_a_feed_begins_now_when_nothing_else_is_said(world: World) -> None:
    """Or behind the end, when a sequence beyond it is named."""
    await world.scribe.whole_run(n_entries=2)
    for params in ({}, {"after": 10_000_000}):
        events = stream(world, "/api/events", params=params)
        first = asyncio.ensure_future(anext(events))
        runs: list[str] = []

        async def told(runs: list[str] = runs, first: asyncio.Future[Seen] = first) -> bool:
            # One after another: nobody can tell from outside when the feed has begun to listen.
            runs.append(new_run_id())
            await world.scribe.run(runs[-1], facts.created(runs[-1], 1))
            return first.done()

        await eventually(told, what="the first event")
        assert first.result().data["data"]["run_id"] in runs
        await events.aclose()  # type: ignore[attr-defined]


async def test_a_feed_is_filtered_by_type_and_run(world: World) -> None:
    """A run's comparison counts as its own."""
    one = await world.scribe.whole_run(n_entries=2, seed=1)
    other = await world.scribe.whole_run(n_entries=2, seed=2)
    # The beginning of an id is looked up in the read models.
    await world.get("/api/runs")

    async def types(n: int, **params: Any) -> list[str]:
        events = stream(world, "/api/events", params={"after": 0, **params})
        seen = await take(events, n)
        await events.aclose()  # type: ignore[attr-defined]
        runs = {each.data["data"].get("run_id", other) for each in seen}
        assert "run" not in params or runs == {other}
        return [each.data["type"] for each in seen]

    assert await types(2, type="run.completed") == ["run.completed"] * 2
    assert await types(12, run=other) == [
        "run.created",
        "run.started",
        "entry.processed",
        "entry.processed",
        "entry.scored",
        "entry.scored",
        "run.paused",
        "run.resumed",
        "scorecards.stored",
        "run.completed",
        "run.edited",
        "comparison.computed",
    ]
    assert await types(1, run=other[:23], type="comparison.computed") == ["comparison.computed"]
    assert one != other
    found = problem(
        await world.http.get("/api/events", params={"type": "x"}), 422, "unknown-event-type"
    )
    assert "run.completed" in wrong_fields(found)["type"]


async def test_whoever_shows_runs_hears_which_moved_on(world: World) -> None:
    """One stream for all of them, and what it names can be read at once."""
    first, second = new_run_id(), new_run_id()
    named: set[str] = set()
    async with world.http.stream("GET", "/api/changes") as answer:
        lines = answer.aiter_lines()
        assert await anext(lines) == ": open"
        await world.scribe.run(first, facts.created(first, 2))
        await world.scribe.run(second, facts.created(second, 2))
        async for line in lines:
            if line.startswith("data: "):
                told = json.loads(line.removeprefix("data: "))
                assert told["all"] is False
                named |= set(told["runs"])
            if named >= {first, second}:
                break

    assert (await world.http.get(f"/api/runs/{second}")).json()["status"] == "pending"


def test_a_listener_that_is_slow_is_told_of_too_many_as_such() -> None:
    """Memory is bounded whatever is listened to how slowly."""
    listener = Listener()
    listener.note(f"run-{n}" for n in range(5000))
    told = json.loads(listener.take())

    assert told == {"runs": [], "all": True}
    listener.note(["a", "b", "a"])
    assert json.loads(listener.take()) == {"runs": ["a", "b"], "all": False}
