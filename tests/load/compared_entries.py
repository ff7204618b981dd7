"""(j) The first page of two contenders' 1,000,000 entries by change, and pages behind it.

The table is packed as the scoring service packs it; its entries point into a run of 20,000, so that
a page's answers come out of Postgres as they do for a large run.
"""

import asyncio
import itertools
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import nats
import numpy as np

from runoff_contracts import subjects
from runoff_contracts.comparison import canonical
from runoff_contracts.events.comparison import ComparisonComputed
from runoff_contracts.views import RunView
from runoff_eventlog.log import EventLog
from runoff_objects.arrays import Texts, pack
from runoff_objects.store import Objects
from runoff_testkit.compared import a_contender, a_document
from runoff_testkit.live import LiveStack
from tests.load.evaluate import MODELS
from tests.load.reporting import quantile, report
from tests.load.running import bench_stack, register_texts, timed_run

_N_ENTRIES = 1_000_000
_N_STORED = 20_000
_N_REQUESTS = 200
_METRICS = ("accuracy", "similarity")
_Params = dict[str, str | int]


def main() -> None:
    """A cold first page, then first pages of one question, of ever new ones, and further pages."""
    with bench_stack() as stack:
        dataset = register_texts(stack, n=_N_STORED)
        run = timed_run(stack, dataset=dataset, models=MODELS).run
        path = f"/api/comparisons/{asyncio.run(_compared(stack, run))}/entries"
        cold = _taken(stack, path, iter([{"limit": 50}]))
        report("compared_entries", "first_page_cold", cold, "ms")
        _report(stack, path, "first_page", itertools.repeat({"limit": 50}, _N_REQUESTS))
        _report(stack, path, "first_page_of_a_new_order", _questions())
        _report(stack, path, "following_pages", _following(stack, path))


def _report(stack: LiveStack, path: str, metric: str, asked: Iterator[_Params]) -> None:
    taken = _taken(stack, path, asked)
    report("compared_entries", f"{metric}_p50", [quantile(taken, 0.5)], "ms")
    report("compared_entries", f"{metric}_p99", [quantile(taken, 0.99)], "ms")


def _taken(stack: LiveStack, path: str, asked: Iterator[_Params]) -> list[float]:
    """Milliseconds of each request."""
    taken = []
    for params in asked:
        started = time.perf_counter()
        answer = stack.http.get(path, params=params)
        taken.append((time.perf_counter() - started) * 1000)
        answer.raise_for_status()
        assert len(answer.json()["items"]) == 50
    return taken


def _questions() -> Iterator[_Params]:
    """Each asked once, so that none is answered with what was put in order before."""
    sections = [None, *(f"s{number}" for number in range(40))]
    for metric, section, versus, only in itertools.product(
        _METRICS, sections, (0, 1), (None, "regressions")
    ):
        params: dict[str, str | int | None] = {
            "metric": metric,
            "section": section,
            "versus": versus,
            "only": only,
            "limit": 50,
        }
        yield {name: value for name, value in params.items() if value is not None}


def _following(stack: LiveStack, path: str) -> Iterator[_Params]:
    cursor: str | None = None
    for _ in range(_N_REQUESTS):
        params: _Params = {"limit": 50, "sort": "difference"}
        if cursor:
            params["cursor"] = cursor
        yield params
        page = stack.http.get(path, params=params).raise_for_status().json()
        cursor = page["next_cursor"]


async def _compared(stack: LiveStack, run: RunView) -> str:
    """Store the table and a document over it, and tell the log; the document's digest."""
    objects = Objects.open(str(stack.info.object_store))
    contenders = [
        a_contender(place, each.model, run_id=run.run_id, position=place)
        for place, each in enumerate(run.contenders)
    ]
    document = a_document(contenders=contenders, entries=await objects.put(_table(run.run_id)))
    digest = await objects.put(canonical(document))
    event = ComparisonComputed(
        digest=digest,
        scores_digest=document.scores_digest,
        run_ids=[run.run_id],
        task=document.task,
        dataset=run.dataset,
        models=[each.model for each in contenders],
        measure=document.primary.name,
        verdict=document.verdict,
        settled=False,
        computed_at=datetime.now(UTC),
    )
    nc = await nats.connect(stack.info.nats_url)
    log = EventLog(nc, source="runoff/bench")
    appended = await log.append(
        subjects.comparison(digest), [event], append_id=digest, expected_seq=0
    )
    await nc.close()
    listed = stack.http.get("/api/comparisons", params={"after": appended.seq})
    listed.raise_for_status()
    return digest


def _table(run_id: str) -> bytes:
    chance = np.random.default_rng(0)
    places = np.arange(_N_ENTRIES, dtype=np.int32) % _N_STORED
    right = (chance.random((2, _N_ENTRIES)) < [[0.9], [0.92]]).astype(np.float64)
    return pack(
        {
            "index": np.stack([places, places]),
            "score.accuracy": right,
            "score.similarity": chance.random((2, _N_ENTRIES)),
            "answered": np.ones((2, _N_ENTRIES), dtype=np.bool_),
            "difference": chance.integers(0, 2, _N_ENTRIES).astype(np.float64),
            "confidence_difference": chance.random(_N_ENTRIES),
            "n_agree": np.full(_N_ENTRIES, 2, dtype=np.int16),
            "by.section": chance.integers(0, 40, _N_ENTRIES).astype(np.int32),
            **Texts.of([f"s{number}" for number in range(40)]).arrays("values.section"),
            **Texts.of([f"text-{place:07}" for place in range(_N_ENTRIES)]).arrays("entry_ids"),
        },
        {
            "contenders": [{"run_id": run_id, "position": place} for place in range(2)],
            "metrics": [{"name": name, "higher_is_better": True} for name in _METRICS],
            "baseline": 0,
        },
    )


if __name__ == "__main__":
    main()
