"""Shoots every page: `python -m tests.shots FOLDER [PATH…]`; all themes, widths, empty and full.

It starts a stack of its own. With paths only those pages, as `/datasets /plans`; with names only
those states, as `palette`. A person looks.
"""

from __future__ import annotations

import re
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, sync_playwright

from runoff_local.ports import free_port
from runoff_testkit.live import live_stack
from runoff_testkit.llm_server import LlmServer
from runoff_testkit.waiting import wait_until
from runoff_web.app import make_app
from runoff_web.settings import WebSettings
from tests.e2e.conftest import ENV
from tests.e2e.pages.conftest import BROWSER, FLAGS
from tests.shots.material import MODULES, make, paths
from tests.shots.states import Shot, states

THEMES = ("light", "dark")
WIDTHS = {1440: 900, 390: 844}
EMPTY = (
    "/", "/runs", "/runs/new", "/runs/compare", "/runs/explore", "/comparisons", "/datasets",
    "/datasets/new", "/models", "/models/new", "/plans", "/plans/new", "/plans/size", "/nowhere",
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
        shoot(browser, stack.web_url, folder / "empty", _of(map(Shot, EMPTY), wanted))
        with pages_without_api() as url:
            shoot(browser, url, folder / "away", _of([Shot("/runs", "away")], wanted))
        shown = make(stack, Path(scratch))
        full = [*map(Shot, [*EMPTY[:-1], *paths(shown)]), *states(shown)]
        shoot(browser, stack.web_url, folder / "full", _of(full, wanted))
        browser.close()


@contextmanager
def pages_without_api() -> Iterator[str]:
    """The pages while the API is not up; their address."""
    port = free_port()
    app, parts = make_app(WebSettings(api_url=f"http://127.0.0.1:{free_port()}"))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started, deadline_s=30)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(30)
    parts.client.close()


def shoot(browser: Browser, url: str, folder: Path, shots: Iterable[Shot]) -> None:
    """One picture a page, theme and width, named after the page's path or its state."""
    folder.mkdir(parents=True, exist_ok=True)
    for theme in THEMES:
        for width, height in WIDTHS.items():
            context = browser.new_context(
                viewport={"width": width, "height": height},
                base_url=url,
                color_scheme="dark" if theme == "dark" else "light",
            )
            page = context.new_page()
            for at, shot in enumerate(shots):
                page.goto(shot.path, wait_until="load")
                shot.steps(page)
                # Pages that listen for changes are never idle, so a little quiet is enough.
                page.wait_for_timeout(400)
                name = f"{at:02}-{shot.name or _name(shot.path)}-{width}-{theme}.png"
                page.screenshot(path=folder / name, full_page=shot.whole)
                shot.undo(page)
            context.close()


def _of(shots: Iterable[Shot], wanted: set[str]) -> list[Shot]:
    return [
        each for each in shots if not wanted or (each.name or each.path.partition("?")[0]) in wanted
    ]


def _name(path: str) -> str:
    words = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|sha256:[0-9a-f]{64}", "one", path)
    return re.sub(r"\W+", "-", words).strip("-")[:80] or "home"


if __name__ == "__main__":
    main(Path(sys.argv[1]), set(sys.argv[2:]))
