"""Pages read in a real browser over the whole stack, as people use them."""

from __future__ import annotations

from playwright.sync_api import Browser, BrowserContext, Page, expect

from runoff import Client
from runoff_web.pages.run import FIRST_ROWS
from tests.e2e.pages.accessibility import Look
from tests.e2e.pages.conftest import N_TEXTS, Material
from tests.e2e.using import MODULE

SCROLL = "(each, share) => new Promise((done) => { each.scrollTo(0, share * each.scrollHeight);" + (
    " requestAnimationFrame(() => requestAnimationFrame(done)); })"
)
SCROLL_BY = "(each, pixels) => each.scrollBy(0, pixels)"
STANDS_AT_END = "each => each.scrollTop + each.clientHeight >= each.scrollHeight - 1"
IS_COVERED = """
() => {
  const box = document.querySelector('[data-scroll]').getBoundingClientRect();
  const rows = [...document.querySelectorAll('[data-scroll] tr[data-id]')];
  const [first, last] = [rows.at(0), rows.at(-1)].map((each) => each.getBoundingClientRect());
  return first.top <= box.top + 32 && last.bottom >= box.bottom - 1;
}
"""
"""Whether rows stand wherever one looks, below the heads."""
WHAT_STANDS = "all => all.map(each => each.outerHTML)"
JUMP_AT_ONCE = """
new MutationObserver((_, watching) => {
  const box = document.querySelector('[data-scroll]:has(.spacer)');
  if (!box) return;
  watching.disconnect();
  box.scrollTop = box.scrollHeight;
}).observe(document, { childList: true, subtree: true });
"""
"""As soon as the table can be scrolled, which is before its first rows are painted."""


def test_a_newcomer_reads_the_verdict_and_opens_the_most_disputed_image_in_three_clicks(
    page: Page, made: Material
) -> None:
    """From the first page on, without a manual."""
    with Client(made.stack.api_url) as client:
        run = made.find_squares(client, alias="first visit")
    page.goto("/")
    page.get_by_role("link", name="first visit").first.click()
    expect(page.locator(".verdict")).to_contain_text("4 entries that both answered")
    page.locator("tbody .row-link").first.click()
    expect(page.locator("#entry-panel .picture img")).to_be_visible()
    page.locator("#entry-panel").get_by_role("link", name="Open").click()

    expect(page).to_have_url(f"{made.url}/runs/{run}/entries/s-0")
    expect(page.locator(".layer.truth .edge")).to_have_count(1)
    expect(page.locator(".layer.p0 .edge")).to_have_count(1)
    natural = page.evaluate("document.querySelector('.picture img').naturalWidth")
    assert natural == 120
    page.keyboard.press("1")
    expect(page.locator(".layer.p0")).to_be_hidden()
    expect(page.locator(".layer.truth")).to_be_visible()


def test_a_run_is_launched_and_watched_to_its_end_without_a_reload(
    context: BrowserContext, page: Page
) -> None:
    """The page and the list beside it hear of it; the verdict comes by itself."""
    beside = context.new_page()
    beside.goto("/runs")
    expect(beside.locator("[data-state]")).to_have_text("live")
    page.goto("/runs/new?dataset=letters@1")
    page.get_by_label("Other models").fill(f"{MODULE}:paced_first\n{MODULE}:paced_last")
    page.get_by_label("Alias").fill("<i>watched</i>")
    page.get_by_text("Pace and limits").click()
    page.get_by_label("Concurrency").fill("64")
    page.get_by_role("button", name="Launch run").click()
    expect(page.get_by_role("heading", name="<i>watched</i>")).to_be_visible()

    expect(page.locator("[data-state]")).to_have_text("final", timeout=60_000)
    expect(page.locator("#run-head")).to_contain_text(f"{N_TEXTS} of {N_TEXTS} scored")
    expect(page.locator("#run-verdict .verdict")).to_be_visible()
    expect(page.locator("#run-actions")).to_contain_text("Launch again")
    expect(beside.locator("[data-new-runs]")).to_be_visible()


def test_a_wrong_form_says_at_the_field_what_would_be_right(page: Page) -> None:
    """And keeps what was typed."""
    page.goto("/runs/new")
    page.get_by_label("Dataset").fill("letters")
    page.get_by_label("Other models").fill(f"{MODULE}:first_letter")
    page.get_by_text("Pace and limits").click()
    page.get_by_label("Retries").fill("-3")
    # What is typed is checked meanwhile, by other requests.
    with page.expect_response("/runs/new") as answered:
        page.get_by_role("button", name="Launch run").click()

    assert answered.value.status == 422
    expect(page.get_by_label("Retries")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Other models")).to_have_value(f"{MODULE}:first_letter")


def test_a_long_table_is_scrolled_to_any_place(page: Page, made: Material) -> None:
    """Only a window of it is in the page, wherever one stops, also while an answer is under way;
    the address keeps what is chosen.
    """
    page.goto(f"/runs/{made.texts}?sort=index")
    rows = page.locator("x-table tbody tr[data-id]")
    expect(rows.first).to_have_attribute("data-id", "text-00000")
    expect(page.locator(".spacer")).to_have_count(2)
    for share in (0.5, 0.2, 1):  # the first two are left before their rows are there
        page.locator("[data-scroll]").evaluate(SCROLL, share)
    expect(rows.last).to_have_attribute("data-id", f"text-{N_TEXTS - 1:05}")
    assert page.locator("[data-scroll]").evaluate(STANDS_AT_END)
    assert rows.count() <= 100

    rows.last.locator("td").nth(2).click()
    expect(page.locator("#entry-panel")).to_contain_text(f"text-{N_TEXTS - 1:05}")
    expect(page).to_have_url(f"{made.url}/runs/{made.texts}?sort=index&entry=text-00599")


def test_whoever_jumps_while_the_page_loads_is_served_before_all_that_nobody_asked_for(
    page: Page, made: Material
) -> None:
    """Neither following rows nor the entry beside the table stand in the way: the one is not asked
    for at all any more, the other once the rows are there.
    """
    happened: list[str] = []
    page.on("request", lambda asked: happened.append(f"asked {asked.url}"))
    page.on("requestfinished", lambda asked: happened.append(f"had {asked.url}"))
    page.add_init_script(JUMP_AT_ONCE)
    page.goto(f"/runs/{made.texts}?sort=index")
    expect(page.locator("x-table tbody tr[data-id]").last).to_have_attribute(
        "data-id", f"text-{N_TEXTS - 1:05}"
    )
    expect(page.locator("#entry-panel")).to_contain_text("text-00000")
    told = [each for each in happened if "/rows?" in each or "/panel/" in each]

    had_rows = next(place for place, each in enumerate(told) if each.startswith("had"))
    assert all("/rows?" in each for each in told[: had_rows + 1])
    assert not any(f"offset={FIRST_ROWS}&" in each for each in told)


def test_rows_that_became_others_are_what_the_server_says_of_these(
    page: Page, made: Material
) -> None:
    """Nothing of the former entry stays, nor anything between the rows, however often one jumps;
    and the focus is not left on an entry that nobody chose.
    """
    body = page.locator("x-table tbody")
    page.goto(f"/runs/{made.texts}")
    rows = body.locator("tr[data-id]")
    expect(page.locator("#entry-panel > *")).not_to_have_count(0)
    rows.first.locator(".row-link").focus()
    n_nodes = body.evaluate("each => each.childNodes.length - each.children.length")
    for share in (0.9, 0.1, 0.5, 0.3, 0.7):
        page.locator("[data-scroll]").evaluate(SCROLL, share)
        page.wait_for_function(IS_COVERED)
    first = int(rows.first.get_attribute("aria-rowindex") or 0) - 2
    answer = page.request.get(f"/runs/{made.texts}/rows?offset={first}&limit={rows.count()}")
    fresh = page.context.new_page()
    fresh.set_content(f"<table><tbody>{answer.text()}</tbody></table>")

    assert rows.evaluate_all(WHAT_STANDS) == fresh.locator("tr").evaluate_all(WHAT_STANDS)
    assert body.evaluate("each => each.childNodes.length - each.children.length") <= n_nodes
    assert page.evaluate("document.activeElement.closest('tbody')") is None


def test_rows_join_those_that_are_there_where_one_scrolls_on(
    browser: Browser, made: Material
) -> None:
    """Step by step nothing is left out, doubled or moved, in either direction; who was away from
    the server is shown them once it is back.
    """
    # A browser notes that a server was away, which is no fault of the page.
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=made.url)
    page = context.new_page()
    page.goto(f"/runs/{made.texts}?sort=index&offset=300")
    rows = page.locator("x-table tbody tr[data-id]")
    expect(page.locator(".spacer")).to_have_count(2)
    for step in (1, -1):
        for _ in range(6):
            page.locator("[data-scroll]").evaluate(SCROLL_BY, step * 480)
            page.wait_for_function(IS_COVERED)
        there = rows.evaluate_all("all => all.map(each => [each.ariaRowIndex, each.dataset.id])")
        first = int(there[0][0])
        assert there == [
            [str(place), f"text-{place - 2:05}"] for place in range(first, first + len(there))
        ]
        assert len(there) <= 100

    page.route("**/rows*", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.locator("[data-scroll]").evaluate(SCROLL, 0)
    expect(page.locator("x-table tbody")).to_contain_text("The rows could not be loaded")
    page.unroute("**/rows*")
    expect(rows.first).to_have_attribute("data-id", "text-00000")
    context.close()


def test_everything_is_reached_by_keyboard(page: Page, made: Material) -> None:
    """Rows by j and k, entries by brackets, pages by g; and a list of it all."""
    page.goto(f"/runs/{made.texts}?sort=index")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next and previous row")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("#entry-panel")).to_contain_text("text-00001")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="text-00001")).to_be_visible()
    page.keyboard.press("]")
    expect(page.get_by_role("heading", name="text-00002")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page).to_have_url(f"{made.url}/runs")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-count]")).to_have_text("1 selected")
    page.keyboard.press("c")
    expect(page).not_to_have_url(f"{made.url}/runs")
    page.go_back()
    page.keyboard.press("/")
    page.keyboard.type("metrics.accuracy > 0.9")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Filter")).to_have_value("metrics.accuracy > 0.9")


def test_without_scripts_everything_can_be_read(browser: Browser, made: Material) -> None:
    """Rows, their following part, the entry and the picture are in the pages themselves."""
    context = browser.new_context(java_script_enabled=False, base_url=made.url)
    page = context.new_page()
    page.goto(f"/runs/{made.texts}?sort=index")
    expect(page.locator("tbody tr[data-id]")).to_have_count(FIRST_ROWS)
    page.get_by_role("link", name="Next").click()
    following = page.locator("tbody tr[data-id]").first
    expect(following).to_have_attribute("data-id", f"text-{FIRST_ROWS:05}")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    context.close()


def test_no_page_shuts_anybody_out(browser: Browser, made: Material) -> None:
    """What axe-core finds: names, order, keyboard; and contrast, once more in the dark."""
    digest = made.stack.http.get(f"/api/runs/{made.boxes}").json()["comparison_digest"]
    # axe injects itself, which the policy forbids.
    context = browser.new_context(
        viewport={"width": 1024, "height": 768}, bypass_csp=True, base_url=made.url
    )
    page = context.new_page()
    look = Look(page)
    for path in (
        "/", "/runs", "/runs/new", f"/runs/{made.texts}", f"/runs/{made.boxes}",
        f"/runs/{made.texts}/entries/text-00001", f"/runs/{made.boxes}/entries/s-0",
        f"/runs/compare?run={made.texts}&run={made.boxes}", f"/comparisons/{digest}",
        "/comparisons", "/datasets", "/datasets/squares", "/datasets/letters?layout=table",
        "/models", "/nowhere",
    ):  # fmt: skip
        page.goto(path)
        look.at(path)
    context.close()

    assert look.found == {}


def test_a_telephone_shows_pages_without_scrolling_sideways(
    browser: Browser, made: Material
) -> None:
    """Tables scroll within themselves."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=made.url)
    page = context.new_page()
    digest = made.stack.http.get(f"/api/runs/{made.boxes}").json()["comparison_digest"]
    of_runs = (f"/runs/{made.boxes}", f"/comparisons/{digest}")
    for path in ("/", "/runs", "/runs/new", "/datasets/squares", *of_runs):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    context.close()


def test_a_page_is_small_and_asks_for_little(page: Page, made: Material) -> None:
    """60 kB of HTML, styles and scripts at most, as they go over the wire, in 12 requests."""
    page.goto(f"/runs/{made.texts}", wait_until="load")
    sizes = page.evaluate(
        "performance.getEntries().filter(each => each.transferSize).map(each => each.transferSize)"
    )

    assert len(sizes) <= 12
    assert sum(sizes) <= 60_000
