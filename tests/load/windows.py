"""The browser of this machine as it comes, and its windows: open for a while, or just opened.

Whoever opens a window keeps the browser busy for a second, mostly by the browser's own address bar,
which consists of pages. A person mostly goes to a page in a window that stands there; so what a
page takes is measured in such a one, and beside it in one that was opened in this very moment.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from runoff_testkit.live import LiveStack

Kind = Literal["settled", "fresh"]
SUFFIX: Final[dict[Kind, str]] = {"settled": "", "fresh": "_fresh_window"}
"""What the names of figures end with."""
_FLAGS = (
    # This machine has neither a screen nor a graphics processor.
    "--headless", "--disable-gpu", "--no-sandbox", "--remote-debugging-pipe", "--no-startup-window",
    "--no-first-run", "--disable-background-networking",
)  # fmt: skip
_IDLE_S: Final = 0.3
_NEXT_TO_NOTHING_S: Final = 0.02
_PACE_S: Final = 0.05
_DEADLINE_S: Final = 30.0


@contextmanager
def browser_of(playwright: Playwright) -> Iterator[Browser]:
    """The one of this machine as a person has it: Playwright would switch some of it off."""
    with tempfile.TemporaryDirectory(prefix="runoff-browser-") as folder:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            ignore_default_args=True,
            args=[*_FLAGS, f"--user-data-dir={folder}"],
        )
        yield browser
        browser.close()


def context_of(stack: LiveStack, browser: Browser) -> BrowserContext:
    """A browser's window with an empty store of its own."""
    return browser.new_context(viewport={"width": 1440, "height": 900}, base_url=stack.web_url)


@dataclass(frozen=True)
class Window:
    """One with a line of text in it."""

    page: Page
    kind: Kind

    def rest(self) -> None:
        """Nobody waits in a window that was just opened; else until the browser does nothing."""
        if self.kind == "settled":
            settle(self.page.context.browser)


def windows(
    stack: LiveStack, browser: Browser, kind: Kind, *, n: int, script: str
) -> Iterator[Window]:
    """Windows with an empty store each, one after the other; closed when the next is asked for.

    Args:
        kind: `settled` ones were all opened before and have nothing to do any more; a `fresh` one
            is opened when it is asked for.
        script: What each page runs before its own.
    """
    opened: Sequence[Page] = ()
    if kind == "settled":
        opened = [_opened(stack, browser, script) for _ in range(n)]
        settle(browser)
    for place in range(n):
        page = opened[place] if opened else _opened(stack, browser, script)
        yield Window(page, kind)
        page.context.close()


def _opened(stack: LiveStack, browser: Browser, script: str) -> Page:
    context = context_of(stack, browser)
    context.add_init_script(script)
    page = context.new_page()
    page.goto("/health/live")
    return page


def settle(browser: Browser | None) -> None:
    """Wait until all processes of the browser together use next to no CPU time for a while.

    Raises:
        TimeoutError: When it stays busy.
    """
    assert browser is not None
    tools = browser.new_browser_cdp_session()
    deadline = time.monotonic() + _DEADLINE_S
    spent_s, since = 0.0, time.monotonic()
    while time.monotonic() - since < _IDLE_S:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the browser was not idle within {_DEADLINE_S:g} s")
        processes = tools.send("SystemInfo.getProcessInfo")["processInfo"]
        now_s = sum(each["cpuTime"] for each in processes)
        # It becomes less where one of them ended.
        if abs(now_s - spent_s) > _NEXT_TO_NOTHING_S:
            spent_s, since = now_s, time.monotonic()
        time.sleep(_PACE_S)
    tools.detach()
