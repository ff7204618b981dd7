"""A paused run: what a model was asked about is seen through, the rest is let go of."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from runoff_contracts import subjects
from runoff_contracts.events.lifecycle import RunResumed
from runoff_contracts.run_config import RunConfig
from runoff_testkit.waiting import eventually
from tests.integration.inference_worker.conftest import Asked, Bench, facts, texts


async def test_what_is_begun_ends_and_the_rest_is_let_go_of(bench: Bench, asked: Asked) -> None:
    """Resumed, what was let go of comes again and is asked for the first time."""
    run_id = await bench.run(texts(4), "when_released", config=RunConfig(concurrency=1))
    async with bench.worker():
        for number in range(4):
            await bench.hand_out(run_id, number, start=number, n=1, lifecycle_seq=1)
        await eventually(lambda: asked() == ["text-0"])
        await bench.pause(run_id)
        await eventually(lambda: _n_queued_is(bench, 1))
        asked.release()
        await bench.slice(run_id, 0)
        await bench.queue_is_empty()
        assert [await _is_in_log(bench, run_id, number) for number in range(4)] == [
            True,
            False,
            False,
            False,
        ]

        seq = await bench.say(run_id, RunResumed(run_id=run_id, resumed_at=datetime.now(UTC)))
        for number in range(1, 4):
            await bench.hand_out(run_id, number, start=number, n=1, lifecycle_seq=seq)
        for number in range(1, 4):
            assert facts(await bench.slice(run_id, number))[0].predictions[0].is_answer

    assert asked() == ["text-0", "text-1", "text-2", "text-3"]


async def test_a_paused_run_that_is_canceled_does_not_see_its_calls_through(
    bench: Bench, asked: Asked
) -> None:
    """Nobody waits for what a pause would have waited for; what was not begun never is."""
    run_id = await bench.run(texts(4), "when_released", config=RunConfig(concurrency=1))
    async with bench.worker():
        for number in range(2):
            await bench.hand_out(run_id, number, start=2 * number, n=2, lifecycle_seq=1)
        await eventually(lambda: asked() == ["text-0"])
        await bench.pause(run_id)
        await eventually(lambda: _n_queued_is(bench, 1))
        began_s = time.monotonic()
        await bench.cancel(run_id)
        await bench.queue_is_empty(deadline_s=5)
        took_s = time.monotonic() - began_s

    assert took_s < 1
    assert asked() == ["text-0"]
    assert not await _is_in_log(bench, run_id, 1)


async def test_a_slice_of_many_entries_that_is_begun_is_answered_whole(
    bench: Bench, asked: Asked
) -> None:
    """A part of it in the log would be all that there ever is of it."""
    run_id = await bench.run(texts(6), "when_released", config=RunConfig(concurrency=1))
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=6, lifecycle_seq=1)
        await eventually(asked)
        await bench.pause(run_id)
        await bench.nc.flush()
        asked.release()
        found = facts(await bench.slice(run_id, 0))

    assert [event.index for event in found] == list(range(6))


async def test_a_worker_that_comes_while_a_run_is_paused_begins_nothing_of_it(
    bench: Bench, asked: Asked
) -> None:
    """It did not hear the signal; the log says it. Other runs are answered."""
    run_id, other = await bench.run(texts(4), "text"), await bench.run(texts(2), "text")
    await bench.pause(run_id, signal=False)
    await bench.hand_out(run_id, 0, start=0, n=4, lifecycle_seq=1)
    async with bench.worker():
        await bench.hand_out(other, 0, start=0, n=2)
        await bench.slice(other, 0)
        await bench.queue_is_empty()

    assert len(asked()) == 2
    assert not await _is_in_log(bench, run_id, 0)


async def test_work_of_a_resumed_run_is_done_whenever_it_was_handed_out(bench: Bench) -> None:
    """It waited in the queue through the pause, and no worker was there to let go of it."""
    run_id = await bench.run(texts(4), "text")
    await bench.hand_out(run_id, 0, start=0, n=4, lifecycle_seq=1)
    await bench.pause(run_id, signal=False)
    await bench.say(run_id, RunResumed(run_id=run_id, resumed_at=datetime.now(UTC)))
    async with bench.worker():
        assert len(facts(await bench.slice(run_id, 0))) == 4


async def test_a_paused_run_that_sleeps_between_entries_lets_go_of_slices_that_wait(
    bench: Bench, asked: Asked
) -> None:
    """They are in the worker's hands, and it would take minutes to get through them."""
    run_id = await bench.run(texts(4), "text", config=RunConfig(sleep_s=3600))
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=1, lifecycle_seq=1)
        await bench.slice(run_id, 0)
        for number in range(1, 4):
            await bench.hand_out(run_id, number, start=number, n=1, lifecycle_seq=1)
        await eventually(lambda: _n_queued_is(bench, 3))
        await bench.pause(run_id)
        await bench.queue_is_empty(deadline_s=1)

    assert asked() == ["text-0"]


async def test_a_malformed_signal_ends_nothing(bench: Bench) -> None:
    """Anyone may speak on a subject."""
    run_id = await bench.run(texts(2), "text")
    async with bench.worker():
        await bench.nc.publish(subjects.paused(run_id), b"now!")
        await bench.hand_out(run_id, 0, start=0, n=2)
        await bench.slice(run_id, 0)


async def _n_queued_is(bench: Bench, n: int) -> bool:
    return await bench.n_queued() == n


async def _is_in_log(bench: Bench, run_id: str, number: int) -> bool:
    return await bench.log.last(subjects.processed(run_id, number)) is not None
