"""The pictures of the README, out of the demo's own pages: `python -m tests.shots.readme`."""

from __future__ import annotations

import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from runoff_testkit.live import live_stack
from tests.e2e.conftest import ROOT
from tests.e2e.pages.conftest import BROWSER, FLAGS
from tests.e2e.using import run_demo
from tests.shots.material import first_entry

FOLDER: Final = ROOT / "docs" / "pictures"
SIZE: Final = {"width": 1440, "height": 900}
MAX_BYTES: Final = 150_000
_FILLED: Final = (
    "() => [...document.querySelectorAll('.panel')].every((each) => each.childElementCount)"
)
"""The entry beside a run's table comes after the table."""


def main(folder: Path) -> None:
    """A run, its comparison and its most disputed entry, light and dark."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="runoff-shots-") as scratch,
        live_stack(Path(scratch) / "runoff", pages=True) as stack,
        sync_playwright() as playwright,
    ):
        home = Path(scratch) / "demo"
        home.mkdir()
        run = str(run_demo(home, "--task", "detection", "--url", stack.api_url)["run_id"])
        digest = stack.http.get(f"/api/runs/{run}").json()["comparison_digest"]
        shown = {
            "run": f"/runs/{run}",
            "comparison": f"/comparisons/{digest}",
            "entry": f"/runs/{run}/entries/{first_entry(stack, run)}",
        }
        browser = playwright.chromium.launch(executable_path=BROWSER, args=list(FLAGS))
        for theme in ("light", "dark"):
            page = browser.new_page(
                viewport={"width": SIZE["width"], "height": SIZE["height"]},
                base_url=stack.web_url,
                color_scheme="dark" if theme == "dark" else "light",
            )
            for name, path in shown.items():
                page.goto(path, wait_until="load")
                _write(page, folder / f"{name}-{theme}.webp")
        browser.close()


def _write(page: Page, path: Path) -> None:
    page.wait_for_function(_FILLED)
    page.wait_for_timeout(500)
    with Image.open(BytesIO(page.screenshot())) as picture:
        picture.save(path, quality=82, method=6)
    n_bytes = path.stat().st_size
    assert n_bytes < MAX_BYTES, f"{path.name} has {n_bytes} bytes"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
