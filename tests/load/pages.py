"""(l) The pages of a run of 100,000 entries in a real Chromium, and how soon they show an event.

A page and each jump are timed in the browser, as a person has them: until rows are painted. An
event counts from the time that its writer gave it to the moment that the page has it.
"""

import asyncio
import bisect
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import nats
from playwright.sync_api import Browser, sync_playwright

from runoff_contracts import subjects
from runoff_eventlog.log import EventLog
from runoff_testkit.live import LiveStack
from tests.load.cpu import CpuMeter
from tests.load.jumping import jumps
from tests.load.painting import first_looks, first_views
from tests.load.reporting import quantile, report
from tests.load.running import MODULE, bench_stack, register_texts, timed_run, until_reported
from tests.load.viewers import SHOWING, resident_mb, viewers
from tests.load.windows import browser_of, context_of, settle

_N = 100_000
_N_LIVE = 10_000
_N_UNSEEN = 16
_N_PAGES = 20
_N_VIEWERS = 50
_REPEATS = 3
_N_ROWS = 29
"""What a jump asks for."""
_BENCH = "pages"
_MODELS = [f"python/{MODULE}:first_letter", f"python/{MODULE}:last_letter"]

_WATCH = """
globalThis.seen = [];
addEventListener('DOMContentLoaded', () => {
  let last = '';
  new MutationObserver(() => {
    const seq = document.getElementById('run-head')?.dataset.seq ?? '';
    if (seq === last) return;
    last = seq;
    seen.push([Number(seq), Date.now() / 1000]);
  }).observe(document.body, { childList: true, subtree: true });
});
"""


def main() -> None:
    """The page, jumps in its table, its events; and what those who look on cost the server."""
    with bench_stack(pages=True) as stack:
        dataset = register_texts(stack, n=_N)
        run_id = _run(stack, dataset)
        _served(stack, f"/runs/{run_id}?offset={{}}", "page")
        _served(stack, f"/runs/{run_id}", "page_again")
        for sort in ("difference", "index"):
            path = f"/runs/{run_id}/rows?sort={sort}&offset={{}}&limit={_N_ROWS}"
            _served(stack, path, f"rows_by_{sort}")
        unseen = [_run(stack, dataset) for _ in range(_N_UNSEEN)]
        with sync_playwright() as playwright, browser_of(playwright) as browser:
            first_looks(_BENCH, stack, browser, unseen)
            first_views(_BENCH, stack, browser, run_id)
            jumps(_BENCH, stack, browser, run_id)
            watched = [_watched(stack, browser) for _ in range(_REPEATS)]
            _tabs(stack, browser)
        _told(stack, watched)


def _run(stack: LiveStack, dataset: str) -> str:
    """One that is done, and that nobody looked at; its id."""
    timed = timed_run(stack, dataset=dataset, models=_MODELS)
    until_reported(stack, timed)
    return timed.run.run_id


def _served(stack: LiveStack, path: str, name: str) -> None:
    """Bytes, requests to the API and CPU time of one answer, which no other load disturbs.

    Args:
        path: With `{}` for a place in the table, another one each time: answers of the API are kept
            while nothing changes.
    """
    assert stack.web_url is not None
    meter = CpuMeter(stack)
    with httpx.Client(base_url=stack.web_url, headers={"Accept-Encoding": "gzip"}) as http:
        http.get(path.format(0)).raise_for_status()
        with meter:
            for number in range(1, _N_PAGES + 1):
                answer = http.get(path.format(number * _N // (2 * _N_PAGES))).raise_for_status()
    # The last answer: the first one asks for what is kept from then on.
    report(_BENCH, f"{name}_bytes", [answer.num_bytes_downloaded], "bytes")
    asked = answer.headers["server-timing"].partition('desc="')[2].partition(" ")[0]
    report(_BENCH, f"{name}_api_requests", [float(asked)], "requests")
    for process in (*SHOWING, "postgres"):
        spent_ms = meter.by_process.get(process, 0.0) * 1000 / _N_PAGES
        report(_BENCH, f"{name}_cpu_{process}", [spent_ms], "ms/request")


@dataclass(frozen=True)
class Watched:
    """A run of some 1,000 entries/s that one browser and 50 more connections looked at."""

    run_id: str
    seen: Sequence[tuple[int, float]]
    """Log sequences that the page had, each with the moment."""
    grown_mb: Mapping[str, float]
    """Memory that each process took, by its name."""
    cores: Mapping[str, float]
    """How many each process kept busy."""


def _watched(stack: LiveStack, browser: Browser) -> Watched:
    assert stack.web_url is not None
    before = resident_mb(stack)
    # It goes on when all of them are there.
    run_id = _paused(stack)
    context, meter = context_of(stack, browser), CpuMeter(stack)
    context.add_init_script(_WATCH)
    with viewers(stack.web_url, run_id, n=_N_VIEWERS):
        page = context.new_page()
        page.goto(f"/runs/{run_id}")
        page.locator("#run-head .status", has_text="paused").first.wait_for()
        settle(browser)
        started = time.perf_counter()
        with meter:
            stack.http.post(f"/api/runs/{run_id}/resume").raise_for_status()
            # What is said in the end is told by the live path, too.
            page.locator("[data-state]", has_text="final").wait_for(timeout=120_000)
        passed_s = time.perf_counter() - started
        after = resident_mb(stack)
    seen = [(int(seq), float(at)) for seq, at in page.evaluate("seen")]
    context.close()
    return Watched(
        run_id,
        seen,
        grown_mb={process: after[process] - before[process] for process in SHOWING},
        cores={each: meter.by_process.get(each, 0.0) / passed_s for each in SHOWING},
    )


def _tabs(stack: LiveStack, browser: Browser) -> None:
    """What 50 tabs of one browser cost the server, each with the page of a run under way."""
    run_id = _paused(stack)
    before = resident_mb(stack)
    context = context_of(stack, browser)
    for _ in range(_N_VIEWERS):
        page = context.new_page()
        page.goto(f"/runs/{run_id}")
        page.locator("#run-head .status", has_text="paused").first.wait_for()
    after = resident_mb(stack)
    context.close()
    stack.http.post(f"/api/runs/{run_id}/cancel").raise_for_status()
    for process in SHOWING:
        grown = after[process] - before[process]
        report(_BENCH, f"{_N_VIEWERS}_tabs_memory_{process}", [grown], "MB")


def _paused(stack: LiveStack) -> str:
    """A run that is there and goes on when it is told to; its id."""
    asked: dict[str, Any] = {
        "dataset": register_texts(stack, n=_N_LIVE),
        "models": [f"python/{MODULE}:after_50_ms"],
        "config": {"concurrency": 64},
    }
    run_id = str(stack.http.post("/api/runs", json=asked).raise_for_status().json()["id"])
    stack.http.post(f"/api/runs/{run_id}/pause").raise_for_status()
    return run_id


def _told(stack: LiveStack, watched: Sequence[Watched]) -> None:
    """How long each message of these runs took to the page that was open by then."""
    delays_ms, rates, frames = [], [], []
    for each in watched:
        written = asyncio.run(_written(stack.info.nats_url, each.run_id))
        seqs = [seq for seq, _ in each.seen]
        first_s = each.seen[0][1]
        for seq, at_s in written:
            place = bisect.bisect_left(seqs, seq)
            if at_s > first_s and place < len(seqs):
                delays_ms.append((each.seen[place][1] - at_s) * 1000)
        rates.append(_N_LIVE / (written[-1][1] - written[0][1]))
        frames.append(len(seqs) / (each.seen[-1][1] - first_s))
    for process in SHOWING:
        grown = [each.grown_mb[process] for each in watched]
        report(_BENCH, f"{_N_VIEWERS}_viewers_memory_{process}", grown, "MB")
        cores = [each.cores[process] for each in watched]
        report(_BENCH, f"{_N_VIEWERS}_viewers_cpu_{process}", cores, "cores")
    report(_BENCH, "live_entries", rates, "entries/s")
    report(_BENCH, "live_frames", frames, "frames/s")
    report(_BENCH, "live_messages", [len(delays_ms)], "messages")
    for share in (0.5, 0.99):
        report(_BENCH, f"event_to_page_p{share * 100:g}", [quantile(delays_ms, share)], "ms")
    report(_BENCH, "event_to_page_max", [max(delays_ms)], "ms")


async def _written(nats_url: str, run_id: str) -> list[tuple[int, float]]:
    """Log sequence and time of every message that says what was answered or scored."""
    nc = await nats.connect(nats_url)
    log = EventLog(nc, source="runoff/bench")
    messages = [
        message
        for subject in (subjects.processed_of(run_id), subjects.scored_of(run_id))
        for message in await log.read(subject)
    ]
    await nc.close()
    return sorted((each.seq, each.time.timestamp()) for each in messages)


if __name__ == "__main__":
    main()
