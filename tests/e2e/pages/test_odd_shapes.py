"""Long names, tall images, other directions, and a server that goes away, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from runoff import Client
from tests.e2e.pages.accessibility import Look
from tests.e2e.pages.conftest import Material
from tests.e2e.using import MODULE, register_texts, wait_settled

LONG = f"{MODULE}:finds_what_has_a_name_that_is_longer_than_any_column_of_any_page"
ARABIC = "مرحبا " + "كلمات أخرى " * 12


@pytest.fixture(scope="module")
def towers(made: Material, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A run over an image much taller than wide, of a model whose name and labels are long."""
    folder = tmp_path_factory.mktemp("towers")
    Image.new("L", (90, 700), 90).save(folder / "0.png")
    target = [{"label": "tower", "x": 10, "y": 20, "width": 70, "height": 600}]
    Image.new("L", (90, 700), 60).save(folder / "1.png")
    rows = [
        {"id": "t-0", "file": "0.png", "target": target},
        {"id": "t-1", "file": "1.png", "target": []},
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "manifest.jsonl").write_text(lines, encoding="utf-8")
    with Client(made.stack.api_url) as client:
        client.datasets.add(folder, name="towers", task="detection")
        run = client.runs.launch(dataset="towers", models=[LONG], alias="towers")
    return wait_settled(made.stack, run.id).run_id


@pytest.fixture
def own(browser: Browser, made: Material) -> Iterator[BrowserContext]:
    """A browser whose pages may complain, and take scripts of others."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, bypass_csp=True, base_url=made.url
    )
    yield context
    context.close()


def width_of(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


@pytest.mark.parametrize("width", [390, 1440])
def test_long_names_scroll_within_themselves(own: BrowserContext, towers: str, width: int) -> None:
    """The table of boxes, which a keyboard reaches; and names beside what is known of them."""
    page = own.new_page()
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"/runs/{towers}/entries/t-0")
    page.get_by_text("2 boxes", exact=True).click()
    expect(page.get_by_role("group", name="Boxes of")).to_be_visible()
    assert width_of(page) <= width
    look = Look(page)
    look.at("boxes")
    page.goto(f"/runs/{towers}/lineage")

    assert width_of(page) <= width
    assert look.found == {}


def test_a_tall_image_is_scrolled_by_keyboard(own: BrowserContext, towers: str) -> None:
    """What scrolls can be focused."""
    page = own.new_page()
    page.goto("/datasets/towers/entries/1")
    look = Look(page)
    look.at("a tall image")

    assert look.found == {}


def test_an_entry_that_could_not_be_loaded_says_so_and_comes_when_the_server_does(
    own: BrowserContext, made: Material
) -> None:
    """The answers of the one before do not stay beside it; a click asks at once."""
    page = own.new_page()
    page.goto(f"/runs/{made.texts}?sort=index")
    panel = page.locator("#entry-panel")
    expect(panel).to_contain_text("text-00000")
    page.route("**/panel/**", lambda route: route.abort())
    page.keyboard.press("j")
    page.keyboard.press("j")
    chosen = page.locator("tr[aria-selected]")
    expect(panel.get_by_text("The entry could not be loaded")).to_be_visible()
    expect(panel).not_to_contain_text("text-00000")
    entry = chosen.get_attribute("data-id") or "none"
    page.unroute("**/panel/**")
    expect(panel).to_contain_text(entry)

    page.route("**/panel/**", lambda route: route.fulfill(status=503, body="<p>away</p>"))
    row = page.locator("tr[data-id='text-00005']")
    row.locator("td").nth(2).click()
    expect(panel).to_have_text("away")
    page.unroute("**/panel/**")
    row.locator("td").nth(2).click()
    expect(panel).to_contain_text("text-00005")


def test_back_from_a_search_shows_a_field_without_it(page: Page, made: Material) -> None:
    """The field says what the rows are."""
    page.goto(f"/runs/{made.texts}")
    page.get_by_label("Find", exact=True).fill("00001")
    page.keyboard.press("Enter")
    expect(page.locator("#n-shown")).to_have_text("1")
    page.go_back()

    expect(page.locator("#n-shown")).to_have_text("600")
    expect(page.get_by_label("Find", exact=True)).to_have_value("")


def test_what_is_read_from_the_right_keeps_its_beginning(page: Page, made: Material) -> None:
    """A cell that is too narrow cuts off the end."""
    row = {"id": "a-0", "text": ARABIC, "target": ARABIC}
    with Client(made.stack.api_url) as client:
        made.stack.http.post(
            "/api/datasets",
            params={"name": "arabic", "task": "text"},
            content=json.dumps(row).encode(),
            headers={"Content-Type": "application/x-ndjson"},
        ).raise_for_status()
        run = client.runs.launch(dataset="arabic", models=[f"{MODULE}:echoes"], alias="arabic")
    wait_settled(made.stack, run.id)
    page.goto(f"/runs/{run.id}")
    cells = page.locator("tbody td:has(bdi)").filter(has_text="مرحبا")
    expect(cells).to_have_count(2)
    for at in range(2):
        begins_within = cells.nth(at).evaluate(
            "cell => cell.querySelector('bdi').getBoundingClientRect().right"
            " <= cell.getBoundingClientRect().right"
        )
        assert begins_within, at


def test_a_list_of_runs_of_three_models_fits_a_desk(page: Page, made: Material) -> None:
    """The last column too, beside long aliases."""
    register_texts(made.stack, name="letters-of-every-alphabet", n=600)
    with Client(made.stack.api_url) as client:
        models = [f"{MODULE}:{each}" for each in ("first_letter", "paraphrased", "last_letter")]
        run = client.runs.launch(
            dataset="letters-of-every-alphabet", models=models, labels={"team": "letters"},
            alias="an-alias-of-25-characters",
        )  # fmt: skip
    wait_settled(made.stack, run.id)
    page.goto("/runs?view=table")
    wide = page.locator(".table-wrap").evaluate("each => [each.scrollWidth, each.clientWidth]")

    assert wide[0] <= wide[1], wide
