"""What the pieces allow: bare appends of a run's own slices, bare inserts of its own rows."""

import asyncio
import time

import asyncpg
import nats

from runoff_contracts import subjects
from runoff_contracts.events.entry import EntryProcessed
from runoff_contracts.ids import new_run_id
from runoff_eventlog.log import EventLog
from runoff_testkit.live import LiveStack

_INSERT = """
INSERT INTO bench_rows
SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::jsonb[])
"""


def bare_appends(stack: LiveStack, run_id: str) -> float:
    """Entries/s when the run's processed slices are appended again, one synced append each."""
    return asyncio.run(_append_again(stack.info.nats_url, run_id))


def bare_inserts(stack: LiveStack, run_id: str) -> float:
    """Entries/s when the rows of the run's entries are inserted by unnest, one commit a slice."""
    return asyncio.run(_insert_again(stack.info.nats_url, stack.info.postgres_dsn, run_id))


async def _append_again(nats_url: str, run_id: str) -> float:
    nc = await nats.connect(nats_url)
    log = EventLog(nc, source="runoff/bench")
    messages = await log.read(subjects.processed_of(run_id))
    slices = [(message.events(), message.subject.split(".")[4]) for message in messages]
    other, n = new_run_id(), 0
    started = time.perf_counter()
    for events, number in slices:
        await log.append_slice(
            subjects.processed(other, int(number)), events, slice_id=f"{other}/{number}", headers={}
        )
        n += len(events)
    taken = time.perf_counter() - started
    await nc.close()
    return n / taken


async def _insert_again(nats_url: str, dsn: str, run_id: str) -> float:
    nc = await nats.connect(nats_url)
    messages = await EventLog(nc, source="runoff/bench").read(subjects.processed_of(run_id))
    slices = [
        [event for _, event in message.events() if isinstance(event, EntryProcessed)]
        for message in messages
    ]
    await nc.close()
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "CREATE TEMP TABLE bench_rows (run_id uuid, index int, entry_id text, target text, "
        "predictions jsonb, PRIMARY KEY (run_id, index))"
    )
    rows = [
        (
            [run_id] * len(events),
            [event.index for event in events],
            [event.entry_id for event in events],
            [event.target for event in events],
            [event.model_dump_json(include={"predictions"}) for event in events],
        )
        for events in slices
    ]
    started = time.perf_counter()
    for columns in rows:
        await connection.execute(_INSERT, *columns)
    taken = time.perf_counter() - started
    await connection.close()
    return sum(len(columns[1]) for columns in rows) / taken
