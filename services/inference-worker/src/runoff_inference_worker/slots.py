"""At most so many calls at once, the oldest slice first.

A plain semaphore would let the slices in hand take turns, so that all of them end together and
every slot idles until the next ones are here. Oldest first, one slice ends while the next fills
the slots that it no longer needs.
"""

import asyncio
import heapq
import itertools


class Slots:
    """Places for calls under way, shared by the slices of one run's contender."""

    def __init__(self, n_slots: int) -> None:
        self._n_free = n_slots
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    async def take(self, rank: int) -> None:
        """Wait for a slot; of those that wait, the lowest rank gets the next one."""
        if self._n_free > 0:
            self._n_free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (rank, next(self._numbers), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.free()
            raise

    def free(self) -> None:
        """Give a slot to the next, or back."""
        while self._waiting:
            turn = heapq.heappop(self._waiting)[2]
            if not turn.done():
                turn.set_result(None)
                return
        self._n_free += 1
