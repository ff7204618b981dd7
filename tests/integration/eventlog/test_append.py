"""Appends are guarded: what happened stands once, in the order in which it was decided."""

from __future__ import annotations

import asyncio

import pytest

from runoff_contracts import subjects
from runoff_eventlog.errors import AppendTooLarge, ConflictingAppend
from runoff_eventlog.log import Appended, EventLog
from runoff_testkit.servers import Server
from tests.integration.eventlog.conftest import connected
from tests.integration.eventlog.facts import (
    LIFECYCLE,
    RUN,
    append_slice,
    canceled,
    scored_slice,
)


async def test_an_append_says_where_its_last_event_stands(log: EventLog) -> None:
    """A command answers with that sequence, so that its sender can wait for its effect."""
    first = await log.append(LIFECYCLE, [canceled("a")], append_id="one", expected_seq=0)
    second = await log.append(
        LIFECYCLE, [canceled("b"), canceled("c")], append_id="two", expected_seq=first.seq
    )

    assert (first, second) == (Appended(1, repeated=False), Appended(3, repeated=False))
    assert [m.seq for m in await log.read(LIFECYCLE)] == [1, 2, 3]


async def test_an_event_comes_back_as_it_was_written(log: EventLog) -> None:
    """Envelope and body survive the server."""
    await log.append(
        LIFECYCLE,
        [canceled("ends")],
        append_id="command-1",
        expected_seq=0,
        correlation_id=RUN,
        causation_id="command-1",
    )

    (message,) = await log.read(LIFECYCLE)
    assert message.events() == [("command-1:0", canceled("ends"))]
    assert message.headers["ce-source"] == "runoff/tests"
    assert message.headers["Runoff-Correlation-Id"] == RUN
    assert message.headers["Runoff-Causation-Id"] == "command-1"
    assert message.time.tzinfo is not None


async def test_a_decision_on_an_outdated_state_is_refused(log: EventLog) -> None:
    """The second of two writers who saw the same state has to look again."""
    await log.append(LIFECYCLE, [canceled("mine")], append_id="mine", expected_seq=0)

    with pytest.raises(ConflictingAppend) as caught:
        await log.append(LIFECYCLE, [canceled("other")], append_id="other", expected_seq=0)

    assert (caught.value.expected_seq, caught.value.last_seq) == (0, 1)
    assert len(await log.read(LIFECYCLE)) == 1


async def test_a_decision_on_a_state_that_never_was_is_refused(log: EventLog) -> None:
    """An expected sequence on an empty subject is a conflict too, not an append."""
    with pytest.raises(ConflictingAppend, match="expected last sequence 7, found 0"):
        await log.append(LIFECYCLE, [canceled()], append_id="a", expected_seq=7)


async def test_the_same_append_again_is_found_there(log: EventLog) -> None:
    """Whoever lost the acknowledgement sends again and learns the sequence of the first time."""
    events = [canceled("a"), canceled("b")]
    first = await log.append(LIFECYCLE, events, append_id="once", expected_seq=0)
    again = await log.append(LIFECYCLE, events, append_id="once", expected_seq=0)
    after = await log.append(LIFECYCLE, events, append_id="once", expected_seq=first.seq)

    assert again == after == Appended(first.seq, repeated=True)
    assert len(await log.read(LIFECYCLE)) == 2


async def test_one_append_id_on_two_subjects_is_two_appends(log: EventLog) -> None:
    """The server drops a repeated message id wherever it comes: ids must not meet by chance."""
    other = subjects.lifecycle("01890000-0000-7000-8000-00000000000f")
    await log.append(LIFECYCLE, [canceled()], append_id="same", expected_seq=0)
    second = await log.append(other, [canceled()], append_id="same", expected_seq=0)

    assert second == Appended(2, repeated=False)
    assert len(await log.read(other)) == 1


async def test_a_batch_that_conflicts_leaves_nothing_behind(log: EventLog) -> None:
    """Several events of one decision are appended all or none."""
    await log.append(LIFECYCLE, [canceled("first")], append_id="first", expected_seq=0)

    with pytest.raises(ConflictingAppend):
        await log.append(LIFECYCLE, [canceled("x")] * 5, append_id="late", expected_seq=0)

    assert await log.last_seq() == 1


async def test_a_slice_stands_once_whoever_writes_it(log: EventLog, nats_server: Server) -> None:
    """Workers that were thought dead answer too: twenty of them leave one message."""
    async with connected(nats_server.url) as other:
        logs = [log, EventLog(other, source="runoff/zombie")]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(append_slice(logs[i % 2], 3)) for i in range(20)]
    answers = [task.result() for task in tasks]

    assert sorted(answer.repeated for answer in answers) == [False] + [True] * 19
    assert {answer.seq for answer in answers} == {1}
    assert len(await log.read(subjects.scored_of(RUN))) == 1


async def test_a_foreign_slice_is_a_conflict(log: EventLog) -> None:
    """Another cut of the same entries must not be taken for one's own."""
    await append_slice(log, 3)

    with pytest.raises(ConflictingAppend):
        await append_slice(log, 3, slice_id="another")


async def test_a_slice_gives_its_events_one_by_one(log: EventLog) -> None:
    """Subscribers see single entry events, each with the id that it was given."""
    await append_slice(log, 0, n=3)

    (message,) = await log.read(subjects.scored(RUN, 0))
    assert message.events() == scored_slice(0, 3)
    assert message.headers["Runoff-Entries"] == "3"


async def test_a_message_over_the_limit_is_refused_before_it_is_sent(log: EventLog) -> None:
    """The server would close the connection; the writer has to cut smaller slices instead."""
    with pytest.raises(AppendTooLarge) as caught:
        await log.append(
            LIFECYCLE, [canceled("x" * log.nc.max_payload)], append_id="a", expected_seq=0
        )

    assert caught.value.n_bytes > caught.value.limit
    assert await log.last_seq() == 0


async def test_nothing_is_no_append(log: EventLog) -> None:
    """The sequence of nothing could not be told."""
    with pytest.raises(ValueError, match="nothing to append"):
        await log.append(LIFECYCLE, [], append_id="a", expected_seq=0)


async def test_a_message_just_under_the_limit_is_taken(log: EventLog) -> None:
    """The limit is the server's own: nothing that would fit is refused."""
    n_bytes = log.nc.max_payload - 2_000
    appended = await log.append(LIFECYCLE, [canceled("x" * n_bytes)], append_id="a", expected_seq=0)

    assert appended == Appended(1, repeated=False)
