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

from runoff import Client
from runoff_testkit.live import live_stack
from runoff_testkit.llm_server import LlmServer
from tests.e2e.conftest import ENV
from tests.e2e.pages.conftest import BROWSER, FLAGS, Material
from tests.e2e.using import MODULE, wait_settled

THEMES = ("light", "dark")
WIDTHS = {1440: 900, 390: 844}
EMPTY = (
    "/", "/runs", "/runs/new", "/comparisons", "/datasets", "/models", "/models/new", "/plans",
    "/plans/new", "/plans/size", "/nowhere",
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
        squares = Path(scratch) / "squares"
        squares.mkdir()
        shoot(browser, stack.web_url, folder / "full", _of(paths(Material(stack, squares)), wanted))
        browser.close()


def paths(made: Material) -> list[str]:
    """Every page with something on it."""
    with Client(made.stack.api_url) as client:
        prompt = {"task": "classification", "model": "gpt-4o-mini", "choices": ["a", "b"]}
        client.models.add(name="openai/first-letter", spec=prompt)
        models = [f"{MODULE}:{each}" for each in ("first_letter", "last_letter")]
        sealed = client.plans.seal(
            {
                "title": "Does the first letter say more?",
                "hypothesis": "It is the target.",
                "dataset": "letters",
                "models": models,
                "metric": "accuracy",
                "margin": 0.02,
            }
        )
        run = client.runs.launch(
            dataset="letters",
            models=models,
            alias="planned",
            params={"lr": 0.001, "seed": 7, "augmented": True},
            labels={"team": "letters"},
            plan=sealed.id,
        )
        wait_settled(made.stack, run.id)
        digest = client.runs.show(made.boxes).comparison_digest
    return [
        *EMPTY[:-1],
        f"/runs/{made.texts}",
        f"/runs/{made.boxes}",
        f"/runs/{made.texts}/entries/text-00001",
        f"/runs/{made.boxes}/entries/s-0",
        f"/runs/compare?run={made.texts}&run={made.boxes}",
        f"/comparisons/{digest}",
        "/datasets/letters",
        "/datasets/letters?layout=table&split=train",
        "/datasets/squares",
        "/datasets/squares/entries/1",
        "/datasets/letters/entries/3",
        "/models/openai/first-letter",
        f"/plans/{sealed.id}",
        "/plans/size?n_entries=400&discordance=0.1",
        f"/runs/new?from={run.id}",
        "/runs/new?dataset=squares%401&entry=s-1&entry=s-2",
    ]


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
            for path in pages:
                # Pages that listen for changes are never idle, so a little quiet is enough.
                page.goto(path, wait_until="load")
                page.wait_for_timeout(400)
                page.screenshot(path=folder / f"{_name(path)}-{width}-{theme}.png", full_page=True)
            context.close()


def _of(pages: Iterable[str], wanted: set[str]) -> list[str]:
    return [each for each in pages if not wanted or each.partition("?")[0] in wanted]


def _name(path: str) -> str:
    words = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|sha256:[0-9a-f]{64}", "one", path)
    return re.sub(r"\W+", "-", words).strip("-")[:80] or "home"


if __name__ == "__main__":
    main(Path(sys.argv[1]), set(sys.argv[2:]))
