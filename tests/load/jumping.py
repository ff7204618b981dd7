"""How soon any place of a long table is shown, from the moment on that its first rows are there.

Each page is loaded anew. Its first jump is made by the page itself in the very moment that its rows
are painted, while all that it asks for besides is still to come; the others follow one another.
Half of the pages are loaded into windows that were idle before, the others into fresh ones.
"""

from playwright.sync_api import Browser, Page

from runoff_testkit.live import LiveStack
from tests.load.painting import MARK_ROW, ROWS_SHOWN
from tests.load.reporting import quantile, report
from tests.load.windows import SUFFIX, Kind, windows

_N_PAGES = 10
_N_EACH = 5
"""Jumps of a page, the one at its loading included."""
_SORTS = ("difference", "index")

_JUMPS = f"""
async (shares) => {{
  await ({ROWS_SHOWN})();
  const frame = () => new Promise(requestAnimationFrame);
  // Before its scripts the table ends with the rows that are there.
  while (!document.querySelector('.spacer')) await frame();
  const box = document.querySelector('[data-scroll]');
  const total = Number(document.querySelector('x-table').dataset.total);
  const taken = [];
  for (const share of shares) {{
    const began = performance.now();
    box.scrollTop = share * (box.scrollHeight - box.clientHeight);
    const wanted = Math.round(share * (total - box.clientHeight / 32)) + 3;
    while (!document.querySelector(`tbody tr[aria-rowindex="${{wanted + 2}}"]`)) await frame();
    // The frame in which it stands is the next one.
    await frame();
    taken.push(performance.now() - began);
  }}
  return taken;
}}
"""
_SETTLED = "() => document.getElementById('entry-panel')?.childElementCount"
"""The entry beside the table comes once nobody jumps any more."""


def jumps(bench: str, stack: LiveStack, browser: Browser, run_id: str) -> None:
    """To places far from each other; of either order, by turns, and what a page then holds."""
    for kind in SUFFIX:
        _jumps_in(kind, bench, stack, browser, run_id)


def _jumps_in(kind: Kind, bench: str, stack: LiveStack, browser: Browser, run_id: str) -> None:
    taken: dict[str, list[float]] = {sort: [] for sort in _SORTS}
    heaps: dict[str, list[float]] = {sort: [] for sort in _SORTS}
    n_places = _N_PAGES * _N_EACH
    opened = windows(stack, browser, kind, n=_N_PAGES * len(_SORTS), script=MARK_ROW)
    for number, window in enumerate(opened):
        sort = _SORTS[number % len(_SORTS)]
        places = [number // len(_SORTS) * _N_EACH + each for each in range(_N_EACH)]
        # Of the other kind of window they are others: what was asked for once is kept.
        within = {"settled": 0.25, "fresh": 0.75}[kind]
        shares = [(7 * place % n_places + within) / n_places for place in places]
        page = window.page
        window.rest()
        page.goto(f"/runs/{run_id}?sort={sort}", wait_until="commit")
        taken[sort] += page.evaluate(_JUMPS, shares)
        page.wait_for_function(_SETTLED)
        heaps[sort].append(_heap_mb(page))
    end = SUFFIX[kind]
    for sort in _SORTS:
        report(bench, f"jump_by_{sort}{end}_p50", [quantile(taken[sort], 0.5)], "ms")
        report(bench, f"jump_by_{sort}{end}_p95", [quantile(taken[sort], 0.95)], "ms")
        report(bench, f"jump_by_{sort}{end}_max", [max(taken[sort])], "ms")
        # What is in these as well.
        report(bench, f"jump_by_{sort}{end}_while_loading", taken[sort][::_N_EACH], "ms")
        report(bench, f"heap_by_{sort}{end}", heaps[sort], "MB")


def _heap_mb(page: Page) -> float:
    tools = page.context.new_cdp_session(page)
    tools.send("HeapProfiler.collectGarbage")
    return float(tools.send("Runtime.getHeapUsage")["usedSize"]) / 1e6
