"""Search, completion, archiving and errors without a browser around them."""

from __future__ import annotations

import httpx
from lxml import html

from runoff_web.app import make_app
from runoff_web.settings import WebSettings
from tests.contract.api.running import World
from tests.integration.web.corpus import HOSTILE
from tests.integration.web.hostile import hostile_run, page_of, reached, refuse_what_runs
from tests.integration.web.test_pages import SAME

FRAGMENT = {"X-Fragment": "1"}


def part_of(answer: httpx.Response) -> html.HtmlElement:
    assert answer.status_code == 200, answer.text[:500]
    return html.fromstring(f"<div>{answer.text}</div>")


async def test_a_search_is_a_page_and_a_list_of_the_same(
    world: World, pages: httpx.AsyncClient
) -> None:
    """Whoever has no scripts gets what the palette has; hostile names and words are text."""
    run = await hostile_run(world)
    for words in ("", "classification", "digits", *HOSTILE[::10]):
        page = page_of(await pages.get("/search", params={"q": words}))
        refuse_what_runs(page)
        part = await pages.get("/search", params={"q": words}, headers=FRAGMENT)
        links = part_of(part).xpath("//a[@role='option']/@href")
        assert links == page.xpath("//ul[@class='found']//a/@href")
    found = page_of(await pages.get("/search", params={"q": run[:8]}))
    assert f"/runs/{run}" in found.xpath("//a/@href")
    pages_found = page_of(await pages.get("/search", params={"q": "archived"}))
    assert pages_found.xpath("//ul[@class='found']//a/@href") == ["/runs?archived=yes"]


async def test_a_filter_is_offered_what_the_api_takes(
    world: World, pages: httpx.AsyncClient
) -> None:
    """As options that say where they belong; the rest is tested without a server."""
    await world.scribe.whole_run(n_entries=4)
    await reached(world)
    part = await pages.get("/runs/complete", params={"q": "status = 'c", "at": "11"})
    options = part_of(part).xpath("//*[@role='option']")
    offered = [(each.get("data-text"), each.get("data-start")) for each in options]
    assert offered[:2] == [("'completed'", "9"), ("'canceled'", "9")]
    refused = page_of(await pages.get("/runs", params={"q": "metrics.acuracy > 1"}), 422)
    assert refused.xpath("//input[@id='q']/@aria-describedby") == ["q-error"]
    assert refused.xpath("//span[@id='q-error']//mark")[0].text == "acuracy > 1"


async def test_archiving_goes_back_to_the_view_it_came_from_and_says_so_once(
    world: World, pages: httpx.AsyncClient
) -> None:
    """A page of elsewhere is no place to go back to."""
    await world.start_run_manager()
    run = await world.scribe.whole_run(n_entries=4)
    await reached(world)
    view = {**SAME, "Referer": "http://127.0.0.1:8701/runs?size=50"}
    done = await pages.post("/runs/archive", data={"run": run}, headers=view)
    assert (done.status_code, done.headers["location"]) == (303, "/runs?size=50")
    page = page_of(await pages.get("/runs?size=50"))
    assert page.xpath("string(//x-toast/span)") == "1 run archived"
    assert page.xpath("//x-toast//form/@action") == ["/runs/restore"]
    assert not page.xpath(f"//tr[@id='run-{run}']")
    again = page_of(await pages.get("/runs?archived=yes"))
    assert not again.xpath("//x-toast")
    assert again.xpath(f"//tr[@id='run-{run}']")

    elsewhere = {**SAME, "Referer": "http://127.0.0.1:9999//evil.example/runs"}
    undone = await pages.post("/runs/restore", data={"run": run}, headers=elsewhere)
    assert (undone.status_code, undone.headers["location"]) == (303, "/runs")
    assert page_of(await pages.get("/runs")).xpath(f"//tr[@id='run-{run}']")


async def test_addresses_of_the_list_are_as_short_as_can_be(
    world: World, pages: httpx.AsyncClient
) -> None:
    """A form sends empty fields as well; columns are in the address where they were chosen."""
    await world.scribe.whole_run(n_entries=4)
    await reached(world)
    sent = await pages.get("/runs?q=&find=&status=&size=20&cols=status&cols=labels&archived=")
    assert (sent.status_code, sent.headers["location"]) == (303, "/runs?cols=status%2Clabels")
    page = page_of(await pages.get(sent.headers["location"]))
    (classes,) = page.xpath("//table/@class")
    assert "no-models" in classes
    assert "no-labels" not in classes


async def test_while_the_api_is_away_pages_say_so_and_look_again() -> None:
    """The frame stands on its own: styles, scripts and words come from the pages' process."""
    app, parts = make_app(WebSettings(api_url="http://127.0.0.1:9"))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8701") as http:
        for path in ("/", "/runs", "/search"):
            page = page_of(await http.get(path), 503)
            assert page.xpath("//a[@data-away]")
            assert "The server does not answer" in page.text_content()
    parts.client.close()
