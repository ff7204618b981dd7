"""Frames for open pages: nothing is missed, and nobody who is slow costs memory."""

import asyncio
import json

import pytest

from runoff_web.live.hub import Hub

RUNS = frozenset({"runs"})


async def take(hub: Hub, n: int, *, since: str | None, topics: frozenset[str] = RUNS) -> list[str]:
    """The first blocks of a stream, its greeting left out."""
    found: list[str] = []
    stream = hub.stream(topics, since)
    async with asyncio.timeout(5):
        async for told in stream:
            found += [each for each in told.decode().split("\n\n") if each]
            if len(found) > n:
                break
    await stream.aclose()  # type: ignore[attr-defined]  # it is a generator
    return found[1 : n + 1]


def data_of(block: str) -> dict[str, object]:
    return dict(json.loads(block.partition("data: ")[2]))


async def test_a_page_gets_what_happened_since_it_was_made() -> None:
    """Between the query and the stream there is time enough for a change."""
    hub = Hub()
    hub.publish("runs", {"n": 1})
    mark = hub.mark
    hub.publish("runs", {"n": 2})
    hub.publish("run.x", {"n": 3})
    hub.publish("runs", {"n": 4})

    found = await take(hub, 2, since=mark)
    assert [data_of(each)["n"] for each in found] == [2, 4]


async def test_a_stream_waits_for_what_is_new() -> None:
    """And names each frame, so that a broken connection goes on behind it."""
    hub = Hub()
    taking = asyncio.create_task(take(hub, 1, since=hub.mark))
    await asyncio.sleep(0)
    hub.publish("runs", {"n": 1})

    (found,) = await taking
    assert found.startswith(f"id: {hub.mark}\nevent: patch\n")


@pytest.mark.parametrize("since", ["other.1", "", "garbage", "x.²", f"x.{'9' * 40}"])
async def test_whoever_comes_from_another_process_reads_anew(since: str) -> None:
    """Numbers of another epoch mean something else."""
    hub = Hub()
    hub.publish("runs", {"n": 1})

    (found,) = await take(hub, 1, since=since)
    assert "event: resync" in found


async def test_what_left_the_ring_is_told_as_such() -> None:
    """A browser that slept for an hour costs as much as one that did not."""
    hub = Hub(size=3)
    mark = hub.mark
    for n in range(5):
        hub.publish("runs", {"n": n})

    (found,) = await take(hub, 1, since=mark)
    assert "event: resync" in found


async def test_streams_end_when_the_process_stops() -> None:
    """The server would wait for them otherwise."""
    hub = Hub()
    taking = asyncio.create_task(take(hub, 1, since=None))
    await asyncio.sleep(0)
    hub.close()

    assert await asyncio.wait_for(taking, 5) == []


async def test_what_nobody_looks_at_is_not_watched() -> None:
    """Only what is watched is asked for and rendered; two viewers are one topic."""
    hub, begun = Hub(), list[str]()
    hub.on_watch = begun.extend
    with hub.viewing(["runs"]):
        with hub.viewing(["runs", "run.x"]):
            assert set(hub.watched) == {"runs", "run.x"}
        assert set(hub.watched) == {"runs"}

    assert set(hub.watched) == set()
    assert begun == ["runs", "runs", "run.x"]
