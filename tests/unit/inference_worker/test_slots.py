"""Slots bound the calls under way, the oldest slice first."""

from __future__ import annotations

import asyncio

from runoff_inference_worker.slots import AdaptiveSlots, Slots


async def test_the_oldest_slice_gets_the_next_slot() -> None:
    """Else all slices in hand end together, and the slots idle until the next ones are here."""
    slots = Slots(1)
    await slots.take(1)
    order: list[int] = []

    async def wait(rank: int) -> None:
        await slots.take(rank)
        order.append(rank)
        slots.free()

    async with asyncio.TaskGroup() as group:
        for rank in (5, 2, 9, 2):
            group.create_task(wait(rank))
        await asyncio.sleep(0)
        slots.free()

    assert order == [2, 2, 5, 9]


async def test_who_holds_a_slot_keeps_it_until_an_older_slice_waits() -> None:
    """From an answer to the next call by way of a free slot takes turns of the event loop."""
    slots = Slots(1)
    await slots.take(2)
    assert slots.may_keep(2)
    same = asyncio.ensure_future(slots.take(2))
    older = asyncio.ensure_future(slots.take(1))
    await asyncio.sleep(0)
    assert not slots.may_keep(2)

    older.cancel()
    await asyncio.sleep(0)

    assert slots.may_keep(2)
    same.cancel()


def test_nobody_keeps_a_slot_beyond_a_limit_that_was_cut() -> None:
    """A server that says that it is too much gets less at once."""
    slots = full(4)
    assert slots.may_keep(1)

    slots.overloaded(slots.round)

    assert not slots.may_keep(1)


async def test_a_slot_of_one_who_was_canceled_goes_to_the_next() -> None:
    """Canceled in the very moment of its turn, it must not take the slot with it."""
    slots = Slots(1)
    await slots.take(1)
    first = asyncio.ensure_future(slots.take(1))
    second = asyncio.ensure_future(slots.take(2))
    await asyncio.sleep(0)
    slots.free()
    first.cancel()

    await asyncio.wait_for(second, 1)

    assert first.cancelled()


async def test_a_slot_that_nobody_waits_for_stays_free() -> None:
    """Those who were canceled while they waited are passed over."""
    slots = Slots(1)
    await slots.take(1)
    waiting = asyncio.ensure_future(slots.take(1))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.sleep(0)
    slots.free()

    await asyncio.wait_for(slots.take(1), 1)


def full(most: int) -> AdaptiveSlots:
    """Slots whose every place is taken, as many as there are at most."""
    slots = AdaptiveSlots(most)
    _fill(slots)
    return slots


def _fill(slots: AdaptiveSlots) -> None:
    loop = asyncio.new_event_loop()
    try:
        while slots._n_taken < slots.limit:
            loop.run_until_complete(slots.take(1))
    finally:
        loop.close()


def a_round(slots: AdaptiveSlots) -> None:
    """Every call under way is answered, and as many begin again."""
    for _ in range(slots.limit):
        _fill(slots)
        slots.answered()


def test_the_limit_doubles_until_it_is_too_much_for_the_first_time() -> None:
    """Sixty-four calls at once are reached in three round trips, not in fifty-six."""
    slots = full(64)
    limits = []
    for _ in range(4):
        a_round(slots)
        limits.append(slots.limit)

    assert limits == [16, 32, 64, 64]


def test_too_much_halves_the_limit_once_a_round_trip() -> None:
    """Sixteen calls that were refused together are one reason, not sixteen."""
    slots = full(16)
    a_round(slots)
    began = slots.round
    for _ in range(16):
        slots.overloaded(began)

    assert slots.limit == 8
    slots.overloaded(slots.round)
    assert slots.limit == 4


def test_the_limit_never_falls_under_one() -> None:
    """A run goes on, one call at a time."""
    slots = full(4)
    for _ in range(10):
        slots.overloaded(slots.round)

    assert slots.limit == 1


def test_after_it_was_too_much_the_limit_rises_by_one_a_round_trip() -> None:
    """Close to what the model bears, doubling would be refused again at once."""
    slots = full(64)
    slots.overloaded(slots.round)
    limits = [slots.limit]
    for _ in range(4):
        while slots._n_taken > slots.limit:
            slots.free()
        a_round(slots)
        a_round(slots)
        limits.append(slots.limit)

    assert limits == [4, 5, 7, 9, 11]


def test_places_that_nobody_uses_are_no_reason_for_more() -> None:
    """An answer says nothing of a load that was not there."""
    slots = AdaptiveSlots(64)
    for _ in range(100):
        slots.answered()

    assert slots.limit == 8


async def test_a_risen_limit_lets_those_in_who_wait() -> None:
    """Else they would wait for a call to end, and the new place would stay empty."""
    slots = AdaptiveSlots(16)
    for _ in range(8):
        await slots.take(1)
    waiting = asyncio.ensure_future(slots.take(1))
    await asyncio.sleep(0)
    slots.answered()

    await asyncio.wait_for(waiting, 1)


async def test_a_fallen_limit_is_kept_when_calls_end() -> None:
    """Eight are under way when the limit falls to four: five have to end before one begins."""
    slots = AdaptiveSlots(8)
    for _ in range(8):
        await slots.take(1)
    slots.overloaded(slots.round)
    waiting = asyncio.ensure_future(slots.take(1))
    for _ in range(4):
        slots.free()
        await asyncio.sleep(0)
    assert not waiting.done()
    slots.free()

    await asyncio.wait_for(waiting, 1)
