"""Calls that cannot be interrupted: limits, abandoned threads, series in one hop."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable

import pytest

from runoff_inference_worker.errors import AttemptFailed, ModelRaised, TimedOut, Unavailable
from runoff_inference_worker.threads import HOP_S, Threads, serve_here
from runoff_testkit.waiting import eventually


def name() -> str:
    return str(threading.get_ident())


def hanging(released: threading.Event) -> Callable[[], str]:
    def call() -> str:
        released.wait(20)
        return "late"

    return call


async def test_a_series_is_made_in_one_hop_and_each_call_timed_by_itself() -> None:
    """Handing over costs more than a trivial call."""
    threads = Threads()

    done = await threads.serve([name] * 500, limit_s=5)

    assert len(done) == 500
    assert len({each.value for each in done}) == 1
    assert {each.value for each in done} != {name()}
    assert sum(each.duration_s for each in done) < HOP_S * 2


async def test_a_hop_ends_when_its_time_is_over() -> None:
    """Slow calls come back one by one, so that other slots can take the rest."""
    done = await Threads().serve([lambda: time.sleep(HOP_S * 1.5)] * 10, limit_s=5)

    assert len(done) == 1


async def test_a_thread_is_kept_for_the_next_hop() -> None:
    """Starting one costs as much as a hundred hops."""
    threads = Threads()

    names = {(await threads.serve([name], limit_s=5))[0].value for _ in range(20)}

    assert len(names) == 1


async def test_what_a_call_raises_is_its_value() -> None:
    """The others of the series are made all the same."""

    def fails() -> str:
        raise KeyError("missing")

    done = await Threads().serve([fails, name], limit_s=5)

    assert isinstance(done[0].value, ModelRaised)
    assert done[0].value.message == "KeyError: 'missing'"
    assert isinstance(done[1].value, str)


async def test_a_model_that_calls_exit_ends_only_its_attempt() -> None:
    """`sys.exit` in a thread is no order to this process."""
    done = await Threads().serve([lambda: sys.exit(3)], limit_s=5)

    assert isinstance(done[0].value, ModelRaised)
    assert done[0].value.message == "SystemExit: 3"


async def test_a_call_over_the_limit_is_left_and_the_rest_comes_back() -> None:
    """The limit is of one call: those before it in the series are done."""
    released = threading.Event()
    threads = Threads()
    began_s = time.perf_counter()

    done = await threads.serve([name, hanging(released), name], limit_s=0.1)

    assert time.perf_counter() - began_s < 1
    assert len(done) == 2
    assert isinstance(done[0].value, str)
    assert isinstance(done[1].value, TimedOut)
    assert done[1].duration_s >= 0.1
    assert threads.n_abandoned == 1
    later = (await threads.serve([name], limit_s=5))[0].value
    assert later != done[0].value
    released.set()


async def test_an_abandoned_thread_is_used_again_once_it_is_free() -> None:
    """Its late answer is dropped; nothing is lost but time."""
    released = threading.Event()
    threads = Threads()
    done = await threads.serve([hanging(released)], limit_s=0.05)
    released.set()
    await eventually(lambda: threads.n_abandoned == 0)

    assert isinstance(done[0].value, TimedOut)
    assert isinstance((await threads.serve([name], limit_s=5))[0].value, str)


async def test_too_many_abandoned_calls_make_the_model_unavailable() -> None:
    """A model that always hangs must not fill the process with threads."""
    released = threading.Event()
    threads = Threads(max_abandoned=2)
    for _ in range(2):
        await threads.serve([hanging(released)], limit_s=0.05)

    with pytest.raises(Unavailable, match="2 calls") as caught:
        await threads.serve([name], limit_s=5)
    assert caught.value.retry
    released.set()
    await eventually(lambda: threads.n_abandoned == 0)
    assert isinstance((await threads.serve([name], limit_s=5))[0].value, str)


async def test_a_canceled_wait_leaves_the_thread_behind() -> None:
    """A canceled run does not wait for a call to end."""
    released = threading.Event()
    threads = Threads()
    task = asyncio.ensure_future(threads.serve([hanging(released)], limit_s=60))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task], timeout=1)

    assert task.cancelled()
    released.set()
    await eventually(lambda: threads.n_abandoned == 0)


def test_a_call_that_is_over_in_a_moment_is_made_here() -> None:
    """The same outcome as in a thread, without the way there and back."""

    def fails() -> str:
        raise AttemptFailed("as it says")

    assert serve_here(name).value == name()
    assert isinstance(serve_here(fails).value, AttemptFailed)
