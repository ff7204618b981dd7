"""A run and its entries in a real browser: reviewed, asked again, steered, looked at closely."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from runoff import Client
from tests.e2e.pages.accessibility import Look
from tests.e2e.pages.conftest import Material
from tests.e2e.using import MODULE, wait_settled


@pytest.fixture(scope="module")
def small(made: Material) -> str:
    """A run of six entries in two sections, whose first model knows variations."""
    rows = [
        {"id": f"m-{n}", "text": f"{letter} mark", "target": letter, "section": f"s{n % 2}"}
        for n, letter in enumerate("abcdef")
    ]
    with Client(made.stack.api_url) as client:
        made.stack.http.post(
            "/api/datasets",
            params={"name": "marks", "task": "classification"},
            content="\n".join(map(json.dumps, rows)).encode(),
            headers={"Content-Type": "application/x-ndjson"},
        ).raise_for_status()
        models = [f"{MODULE}:paraphrased", f"{MODULE}:last_letter"]
        run = client.runs.launch(dataset="marks", models=models, alias="marks", seeds={"numpy": 7})
    return wait_settled(made.stack, run.id).run_id


def test_answers_are_reviewed_without_scripts_and_the_approval_rate_follows(
    browser: Browser, made: Material, small: str
) -> None:
    """Approve, reject and correct are plain forms; the run's page has the rate at once."""
    context = browser.new_context(java_script_enabled=False, base_url=made.url)
    page = context.new_page()
    for entry, button in (("m-0", "Approve"), ("m-1", "Reject")):
        page.goto(f"/runs/{small}/entries/{entry}")
        page.locator("#c0").get_by_role("button", name=button, exact=True).click()
    expect(page.locator("#c0")).to_contain_text("1 of 2 of this model's answers approved")
    page.goto(f"/runs/{small}/entries/m-2")
    page.locator("#c0").get_by_text("Correct it").click()
    page.locator("#c0").get_by_label("Label", exact=True).fill("b")
    page.locator("#c0").get_by_label("Said by").fill("a person")
    page.locator("#c0").get_by_role("button", name="Save the correction").click()
    expect(page.locator("#c0")).to_contain_text("corrected by a person")
    page.goto(f"/runs/{small}")

    expect(page.locator("#run-head")).to_contain_text("approved 1 of 3 reviewed")
    context.close()


def test_further_versions_stand_under_the_answer_that_they_come_from(
    page: Page, small: str
) -> None:
    """Asked again and varied; they come by themselves, with their mode and seed in words."""
    page.goto(f"/runs/{small}/entries/m-3?sort=index&offset=3")
    card = page.locator("#c0")
    card.get_by_role("button", name="Ask again").click()
    expect(card.locator(".version-of")).to_contain_text("v2")
    card.get_by_text("Variation", exact=True).click()
    card.get_by_role("button", name="Lexical variation").click()
    expect(card.locator(".version-of").nth(1)).to_contain_text("lexical of d")
    expect(card.get_by_text("lexical variation", exact=True)).to_be_attached()
    card.get_by_text("Variation", exact=True).click()
    card.get_by_label("or from these words").fill("delta")
    card.get_by_role("button", name="Semantic variation").click()
    expect(card.locator(".version-of").nth(2)).to_contain_text("semantic of delta")

    expect(card.locator(".version-of").nth(2)).to_contain_text("from “delta”")
    page.keyboard.press("]")
    expect(page.get_by_role("heading", name="m-4")).to_be_visible()


def test_a_section_is_shown_alone_and_its_entries_are_walked_through(
    page: Page, made: Material, small: str
) -> None:
    """Previous and next follow the list that one came from."""
    page.goto(f"/runs/{small}?sort=index")
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="s1").click()
    expect(page.locator("tbody tr[data-id]")).to_have_count(3)
    page.locator("tbody .row-link").first.click()
    expect(page.locator("#entry-panel")).to_contain_text("m-1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="m-1")).to_be_visible()
    # Made by the scripts of the page: it listens to keys from here on.
    expect(page.get_by_role("button", name="Copy the entry's id")).to_be_visible()
    page.keyboard.press("]")

    expect(page).to_have_url(f"{made.url}/runs/{small}/entries/m-3?sort=index&section=s1&offset=1")
    expect(page.get_by_text("2 of 3", exact=False).first).to_be_visible()


def test_an_image_is_looked_at_closely_by_keyboard_wheel_and_buttons(
    page: Page, made: Material
) -> None:
    """Zoom about what is pointed at, move, and go back to all of it; layers are coloured."""
    page.goto(f"/runs/{made.boxes}/entries/s-1?sort=index&offset=1")
    frame, shown = page.locator("[data-frame]"), page.locator("[data-shown-zoom]")
    wide = frame.locator("img").bounding_box()
    assert wide is not None
    frame.focus()
    page.keyboard.press("+")
    page.keyboard.press("+")
    expect(shown).to_contain_text("144")
    frame.hover()
    page.mouse.wheel(0, -100)
    expect(shown).to_contain_text("173")
    before = frame.evaluate("each => [each.scrollLeft, each.scrollTop]")
    page.keyboard.press("ArrowRight")
    assert frame.evaluate("each => each.scrollLeft") > before[0]
    page.get_by_role("button", name="Fit").click()
    expect(shown).to_contain_text("100")
    page.get_by_label("Grey").check()
    expect(page.locator("[data-picture]")).to_have_class("picture grey")
    page.get_by_label("Opacity").fill("40")

    assert page.locator("[data-drawn]").evaluate("each => each.style.opacity") == "0.4"
    again = frame.locator("img").bounding_box()
    assert again is not None
    assert abs(again["width"] - wide["width"]) < 1


def test_a_run_is_paused_resumed_and_canceled_from_its_page(page: Page, made: Material) -> None:
    """What cannot be undone asks first, and says what stays."""
    with Client(made.stack.api_url) as client:
        run = client.runs.launch(
            dataset="letters", models=[f"{MODULE}:paced_first"], alias="steered"
        )
        client.runs.show(run.id, after=run.seq)
    page.goto(f"/runs/{run.id}")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#run-head .status").first).to_have_text("paused")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("button", name="Cancel run").click()
    expect(page.get_by_role("heading", name="Cancel steered")).to_be_visible()
    expect(page.get_by_text("those answers stay")).to_be_visible()
    page.get_by_role("button", name="Cancel the run").click()

    expect(page.locator("#run-head .status").first).to_have_text("canceled")
    expect(page.locator("[data-state]")).to_have_text("final")


def test_pages_of_a_run_shut_nobody_out_and_fit_a_telephone(
    browser: Browser, made: Material, small: str
) -> None:
    """What axe-core finds, in both themes; and nothing is scrolled sideways."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, bypass_csp=True, base_url=made.url
    )
    page = context.new_page()
    look = Look(page)
    for path in (
        "/attempts", "/parameters", "/lineage", "/history", "/entries/m-3?sort=index&offset=3",
    ):  # fmt: skip
        page.goto(f"/runs/{small}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        look.at(path)
    context.close()

    assert look.found == {}
