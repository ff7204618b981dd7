"""Comparing pages over real data: entries, reviews, files, many runs; hostile texts in all."""

from __future__ import annotations

import csv
import hashlib
import io

import httpx
import pytest

from runoff_contracts.compared import AskedAlone
from runoff_testkit.compared import a_metric, a_pair
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
async def test_what_methods_asked_for_say_alone_stands_beside_what_is_concluded(
    idle_world: World, idle_pages: httpx.AsyncClient
) -> None:
    """In the table of the page and in its files; a comparison by the usual methods has none."""
    alone = AskedAlone(
        interval_method="Tango score interval",
        interval=(0.011, 0.039),
        test="paired t",
        p_value=0.001,
    )
    run = await idle_world.scribe.whole_run(n_entries=4)
    usual = await compared(idle_world, run, n=4)
    asked = await compared(
        idle_world, run, n=4, metrics=[a_metric(pairs=[a_pair(asked_alone=alone)])]
    )
    await reached(idle_world)
    page = page_of(await idle_pages.get(f"/comparisons/{asked}"))
    told = csv.DictReader(
        io.StringIO((await idle_pages.get(f"/comparisons/{asked}/numbers.csv")).text)
    )
    none = page_of(await idle_pages.get(f"/comparisons/{usual}"))

    beside = page.xpath("//table//td/small[starts-with(normalize-space(), 'alone')]")
    said = [(each.get("title"), " ".join(each.text_content().split())) for each in beside]
    assert said == [
        ("Tango score interval", "alone +1.1 pp … +3.9 pp"), ("paired t", "alone p = 0.001")
    ]  # fmt: skip
    assert "nothing is concluded from it" in page.text_content()
    assert "nothing is concluded from it" not in none.text_content()
    (row, *_) = (each for each in told if each["what"] == "difference" and not each["group"])
    assert (row["alone_low"], row["alone_high"], row["alone_p"]) == ("0.011", "0.039", "0.001")


@IN_SHARED_LOOP
async def test_the_best_and_those_that_are_chosen_have_columns_at_any_place(
    idle_world: World, idle_pages: httpx.AsyncClient
) -> None:
    """Cards, columns of entries and legends of sections; a word says how to see the others."""
    run = await idle_world.scribe.whole_run(n_entries=4)
    metric = a_metric(values=(0.9, 0.8, 0.8, 0.8, 0.8, 0.95))
    digest = await compared(idle_world, run, n=4, n_contenders=6, metrics=[metric])
    await reached(idle_world)
    chosen = page_of(await idle_pages.get(f"/comparisons/{digest}?contender=4&versus=0"))
    plain = page_of(await idle_pages.get(f"/comparisons/{digest}"))

    for page, places in ((plain, [0, 1, 2, 5]), (chosen, [0, 1, 4, 5])):
        names = [f"net-{each}" for each in places]
        cards = page.xpath("//*[contains(@class, 'compare-cards')]//strong//bdi/text()")
        heads = page.xpath("//table[contains(@class, 'compared')]//th//bdi/text()")
        keys = page.xpath("//section[starts-with(@aria-labelledby, 'by-')]")
        assert (cards, heads) == (names, names)
        for each in keys:
            assert each.xpath("./*[contains(@class, 'title')]//span/bdi/text()") == names
        assert "2 contenders not shown: choose at" in page.text_content()
    marks = chosen.xpath("//*[contains(@class, 'compare-cards')]//strong//svg/*/@d")
    assert len(set(marks)) == 3  # the first one is a circle


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
