"""Reads the next batch of the log while the one before is being written."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from runoff_eventlog.reader import LogReader
from runoff_query.projector.batch import Batch, read_batch

_FEW_BYTES = 32 * 1024
"""Read sooner than a thread is told to."""


@asynccontextmanager
async def read_ahead(reader: LogReader) -> AsyncIterator["asyncio.Queue[Batch]"]:
    """A queue that holds one batch more than is being written: reading it is half the work.

    What goes wrong inside, or in the reading, comes out as an exception group.
    """
    batches: asyncio.Queue[Batch] = asyncio.Queue(maxsize=1)
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(_read(reader, batches))
        yield batches
        reading.cancel()


async def _read(reader: LogReader, batches: "asyncio.Queue[Batch]") -> None:
    async for messages in reader.batches():
        if sum(len(each.body) for each in messages) > _FEW_BYTES:
            batch = await asyncio.to_thread(read_batch, messages)
        else:
            batch = read_batch(messages)
        await batches.put(batch)
