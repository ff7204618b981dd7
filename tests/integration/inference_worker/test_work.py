"""Work items become slices of the log, whatever happens on the way."""

from __future__ import annotations

import time

import pytest
from nats.errors import Error

from runoff_contracts import envelope, subjects
from runoff_contracts.run_config import RunConfig
from runoff_contracts.work import WorkerBeat, WorkerLease
from runoff_eventlog.bootstrap import make_work_queue
from runoff_objects.entry_set import EntryRow
from runoff_testkit.servers import Server
from runoff_testkit.waiting import eventually
from tests.integration.inference_worker.conftest import Asked, Bench, facts, python, texts


async def test_an_item_becomes_a_slice_and_is_acknowledged(bench: Bench) -> None:
    """The fact of each entry holds all contenders; headers say what readers need."""
    run_id = await bench.run(texts(10), "text", "fails", config=RunConfig(retries=0))
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=4, n=6)
        message = await bench.slice(run_id, 0)
        await bench.queue_is_empty()

    found = facts(message)
    assert [event.index for event in found] == [4, 5, 6, 7, 8, 9]
    assert next(id_ for id_, _ in message.events()) == f"{run_id}:4:processed:1"
    assert [each.label for each in found[0].predictions] == ["t4", None]
    assert found[0].worker == "worker-1"
    headers = message.headers
    assert headers[envelope.SLICE_START] == "4"
    assert headers[envelope.N_ENTRIES] == "6"
    assert headers[envelope.N_ANSWERS] == "6"
    assert headers[envelope.N_FAILED] == "6"
    assert float(headers[envelope.ELAPSED_S]) > 0
    assert headers["Runoff-Correlation-Id"] == run_id


async def test_a_slice_that_the_log_has_is_not_asked_again(bench: Bench, asked: Asked) -> None:
    """A worker that died between append and acknowledgement has done the work."""
    run_id = await bench.run(texts(4), "text")
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=4)
        first = await bench.slice(run_id, 0)
        await bench.queue_is_empty()
    subscription = await bench.nc.jetstream().pull_subscribe_bind("work-normal", "WORK")
    await bench.hand_out(run_id, 0, start=0, n=4)
    taken = (await subscription.fetch(1))[0]
    await taken.nak()
    async with bench.worker():
        await bench.queue_is_empty()

    assert (await bench.slice(run_id, 0)).seq == first.seq
    assert len(asked()) == 4


async def test_an_item_handed_out_twice_gives_one_slice(bench: Bench) -> None:
    """The dispatcher may repeat itself after a crash; the log's guard decides."""
    run_id = await bench.run(texts(4), "text")
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=4)
        first = await bench.slice(run_id, 0)
        await bench.hand_out(run_id, 0, start=0, n=4)
        await bench.queue_is_empty()

    assert [m.seq for m in await bench.log.read(subjects.processed_of(run_id))] == [first.seq]


async def test_high_items_go_first(bench: Bench, asked: Asked) -> None:
    """An urgent run is not to wait behind a long one."""
    low = await bench.run(texts(12), "text")
    urgent = [EntryRow(id=f"high-{place}", text="urgent") for place in range(2)]
    high = await bench.run(urgent, "text")
    for number in range(12):
        await bench.hand_out(low, number, start=number, n=1, priority="low")
    for number in range(2):
        await bench.hand_out(high, number, start=number, n=1, priority="high")
    async with bench.worker():
        await bench.queue_is_empty()

    assert set(asked()[:2]) == {"high-0", "high-1"}


async def test_a_canceled_run_stops_within_a_second(bench: Bench, asked: Asked) -> None:
    """What was answered until then is kept: somebody may have paid for it."""
    run_id = await bench.run(texts(20), "first_quick", config=RunConfig(concurrency=20))
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=20)
        await bench.hand_out(run_id, 1, start=10, n=2)
        await eventually(lambda: len(asked()) >= 20)
        began_s = time.monotonic()
        await bench.cancel(run_id)
        await bench.queue_is_empty(deadline_s=1)
        stopped_s = time.monotonic() - began_s
        await bench.hand_out(run_id, 2, start=12, n=2)
        await bench.queue_is_empty(deadline_s=1)

    assert stopped_s < 1
    message = await bench.slice(run_id, 0)
    assert [event.index for event in facts(message)] == list(range(10))
    assert message.headers[envelope.N_ENTRIES] == "10"
    assert await bench.log.last(subjects.processed(run_id, 2)) is None


async def test_a_thread_does_not_hold_up_a_cancellation(bench: Bench, asked: Asked) -> None:
    """A call that blocks is left behind; the worker goes on with other runs."""
    run_id = await bench.run(texts(4), "blocks")
    other = await bench.run(texts(2), "text")
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=4)
        await eventually(asked)
        await bench.cancel(run_id)
        await bench.queue_is_empty(deadline_s=1)
        await bench.hand_out(other, 0, start=0, n=2)
        await bench.slice(other, 0, deadline_s=2.5)


async def test_a_settled_run_is_not_worked_on(bench: Bench, asked: Asked) -> None:
    """A worker that was started after the cancellation never heard the signal."""
    run_id = await bench.run(texts(4), "text")
    await bench.cancel(run_id, signal=False)
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=4)
        await bench.queue_is_empty()

    assert asked() == []


async def test_work_of_a_run_that_the_log_does_not_know_is_dropped(bench: Bench) -> None:
    """It is of another log; nothing can ever be said about it."""
    async with bench.worker():
        await bench.hand_out("00000000-0000-7000-8000-00000000dead", 0, start=0, n=4)
        await bench.queue_is_empty()


async def test_a_malformed_item_ends_nothing(bench: Bench) -> None:
    """It is taken out of the queue, and the next one is answered."""
    run_id = await bench.run(texts(2), "text")
    await bench.nc.jetstream().publish("work.normal.nonsense.0", b"{")
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=2)
        await bench.slice(run_id, 0)
        await bench.queue_is_empty()


async def test_a_model_that_cannot_be_opened_fails_alone(bench: Bench) -> None:
    """The other contenders are answered; the run does not hang."""
    run_id = await bench.run(texts(3), "text", "no_such_function")
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=3)
        predictions = facts(await bench.slice(run_id, 0))[0].predictions

    assert predictions[0].label == "t0"
    assert predictions[1].label is None
    error = predictions[1].attempts[0].error
    assert error is not None
    assert error.error_class == "unavailable"
    assert "no_such_function" in error.message


async def test_a_long_call_keeps_its_lease(bench: Bench, asked: Asked) -> None:
    """Another worker would ask the model again for what is being answered."""
    run_id = await bench.run(texts(1), "waits_12_s")
    async with bench.worker(), bench.worker(worker_name="worker-2"):
        await bench.hand_out(run_id, 0, start=0, n=1)
        await bench.slice(run_id, 0, deadline_s=20)

    assert asked() == ["text-0"]


async def test_a_worker_says_what_it_holds_and_that_it_lives(bench: Bench) -> None:
    """The supervisor hands a dead worker's items back by these."""
    leases: list[WorkerLease] = []
    beats: list[WorkerBeat] = []

    async def hear(msg: object) -> None:
        data, subject = msg.data, msg.subject  # type: ignore[attr-defined]  # a Msg of nats-py
        if subject.endswith(".lease"):
            leases.append(WorkerLease.model_validate_json(data))
        else:
            beats.append(WorkerBeat.model_validate_json(data))

    await bench.nc.subscribe("runoff.worker.worker-1.*", cb=hear)
    run_id = await bench.run(texts(1), "waits_2_s")
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=1)
        await eventually(lambda: leases and leases[-1].replies)
        held = leases[-1].replies
        await bench.slice(run_id, 0)
        await eventually(lambda: not leases[-1].replies)
        await eventually(lambda: beats and beats[-1].n_entries_done == 1)

    assert len(held) == 1
    assert held[0].startswith("$JS.ACK.WORK.work-normal.")


async def test_a_stopped_worker_hands_back_what_it_holds(bench: Bench, asked: Asked) -> None:
    """The next one starts on it at once, not after the queue's ten seconds."""
    run_id = await bench.run(texts(1), "when_released")
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=1)
        await eventually(asked)
    asked.release()
    async with bench.worker(worker_name="worker-2"):
        message = await bench.slice(run_id, 0, deadline_s=8)

    assert facts(message)[0].worker == "worker-2"


async def test_a_slice_over_the_message_limit_loses_what_can_be_spared(bench: Bench) -> None:
    """A slice's subject is written once, so it cannot be cut in two."""
    run_id = await bench.run(texts(2400), "long_answers")
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=2400)
        found = facts(await bench.slice(run_id, 0))

    assert len(found) == 2400
    assert found[0].predictions[0].probabilities is None
    assert found[0].predictions[0].confidence == 0.1


async def test_a_lost_entry_set_settles_as_failed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure of our own is tried again, later each time, and at last is a fact."""
    monkeypatch.setattr("runoff_inference_worker.work.MOST_FAILURES", 2)
    run_id = await bench.run(texts(3), "text")
    for path in bench.folder.rglob("sha256/*/*"):
        path.unlink()
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=3)
        found = facts(await bench.slice(run_id, 0))
        await bench.queue_is_empty()

    assert [event.entry_id for event in found] == ["entry 0", "entry 1", "entry 2"]
    error = found[0].predictions[0].attempts[0].error
    assert error is not None
    assert error.error_class == "unavailable"


async def test_the_trace_goes_on_from_item_to_slice(bench: Bench) -> None:
    """Without a tracer in this process there is no traceparent; an item's never breaks the work."""
    run_id = await bench.run(texts(1), python("text"))
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=1, headers={"traceparent": parent})
        message = await bench.slice(run_id, 0)

    assert message.headers["traceparent"].split("-")[1] == parent.split("-")[1]


async def test_a_restarted_server_is_worked_for_again(
    bench: Bench, nats_server: Server, asked: Asked
) -> None:
    """The queue is in memory and gone with the server; the answers in hand are not."""
    run_id = await bench.run(texts(3), "waits_2_s")
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=1)
        await eventually(asked)
        nats_server.kill9()
        nats_server.start()
        await bench.slice(run_id, 0, deadline_s=20)

        async def made_again() -> bool:
            try:
                await make_work_queue(bench.nc)
            except (TimeoutError, OSError, Error):
                return False
            return True

        await eventually(made_again)
        await bench.hand_out(run_id, 1, start=1, n=2)
        await bench.slice(run_id, 1, deadline_s=20)
        await bench.queue_is_empty()
