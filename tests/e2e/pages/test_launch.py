"""From which entries to a run on just those, in a real browser: data, launch sheet, plans."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from runoff import Client
from tests.e2e.pages.accessibility import Look
from tests.e2e.pages.conftest import Material
from tests.e2e.using import MODULE, wait_settled
from tests.integration.web.corpus import HOSTILE


def test_chosen_entries_of_two_pages_are_what_the_run_asks(page: Page, made: Material) -> None:
    """By mouse and keyboard; what is ticked stays ticked on the next page."""
    page.goto("/datasets/letters?split=train")
    page.get_by_label("Select text-00004", exact=True).check()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-count]")).to_have_text("2 selected")
    page.get_by_role("link", name="Next").click()
    page.get_by_label("Select text-00240", exact=True).check()
    expect(page.locator("[data-count]")).to_have_text("3 selected, 2 of them on other pages")
    page.keyboard.press("c")

    expect(page.locator("summary", has_text="3 chosen entries")).to_be_visible()
    page.get_by_label("Other models").fill(f"{MODULE}:first_letter\n{MODULE}:last_letter")
    page.get_by_label("Alias").fill("just three")
    estimate = page.locator("#estimate")
    expect(estimate).to_contain_text("Every model was checked and is ready.")
    expect(estimate).to_contain_text("3 of letters@1")
    page.get_by_role("button", name="Launch run").dblclick()
    expect(page.get_by_role("heading", name="just three")).to_be_visible()
    run = wait_settled(made.stack, page.url.rpartition("/")[2])
    with Client(made.stack.api_url) as client:
        asked = {each.entry_id for each in client.runs.entries(run.run_id).items}
        launched = client.runs.list(filter="alias = 'just three'").items
    assert asked == {"text-00004", "text-00008", "text-00240"}
    assert len(launched) == 1


def test_all_that_a_search_found_is_selected_from_one_page_of_it(page: Page) -> None:
    """Of 150 entries 60 are on the page; all of them go to the launch sheet."""
    page.goto("/datasets/letters?split=train")
    page.get_by_role("button", name="Select all 150 that fit").click()
    expect(page.locator("[data-count]")).to_have_text("150 selected, 90 of them on other pages")
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_label("Select text-00240", exact=True)).to_be_checked()
    page.get_by_role("button", name="Compare selected").click()

    expect(page.locator("summary", has_text="150 chosen entries")).to_be_visible()


def test_a_folder_that_is_chosen_becomes_a_dataset(
    page: Page, made: Material, tmp_path: Path
) -> None:
    """Browsers name its files by their place in it; what is wrong is said before, row by row."""
    folder = tmp_path / "photos"
    (folder / "cats").mkdir(parents=True)
    Image.new("L", (8, 8)).save(folder / "cats" / "1.png")
    row = '{"id": "cat-1", "file": "cats/1.png", "target": "cat"}\n'
    (folder / "manifest.jsonl").write_text(row.replace("1.png", "2.png"), encoding="utf-8")
    page.goto("/datasets/new")
    page.get_by_label("Name").fill("chosen")
    page.get_by_label("Or a folder").set_input_files(folder)
    page.get_by_role("button", name="Add dataset").click()
    expect(page.get_by_role("heading", name="Nothing was registered")).to_be_visible()
    expect(page.get_by_role("row", name="line 1")).to_contain_text("cats/2.png")

    (folder / "manifest.jsonl").write_text(row, encoding="utf-8")
    expect(page.get_by_label("Name")).to_have_value("chosen")
    page.get_by_label("Or a folder").set_input_files(folder)
    page.get_by_role("button", name="Add dataset").click()
    expect(page.get_by_role("heading", name="chosen")).to_be_visible()
    expect(page.get_by_role("link", name="cat-1")).to_be_visible()


def test_parameters_are_edited_with_a_template_a_check_and_a_reset(
    page: Page, made: Material
) -> None:
    """The place where it breaks, what is of the wrong kind, those of another run, and back."""
    with Client(made.stack.api_url) as client:
        client.params.set(made.texts, {"lr": 0.001, "warm": True})
    page.goto("/runs/new?dataset=letters@1")
    page.get_by_text("Parameters and labels").click()
    editor = page.get_by_label("Parameters", exact=True)
    said = page.locator("x-json", has=editor).locator("[data-said]")
    editor.fill('{"lr": }')
    expect(said).to_contain_text("line 1, column 8")
    assert page.evaluate("CSS.highlights.get('json-bad').size") == 1
    editor.fill('{"lr": [1]}')
    expect(said).to_contain_text("lr: a parameter is true, false, a number or a text")
    page.get_by_label("Take over those of a run").select_option(made.texts)
    page.get_by_role("button", name="Fill in").click()
    editor = page.get_by_label("Parameters", exact=True)
    expect(editor).to_have_value('{\n  "lr": 0.001,\n  "warm": true\n}')
    expect(said).to_have_text("2 parameters, 1 number, 1 true or false")
    editor.fill('{"lr":2}')
    tools = page.locator("x-json", has=editor)
    tools.get_by_role("button", name="Format").click()
    expect(editor).to_have_value('{\n  "lr": 2\n}')
    tools.get_by_role("button", name="Reset").click()
    expect(editor).to_have_value('{\n  "lr": 0.001,\n  "warm": true\n}')
    with page.expect_download() as downloaded:
        tools.get_by_role("button", name="Download").click()
    assert downloaded.value.suggested_filename == "params.json"


def test_a_plan_is_sealed_once_confirmed_and_a_run_is_bound_to_it(
    page: Page, made: Material
) -> None:
    """What contradicts it is refused at the field; what keeps to it has its verdict there."""
    page.goto("/plans/new")
    page.get_by_label("Title").fill("Is the <b>first</b> letter right?")
    page.get_by_label("Dataset").fill("letters@1")
    page.get_by_label("Split").fill("train")
    page.get_by_label("Models").fill(f"{MODULE}:first_letter\n{MODULE}:last_letter")
    page.get_by_label("Metric").fill("accuracy")
    page.get_by_label("Margin").fill("0.02")
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_role("heading", name="Sealing cannot be undone")).to_be_visible()
    page.get_by_role("button", name="Seal it for good").click()
    expect(page.get_by_role("heading", name="Is the <b>first</b> letter right?")).to_be_visible()
    sealed = page.url

    page.get_by_role("link", name="Launch a run under it").click()
    page.get_by_label("Section").fill("nowhere")
    page.get_by_role("button", name="Launch run").click()
    expect(page.get_by_role("heading", name="Nothing was launched")).to_be_visible()
    page.get_by_label("Section").fill("")
    page.get_by_role("button", name="Launch run").click()
    # The page loads itself anew with the first answers, which must not meet the way to the next.
    expect(page.locator("tbody tr[data-id]").first).to_be_visible()
    wait_settled(made.stack, page.url.rpartition("/")[2])
    page.goto(sealed)
    expect(page.get_by_text("As it was planned: nothing departs from it.")).to_be_visible()
    expect(page.locator(".verdict")).to_contain_text("first_letter")


def test_nothing_hostile_runs_in_a_real_browser(page: Page, made: Material) -> None:
    """No script of it, no request elsewhere, no violation of the policy: the context watches."""
    rows = [
        {"id": f"h{place}", "text": text, "target": text[:200], "section": text.strip()[:90] or "x"}
        for place, text in enumerate(HOSTILE)
    ]
    answer = made.stack.http.post(
        "/api/datasets", json={"name": "hostile", "task": "text", "entries": rows}
    )
    assert answer.is_success, answer.text
    with Client(made.stack.api_url) as client:
        run = client.runs.launch(
            dataset="hostile",
            models=[f"{MODULE}:echoes", f"{MODULE}:first_letter"],
            alias=HOSTILE[0],
            labels={HOSTILE[8][:50]: HOSTILE[9][:50]},
            params={text[:200] or "x": text for text in HOSTILE},
        )
        settled = wait_settled(made.stack, run.id)
    page.add_init_script(
        "globalThis.pwned = () => { globalThis.ran = true; };"
        "globalThis.broken = [];"
        "addEventListener('securitypolicyviolation', e => broken.push(e.violatedDirective));"
    )
    for address in (
        f"/runs/{run.id}", f"/runs/{run.id}?sort=index&offset=60", f"/runs/{run.id}/entries/h3",
        f"/comparisons/{settled.comparison_digest}", f"/runs/new?from={run.id}",
        "/runs", "/datasets/hostile", "/datasets/hostile?layout=table&start=60",
        "/datasets/hostile/entries/12", "/",
    ):  # fmt: skip
        page.goto(address, wait_until="load")
        expect(page.locator("h1")).to_be_visible()
        assert page.evaluate("[globalThis.ran === true, broken]") == [False, []], address


def test_nobody_is_shut_out_of_data_models_sheet_and_plans(
    browser: Browser, made: Material
) -> None:
    """What axe-core finds, light and dark; and no page scrolls sideways on a telephone."""
    context = browser.new_context(
        viewport={"width": 1024, "height": 768}, bypass_csp=True, base_url=made.url
    )
    page = context.new_page()
    look = Look(page)
    for path in (
        "/datasets", "/datasets/new", "/datasets/letters", "/datasets/squares?layout=table",
        "/datasets/squares/entries/1", "/models", "/models/new", "/plans", "/plans/new",
        "/plans/size?n_entries=400&discordance=0.1", f"/runs/new?from={made.texts}",
    ):  # fmt: skip
        page.set_viewport_size({"width": 1024, "height": 768})
        page.goto(path)
        # What is folded up is looked at as well.
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        look.at(path)
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    context.close()

    assert look.found == {}
