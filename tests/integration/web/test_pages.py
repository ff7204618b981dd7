"""Every page over real data: what it shows, what protects it, and that nothing in it runs."""

from __future__ import annotations

import httpx
from lxml import html

from runoff_web.app import make_app
from runoff_web.settings import WebSettings
from tests.contract.api.running import IN_SHARED_LOOP, World
from tests.contract.api.test_comparisons import compared
from tests.integration.web.hostile import page_of, reached

SAME = {"Sec-Fetch-Site": "same-origin"}


@IN_SHARED_LOOP
async def test_what_models_disagree_on_comes_first_and_the_verdict_is_the_documents(
    idle_world: World, idle_pages: httpx.AsyncClient
) -> None:
    """The page computes nothing: what stands there is what the API says."""
    run = await idle_world.scribe.whole_run(n_entries=12)
    digest = await compared(idle_world, run, n=12)
    document = await idle_world.get(f"/api/comparisons/{digest}")
    page = page_of(await idle_pages.get(f"/runs/{run}"))
    listed = await idle_world.get(f"/api/runs/{run}/entries", sort="difference", offset=0)

    ids = page.xpath("//x-table//tr/@data-id")
    assert ids == [each["entry_id"] for each in listed["items"]]
    assert page.xpath("//x-live/@data-settled") == [""]
    assert page.xpath("string(//h1)").startswith("nightly")
    told = page_of(await idle_pages.get(f"/comparisons/{digest}"))
    assert told.xpath("string(//*[@class='verdict'])") == document["verdict"]
    assert len(told.xpath("//section[starts-with(@aria-label, 'Contender')]")) == 2


@IN_SHARED_LOOP
async def test_a_run_whose_document_is_lost_is_shown_all_the_same(
    idle_world: World, idle_pages: httpx.AsyncClient
) -> None:
    """The object store may lose what the log names; comparing anew makes it again."""
    run = await idle_world.scribe.whole_run(n_entries=2)
    await reached(idle_world)
    page = page_of(await idle_pages.get(f"/runs/{run}"))

    assert "not in the object store any more" in page.text_content()
    assert page.xpath("//form[@action='/runs/compare']//input/@value") == [run]


@IN_SHARED_LOOP
async def test_a_table_gives_any_part_of_itself(
    idle_world: World, idle_pages: httpx.AsyncClient
) -> None:
    """By place, with the length of the whole, in every order and with conditions."""
    run = await idle_world.scribe.whole_run(n_entries=30)
    await reached(idle_world)
    part = await idle_pages.get(
        f"/runs/{run}/rows", params={"sort": "index", "offset": "20", "limit": "5"}
    )
    odd = await idle_pages.get(f"/runs/{run}/rows", params={"sort": "index", "section": "odd"})

    assert html.fromstring(part.text).xpath("//tr/@data-id") == [
        f"entry-{n}" for n in range(20, 25)
    ]
    assert part.headers["x-total"] == "30"
    assert odd.headers["x-total"] == "15"
    assert part.headers["cache-control"] == "no-store"


async def test_the_colours_are_kept_and_nobody_is_sent_elsewhere(
    pages: httpx.AsyncClient,
) -> None:
    """The cookie decides before the first paint; the address to go back to is one of ours."""
    for to, back in {
        "/runs": "/runs",
        "//evil.example": "/",
        "/\\evil.example": "/",
        "https://evil.example": "/",
    }.items():
        answer = await pages.post("/theme", data={"theme": "dark", "to": to}, headers=SAME)
        assert answer.headers["location"] == back
    page = page_of(await pages.get("/runs", headers={"Cookie": "runoff_theme=dark"}))
    assert page.get("data-theme") == "dark"
    odd = page_of(await pages.get("/runs", headers={"Cookie": "runoff_theme=%22%3E%3Cb%3E"}))
    assert odd.get("data-theme") is None


async def test_runs_are_deleted_in_two_steps(world: World, pages: httpx.AsyncClient) -> None:
    """The first names them; nothing is gone before the second."""
    await world.start_run_manager()
    run = await world.scribe.whole_run(n_entries=2)
    await reached(world)
    asked = await pages.post("/runs/delete", data={"run": run}, headers=SAME)
    assert "Delete 1 run?" in page_of(asked).text_content()
    assert (await world.http.get(f"/api/runs/{run}")).status_code == 200

    done = await pages.post("/runs/delete", data={"run": run, "sure": "yes"}, headers=SAME)
    assert done.status_code == 303
    assert (await world.http.get(f"/api/runs/{run}")).status_code == 404
    assert run not in (await pages.get("/runs")).text


async def test_a_form_that_is_wrong_comes_back_with_what_would_be_right(
    world: World, pages: httpx.AsyncClient
) -> None:
    """At each field, with everything that was typed; and nothing is launched."""
    form = {"key": "k", "dataset": "none", "others": "python/a:b", "sleep_s": "-1", "alias": "<b>"}
    answer = await pages.post("/runs/new", data=form, headers=SAME)

    page = page_of(answer, 422)
    assert page.xpath("//input[@name='sleep_s']/@aria-invalid") == ["true"]
    assert "greater than or equal to 0" in page.xpath("string(//*[@id='e-sleep_s'])")
    assert page.xpath("//input[@name='alias']/@value") == ["<b>"]
    assert page.xpath("//input[@name='key']/@value") == ["k"]
    assert (await world.get("/api/runs"))["items"] == []


async def test_pages_say_so_when_the_api_is_away() -> None:
    """The page is there, with what to do; a status that a proxy understands."""
    app, parts = make_app(WebSettings(api_url="http://127.0.0.1:1"))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8701") as http:
        answer = await http.get("/runs")
    parts.client.close()

    assert "The server does not answer" in page_of(answer, 503).text_content()
