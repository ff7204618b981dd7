"""What a page looks like after a person did something: open menus, errors, selections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page

from tests.shots.material import Shown, first_entry


@dataclass(frozen=True)
class Shot:
    """A picture of a page."""

    path: str
    name: str = ""
    """Of the file; by the path where it is empty."""
    steps: Callable[[Page], object] = field(default=lambda page: None)
    """What is done before the picture is taken."""
    whole: bool = True
    """The whole page, or what a window shows of it (where something lies over it)."""
    undo: Callable[[Page], object] = field(default=lambda page: None)
    """What is done after it, so that the next picture shows the same."""


def states(shown: Shown) -> list[Shot]:
    """Pictures that no address alone gives."""
    text = f"/runs/{shown.told}/entries/told-0"
    boxes = f"/runs/{shown.demos['detection']}/entries"
    box = f"{boxes}/{first_entry(shown.made.stack, shown.demos['detection'])}"
    point = f"/runs/{shown.places}/entries/{first_entry(shown.made.stack, shown.places)}"
    return [
        Shot("/", "palette", _palette, whole=False),
        Shot("/runs", "keyboard", lambda page: page.keyboard.press("?"), whole=False),
        Shot("/runs", "filter-completion", _complete, whole=False),
        Shot("/runs?q=metrics.accurcy+%3E+0.9", "filter-wrong"),
        Shot("/runs", "columns", lambda page: page.get_by_text("Columns").first.click()),
        Shot("/runs", "selected", lambda page: _tick(page, 3), whole=False),
        Shot("/runs?find=depth", "toast-undo", _archive, whole=False, undo=_undo),
        Shot("/runs?find=depth", "delete-confirm", _delete),
        Shot("/runs/new", "launch-errors", _launch_wrong),
        Shot("/runs/new?dataset=letters%401", "launch-open", _open_all),
        Shot("/datasets/new", "upload-wrong", _upload),
        Shot("/datasets/letters?split=train", "dataset-selected", lambda page: _tick(page, 4)),
        Shot(text, "inspector-text-edit", lambda page: page.keyboard.press("e")),
        Shot(text, "inspector-text-variation", _variation),
        Shot(box, "inspector-boxes-by-class", _by_class),
        Shot(point, "inspector-points"),
        Shot(f"/runs/{shown.told}", "run-text"),
        Shot(f"/runs/{shown.places}", "run-points"),
        Shot(f"/runs/{shown.retried}", "run-retried"),
        Shot(f"/runs/{shown.retried}/attempts", "attempts-retried"),
        Shot(f"/runs/{shown.retried}/entries/city-4", "inspector-retried"),
        Shot(f"/runs/{shown.six}", "run-six"),
        Shot(f"/runs/compare?run={shown.six}", "compare-six"),
        Shot(f"/runs/compare?run={shown.made.texts}&run={shown.planned}", "compare-four"),
        Shot(f"/runs/compare?run={shown.told}", "compare-text", _review),
        Shot("/runs/explore", "parallel-brushed", _brush),
        Shot(f"/runs/{shown.active}", "cancel", _cancel, whole=False),
    ]  # fmt: skip


def _palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("let")
    page.get_by_role("group", name="Datasets").wait_for()


def _complete(page: Page) -> None:
    page.get_by_role("combobox", name="Filter").fill("metr")
    page.get_by_role("option", name="metrics.accuracy").wait_for()


def _tick(page: Page, n: int) -> None:
    for at in range(n):
        page.locator("tbody [name=run], [name=entry]").nth(at).check()


def _archive(page: Page) -> None:
    _tick(page, 2)
    page.get_by_role("button", name="Archive selected").click()
    page.locator(".toast").wait_for()


def _undo(page: Page) -> None:
    page.locator(".toast").get_by_role("button", name="Undo").click()
    page.wait_for_load_state("load")


def _delete(page: Page) -> None:
    _tick(page, 2)
    page.get_by_role("button", name="Delete selected").click()
    page.get_by_role("heading", name="Delete 2 runs?").wait_for()


def _launch_wrong(page: Page) -> None:
    page.get_by_label("Dataset").fill("leters")
    page.get_by_label("Other models").fill("gpt-4o\npython/nowhere:nothing")
    page.get_by_text("Pace and limits").click()
    page.get_by_label("Concurrency", exact=True).fill("many")
    page.get_by_role("button", name="Launch run").click()
    page.get_by_role("heading", name="Nothing was launched").wait_for()


def _upload(page: Page) -> None:
    """Two rows of three are wrong."""
    rows = '{"id": "a", "text": "A?", "target": "a"}\n{"id": "a", "text": "B?"}\n{"text": 5}\n'
    page.get_by_label("Name").fill("questions")
    page.get_by_label("Task").select_option("text")
    page.get_by_label("One file").set_input_files(
        {"name": "questions.jsonl", "mimeType": "application/x-ndjson", "buffer": rows.encode()}
    )
    page.get_by_role("button", name="Add dataset").click()
    page.get_by_role("heading", name="Nothing was registered").wait_for()


def _open_all(page: Page) -> None:
    page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")


def _variation(page: Page) -> None:
    page.locator("#c0").get_by_text("Variation", exact=True).click()


def _by_class(page: Page) -> None:
    page.locator("[data-by-class]").check()


def _review(page: Page) -> None:
    page.locator("[data-cell]").first.get_by_text("Review").click()
    page.locator(".review-form").wait_for()


def _brush(page: Page) -> None:
    """The better half along the last axis."""
    axis = page.locator("[data-axis]").last
    axis.focus()
    for _ in range(4):
        page.keyboard.press("ArrowUp")


def _cancel(page: Page) -> None:
    page.get_by_role("button", name="Cancel run").click()
    page.get_by_role("heading", name="Cancel slow").wait_for()
