"""Shoots every page: `python -m tests.shots FOLDER [PATH…]`; all themes, widths, empty and full.

It starts a stack of its own. With paths only those pages, as `/datasets /plans`. A person looks.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from runoff_testkit.live import live_stack
from runoff_testkit.llm_server import LlmServer
from tests.e2e.conftest import ENV
from tests.e2e.pages.conftest import BROWSER, FLAGS
from tests.shots.material import MODULES, make, paths

THEMES = ("light", "dark")
WIDTHS = {1440: 900, 390: 844}
EMPTY = (
    "/", "/runs", "/runs/new", "/runs/compare", "/runs/explore", "/comparisons", "/datasets",
    "/models", "/models/new", "/plans", "/plans/new", "/plans/size", "/nowhere",
)  # fmt: skip


def main(folder: Path, wanted: set[str]) -> None:
    """Two rounds over one stack: before there is anything in it, and after."""
    with (
        LlmServer(delay_s=0.01) as llm,
        tempfile.TemporaryDirectory(prefix="runoff-shots-") as scratch,
        live_stack(
            Path(scratch) / "runoff",
            env={
                **ENV,
                "RUNOFF_PYTHON_MODULES": MODULES,
                "OPENAI_BASE_URL": llm.base_url("openai"),
                "OPENAI_API_KEY": "sk-shots",
            },
            pages=True,
        ) as stack,
        sync_playwright() as playwright,
    ):
        assert stack.web_url is not None
        browser = playwright.chromium.launch(executable_path=BROWSER, args=list(FLAGS))
        shoot(browser, stack.web_url, folder / "empty", _of(EMPTY, wanted))
        full = [*EMPTY[:-1], *paths(make(stack, Path(scratch)))]
        shoot(browser, stack.web_url, folder / "full", _of(full, wanted))
        browser.close()


def shoot(browser: Browser, url: str, folder: Path, pages: Iterable[str]) -> None:
    """One picture a page, theme and width, named after the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    for theme in THEMES:
        for width, height in WIDTHS.items():
            context = browser.new_context(
                viewport={"width": width, "height": height},
                base_url=url,
                color_scheme="dark" if theme == "dark" else "light",
            )
            page = context.new_page()
            for at, path in enumerate(pages):
                # Pages that listen for changes are never idle, so a little quiet is enough.
                page.goto(path, wait_until="load")
                page.wait_for_timeout(400)
                name = f"{at:02}-{_name(path)}-{width}-{theme}.png"
                page.screenshot(path=folder / name, full_page=True)
            context.close()


def _of(pages: Iterable[str], wanted: set[str]) -> list[str]:
    return [each for each in pages if not wanted or each.partition("?")[0] in wanted]


def _name(path: str) -> str:
    words = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|sha256:[0-9a-f]{64}", "one", path)
    return re.sub(r"\W+", "-", words).strip("-")[:80] or "home"


if __name__ == "__main__":
    main(Path(sys.argv[1]), set(sys.argv[2:]))
