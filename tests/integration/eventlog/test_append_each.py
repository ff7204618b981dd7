"""Events of many subjects in one go: all of them, or none."""

from __future__ import annotations

import pytest

from runoff_contracts import subjects
from runoff_contracts.event import Event
from runoff_eventlog.errors import ConflictingAppend
from runoff_eventlog.log import EventLog
from tests.integration.eventlog.facts import RUN, canceled

N = 1000
SUBJECTS = [subjects.entry(RUN, index) for index in range(N)]


def events(*reasons: str) -> list[tuple[str, Event]]:
    return [(subjects.entry(RUN, place), canceled(each)) for place, each in enumerate(reasons)]


async def test_a_thousand_subjects_are_one_append(log: EventLog) -> None:
    """As many as a server takes at once; where each stands is read at once, too."""
    said = events(*["one"] * N)
    first = await log.append_each(said, append_id="one", expected_seqs={})
    again = await log.append_each(said, append_id="one", expected_seqs={})
    seqs = await log.last_seqs([*SUBJECTS[1:], subjects.entry(RUN, N)])
    second = await log.append_each(
        events("two", "two"), append_id="two", expected_seqs={SUBJECTS[0]: 1, **seqs}
    )

    assert (first.seq, first.repeated, again.repeated) == (N, False, True)
    assert seqs == {subject: place for place, subject in enumerate(SUBJECTS[1:], start=2)}
    assert second.seq == N + 2
    assert await log.last_seqs([subjects.entry(RUN, N)]) == {}


async def test_one_subject_that_moved_on_refuses_them_all(log: EventLog) -> None:
    """Half of a bulk of reviews would be worse than none."""
    await log.append(SUBJECTS[1], [canceled("other")], append_id="other", expected_seq=0)

    with pytest.raises(ConflictingAppend):
        await log.append_each(events("a", "b", "c"), append_id="mine", expected_seqs={})

    assert await log.last_seq() == 1


async def test_several_events_of_one_subject_stand_in_their_order(log: EventLog) -> None:
    """Two contenders' answers to one entry are two events there."""
    said: list[tuple[str, Event]] = [(SUBJECTS[0], canceled(each)) for each in ("a", "b")]
    await log.append_each([*said, *events("c", "d")[1:]], append_id="x", expected_seqs={})

    found = [event for message in await log.read(SUBJECTS[0]) for _, event in message.events()]
    assert found == [canceled("a"), canceled("b")]
