"""The head of a run's page is sent at once: to browsers, and where the run is known to be there."""

from __future__ import annotations

import asyncio

import httpx

from runoff_contracts.ids import new_run_id
from runoff_testkit.waiting import eventually
from runoff_web.app import make_app
from runoff_web.early import Known
from runoff_web.live.bridge import Bridge
from runoff_web.live.hub import Hub
from runoff_web.settings import WebSettings
from tests.contract.api.running import World
from tests.integration.query import facts
from tests.integration.web.hostile import page_of, reached

BROWSER = {"Sec-Fetch-Dest": "document"}


def is_early(answer: httpx.Response) -> bool:
    """What is sent at once cannot say how long the page took."""
    return "server-timing" not in answer.headers


async def test_a_page_that_begins_early_is_the_same_page(
    world: World, pages: httpx.AsyncClient
) -> None:
    """Once it was read, or stands in the list; byte for byte, in the colours that were chosen."""
    read = await world.scribe.whole_run(n_entries=12)
    listed = await world.scribe.whole_run(n_entries=12)
    await reached(world)
    assert not is_early(await pages.get(f"/runs/{read}", headers=BROWSER))
    assert is_early(await pages.get(f"/runs/{read}", headers=BROWSER))
    await pages.get("/runs")
    for headers in ({}, {"Cookie": "runoff_theme=dark"}, {"Accept-Encoding": "identity"}):
        early = await pages.get(f"/runs/{listed}", headers={**BROWSER, **headers})
        whole = await pages.get(f"/runs/{listed}", headers=headers)
        assert is_early(early)
        assert not is_early(whole)
        assert early.text == whole.text
        for name in ("content-type", "cache-control", "content-security-policy"):
            assert early.headers[name] == whole.headers[name]


async def test_a_run_that_moves_on_is_known_before_anybody_asked_for_it(world: World) -> None:
    """Its address may come from a command or a program."""
    hub, known = Hub(), Known()
    listening = asyncio.create_task(
        Bridge(str(world.http.base_url), hub, known, lambda *_: None).run()
    )
    run = ""

    async def is_known() -> bool:
        nonlocal run
        # What moves on before the stream is open is not told.
        run = run if run in known else await world.scribe.whole_run(n_entries=2)
        return run in known

    await eventually(is_known)
    listening.cancel()
    await asyncio.wait([listening])


async def test_a_page_that_takes_a_cookie_back_is_sent_as_a_whole(
    world: World, pages: httpx.AsyncClient
) -> None:
    """What was just done is said once."""
    run = await world.scribe.whole_run(n_entries=2)
    await reached(world)
    await pages.get("/runs")
    answer = await pages.get(f"/runs/{run}", headers={**BROWSER, "Cookie": "runoff_done=x"})

    assert not is_early(answer)
    assert "runoff_done" in answer.headers["set-cookie"]


async def test_a_run_that_is_gone_is_a_page_that_says_so_and_then_has_its_status(
    world: World, pages: httpx.AsyncClient
) -> None:
    """Somebody else may delete it after it was listed; nobody else is told that it is there."""
    run = await world.scribe.whole_run(n_entries=2)
    await reached(world)
    await pages.get("/runs")
    await world.scribe.run(run, facts.deleted(run))
    await reached(world)
    for status in (200, 404):
        page = page_of(await pages.get(f"/runs/{run}", headers=BROWSER), status)
        assert "There is no run" in page.text_content()


async def test_a_server_that_is_away_is_said_on_the_page_that_has_begun() -> None:
    """A browser shows it all the same; a program is told by the status."""
    app, parts = make_app(WebSettings(api_url="http://127.0.0.1:1"))
    run = new_run_id()
    parts.known.add(run)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8701") as http:
        shown = await http.get(f"/runs/{run}", headers=BROWSER)
        parts.known.add(run)
        told = await http.get(f"/runs/{run}")
    parts.client.close()

    assert "The server does not answer" in page_of(shown, 200).text_content()
    assert shown.text.count("<!doctype html>") == 1
    assert told.status_code == 503
