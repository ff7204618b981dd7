"""How soon any place of a long table is shown, from the moment on that its first rows are there.

Each page is loaded anew. Its first jump is made by the page itself in the very moment that its rows
are painted, while all that it asks for besides is still to come; the others follow one another.
"""

from playwright.sync_api import Browser, Page

from runoff_testkit.live import LiveStack
from tests.load.painting import MARK_ROW, ROWS_SHOWN, context_of
from tests.load.reporting import quantile, report

_N_PAGES = 12
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
    taken: dict[str, list[float]] = {sort: [] for sort in _SORTS}
    heaps: dict[str, list[float]] = {sort: [] for sort in _SORTS}
    n_places = _N_PAGES * _N_EACH
    for number in range(_N_PAGES):
        places = [number * _N_EACH + each for each in range(_N_EACH)]
        shares = [(7 * place % n_places + 0.5) / n_places for place in places]
        for sort in _SORTS:
            context = context_of(stack, browser)
            context.add_init_script(MARK_ROW)
            page = context.new_page()
            page.goto("/health/live")
            page.goto(f"/runs/{run_id}?sort={sort}", wait_until="commit")
            taken[sort] += page.evaluate(_JUMPS, shares)
            page.wait_for_function(_SETTLED)
            heaps[sort].append(_heap_mb(page))
            context.close()
    for sort in _SORTS:
        report(bench, f"jump_by_{sort}_p50", [quantile(taken[sort], 0.5)], "ms")
        report(bench, f"jump_by_{sort}_p95", [quantile(taken[sort], 0.95)], "ms")
        report(bench, f"jump_by_{sort}_max", [max(taken[sort])], "ms")
        # What is in these as well.
        report(bench, f"jump_by_{sort}_while_loading", taken[sort][::_N_EACH], "ms")
        report(bench, f"heap_by_{sort}", heaps[sort], "MB")


def _heap_mb(page: Page) -> float:
    tools = page.context.new_cdp_session(page)
    tools.send("HeapProfiler.collectGarbage")
    return float(tools.send("Runtime.getHeapUsage")["usedSize"]) / 1e6
