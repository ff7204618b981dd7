"""Orders of long runs are made before anybody looks; of others nobody has to."""

from __future__ import annotations

import asyncio

from nats.aio.client import Client

from runoff_query.api.ahead import Ahead
from runoff_query.api.places import EntryLists
from runoff_query.api.progress import Progress
from runoff_query.database import Pool
from runoff_testkit.waiting import eventually
from tests.integration.query.projecting import caught_up, following, started
from tests.integration.query.scribe import Scribe

_BYTES_AN_ENTRY = 4


async def test_the_order_of_a_long_run_that_is_done_is_there_before_anybody_asks(
    scribe: Scribe, pool: Pool, nc: Client
) -> None:
    """Neither that of a short one nor that of one that goes on."""
    progress, lists = Progress(pool), EntryLists(pool)
    ahead = Ahead(pool, progress, lists, min_entries=8)
    progress.listen(ahead.touch)
    await started(pool)
    hearing = [asyncio.create_task(each(nc)) for each in (progress.follow, ahead.serve)]
    async with following(nc, pool):
        await scribe.whole_run(7)
        await scribe.live_run()
        await caught_up(pool, await scribe.log.last_seq())
        await scribe.whole_run(12)
        await eventually(lambda: lists.n_bytes > 0, what="an order made ahead")
    for task in hearing:
        task.cancel()
    await asyncio.wait(hearing)

    assert lists.n_bytes == 12 * _BYTES_AN_ENTRY
