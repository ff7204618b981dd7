"""Entries chosen by a search: all that it found, whatever page of the list they are on."""

from __future__ import annotations

import httpx
import pytest
from lxml import html

from runoff_web.pages import found
from tests.contract.api.running import World
from tests.integration.web.corpus import HOSTILE
from tests.integration.web.hostile import DATASET, hostile_registry, page_of, refuse_what_runs

SAME = {"Sec-Fetch-Site": "same-origin"}


async def test_all_that_a_search_found_is_chosen_with_scripts_and_without(
    world: World, pages: httpx.AsyncClient
) -> None:
    """Both ways mean the same entries, under ids that would run if they were no text."""
    await hostile_registry(world)
    listed = await world.get(f"/api/datasets/{DATASET}/entries", split="test", limit=1000)
    wanted = [each["id"] for each in listed["items"]]
    part = html.fromstring(
        (await pages.get(f"/datasets/{DATASET}/found", params={"split": "test"})).text
    )
    refuse_what_runs(part)
    order = {"dataset": f"{DATASET}@1", "found": "yes", "split": "test"}
    sheet = page_of(await pages.post("/runs/choose", data=order, headers=SAME))

    assert len(HOSTILE) > len(wanted) > 60
    assert part.xpath("//data/@value") == wanted
    assert part.xpath("@data-more") == []
    assert sheet.xpath("//input[@name='entry']/@value") == wanted


async def test_more_than_can_be_chosen_is_said(
    world: World, pages: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first ones are taken, and nobody believes that they are all."""
    await hostile_registry(world)
    monkeypatch.setattr(found, "MAX_ENTRIES", 7)
    answer = await pages.get(f"/datasets/{DATASET}/found", params={"split": "test"})
    part = html.fromstring(answer.text)

    assert part.xpath("count(//data)") == 7
    assert part.xpath("@data-more") == [""]


async def test_a_narrowed_list_goes_back_page_by_page(
    world: World, pages: httpx.AsyncClient
) -> None:
    """Its pages have no numbers: the address remembers where those before it began."""
    await hostile_registry(world)
    address, seen = f"/datasets/{DATASET}?split=test&layout=table", []
    for way in ("next", "prev", "next"):
        page = page_of(await pages.get(address))
        seen.append(page.xpath("//input[@name='entry']/@value"))
        address = page.xpath(f"//a[@rel={way!r}]/@href")[0]

    assert seen[0] == seen[2]
    assert set(seen[0]).isdisjoint(seen[1])
