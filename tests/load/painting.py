"""When the first rows of a run's page are painted, as the browser that paints them says.

Cold: nothing of the pages is in the browser's store. Warm: as people come, by a click in the list
of runs; it counts from the click. The smallest page, a line of text, says what of that is the
browser's own on this machine. All of them in windows that were idle before, and in fresh ones. The
server has shown the run before, so that the API mostly says that nothing changed; unseen are cold
ones of runs that nobody has looked at, so that pages and API have nothing of them either.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from playwright.sync_api import Browser, Page

from runoff_testkit.live import LiveStack
from tests.load.reporting import quantile, report
from tests.load.windows import SUFFIX, Kind, Window, windows

_KINDS: Final[tuple[Kind, ...]] = ("settled", "fresh")
_N_ROUNDS = 2
_N_PAGES = 12
"""In each round; rounds take turns, so that a busy moment of the machine falls on all of them."""

MARK_ROW = """
new MutationObserver((_, watching) => {
  const link = document.querySelector('tbody tr[data-id] .row-link');
  if (!link) return;
  link.setAttribute('elementtiming', 'row');
  watching.disconnect();
}).observe(document, { childList: true, subtree: true });
addEventListener('click', (event) => {
  sessionStorage.setItem('clicked', performance.timeOrigin + event.timeStamp);
}, { capture: true });
"""
"""Has the browser say when it painted the first row: a page may be painted before its rows are."""
ROWS_SHOWN = """
() => new Promise((done) => {
  new PerformanceObserver((seen) => {
    const at = seen.getEntries()[0].renderTime;
    const clicked = Number(sessionStorage.getItem('clicked') ?? performance.timeOrigin);
    done([at, performance.timeOrigin + at - clicked]);
  }).observe({ type: 'element', buffered: true });
})
"""
"""Milliseconds from the start of the navigation, and from the click that led here."""
_TEXT_SHOWN = """
() => new Promise((done) => {
  new PerformanceObserver((seen) => {
    const found = seen.getEntries().find((each) => each.name === 'first-contentful-paint');
    if (found) done(found.startTime);
  }).observe({ type: 'paint', buffered: true });
})
"""
_RECEIVED = """
() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .filter((each) => !each.name.includes('/live')).map((each) => each.transferSize)
"""


@dataclass(frozen=True)
class _Visits:
    """What they took, in milliseconds and bytes."""

    smallest: list[float] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    received: list[float] = field(default_factory=list)


def first_views(bench: str, stack: LiveStack, browser: Browser, run_id: str) -> None:
    """In a browser that runs, in a tab that is there: to make one takes longer than the page."""
    of_kind: dict[Kind, _Visits] = {kind: _Visits() for kind in SUFFIX}
    for _ in range(_N_ROUNDS):
        for kind, visits in of_kind.items():
            for window in windows(stack, browser, kind, n=_N_PAGES, script=MARK_ROW):
                _visit(window, run_id, visits)
    for kind, visits in of_kind.items():
        end = SUFFIX[kind]
        report(bench, f"smallest_page{end}_p50", [quantile(visits.smallest, 0.5)], "ms")
        for name, taken in (("cold", visits.cold), ("warm", visits.warm)):
            report(bench, f"first_rows_{name}{end}_p50", [quantile(taken, 0.5)], "ms")
            report(bench, f"first_rows_{name}{end}_p95", [quantile(taken, 0.95)], "ms")
            report(bench, f"first_rows_{name}{end}_max", [max(taken)], "ms")
        report(bench, f"received{end}", visits.received, "bytes")


def first_looks(bench: str, stack: LiveStack, browser: Browser, run_ids: Sequence[str]) -> None:
    """At runs that nobody has looked at: one window for each, half of them fresh ones."""
    for place, kind in enumerate(_KINDS):
        unseen = run_ids[place :: len(_KINDS)]
        opened = windows(stack, browser, kind, n=len(unseen), script=MARK_ROW)
        taken = [_cold(window, run_id) for window, run_id in zip(opened, unseen, strict=True)]
        report(bench, f"first_rows_unseen{SUFFIX[kind]}_p50", [quantile(taken, 0.5)], "ms")
        report(bench, f"first_rows_unseen{SUFFIX[kind]}_max", [max(taken)], "ms")


def _cold(window: Window, run_id: str) -> float:
    """From the start of the navigation to the first row."""
    page = window.page
    page.goto("/health/ready")
    window.rest()
    page.goto(f"/runs/{run_id}", wait_until="commit")
    taken = float(page.evaluate(ROWS_SHOWN)[0])
    page.wait_for_load_state("load")
    return taken


def _visit(window: Window, run_id: str, visits: _Visits) -> None:
    page = window.page
    page.goto("/health/ready")
    visits.smallest.append(page.evaluate(_TEXT_SHOWN))
    window.rest()
    page.goto(f"/runs/{run_id}", wait_until="commit")
    visits.cold.append(page.evaluate(ROWS_SHOWN)[0])
    page.wait_for_load_state("load")
    visits.received.append(sum(page.evaluate(_RECEIVED)))
    page.goto("/runs", wait_until="load")
    window.rest()
    visits.warm.append(_clicked(page, run_id))


def _clicked(page: Page, run_id: str) -> float:
    """From the click in the list to the first row."""
    page.locator(f'a.row-link[href="/runs/{run_id}"]').first.click(no_wait_after=True)
    page.wait_for_url(f"**/runs/{run_id}", wait_until="commit")
    return float(page.evaluate(ROWS_SHOWN)[1])
