"""Comparing pages over real data: entries, reviews, files, many runs; hostile texts in all."""

from __future__ import annotations

import csv
import hashlib
import io

import httpx
import pytest

from tests.contract.api.running import IN_SHARED_LOOP, World
from tests.contract.api.test_comparisons import compared
from tests.integration.web.corpus import HOSTILE
from tests.integration.web.hostile import hostile_run, page_of, reached, refuse_what_runs
from tests.integration.web.test_pages import SAME


async def test_hostile_texts_are_text_where_runs_are_compared(
    world: World, pages: httpx.AsyncClient
) -> None:
    """As answers, targets, names, ids; and a table for a spreadsheet begins no formula."""
    run = await hostile_run(world)
    digest = await compared(world, run, n=len(HOSTILE))
    await reached(world)
    seen = 0
    address = f"/comparisons/{digest}?sort=index"
    while address:
        page = page_of(await pages.get(address))
        refuse_what_runs(page)
        seen += len(page.xpath("//table[contains(@class, 'compared')]/tbody/tr"))
        following = page.xpath("//a[@rel='next' and contains(@href, 'at=')]/@href")
        address = following[0] if following else ""
    for view in ("parallel", "scatter", "groups"):
        refuse_what_runs(page_of(await pages.get(f"/runs/explore?view={view}")))
    told = await pages.get(f"/comparisons/{digest}/entries.csv")

    assert seen == len(HOSTILE)
    cells = [cell for row in csv.reader(io.StringIO(told.text)) for cell in row]
    assert not [each for each in cells if each.startswith(("=", "@", "\t"))]
    assert "attachment" in told.headers["content-disposition"]


@IN_SHARED_LOOP
async def test_the_document_of_a_comparison_is_its_very_bytes(
    idle_world: World, idle_pages: httpx.AsyncClient
) -> None:
    """Whoever keeps the file can check it; the report has the same verdict."""
    digest = await compared(idle_world, await idle_world.scribe.whole_run(n_entries=4), n=4)
    document = await idle_world.get(f"/api/comparisons/{digest}")
    told = await idle_pages.get(f"/comparisons/{digest}/document.json")
    report = await idle_pages.get(f"/comparisons/{digest}/report.md")

    assert f"sha256:{hashlib.sha256(told.content).hexdigest()}" == digest
    assert report.headers["content-type"].startswith("text/markdown")
    assert document["verdict"].split()[-1].rstrip(".") in report.text


@IN_SHARED_LOOP
async def test_an_answer_that_somebody_else_judged_meanwhile_is_not_overwritten(
    idle_world: World, idle_pages: httpx.AsyncClient
) -> None:
    """Both are shown, and what is sent again stands on what is there now."""
    run = await idle_world.scribe.whole_run(n_entries=4)
    digest = await compared(idle_world, run, n=4)
    await reached(idle_world)
    named = {"entry": "entry-1", "contender": "1"}
    path = f"/comparisons/{digest}"
    form = page_of(await idle_pages.get(f"{path}/cell", params={**named, "edit": "1"}))
    seen = form.xpath("string(//input[@name='seen']/@value)")
    await idle_world.scribe.reviews(run, 1, "rejected", contender=1)
    await reached(idle_world)
    sent = {**named, "seen": seen, "decision": "edited", "edited": "mine"}
    answer = await idle_pages.post(f"{path}/review", data=sent, headers=SAME)

    conflict = page_of(answer, 409)
    text = conflict.text_content()
    assert "Nothing was saved" in text
    assert "two" in text
    assert conflict.xpath("string(//textarea)") == "mine"
    assert conflict.xpath("string(//input[@name='seen']/@value)") not in {seen, ""}
    refused = await idle_pages.post(f"{path}/review", data=sent)
    assert refused.status_code == 403


@IN_SHARED_LOOP
@pytest.mark.parametrize("only", ["regressions", "improvements"])
async def test_entries_are_those_of_the_api(
    idle_world: World, idle_pages: httpx.AsyncClient, only: str
) -> None:
    """In its order, with what it says of the change."""
    digest = await compared(idle_world, await idle_world.scribe.whole_run(n_entries=10), n=10)
    listed = await idle_world.get(f"/api/comparisons/{digest}/entries", only=only)
    page = page_of(await idle_pages.get(f"/comparisons/{digest}?only={only}"))

    shown = page.xpath("//table[contains(@class, 'compared')]//a[contains(@class, 'row-link')]")
    assert [each.text_content() for each in shown] == [each["entry_id"] for each in listed["items"]]
    if only == "improvements":
        assert "No entry is like that" in page.text_content()


async def test_ranges_of_many_runs_are_in_the_address(
    world: World, pages: httpx.AsyncClient
) -> None:
    """Without scripts too: lines outside of them are faint, and their rows hidden."""
    for n in (3, 6):
        await world.scribe.whole_run(n_entries=n)
    await reached(world)
    whole = page_of(await pages.get("/runs/explore"))
    names = whole.xpath("//*[@data-axis]/@data-axis")
    high = whole.xpath("//*[@data-axis]/@data-high")
    assert names
    part = page_of(
        await pages.get("/runs/explore", params={"axis": names[0], f"lo.{names[0]}": high[0]})
    )

    hidden, lines = part.xpath("//tr[@data-line and @hidden]"), part.xpath("//path[@data-line]")
    assert 0 < len(hidden) < len(lines)
    assert len(part.xpath("//path[@class='out']")) == len(hidden)
