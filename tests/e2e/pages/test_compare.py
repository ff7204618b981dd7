"""Runs compared and explored in a real browser, as people do it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from runoff import Client
from tests.e2e.pages.accessibility import Look
from tests.e2e.pages.conftest import Material
from tests.e2e.using import MODULE, register_texts, wait_settled

N = 40


@pytest.fixture(scope="module")
def rivals(made: Material) -> list[str]:
    """Three runs over the same few texts, by two models and with three parameters."""
    register_texts(made.stack, name="rivals", n=N)
    given = (("first_letter", 0.1), ("last_letter", 0.0001), ("first_letter", 0.01))
    with Client(made.stack.api_url) as client:
        launched = [
            client.runs.launch(
                dataset="rivals",
                models=[f"{MODULE}:{model}"],
                alias=f"rival-{place}",
                params={"rate": rate},
            ).id
            for place, (model, rate) in enumerate(given)
        ]
    return [wait_settled(made.stack, each).run_id for each in launched]


def test_runs_are_picked_compared_reviewed_and_exported(
    page: Page, made: Material, rivals: list[str]
) -> None:
    """From the list to the verdict, what improved, what is said of one of them, and a file."""
    page.goto("/runs/compare?q=rival")
    page.get_by_role("checkbox", name="rival-0").check()
    page.get_by_role("checkbox", name="rival-1").check()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".verdict")).to_contain_text(f"{N} entries")
    expect(page.locator(".compare-cards .ring.win").first).to_contain_text("best")

    rows = page.locator("table.compared tbody tr")
    places = page.locator("#entries .pager")
    first = rows.first.locator(".row-link").inner_text()
    places.get_by_role("link", name="Next").click()
    expect(places).to_contain_text(f"21 – {N} of {N}")
    places.get_by_role("link", name="Previous").click()
    expect(rows.first.locator(".row-link")).to_have_text(first)
    page.go_back()
    expect(places).to_contain_text(f"21 – {N} of {N}")

    page.get_by_label("Show").select_option("improvements")
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile("only=improvements"))
    expect(rows.first.locator(".change")).to_contain_text("+1")
    cell = rows.first.locator("[data-cell]").last
    cell.get_by_text("Review").click()
    cell.get_by_label("What it should have been").fill("a")
    cell.get_by_role("button", name="Save correction").click()
    expect(cell).to_contain_text("rejected")
    expect(cell).to_contain_text("→ a")
    page.reload()
    expect(rows.first.locator("[data-cell]").last).to_contain_text("→ a")

    page.get_by_text("Export").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Document, JSON").click()
    content = Path(waiting.value.path()).read_bytes()
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert page.locator(".digest").inner_text().startswith(f"document {digest}")
    rows.first.locator(".row-link").click()
    expect(page.get_by_role("heading", name="text-")).to_be_visible()


def test_a_review_that_comes_second_is_told_of_the_first(
    page: Page, made: Material, rivals: list[str]
) -> None:
    """The form shows both, and saves nothing until it is sent again."""
    page.goto(f"/runs/compare?runs={rivals[0]},{rivals[1]}&sort=index")
    cell = page.locator("table.compared tbody tr").nth(3).locator("[data-cell]").first
    cell.get_by_text("Review").click()
    expect(cell.get_by_role("button", name="Approve")).to_be_visible()
    with Client(made.stack.api_url) as client:
        client.reviews.reject(rivals[0], "text-00003", contender=0, by="somebody")
    # What the browser notes of a conflict is no complaint of the page.
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        cell.get_by_role("button", name="Approve").click()
    assert answered.value.status == 409
    expect(cell).to_contain_text("rejected by somebody")
    cell.get_by_role("button", name="Approve").click()
    expect(cell).to_contain_text("approved")


def test_ranges_are_drawn_on_axes_and_kept_in_the_address(
    page: Page, made: Material, rivals: list[str]
) -> None:
    """By pointer and by keyboard; the table below follows, and a reload shows the same."""
    page.goto("/runs/explore?q=attributes.dataset%20%3D%20'rivals'&axis=params.rate&axis=model")
    rows = page.locator("tr[data-line]:visible")
    expect(rows).to_have_count(3)
    box = page.locator("[data-axis='params.rate'] [data-hit]").bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2
    page.mouse.move(middle, box["y"] + 2)
    page.mouse.down()
    page.mouse.move(middle, box["y"] + box["height"] * 0.7, steps=4)
    page.mouse.up()
    expect(rows).to_have_count(2)
    assert "lo.params.rate=" in page.url
    page.reload()
    expect(rows).to_have_count(2)

    page.locator("[data-axis='model']").focus()
    page.keyboard.press("ArrowDown")
    expect(rows).to_have_count(2)
    page.keyboard.press("Escape")
    page.locator("[data-axis='params.rate']").focus()
    page.keyboard.press("Escape")
    expect(rows).to_have_count(3)
    assert "lo." not in page.url


def test_comparing_pages_shut_nobody_out_and_weigh_little(
    browser: Browser, made: Material, rivals: list[str]
) -> None:
    """What axe-core finds, in the dark as well; and no sideways scrolling on a telephone."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, bypass_csp=True, base_url=made.url
    )
    page = context.new_page()
    look = Look(page)
    runs = ",".join(rivals)
    for path in (
        "/runs/compare", f"/runs/compare?runs={runs}", f"/runs/compare?runs={made.boxes}",
        "/runs/explore", "/runs/explore?view=scatter", "/runs/explore?view=groups",
    ):  # fmt: skip
        page.set_viewport_size({"width": 390, "height": 800})
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        page.set_viewport_size({"width": 1280, "height": 800})
        look.at(path)
    page.goto(f"/runs/compare?runs={runs}", wait_until="load")
    sent = page.evaluate(
        "performance.getEntries().map(each => each.transferSize || each.encodedBodySize || 0)"
    )
    context.close()

    assert look.found == {}
    assert sum(sent) <= 60_000
