"""Attempts, limits and retries are the same for every provider."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runoff_contracts.events.entry import Prediction, Usage
from runoff_contracts.run_config import RunConfig
from runoff_inference_worker import retries
from runoff_inference_worker.attempts import Asker
from runoff_inference_worker.errors import (
    AttemptFailed,
    BadEntry,
    MalformedAnswer,
    ModelRaised,
    RateLimited,
    Unavailable,
)
from runoff_inference_worker.feed import Feed, Pending
from runoff_inference_worker.instruments import Instruments
from runoff_inference_worker.provider import Answer, Ask, Reply
from runoff_testkit.waiting import eventually
from tests.unit.inference_worker import functions
from tests.unit.inference_worker.making import a_kit, answered, opened, python_contender, text_rows

Script = Callable[[Sequence[Ask]], Sequence[Answer | AttemptFailed]]


class Scripted:
    """A model that does what a test says, and remembers its calls."""

    view = None

    def __init__(self, script: Script, *, n_wanted: int = 1, wait_s: float = 0.0) -> None:
        self._script, self._n_wanted, self._wait_s = script, n_wanted, wait_s
        self.calls: list[list[str]] = []
        self.n_under_way = self.most_under_way = 0

    def n_wanted(self, batch_size: int) -> int:
        return self._n_wanted

    async def answer(self, asks: Sequence[Ask], limit_s: float) -> Sequence[Reply]:
        self.calls.append([ask.entry_id for ask in asks])
        self.n_under_way += 1
        self.most_under_way = max(self.most_under_way, self.n_under_way)
        try:
            await asyncio.sleep(self._wait_s)
            now = datetime.now(UTC)
            outcomes = self._script(asks)
            return [Reply(each, now, 0.5, len(outcomes)) for each in outcomes]
        finally:
            self.n_under_way -= 1

    async def close(self) -> None:
        """Nothing is held."""


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runoff_inference_worker.retries._ELSE_S", (0.001, 5.0))
    monkeypatch.setitem(retries._DELAYS_S, "rate_limit", (0.001, 5.0))


async def settle(
    model: Scripted, n_entries: int, *, asker: Asker | None = None, rank: int = 1, **config: int
) -> list[Prediction]:
    """What became of entries `e0`, `e1` …"""
    asker = asker or Asker(0, model, RunConfig(**config), Instruments("test/model"))
    feed, found = Feed(n_entries), dict[int, Prediction]()
    feed.put([Pending(place, Ask(f"e{place}")) for place in range(n_entries)])
    async with asyncio.timeout(10):
        await asker.settle(feed, found.__setitem__, rank=rank)
    return [found[place] for place in range(n_entries)]


def labels(asks: Sequence[Ask]) -> list[Answer | AttemptFailed]:
    return [Answer(ask.entry_id, 0.5) for ask in asks]


def failing(error: AttemptFailed, n_times: int = 10**6) -> Script:
    """Fails so many times, then answers."""
    left = [n_times]

    def script(asks: Sequence[Ask]) -> Sequence[Answer | AttemptFailed]:
        left[0] -= 1
        return [error] * len(asks) if left[0] >= 0 else labels(asks)

    return script


def raising(error: AttemptFailed) -> Script:
    def script(asks: Sequence[Ask]) -> Sequence[Answer | AttemptFailed]:
        raise error

    return script


async def test_an_answer_carries_its_attempt() -> None:
    """Latency is the call's duration over its entries."""
    (first, _) = await settle(Scripted(labels, n_wanted=2), 2)

    assert (first.label, first.confidence, first.latency_s) == ("e0", 0.5, 0.25)
    assert [(each.n_batch, each.duration_s, each.error) for each in first.attempts] == [
        (2, 0.5, None)
    ]


async def test_every_failed_attempt_is_kept() -> None:
    """What went wrong before it went right is a fact, not a log line."""
    (found,) = await settle(Scripted(failing(ModelRaised("oops"), 2)), 1, retries=2)

    assert found.label == "e0"
    errors = [each.error.message if each.error else None for each in found.attempts]
    assert errors == ["oops", "oops", None]
    delays = [each.retry_delay_s for each in found.attempts]
    assert delays[0] is not None
    assert delays[1] is not None
    assert delays[2] is None


async def test_after_the_last_retry_an_entry_is_failed() -> None:
    """It settles: a run never hangs on one entry."""
    model = Scripted(failing(MalformedAnswer("no prediction")))

    (found,) = await settle(model, 1, retries=2)

    assert found.label is None
    assert found.latency_s is None
    assert len(found.attempts) == len(model.calls) == 3
    assert found.attempts[-1].retry_delay_s is None


@pytest.mark.parametrize("error", [BadEntry("unreadable"), Unavailable("gone", retry=False)])
async def test_what_asking_again_cannot_mend_is_not_retried(error: AttemptFailed) -> None:
    """The entry would be no better the second time."""
    model = Scripted(raising(error), n_wanted=3)

    found = await settle(model, 3, retries=5)

    assert len(model.calls) == 1
    assert [each.attempts[0].error for each in found] == [error.fact()] * 3


async def test_a_poisonous_entry_costs_no_other_its_answer() -> None:
    """A batch that failed as a whole is asked again one by one, whatever `retries` says."""

    def script(asks: Sequence[Ask]) -> Sequence[Answer | AttemptFailed]:
        if any(ask.entry_id == "e2" for ask in asks):
            raise ModelRaised("poison")
        return labels(asks)

    model = Scripted(script, n_wanted=4)

    found = await settle(model, 4, retries=0)

    assert [each.label for each in found] == ["e0", "e1", None, "e3"]
    assert [each.n_batch for each in found[0].attempts] == [4, 1]
    assert found[0].attempts[0].retry_delay_s == 0
    assert sorted(model.calls[1:]) == [["e0"], ["e1"], ["e2"], ["e3"]]


async def test_a_single_bad_answer_of_a_batch_is_asked_again_alone() -> None:
    """The others of the batch have theirs."""

    def script(asks: Sequence[Ask]) -> Sequence[Answer | AttemptFailed]:
        if len(asks) == 1:
            return labels(asks)
        return [MalformedAnswer("?") if ask.entry_id == "e1" else Answer("x") for ask in asks]

    model = Scripted(script, n_wanted=3)

    found = await settle(model, 3)

    assert [each.label for each in found] == ["x", "e1", "x"]
    assert model.calls == [["e0", "e1", "e2"], ["e1"]]


async def test_a_model_may_stop_early() -> None:
    """What it did not get to is asked in a later call, and costs no attempt."""
    model = Scripted(lambda asks: labels(asks[:2]), n_wanted=5)

    found = await settle(model, 5, concurrency=1)

    assert [each.label for each in found] == ["e0", "e1", "e2", "e3", "e4"]
    assert all(len(each.attempts) == 1 for each in found)


async def test_concurrency_is_over_all_slices_of_a_run() -> None:
    """A provider's rate limit does not know slices."""
    model = Scripted(labels, wait_s=0.001)
    asker = Asker(0, model, RunConfig(concurrency=3), Instruments("test/model"))

    async with asyncio.TaskGroup() as group:
        for rank in range(4):
            group.create_task(settle(model, 10, asker=asker, rank=rank))

    assert model.most_under_way == 3
    assert len(model.calls) == 40


async def test_an_older_slice_goes_before_one_that_holds_the_slot() -> None:
    """A slot goes from call to call of its slice, but not past one that was here before."""
    model = Scripted(labels, wait_s=0.001)
    asker = Asker(0, model, RunConfig(concurrency=1), Instruments("test/model"))

    async with asyncio.TaskGroup() as group:
        later = group.create_task(settle(model, 20, asker=asker, rank=2))
        await eventually(lambda: len(model.calls) > 2)
        n_before = len(model.calls)
        await settle(model, 10, asker=asker, rank=1)
        n_asked = len(model.calls) - n_before

    assert n_asked < 10 + 3
    assert len(later.result()) == 20


async def test_a_model_that_is_unavailable_for_now_is_asked_again() -> None:
    """Too many calls hang at the moment; some of them may come back."""
    (found,) = await settle(Scripted(failing(Unavailable("busy"), 1)), 1)

    assert found.label == "e0"
    assert found.attempts[0].error is not None
    assert found.attempts[0].error.error_class == "unavailable"


async def test_queue_model_and_total_time_are_told_apart() -> None:
    """The second entry waits for the only slot; the wait is not the model's latency."""
    model = Scripted(labels, wait_s=0.05)

    found = await settle(model, 2, concurrency=1)

    assert found[1].attempts[0].queue_s is not None
    assert found[1].attempts[0].queue_s >= 0.05
    assert found[1].total_s is not None
    assert found[1].total_s >= found[1].attempts[0].queue_s + 0.05
    assert found[1].latency_s == 0.5


def charged(*costs: float | None, fails: bool = False) -> Script:
    """Answers whose calls cost so much, one after another; but for the last they fail."""
    left = list(costs)

    def script(asks: Sequence[Ask]) -> Sequence[Answer | AttemptFailed]:
        cost_usd = left.pop(0)
        if left or fails:
            usage = Usage(n_input=10, n_output=2)
            raise MalformedAnswer("no prediction", usage=usage, cost_usd=cost_usd)
        return labels(asks)

    return script


async def test_failed_calls_are_paid_for_too() -> None:
    """A budget that counted answers alone would be overspent by retries."""
    (found,) = await settle(Scripted(charged(0.25, 0.5, fails=True)), 1, retries=1)

    assert found.usage == Usage(n_input=20, n_output=4)
    assert found.cost_usd == 0.75


async def test_a_cost_that_is_partly_unknown_is_unknown() -> None:
    """A sum without one of its parts would look like the whole."""
    (found,) = await settle(Scripted(charged(0.25, None, fails=True)), 1, retries=1)

    assert found.usage == Usage(n_input=20, n_output=4)
    assert found.cost_usd is None
    assert [each.cost_usd for each in found.attempts] == [0.25, None]


async def test_where_nothing_is_charged_there_is_no_cost() -> None:
    """None says that nobody knows; 0 would say that it is free."""
    (found,) = await settle(Scripted(labels), 1)

    assert (found.usage, found.cost_usd) == (None, None)


async def test_a_model_behind_a_network_is_asked_less_at_once_when_it_says_so() -> None:
    """The limit in force stands in each attempt, which shows it fall and rise."""
    model = Scripted(failing(RateLimited("slow down", retry_after_s=0.0), 6), wait_s=0.001)
    asker = Asker(0, model, RunConfig(concurrency=16), Instruments("test/model"), adapts=True)

    found = await settle(model, 300, asker=asker)

    limits = [each.attempts[-1].n_slots for each in found]
    assert all(each.label is not None for each in found)
    assert found[0].attempts[0].n_slots == 8
    assert min(each for each in limits if each) < 8
    assert limits[-1] is not None
    assert limits[-1] > min(each for each in limits if each)
    assert model.most_under_way <= 16


async def test_canceled_in_a_wait_for_the_rate_the_slot_is_free_again() -> None:
    """A run's other slices go on."""
    model = Scripted(labels)
    config = RunConfig(concurrency=1, requests_per_minute=1)
    asker = Asker(0, model, config, Instruments("test/model"))
    waiting = asyncio.ensure_future(settle(model, 5, asker=asker))
    await eventually(lambda: len(model.calls) >= 1)
    waiting.cancel()
    await asyncio.wait([waiting], timeout=1)

    assert waiting.cancelled()
    async with asyncio.timeout(1):
        await asker._slots.take(1)


async def test_the_limit_is_of_one_attempt(tmp_path: Path) -> None:
    """A call over it is a timeout; a retry has the whole limit again."""
    kit = a_kit(tmp_path)
    config = RunConfig(timeout_s=0.05, retries=1)
    askers = await opened(kit, [python_contender("stuck"), python_contender("never", 1)], config)

    found = await answered(kit, askers, text_rows("a", "stuck", "b"))
    functions.released.set()

    for position in (0, 1):
        predictions = [event.predictions[position] for event in found]
        assert [each.label for each in predictions] == ["a", None, "b"]
        classes = [each.error.error_class for each in predictions[1].attempts if each.error]
        assert classes == ["timeout", "timeout"]
        assert predictions[1].attempts[0].duration_s >= 0.05


def test_an_error_message_has_a_bound() -> None:
    """A model may put its whole input into what it raises."""
    assert len(ModelRaised.of(ValueError("x" * 10_000)).fact().message) == 2000
