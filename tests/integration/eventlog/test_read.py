"""Reading the log by subject: whole, first, last, last of each, over the limits of one answer."""

from __future__ import annotations

import asyncio

import pytest

from runoff_contracts import subjects
from runoff_eventlog import log as log_module
from runoff_eventlog.errors import LogUnavailable
from runoff_eventlog.log import EventLog
from runoff_testkit.servers import Server
from tests.integration.eventlog.facts import LIFECYCLE, canceled, fill, run_id

_MANY = 2_350


async def _many(log: EventLog) -> None:
    """More messages than one answer holds, on two kinds of subject by turns."""
    events = [canceled("x") for _ in range(_MANY // 5 - 1)]
    for run in range(5):
        await log.append(subjects.lifecycle(run_id(run)), events, append_id="a", expected_seq=0)
        await log.append(f"runoff.run.{run_id(run)}.scorecards", events[:1], append_id="b",
                         expected_seq=0)  # fmt: skip


async def test_reading_goes_over_the_limit_of_one_answer(log: EventLog) -> None:
    """A run of 100,000 entries has more slices than the server gives at once."""
    await _many(log)

    everything = await log.read("runoff.run.>")
    assert [m.seq for m in everything] == list(range(1, _MANY + 1))
    assert {m.body for m in everything} == {canceled("x").model_dump_json().encode()}


async def test_reading_keeps_to_its_filter(log: EventLog) -> None:
    """Wildcards mean what they mean to the server, also from a sequence on."""
    await _many(log)

    lifecycles = await log.read(subjects.ALL_LIFECYCLES)
    assert len(lifecycles) == _MANY - 5
    assert {m.subject.split(".")[-1] for m in lifecycles} == {"lifecycle"}
    seqs = [m.seq for m in lifecycles]
    later = await log.read(subjects.ALL_LIFECYCLES, after_seq=seqs[-10])
    assert [m.seq for m in later] == seqs[-9:]


async def test_large_bodies_come_in_several_answers(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One answer is bounded in bytes, not only in messages."""
    monkeypatch.setattr(log_module, "_READ_BYTES", 200_000)
    for number in range(8):
        await log.append(LIFECYCLE, [canceled("x" * 90_000)], append_id=str(number),
                         expected_seq=number)  # fmt: skip

    assert [m.seq for m in await log.read(LIFECYCLE)] == list(range(1, 9))


async def test_nothing_there_is_an_empty_answer(log: EventLog) -> None:
    """A run that never was is no error to the log."""
    assert await log.read(LIFECYCLE) == []
    assert await log.read_first(LIFECYCLE) is None
    assert await log.last(LIFECYCLE) is None
    assert await log.last_of_each(subjects.ALL_LIFECYCLES) == []
    assert await log.last_seq() == 0


async def test_reading_behind_the_end_is_empty(log: EventLog) -> None:
    """A reader that is up to date asks for what comes next."""
    await fill(log, 3)

    assert await log.read("runoff.run.>", after_seq=3) == []


async def test_the_first_and_the_last_of_a_subject(log: EventLog) -> None:
    """RunCreated is the first of its subject, and the guard goes by the last."""
    await log.append(LIFECYCLE, [canceled("a"), canceled("b")], append_id="x", expected_seq=0)
    await fill(log, 2)
    await log.append(LIFECYCLE, [canceled("c")], append_id="y", expected_seq=2)

    first, last = await log.read_first(LIFECYCLE), await log.last(LIFECYCLE)
    assert first is not None
    assert last is not None
    assert first.events() == [("x:0", canceled("a"))]
    assert (last.seq, last.events()) == (5, [("y:0", canceled("c"))])
    assert await log.last_seq() == 5


async def test_the_last_of_each_subject_over_many_subjects(log: EventLog) -> None:
    """What a service looks at when it starts: one message a run, in order, without bodies."""
    n_runs = 1_050
    limit = asyncio.Semaphore(64)

    async def append(number: int) -> None:
        events = [canceled("a"), canceled("b")] if number % 50 == 0 else [canceled("b")]
        async with limit:
            await log.append(
                subjects.lifecycle(run_id(number)), events, append_id="x", expected_seq=0
            )

    async with asyncio.TaskGroup() as group:
        for number in range(n_runs):
            group.create_task(append(number))

    found = await log.last_of_each(subjects.ALL_LIFECYCLES)
    assert len({m.subject for m in found}) == len(found) == n_runs
    assert [m.seq for m in found] == sorted(m.seq for m in found)
    assert {m.headers["ce-type"] for m in found} == {"run.canceled"}
    assert {m.headers["ce-id"] for m in found if m.subject == LIFECYCLE} == {"x:1"}
    assert {m.body for m in found} == {b""}


async def test_reading_says_when_the_server_is_away(
    log: EventLog, nats_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing read is not the same as nothing there."""
    monkeypatch.setattr(log_module, "_ANSWER_S", 0.2)
    log.js._timeout = 0.2
    await asyncio.to_thread(nats_server.kill9)

    for ask in (
        log.read(LIFECYCLE),
        log.read_first(LIFECYCLE),
        log.last(LIFECYCLE),
        log.last_seq(),
    ):
        with pytest.raises(LogUnavailable):
            await ask
