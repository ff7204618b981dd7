"""The streams and consumers of Runoff, made from code that has no event loop."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import nats

from runoff_eventlog.bootstrap import bootstrap


def made_streams(nats_url: str) -> None:
    """Run the bootstrap to its end."""

    async def make() -> None:
        nc = await nats.connect(nats_url)
        await bootstrap(nc, None)
        await nc.close()

    # A thread of its own: this one may have an event loop that runs already.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(make())).result()
