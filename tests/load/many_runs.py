"""Read models of 100,000 runs, written by the projector's own code from events made on the spot.

The log is left out: what it takes from there to the tables is `rebuild`'s to measure, and this
many runs would take minutes. Rows and indexes are what the projector would have written.
"""

import asyncio
import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context

from runoff_contracts.comparison import digest_of
from runoff_contracts.events.lifecycle import (
    Contender,
    DatasetUsed,
    RunCompleted,
    RunCreated,
    RunStarted,
    ScorerUsed,
)
from runoff_contracts.events.scorecard import ScorecardsStored
from runoff_contracts.ids import new_run_id
from runoff_contracts.report import Metric
from runoff_contracts.run_config import RunConfig
from runoff_query.database import connect
from runoff_query.projections.finding import FINDING
from runoff_query.projections.provenance import PROVENANCE
from runoff_query.projections.runs import RUNS
from runoff_query.recorded import Recorded, ScoredSlice, Tally

_BATCH = 2000
_DIGEST = digest_of(b"bench")
_START = datetime(2026, 1, 1, tzinfo=UTC)
_CONFIG = RunConfig()
_SCORERS = [ScorerUsed(name="accuracy", version=1)]
TEAMS = ("vision", "speech", "search", "ranking")
OPTIMIZERS = ("adam", "sgd", "lion")


def fill(dsn: str, *, n: int) -> None:
    """Completed runs of one or two contenders: later ones are better, one in a thousand is rare.

    By two processes, each a half: one alone would leave a core idle.
    """
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        halves = [(0, n // 2), (n // 2, n)]
        list(pool.map(_fill_part, *zip(*((dsn, *half, n) for half in halves), strict=True)))
    asyncio.run(_tidy(dsn))


def _fill_part(dsn: str, start: int, end: int, n: int) -> None:
    asyncio.run(_project(dsn, start, end, n))


async def _project(dsn: str, start: int, end: int, n: int) -> None:
    connection, chance = await connect(dsn, name="bench"), random.Random(start)
    try:
        for first in range(start, end, _BATCH):
            numbers = range(first, min(first + _BATCH, end))
            facts = [fact for number in numbers for fact in _facts(number, n, chance)]
            async with connection.transaction():
                await RUNS.project(connection, facts)
                await FINDING.project(connection, facts)
                await PROVENANCE.project(connection, facts)
    finally:
        await connection.close()


async def _tidy(dsn: str) -> None:
    """What autovacuum does within a minute or two of so many new rows."""
    connection = await connect(dsn, name="bench")
    try:
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def _facts(number: int, n: int, chance: random.Random) -> Iterator[Recorded]:
    """What the log would say of one run, as the projector reads it."""
    run_id, seq = new_run_id(), number * 10 + 1
    created_at = _START + timedelta(seconds=90 * number)
    n_contenders = 1 + (number % 4 == 0)
    yield Recorded(seq, _created(run_id, number, n_contenders, created_at, chance))
    yield Recorded(seq + 1, RunStarted(run_id=run_id, slice_size=1, started_at=created_at))
    # Between 0.5 and 0.95, and better by 0.2 in the course of all runs.
    right = {
        position: min(int(500 + 250 * chance.random() + 200 * number / n), 1000)
        for position in range(n_contenders)
    }
    tallies = {
        position: Tally(
            n_answered=1000,
            n_scored=1000,
            n_correct=n_right,
            latency_ns=chance.randrange(10**9, 10**12),
            n_timed=1000,
        )
        for position, n_right in right.items()
    }
    yield Recorded(seq + 3, ScoredSlice(run_id, tallies=tallies))
    yield Recorded(seq + 4, _stored(run_id, right, created_at, chance))
    done_at = created_at + timedelta(seconds=chance.randrange(1, 4000))
    yield Recorded(
        seq + 5, RunCompleted(run_id=run_id, n_entries=1000, n_failed=0, completed_at=done_at)
    )


def _created(
    run_id: str, number: int, n_contenders: int, created_at: datetime, chance: random.Random
) -> RunCreated:
    return RunCreated(
        run_id=run_id,
        command_id=run_id,
        task="classification",
        dataset=DatasetUsed(dataset=f"photos-{number % 7}", number=1, digest=_DIGEST),
        entries=_DIGEST,
        n_entries=1000,
        contenders=[
            Contender(position=each, model=f"onnx/net-{(number + each) % 50}", digest=_DIGEST)
            for each in range(n_contenders)
        ],
        scorers=_SCORERS,
        config=_CONFIG,
        priority="normal",
        alias=f"series-{number % 500}",
        labels={"team": TEAMS[number % 4], **({"rare": "yes"} if number % 1000 == 0 else {})},
        params={
            "lr": 10 ** -chance.uniform(1, 5),
            "batch_size": 2 ** chance.randrange(4, 10),
            "optimizer": OPTIMIZERS[number % 3],
            "seed": number % 10,
        },
        created_at=created_at,
    )


def _stored(
    run_id: str, right: dict[int, int], stored_at: datetime, chance: random.Random
) -> ScorecardsStored:
    return ScorecardsStored(
        run_id=run_id,
        scorecards=_DIGEST,
        n_entries=1000,
        measures=["accuracy@1"],
        report=_DIGEST,
        metrics=[
            Metric(contender=each, name=name, value=value, n=1000, higher_is_better=True)
            for each, n_right in right.items()
            for name, value in (
                ("accuracy", n_right / 1000),
                ("macro_f1", n_right / 1000 - 0.1 * chance.random()),
            )
        ],
        stored_at=stored_at,
    )
