"""A worker, a real bus and a server of language models that misbehaves."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest

from runoff_contracts import envelope
from runoff_contracts.events.entry import EntryProcessed
from runoff_contracts.events.lifecycle import Contender
from runoff_contracts.run_config import RunConfig
from runoff_contracts.specs.llm import LlmSpec
from runoff_objects.entry_set import EntryRow
from runoff_testkit.llm_server import LlmServer
from runoff_testkit.waiting import eventually
from tests.integration.inference_worker.conftest import DIGEST, Bench, facts
from tests.unit.inference_worker.making import an_image, sparse_png

FAULTS: list[tuple[str, list[str]]] = [
    ("#429", ["rate_limit"]),
    ("#429:0.1", ["rate_limit"]),
    ("#503", ["server"]),
    ("#500 #reset", ["server", "connection"]),
    ("#half", ["connection"]),
    ("#badjson", ["malformed_answer"]),
    ("#wrongshape #empty", ["malformed_answer", "malformed_answer"]),
    ("#huge", ["malformed_answer"]),
    ("#stall", ["timeout"]),
    ("#400", ["rejected"]),
    ("#500 #500 #500 #500", ["server", "server", "server"]),
]
"""Orders of a prompt, and the errors that its attempts have."""
_FAILS = {"#400", "#500 #500 #500 #500"}


@pytest.fixture
def server() -> Iterator[LlmServer]:
    with LlmServer(delay_s=0.01) as running:
        yield running


def contender(server: LlmServer, **spec: object) -> Contender:
    declared = LlmSpec.model_validate({"api": "openai", "base_url": server.openai, **spec})
    return Contender(position=0, model="openai/gpt-4o", number=1, digest=DIGEST, spec=declared)


def rows(n_entries: int, *, faulty: int) -> list[EntryRow]:
    """Every so many-th entry orders a fault, each kind by turns."""
    made = []
    for place in range(n_entries):
        orders = FAULTS[place // faulty % len(FAULTS)][0] if place % faulty == 0 else ""
        made.append(EntryRow(id=f"q{place}", text=f"question {place} {orders} <<answer {place}>>"))
    return made


async def answered(bench: Bench, run_id: str, n_slices: int) -> list[EntryProcessed]:
    found: list[EntryProcessed] = []
    for number in range(n_slices):
        found += facts(await bench.slice(run_id, number, deadline_s=120))
    return found


async def test_every_entry_settles_though_a_fifth_of_them_is_in_trouble(
    bench: Bench, server: LlmServer
) -> None:
    """Every entry is settled, every attempt is kept, and no call is made without a reason."""
    given = rows(400, faulty=5)
    config = RunConfig(concurrency=64, retries=2, timeout_s=2)
    run_id = await bench.run(given, contender(server), config=config)
    async with bench.worker():
        for number in range(4):
            await bench.hand_out(run_id, number, start=100 * number, n=100)
        found = await answered(bench, run_id, 4)

    assert [event.entry_id for event in found] == [row.id for row in given]
    for place, (row, event) in enumerate(zip(given, found, strict=True)):
        (prediction,) = event.predictions
        orders, errors = FAULTS[place // 5 % len(FAULTS)] if place % 5 == 0 else ("", [])
        said = [each.error.error_class for each in prediction.attempts if each.error]
        assert said == errors, row.text
        assert prediction.text == (None if orders in _FAILS else f"answer {place}")
        assert server.counts[row.text or ""] == len(prediction.attempts)
        assert prediction.total_s is not None
        assert all(each.queue_s is not None for each in prediction.attempts)
    assert len(server.calls) == sum(len(event.predictions[0].attempts) for event in found)
    limits = in_order_of_time(found)
    assert min(limits) >= 1
    assert any(later < earlier for earlier, later in pairwise(limits))
    assert any(later > earlier for earlier, later in pairwise(limits[limits.index(min(limits)) :]))


def in_order_of_time(found: Sequence[EntryProcessed]) -> list[int]:
    """How many calls were allowed at once, by the run's own record."""
    attempts = [each for event in found for each in event.predictions[0].attempts]
    attempts.sort(key=lambda each: each.started_at)
    return [each.n_slots for each in attempts if each.n_slots is not None]


async def test_images_are_decoded_for_a_model_that_finds_places_alone(
    bench: Bench, server: LlmServer
) -> None:
    """Others are sent the file, whose pixels nobody has unpacked; a damaged one is sent to none."""
    hollow, whole = sparse_png(64, 64, b"no pixels"), an_image("RGB", (64, 64))
    given = [
        EntryRow(id=f"i{place}", text="x <<{}>>", file=await bench.objects.put(content))
        for place, content in enumerate((hollow, whole[:-20], b"no image"))
    ]
    plain = contender(server)
    placed = contender(server, task="coordinates").model_copy(update={"position": 1})
    run_id = await bench.run(given, plain, placed, config=RunConfig(retries=0))
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=3)
        found = await answered(bench, run_id, 1)

    classes = [
        [each.error.error_class if each.error else None for each in prediction.attempts]
        for event in found
        for prediction in event.predictions
    ]
    assert classes == [[None], ["bad_entry"], *[["bad_entry"]] * 4]
    assert len(server.calls) == 1


async def test_a_server_that_bears_ten_calls_is_found_out(bench: Bench) -> None:
    """Asked for up to sixty-four at once, the worker comes down to what is borne."""
    given = [EntryRow(id=f"q{place}", text=f"q{place}") for place in range(160)]
    config = RunConfig(concurrency=64, retries=20)
    with LlmServer(delay_s=0.2, most_at_once=10) as server:
        run_id = await bench.run(given, contender(server), config=config)
        async with bench.worker():
            for number in range(4):
                await bench.hand_out(run_id, number, start=40 * number, n=40)
            found = await answered(bench, run_id, 4)

    limits = in_order_of_time(found)
    assert all(event.predictions[0].text == "fine" for event in found)
    assert max(limits) > 10
    assert sum(limits[-50:]) / 50 < 16


async def test_the_known_cost_of_a_slice_stands_in_its_header(
    bench: Bench, server: LlmServer
) -> None:
    """A budget is watched without reading bodies; failed calls that were charged count too."""
    given = [EntryRow(id=f"q{place}", text=f"q{place} #empty") for place in range(4)]
    run_id = await bench.run(given, contender(server))
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=4)
        message = await bench.slice(run_id, 0)

    each = (10 * 2.5 + 2 * 10) / 1e6
    assert float(message.headers[envelope.COST_USD]) == pytest.approx(8 * each)
    costs = [event.predictions[0].cost_usd for event in facts(message)]
    assert costs == pytest.approx([2 * each] * 4)


@pytest.mark.parametrize(
    ("orders", "config"),
    [
        ("#stall", {}),
        ("#429:30 #429:30", {}),
        ("", {"requests_per_minute": 2}),
        ("", {"tokens_per_minute": 1}),
        ("", {"sleep_s": 60}),
    ],
    ids=["in a call", "in a wait for the next attempt", "by requests", "by tokens", "in a rest"],
)
async def test_cancel_takes_hold_within_a_second(
    bench: Bench, server: LlmServer, orders: str, config: dict[str, int]
) -> None:
    """Whatever a run waits for, a person who cancels it does not wait for that too."""
    given = [EntryRow(id=f"q{place}", text=f"q{place} {orders}") for place in range(8)]
    run_id = await bench.run(given, contender(server), config=RunConfig(**config))
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=8)
        await eventually(lambda: len(server.calls) >= 1, deadline_s=60, what="a first call")
        began_s = time.monotonic()
        await bench.cancel(run_id)
        await bench.queue_is_empty(deadline_s=5)
        took_s = time.monotonic() - began_s

    assert took_s < 1
    assert len(server.calls) <= 8


async def test_a_worker_that_goes_repeats_only_the_calls_that_were_under_way(
    bench: Bench, server: LlmServer
) -> None:
    """Its unfinished slice holds answers that were paid for: the next worker finds them."""
    given = [EntryRow(id=f"q{place}", text=f"q{place} <<{place}>>") for place in range(9)]
    given.append(EntryRow(id="q9", text="q9 #stall <<9>>"))
    run_id = await bench.run(given, contender(server))
    async with bench.worker(worker_name="worker-1"):
        await bench.hand_out(run_id, 0, start=0, n=10)
        await eventually(lambda: len(server.counts) == 10, deadline_s=60, what="ten calls")
        await eventually(lambda: server.n_under_way == 1, what="nine answers")
    async with bench.worker(worker_name="worker-2"):
        (*answered_before, last) = facts(await bench.slice(run_id, 0, deadline_s=60))

    assert [event.predictions[0].text for event in answered_before] == [str(i) for i in range(9)]
    assert all(server.counts[row.text or ""] == 1 for row in given[:9])
    assert all(event.predictions[0].usage is not None for event in answered_before)
    assert not any(event.predictions[0].cached for event in answered_before)
    assert (last.predictions[0].text, server.counts[given[9].text or ""]) == ("9", 2)


async def test_a_run_may_take_the_answers_that_were_given_before(
    bench: Bench, server: LlmServer
) -> None:
    """Nobody is asked, nothing is charged, and no latency is told of it."""
    given = [EntryRow(id=f"q{place}", text=f"same <<{place}>>") for place in range(4)]
    seen = []
    for config in (RunConfig(cache=True), RunConfig(cache=True), RunConfig()):
        run_id = await bench.run(given, contender(server), config=config)
        async with bench.worker():
            await bench.hand_out(run_id, 0, start=0, n=4)
            found = await answered(bench, run_id, 1)
        seen.append((found, len(server.calls)))

    (first, n_first), (second, n_second), (_, n_third) = seen
    assert (n_first, n_second, n_third) == (4, 4, 8)
    for before, after in zip(first, second, strict=True):
        (asked,), (kept,) = before.predictions, after.predictions
        assert (asked.cached, kept.cached) == (False, True)
        assert kept.text == asked.text
        assert (kept.latency_s, kept.usage, kept.cost_usd) == (None, None, None)
        assert [each.duration_s for each in kept.attempts] == [0.0]


async def test_another_prompt_or_parameter_is_another_request(
    bench: Bench, server: LlmServer
) -> None:
    """The version of the model stands in the key."""
    given = [EntryRow(id="q", text="one <<1>>")]
    for digit, prompt in (("0", "{{text}}"), ("1", "{{text}}"), ("1", "{{text}}!")):
        version = f"sha256:{digit * 64}"
        model = contender(server, prompt=prompt).model_copy(update={"digest": version})
        run_id = await bench.run(given, model, config=RunConfig(cache=True))
        async with bench.worker():
            await bench.hand_out(run_id, 0, start=0, n=1)
            await answered(bench, run_id, 1)

    assert len(server.calls) == 3
