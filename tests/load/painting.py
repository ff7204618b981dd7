"""When the first rows of a run's page are painted, as the browser that paints them says.

Cold: nothing of the pages is in the browser's store. Warm: as people come, by a click in the list
of runs; it counts from the click. The smallest page, a line of text, says what of that is the
browser's own on this machine.
"""

import shutil

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from runoff_testkit.live import LiveStack
from tests.load.reporting import quantile, report

_N_ROUNDS = 3
_N_PAGES = 10
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


_FLAGS = (
    "--disable-gpu", "--no-first-run", "--disable-background-networking",
    # Its address bar consists of pages of its own, for which a window takes a second of CPU time
    # once it is opened; a person's window is open. `PaintHolding` Playwright leaves out as well.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,PaintHolding",
)  # fmt: skip


def browser_of(playwright: Playwright) -> Browser:
    """The one of this machine, without windows."""
    return playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(_FLAGS))


def context_of(stack: LiveStack, browser: Browser) -> BrowserContext:
    """A browser's window with a store of its own."""
    return browser.new_context(viewport={"width": 1440, "height": 900}, base_url=stack.web_url)


def first_views(bench: str, stack: LiveStack, browser: Browser, run_id: str) -> None:
    """In a browser that runs, in a tab that is there: to make one takes longer than the page."""
    cold: list[float] = []
    warm: list[float] = []
    least: list[float] = []
    received: list[float] = []
    for _ in range(_N_ROUNDS):
        for _ in range(_N_PAGES):
            context = context_of(stack, browser)
            context.add_init_script(MARK_ROW)
            page = context.new_page()
            page.goto("/health/live")
            page.goto("/health/ready")
            least.append(page.evaluate(_TEXT_SHOWN))
            page.goto(f"/runs/{run_id}", wait_until="commit")
            cold.append(page.evaluate(ROWS_SHOWN)[0])
            page.wait_for_load_state("load")
            received.append(sum(page.evaluate(_RECEIVED)))
            warm.append(_clicked(page, run_id))
            context.close()
    report(bench, "smallest_page_p50", [quantile(least, 0.5)], "ms")
    for name, taken in (("cold", cold), ("warm", warm)):
        report(bench, f"first_rows_{name}_p50", [quantile(taken, 0.5)], "ms")
        report(bench, f"first_rows_{name}_p95", [quantile(taken, 0.95)], "ms")
        report(bench, f"first_rows_{name}_max", [max(taken)], "ms")
    report(bench, "received", received, "bytes")


def _clicked(page: Page, run_id: str) -> float:
    """From the click in the list to the first row."""
    page.goto("/runs", wait_until="load")
    page.locator(f'a.row-link[href="/runs/{run_id}"]').first.click(no_wait_after=True)
    page.wait_for_url(f"**/runs/{run_id}", wait_until="commit")
    return float(page.evaluate(ROWS_SHOWN)[1])
