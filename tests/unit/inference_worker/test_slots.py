"""Slots bound the calls under way, the oldest slice first."""

from __future__ import annotations

import asyncio

from runoff_inference_worker.slots import Slots


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
