"""Every page over real data: what it shows, what protects it, and that nothing in it runs."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from lxml import html

from runoff_contracts.events.entry import AttemptError
from runoff_contracts.ids import new_run_id
from runoff_web.app import make_app
from runoff_web.security import POLICY
from runoff_web.settings import WebSettings
from tests.contract.api.running import World
from tests.contract.api.test_comparisons import compared
from tests.integration.query import facts
from tests.integration.web.corpus import HOSTILE

SAME = {"Sec-Fetch-Site": "same-origin"}
OWN_SRC = ("/static/", "/media/")


async def reached(world: World) -> None:
    """Everything that was written is in the read models."""
    await world.get("/api/runs")


def page_of(answer: httpx.Response, status: int = 200) -> html.HtmlElement:
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"].startswith("text/html")
    return html.fromstring(answer.text)


def refuse_what_runs(page: html.HtmlElement) -> None:
    """Nothing in it is anything but ours."""
    ids = [each.get("id") for each in page.iter() if isinstance(each.tag, str) and each.get("id")]
    assert len(ids) == len(set(ids)), "ids are unique"
    for each in page.iter():
        if not isinstance(each.tag, str):
            continue
        assert each.tag not in {"iframe", "object", "embed", "base", "style", "math", "video"}
        if each.tag == "script":
            assert (each.get("src") or "").startswith("/static/")
            assert not (each.text or "").strip()
        for name, value in each.attrib.items():
            assert not name.lower().startswith("on"), (each.tag, name)
            assert name != "style"
            if name in {"src", "href", "action", "formaction"}:
                own = value.startswith(("/", "#", "?")) and not value.startswith("//")
                assert own or value == "", (each.tag, name, value)
            if each.tag == "img" and name == "src":
                assert value.startswith(OWN_SRC)


async def hostile_run(world: World) -> str:
    """A run in which every text that can be given is hostile."""
    run = new_run_id()
    contenders = [
        each.model_copy(update={"model": f"onnx/{HOSTILE[place][:200]}"})
        for place, each in enumerate(facts.created(run, 1).contenders)
    ]
    created = facts.created(
        run,
        len(HOSTILE),
        contenders=contenders,
        alias=HOSTILE[0],
        labels={HOSTILE[8][:50]: HOSTILE[9][:50]},
    )
    await world.scribe.run(run, created, facts.started(run))
    entries, scores = [], []
    for index, text in enumerate(HOSTILE):
        entry_id = text.strip()[:190] or "x"
        error = AttemptError(error_class="exception", message=text[:2000])
        failed = facts.prediction(1, None).model_copy(
            update={"attempts": [facts.attempt(error=error)]}
        )
        more: dict[str, Any] = {  # fields of an event
            "entry_id": entry_id,
            "target": text,
            "section": text[:100],
            "split": text[:100],
            "metadata": {text[:50]: text},
            "predictions": [facts.prediction(0, text[:200]), failed],
        }
        entries.append(facts.processed(run, index, "zero", None, **more))
        scores.append(facts.scored(run, index, "zero", None, entry_id=entry_id))
    await world.scribe.processed(run, 0, *entries)
    await world.scribe.scored(run, 0, *scores)
    await reached(world)
    return run


async def test_hostile_texts_are_text_on_every_page(world: World, pages: httpx.AsyncClient) -> None:
    """More than a hundred, as names, answers, targets, errors, ids, sections and metadata."""
    assert len(HOSTILE) >= 100
    run = await hostile_run(world)
    found = (await world.get(f"/api/runs/{run}/entries", limit=1000))["items"]
    of_run = (f"/runs/{run}", f"/runs/compare?run={run}", f"/runs/new?from={run}")
    for path in ("/", "/runs", "/runs/new", *of_run):
        refuse_what_runs(page_of(await pages.get(path)))
    table = page_of(await pages.get(f"/runs/{run}/rows", params={"limit": "200"}))
    refuse_what_runs(table)
    assert len(table.xpath("//tr[@data-id]")) == len(HOSTILE)
    links = table.xpath("//a[contains(@class, 'row-link')]/@href")
    panels = table.xpath("//tr/@data-panel")
    for entry, link, panel in list(zip(found, links, panels, strict=False))[::9]:
        if ".." not in entry["entry_id"]:  # a browser takes these two dots out of every address
            refuse_what_runs(page_of(await pages.get(link)))
            refuse_what_runs(page_of(await pages.get(panel)))
    text = page_of(await pages.get(f"/runs/{run}")).text_content()
    assert "<script>pwned()</script>" in text


async def test_every_answer_carries_the_policy(world: World, pages: httpx.AsyncClient) -> None:
    """Also errors, refusals, styles and streams: a page without it would be the weak one."""
    run = await world.scribe.whole_run(n_entries=4)
    digest = await compared(world, run, n=4)
    await reached(world)
    for path, status in {
        "/": 200,
        "/runs": 200,
        "/runs?status=none": 422,
        "/runs?q=nonsense": 422,
        "/runs/new": 200,
        f"/runs/{run}": 200,
        f"/runs/{run}?offset=2&sort=index&agreement=all_match": 200,
        f"/runs/{run}?sort=none": 422,
        f"/runs/{run}/rows": 200,
        f"/runs/{run}/entries/entry-1": 200,
        f"/runs/{run}/entries/none": 404,
        f"/runs/{run}/panel/entry-1": 200,
        f"/runs/compare?runs={run}": 303,
        f"/comparisons/{digest}": 200,
        "/comparisons": 200,
        "/comparisons/none": 404,
        "/datasets": 200,
        "/datasets/none": 404,
        "/models": 200,
        "/models/onnx/none": 404,
        "/runs/ffffffff-ffff-7fff-8fff-ffffffffffff": 404,
        "/nowhere": 404,
        "/static/0/css/all.css": 200,
        "/static/0/%2e%2e/app.py": 404,
        "/media/none": 404,
        "/live": 422,
        "/live?topics=secret": 422,
        "/health/ready": 200,
    }.items():
        answer = await pages.get(path)
        assert answer.status_code == status, path
        assert answer.headers["content-security-policy"] == POLICY, path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers


async def test_what_models_disagree_on_comes_first_and_the_verdict_is_the_documents(
    world: World, pages: httpx.AsyncClient
) -> None:
    """The page computes nothing: what stands there is what the API says."""
    run = await world.scribe.whole_run(n_entries=12)
    digest = await compared(world, run, n=12)
    document = await world.get(f"/api/comparisons/{digest}")
    page = page_of(await pages.get(f"/runs/{run}"))
    listed = await world.get(f"/api/runs/{run}/entries", sort="difference", offset=0)

    ids = page.xpath("//x-table//tr/@data-id")
    assert ids == [each["entry_id"] for each in listed["items"]]
    assert page.xpath("//x-live/@data-settled") == [""]
    assert page.xpath("string(//h1)").startswith("nightly")
    told = page_of(await pages.get(f"/comparisons/{digest}"))
    assert told.xpath("string(//*[@class='verdict'])") == document["verdict"]
    assert len(told.xpath("//section[starts-with(@aria-label, 'Contender')]")) == 2


async def test_a_run_whose_document_is_lost_is_shown_all_the_same(
    world: World, pages: httpx.AsyncClient
) -> None:
    """The object store may lose what the log names; comparing anew makes it again."""
    run = await world.scribe.whole_run(n_entries=2)
    await reached(world)
    page = page_of(await pages.get(f"/runs/{run}"))

    assert "not in the object store any more" in page.text_content()
    assert page.xpath("//form[@action='/runs/compare']//input/@value") == [run]


async def test_a_table_gives_any_part_of_itself(world: World, pages: httpx.AsyncClient) -> None:
    """By place, with the length of the whole, in every order and with conditions."""
    run = await world.scribe.whole_run(n_entries=30)
    await reached(world)
    part = await pages.get(
        f"/runs/{run}/rows", params={"sort": "index", "offset": "20", "limit": "5"}
    )
    odd = await pages.get(f"/runs/{run}/rows", params={"sort": "index", "section": "odd"})

    assert html.fromstring(part.text).xpath("//tr/@data-id") == [
        f"entry-{n}" for n in range(20, 25)
    ]
    assert part.headers["x-total"] == "30"
    assert odd.headers["x-total"] == "15"
    assert part.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (SAME, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({}, 403),
        ({"Origin": "http://127.0.0.1:8701"}, 303),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8701"}, 403),
    ],
)
async def test_only_our_own_pages_may_change_anything(
    pages: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    """A form on another site is sent with the browser's own word for it, which no page can set."""
    answer = await pages.post("/theme", data={"theme": "dark", "to": "/runs"}, headers=headers)

    assert answer.status_code == status
    assert ("set-cookie" in answer.headers) == (status == 303)


async def test_the_pages_answer_to_their_own_names_only(pages: httpx.AsyncClient) -> None:
    """A name that somebody points at this machine would make his page ours to the browser."""
    for host, status in {
        "localhost:8701": 200,
        "127.0.0.1:8701": 200,
        "[::1]:8701": 200,
        "192.168.0.7": 200,
        "evil.example": 421,
        "localhost.evil.example": 421,
        "": 421,
        "[": 421,
    }.items():
        answer = await pages.get("/health/ready", headers={"Host": host})
        assert answer.status_code == status, host


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
