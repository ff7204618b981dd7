"""The frame around all pages, and the list of runs, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from runoff import Client
from runoff_contracts.run_config import RunConfig
from tests.e2e.pages.accessibility import Look
from tests.e2e.pages.conftest import Material
from tests.e2e.using import MODULE, wait_settled

FILED = "/runs?find=filing&view=table"


@pytest.fixture
def filed(made: Material) -> Iterator[list[str]]:
    """Three small runs that nobody else looks at; gone at the end."""
    with Client(made.stack.api_url) as client:
        ids = [
            client.runs.launch(
                dataset="squares", models=[f"{MODULE}:finds_square"], alias=f"filing-{n}"
            ).id
            for n in range(3)
        ]
        for each in ids:
            wait_settled(made.stack, each)
        yield ids
        client.runs.delete_all(*ids)


def test_the_palette_leads_anywhere_and_does_things(page: Page, made: Material) -> None:
    """From any page, by words and arrows alone; what it holds is told to who does not see it."""
    page.goto("/models")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Go to")
    expect(field).to_be_focused()
    expect(page.get_by_role("option", name="Dashboard")).to_have_attribute("aria-selected", "true")
    page.keyboard.type("squares")
    expect(page.get_by_role("group", name="Datasets")).to_contain_text("squares")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    chosen = page.locator("#choices [aria-selected=true]")
    expect(chosen).to_contain_text("squares")
    expect(field).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "?")
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type("dark col")
    expect(page.locator("#choices [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page).to_have_url(f"{made.url}/models")


def test_a_filter_is_completed_and_what_is_wrong_is_marked_and_back_restores_it(
    page: Page, made: Material
) -> None:
    """Names and values by keyboard; each view is one step of the browser's history."""
    page.goto("/runs?view=table")
    field = page.get_by_role("combobox", name="Filter")
    field.fill("accu")
    page.keyboard.press("End")
    expect(page.get_by_role("option", name="metrics.accuracy")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("metrics.accuracy ")
    page.keyboard.type("> 0.9 and status = 'com")
    expect(page.get_by_role("option", name="'completed'")).to_be_visible()
    page.keyboard.type("p")  # the options that are shown are still those of 'com
    page.keyboard.press("Tab")
    written = "metrics.accuracy > 0.9 and status = 'completed'"
    expect(field).to_have_value(f"{written} ")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr").first).to_be_visible()
    expect(field).to_have_value(written)

    field.fill("status = ")
    with page.expect_response(lambda answer: answer.status == 422):
        page.get_by_role("button", name="Apply").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#q-error")).to_contain_text("at character")
    expect(page.locator("#q-error mark")).to_be_visible()
    page.go_back()
    expect(field).to_have_value(written)
    page.get_by_role("link", name="Score", exact=True).click()
    expect(page.get_by_role("columnheader", name="Score")).to_have_attribute(
        "aria-sort", "descending"
    )
    page.go_back()
    expect(page.get_by_role("columnheader", name="Created")).to_have_attribute(
        "aria-sort", "descending"
    )
    page.go_forward()
    expect(page).to_have_url(f"{made.url}{page.evaluate('location.pathname + location.search')}")
    assert "sort=metrics.accuracy" in page.url


def test_runs_are_archived_with_an_undo_and_deleted_in_two_steps(
    page: Page, filed: list[str]
) -> None:
    """The list stays where it was; the second step names how many."""
    page.goto(FILED)
    rows = page.locator("table.runs tbody tr")
    expect(rows).to_have_count(3)
    expect(page.get_by_role("button", name="Archive selected")).to_be_disabled()
    page.get_by_label("Select all runs of this page").check()
    expect(page.locator("[data-count]")).to_have_text("3 selected")
    page.get_by_role("button", name="Archive selected").click()
    expect(page.locator(".toast")).to_contain_text("3 runs archived")
    expect(page.locator("#said")).to_contain_text("3 runs archived")
    expect(page.get_by_role("heading", name="No run fits")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator(".toast")).to_contain_text("3 runs restored")
    expect(rows).to_have_count(3)

    page.get_by_label("Select filing-0").check()
    page.get_by_label("Select filing-1").check()
    page.get_by_role("button", name="Delete selected").click()
    expect(page.get_by_role("heading", name="Delete 2 runs?")).to_be_visible()
    page.get_by_role("button", name="Delete 2 runs").click()
    expect(page.locator(".toast")).to_contain_text("2 runs deleted")
    page.goto(FILED)
    expect(rows).to_have_count(1)
    expect(page.locator(".toast")).to_have_count(0)


def test_a_run_under_way_shows_on_the_board_and_goes_on_without_a_reload(
    page: Page, made: Material
) -> None:
    """From its launch to its end: squares, the newest entry with its answers, and a way to stop."""
    page.goto("/runs?view=board")
    expect(page.locator("[data-state]")).to_have_text("live")
    with Client(made.stack.api_url) as client:
        models = [f"{MODULE}:paced_first", f"{MODULE}:paced_last"]
        config = RunConfig(concurrency=8, batch_size=1)
        run = client.runs.launch(dataset="letters", models=models, alias="boarded", config=config)
        card = page.locator(f"#card-{run.id}")
        expect(card).to_contain_text("running")
        expect(card.locator(".cells .pending")).to_be_attached()
        expect(card.locator(".now dl")).to_contain_text("paced_first")
        expect(card.locator(".asked a")).to_contain_text("text")
        first = card.locator(".asked").inner_text()
        expect(card.locator(".asked")).not_to_have_text(first)
        page.locator("x-live input").uncheck()
        expect(page.locator("[data-state]")).to_have_text("paused")
        page.locator("x-live input").check()
        client.runs.cancel(run.id)
        expect(card).to_contain_text("canceled")
        wait_settled(made.stack, run.id)
        client.runs.delete(run.id)


def test_the_frame_shuts_nobody_out(browser: Browser, made: Material) -> None:
    """Palette, completion, errors and the board, by axe-core, light and dark."""
    context: BrowserContext = browser.new_context(
        viewport={"width": 1024, "height": 768}, bypass_csp=True, base_url=made.url
    )
    page = context.new_page()
    look = Look(page)
    for path in (
        "/search?q=letters",
        "/runs?view=board",
        "/runs?q=status+%3D",
        "/runs?archived=yes",
    ):
        page.goto(path)
        look.at(path)
    page.goto("/runs?view=table")
    page.keyboard.press("Control+k")
    expect(page.locator("#choices [role=option]").first).to_be_visible()
    look.at("palette")
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Filter").fill("metr")
    expect(page.locator("#q-options [role=option]").first).to_be_visible()
    look.at("completion")
    context.close()

    assert look.found == {}
