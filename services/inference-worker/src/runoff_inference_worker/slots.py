"""At most so many calls at once, the oldest slice first.

A plain semaphore would let the slices in hand take turns, so that all of them end together and
every slot idles until the next ones are here. Oldest first, one slice ends while the next fills
the slots that it no longer needs.
"""

import asyncio
import heapq
import itertools

_FIRST_LIMIT = 8


class Slots:
    """Places for calls under way, shared by the slices of one run's contender."""

    def __init__(self, n_slots: int) -> None:
        self._limit = n_slots
        self._n_taken = 0
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    @property
    def limit(self) -> int:
        """Calls that are allowed at once now."""
        return self._limit

    async def take(self, rank: int) -> None:
        """Wait for a slot; of those that wait, the lowest rank gets the next one."""
        if self._n_taken < self._limit:
            self._n_taken += 1
            return
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (rank, next(self._numbers), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.free()
            raise

    def may_keep(self, rank: int) -> bool:
        """Whether who holds a slot may use it again, since no lower rank waits for one."""
        while self._waiting and self._waiting[0][2].done():
            heapq.heappop(self._waiting)
        is_first = not self._waiting or self._waiting[0][0] >= rank
        return is_first and self._n_taken <= self._limit

    def free(self) -> None:
        """Give a slot to the next, or back."""
        self._n_taken -= 1
        self._hand_out()

    def _hand_out(self) -> None:
        while self._waiting and self._n_taken < self._limit:
            turn = heapq.heappop(self._waiting)[2]
            if not turn.done():
                self._n_taken += 1
                turn.set_result(None)


class AdaptiveSlots(Slots):
    """As many places as a model behind a network bears, found out by asking it.

    The limit starts low and doubles a round trip until the model first says that it is too much;
    from there on it rises by one a round trip, and halves each time that the model says so. It
    rises only while every place is in use: else nothing would be learned from an answer.

    Source: additive increase, multiplicative decrease with slow start, as in TCP (RFC 5681).
    """

    def __init__(self, most: int) -> None:
        super().__init__(min(_FIRST_LIMIT, most))
        self._most, self._exact = most, float(self._limit)
        self._is_new = True
        self._n_cuts = 0

    @property
    def round(self) -> int:
        """To be kept when a call begins, and given back to `overloaded` when it ends."""
        return self._n_cuts

    def answered(self) -> None:
        """A call went well."""
        if self._n_taken < self._limit or self._limit >= self._most:
            return
        self._exact = min(self._exact + (1.0 if self._is_new else 1 / self._exact), self._most)
        self._limit = int(self._exact)
        self._hand_out()

    def overloaded(self, round_: int) -> None:
        """A call that began in that round was refused as one too many.

        Calls that began before the limit was cut say nothing about the new one.
        """
        if round_ != self._n_cuts:
            return
        self._n_cuts += 1
        self._is_new = False
        self._exact = max(self._exact / 2, 1.0)
        self._limit = int(self._exact)
