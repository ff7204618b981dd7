"""Comparisons from request to document: POST, until the document has come back by its digest.

Runs are put into the log and the object store as scoring leaves them when they settle, by its own
functions; what is measured goes through every service: the API, NATS, scoring, the object store,
the log, the projector. Each request asks with another seed, so that no document is there already,
and nothing that an earlier one read is kept. The first request of a process is reported by itself:
it imports scipy. Texts scored by two scorers that pass or fail and one that is a share, ten
sections, two splits, latencies, tokens, costs, confidences and retries: all tests of all of them.
"""

import asyncio
import math
import time
from datetime import UTC, datetime, timedelta

import nats
import numpy as np
import psutil  # type: ignore[import-untyped]  # it ships no types

from runoff_contracts import subjects
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
from runoff_contracts.run_config import RunConfig
from runoff_eventlog.log import EventLog
from runoff_objects.arrays import Texts
from runoff_objects.store import Objects
from runoff_scoring.columns import AnswerColumns
from runoff_scoring.meanings import meanings_of
from runoff_scoring.record import Record
from runoff_scoring.scorecards import Scorecards
from runoff_testkit.live import LiveStack
from tests.load.reporting import report
from tests.load.running import bench_stack

_REQUESTS = 3
_LABELS = [f"answer {each:03}" for each in range(1000)]
_SCORERS = ("normalised_match", "exact_match", "token_f1")


def main() -> None:
    """Four contenders of one run, two runs of a million, two that share ids alone, cost by n."""
    with bench_stack() as stack:
        warm = _make(stack, 4, 1_000)
        started = time.perf_counter()
        _document(stack, [warm], seed=1)
        report("comparison", "first_of_a_process", [time.perf_counter() - started], "s")
        _measure(stack, "4_contenders_x_100000", [_make(stack, 4, 100_000)])
        halves = [_make(stack, 1, 1_000_000) for _ in range(2)]
        million = _measure(stack, "2_runs_x_1000000", halves)
        other = _make(stack, 1, 1_000_000, first=1_000)
        _measure(stack, "2_runs_x_1000000_joined_by_id", [halves[0], other])
        tenth = _measure(stack, "2_runs_x_100000", [_make(stack, 1, 100_000) for _ in range(2)])
        report("comparison", "exponent_of_cpu_time", [math.log10(million / tenth)], "")


def _measure(stack: LiveStack, metric: str, runs: list[str]) -> float:
    """Wall time of a request, and CPU time of scoring for it, whose median is answered."""
    taken: list[float] = []
    spent: list[float] = []
    for seed in range(1, _REQUESTS + 1):
        before, started = _scoring_s(stack), time.perf_counter()
        _document(stack, runs, seed=seed)
        taken.append(time.perf_counter() - started)
        spent.append(_scoring_s(stack) - before)
    report("comparison", metric, taken, "s")
    return report("comparison", f"{metric}_cpu_of_scoring", spent, "s")


def _document(stack: LiveStack, runs: list[str], *, seed: int) -> None:
    answer = stack.http.post("/api/comparisons", json={"runs": runs, "seed": seed})
    assert answer.is_success, answer.text
    accepted = answer.json()
    served = stack.http.get(f"/api/comparisons/{accepted['id']}", params={"after": accepted["seq"]})
    served.raise_for_status()
    assert served.json()["asked"]["seed"] == seed


def _scoring_s(stack: LiveStack) -> float:
    process = stack.info.process("scoring")
    assert process is not None
    times = psutil.Process(process.pid).cpu_times()
    return float(times.user + times.system)


def _make(stack: LiveStack, n_contenders: int, n: int, *, first: int = 0) -> str:
    """A completed run over n entries from the first on; its id when the read models know it."""
    run_id = new_run_id()
    seq = asyncio.run(_settle(stack, run_id, n_contenders, n, first))
    stack.http.get(f"/api/runs/{run_id}", params={"after": seq}).raise_for_status()
    if n_contenders > 1:  # its own comparison is being computed: it is not to be in the way
        deadline = time.monotonic() + 120
        while stack.http.get(f"/api/runs/{run_id}/comparison").status_code != 200:
            assert time.monotonic() < deadline, "the run was not compared"
            time.sleep(0.1)
    return run_id


async def _settle(stack: LiveStack, run_id: str, n_contenders: int, n: int, first: int) -> int:
    objects = Objects.open(str(stack.folder / "objects"))
    nc = await nats.connect(stack.info.nats_url)
    log, now = EventLog(nc, source="runoff/bench"), datetime.now(UTC)
    stored = ScorecardsStored(
        run_id=run_id,
        scorecards=await objects.put(_record(n_contenders, n, run_id, first=first).to_bytes()),
        n_entries=n,
        measures=sorted(_SCORERS),
        report=await objects.put(b'{"metrics":[],"groups":[]}'),
        stored_at=now,
    )
    await log.append(subjects.scorecards(run_id), [stored], append_id=run_id, expected_seq=0)
    created = RunCreated(
        run_id=run_id,
        command_id=run_id,
        task="text",
        dataset=DatasetUsed(dataset="bench", number=1, digest=digest_of(b"bench")),
        entries=digest_of(f"{n} from {first}".encode()),
        n_entries=n,
        contenders=[
            Contender(position=each, model=f"python/bench:model_{each}", digest=digest_of(b"m"))
            for each in range(n_contenders)
        ],
        scorers=[ScorerUsed(name=each, version=1) for each in _SCORERS],
        config=RunConfig(),
        priority="normal",
        created_at=now,
    )
    ended = now + timedelta(seconds=60)
    events = [
        created,
        RunStarted(run_id=run_id, slice_size=1000, started_at=now),
        RunCompleted(run_id=run_id, n_entries=n, n_failed=0, completed_at=ended),
    ]
    appended = await log.append(
        subjects.lifecycle(run_id), events, append_id=run_id, expected_seq=0
    )
    await nc.close()
    return appended.seq


def _record(n_contenders: int, n: int, run_id: str, *, first: int) -> Record:
    """Answers of models that are right four times in five, on the same hard entries mostly."""
    rng, shape = np.random.default_rng(int(run_id[-6:], 16)), (n_contenders, n)
    hard = np.random.default_rng(n).random(n)
    right = hard + rng.normal(0, 0.2, shape) < 0.8
    passed = right.astype(np.float64)
    share = np.where(right, 1.0, np.round(rng.random(shape), 3)).astype(np.float64)
    latency_s = rng.lognormal(-1, 0.5, shape)
    cards = Scorecards(
        scores=dict(zip(_SCORERS, (passed, passed, share), strict=True)),
        answers=rng.integers(0, len(_LABELS), shape).astype(np.int32),
        labels=Texts.of(_LABELS),
        meanings=meanings_of("text", _LABELS),
        entry_ids=Texts.of([f"entry-{each:08}" for each in range(first, first + n)]),
        targets=Texts.of([f'"{each}"' for each in _LABELS]),
        target_codes=(hard * len(_LABELS)).astype(np.int32),
        places=np.arange(n, dtype=np.int32),
        difference=np.full(n, np.nan),
        confidence_difference=np.full(n, np.nan),
        groups=np.where(right, 0, np.arange(n_contenders)[:, None]).astype(np.int32),
    )
    columns = AnswerColumns(
        numbers={
            "confidence": rng.random(shape),
            "latency_s": latency_s,
            "total_s": latency_s + 0.1,
            "cost_usd": latency_s * 0.001,
            "n_input": np.full(shape, 100.0),
            "n_output": np.full(shape, 20.0),
            "logprob": -rng.random(shape),
        },
        answered=np.ones(shape, dtype=bool),
        n_attempts=(1 + (rng.random(shape) < 0.05)).astype(np.uint8),
        by={
            "section": (
                Texts.of([f"s{each}" for each in range(10)]),
                rng.integers(0, 10, n).astype(np.int32),
            ),
            "split": (Texts.of(["test", "train"]), rng.integers(0, 2, n).astype(np.int32)),
        },
    )
    return Record(cards, columns)


if __name__ == "__main__":
    main()
