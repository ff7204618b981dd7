"""One stack with runs to look at and one browser, shared by every flow through the pages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from runoff import Client
from runoff_testkit.live import LiveStack, StackMaker
from tests.e2e.conftest import ENV
from tests.e2e.using import MODULE, register_texts, wait_settled

N_TEXTS = 600
BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    # Pages of the browser's own address bar, for which each new window takes a second of CPU time.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,PaintHolding",
)  # fmt: skip

REFUSED = ("status of 422", "status of 409")
"""What a browser notes of a form that was refused, which is no fault of the page."""


class Material:
    """What the pages have to show."""

    def __init__(self, stack: LiveStack, folder: Path) -> None:
        assert stack.web_url is not None
        self.stack, self.url = stack, stack.web_url
        with Client(stack.api_url) as client:
            self.texts = self._texts(client)
            self.boxes = self._boxes(client, folder)

    def _texts(self, client: Client) -> str:
        register_texts(self.stack, name="letters", n=N_TEXTS)
        models = [f"{MODULE}:{each}" for each in ("first_letter", "last_letter")]
        run = client.runs.launch(dataset="letters", models=models, alias="letters")
        return wait_settled(self.stack, run.id).run_id

    def _boxes(self, client: Client, folder: Path) -> str:
        rows = []
        for place in range(4):
            image = Image.new("L", (120, 90))
            ImageDraw.Draw(image).rectangle((20, 10 + place, 39, 29 + place), fill=255)
            image.save(folder / f"{place}.png")
            target = [{"label": "square", "x": 20, "y": 10 + place, "width": 20, "height": 20}]
            rows.append({"id": f"s-{place}", "file": f"{place}.png", "target": target})
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "manifest.jsonl").write_text(lines, encoding="utf-8")
        client.datasets.add(folder, name="squares", task="detection")
        return self.find_squares(client, alias="squares")

    def find_squares(self, client: Client, *, alias: str) -> str:
        """A run of two models over the images, settled: the newest one there is."""
        models = [f"{MODULE}:{each}" for each in ("finds_square", "finds_beside")]
        run = client.runs.launch(dataset="squares", models=models, alias=alias)
        return wait_settled(self.stack, run.id).run_id


@pytest.fixture(scope="package")
def made(stack_maker: StackMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Material]:
    if BROWSER is None:
        pytest.skip("there is no Chromium on this machine")
    with stack_maker(tmp_path_factory.mktemp("pages") / "runoff", env=ENV, pages=True) as stack:
        yield Material(stack, tmp_path_factory.mktemp("squares"))


@pytest.fixture(scope="package")
def browser(made: Material) -> Iterator[Browser]:
    """After the stack, which is made on an event loop of its own.

    It keeps a loop running in this thread, so it has to be gone before tests of other folders.
    """
    # A deadline, not a pace: a machine under load takes its time.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=BROWSER, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser, made: Material) -> Iterator[BrowserContext]:
    """A browser that a test fails with when a page complains, or asks anybody else."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=made.url)
    context.set_default_timeout(20_000)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on(
        "console",
        lambda said: (
            complaints.append(said.text)
            if said.type in {"error", "warning"} and not any(each in said.text for each in REFUSED)
            else None
        ),
    )
    context.on(
        "request",
        lambda asked: (
            complaints.append(f"asked {asked.url}")
            if not asked.url.startswith((made.url, "data:", "blob:"))
            else None
        ),
    )
    yield context
    context.close()
    assert complaints == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
