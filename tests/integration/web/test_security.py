"""What protects every page: headers, who may change something, names, and texts that would run."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from urllib.parse import quote, urljoin

import httpx
import pytest
from lxml import html
from PIL import Image
from starlette.routing import Route

from runoff_web.app import routes
from runoff_web.assets import Assets
from runoff_web.security import FILE_POLICY, POLICY, UPLOADS
from tests.contract.api.running import IN_SHARED_LOOP, World
from tests.contract.api.test_comparisons import compared
from tests.integration.web.corpus import HOSTILE
from tests.integration.web.hostile import (
    DATASET,
    MODEL,
    PROOF,
    hostile_registry,
    hostile_run,
    page_of,
    reached,
    refuse_what_runs,
)

SAME = {"Sec-Fetch-Site": "same-origin"}
ROUTES: list[Route] = routes(Assets())
POSTS = sorted({each.path for each in ROUTES if "POST" in (each.methods or ())})
GETS = sorted({each.path for each in ROUTES if "GET" in (each.methods or ())})
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


def filled(path: str, **values: str) -> str:
    """A route's address; a parameter that nobody names here is an x, or a 0."""
    known = {"hash": "0", "place": "0", **values}

    def value(found: re.Match[str]) -> str:
        name, _, kind = found[1].partition(":")
        return known.get(name, "0" if kind == "int" else "x")

    return re.sub(r"\{([^}]+)\}", value, path)


async def test_every_route_answers_with_every_header(
    world: World, pages: httpx.AsyncClient
) -> None:
    """With what is there and what is not, as page and as part: a new route is in the list too."""
    run = await world.scribe.whole_run(n_entries=4)
    digest = await compared(world, run, n=4)
    await reached(world)
    there = {"run_id": run, "digest": digest, "entry_id": "entry-1", "name": "digits"}
    asked = [
        *((path, filled(path), {"X-Fragment": "1"}) for path in GETS),
        *((path, filled(path, **there), {}) for path in GETS),
        *(
            (path, f"{filled(path, **there)}?sort=none&offset=-1&version=x&q=(", {})
            for path in GETS
        ),
        ("", "/nowhere", {}),
        ("", "/static/0/%2e%2e/app.py", {}),
    ]
    for path, address, more in asked:
        answer = await pages.get(address, headers=more)
        told = {name: answer.headers.get(name) for name in HEADERS}
        assert answer.status_code < 500, address
        if path != "/media/{digest}":
            assert told == HEADERS, address
        assert "set-cookie" not in answer.headers, address
    for path in POSTS:
        # Of what is not there: who would carry an order out is not up in this test.
        answer = await pages.post(filled(path), headers=SAME | FORM, content=b"a=b")
        assert answer.status_code < 500, (path, answer.text[:300])
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, path


@IN_SHARED_LOOP
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1:8701.evil.example"},
        {"Origin": "http://127.0.0.1:8702"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8701"},
    ],
    ids=str,
)
async def test_no_other_site_may_change_anything(
    idle_pages: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    """On every route that takes a form, and by every method that there is."""
    for path in POSTS:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = await idle_pages.request(
                method, filled(path), headers=headers | FORM, content=b""
            )
            assert answer.status_code == 403, (method, path)
            assert answer.headers["content-security-policy"] == POLICY


@IN_SHARED_LOOP
@pytest.mark.parametrize("headers", [SAME, {"Origin": "http://127.0.0.1:8701"}], ids=str)
async def test_our_own_forms_are_taken_and_other_methods_are_not(
    idle_world: World, idle_pages: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    """What a browser vouches for; a form without an end, or too long, is refused before."""
    for path in POSTS:
        answer = await idle_pages.post(filled(path), headers=headers | FORM, content=b"")
        assert answer.status_code != 403, path
        put = await idle_pages.put(filled(path), headers=headers | FORM, content=b"")
        assert put.status_code == 405, path
        too_long = {"Content-Length": str(2**30 if path == UPLOADS else 2**21)}
        long = await idle_pages.post(filled(path), headers=headers | FORM | too_long, content=b"a")
        assert long.status_code == 413, path


@IN_SHARED_LOOP
async def test_the_pages_answer_to_their_own_names_only(idle_pages: httpx.AsyncClient) -> None:
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
        answer = await idle_pages.get("/health/ready", headers={"Host": host})
        assert answer.status_code == status, host
    for path in {*GETS, *POSTS}:
        answer = await idle_pages.get(filled(path), headers={"Host": "evil.example"})
        assert answer.status_code == 421, path


def addresses(run: str, plan: str) -> Iterator[str]:
    """Every page that shows what somebody else said."""
    for path in GETS:
        if not path.startswith(("/static", "/media", "/live", "/health")):
            yield filled(path, run_id=run, digest=plan, name=DATASET)
    yield f"/models/{quote(MODEL)}"
    yield f"/runs/new?from={run}"
    yield f"/runs/new?plan={plan}&dataset={DATASET}%401"
    yield f"/datasets/{DATASET}?layout=table"
    yield f"/datasets/{DATASET}?start=60"
    yield f"/runs/compare?run={run}"


async def test_hostile_texts_are_text_on_every_page(world: World, pages: httpx.AsyncClient) -> None:
    """More than a hundred: names, answers, targets, errors, ids, sections, params, plans."""
    assert len(HOSTILE) >= 100
    plan, run = await hostile_registry(world), await hostile_run(world)
    for address in addresses(run, plan):
        answer = await pages.get(address)
        assert answer.status_code < 500, address
        if answer.text:  # a redirect has none
            refuse_what_runs(html.fromstring(answer.text))
    for place in range(0, len(HOSTILE), 17):
        page = page_of(await pages.get(f"/datasets/{DATASET}/entries/{place}"))
        refuse_what_runs(page)
    for address in (f"/runs/{run}", f"/datasets/{DATASET}", f"/plans/{plan}", "/plans"):
        assert PROOF in page_of(await pages.get(address)).text_content(), address
    model = (await world.get("/api/models"))["items"][0]["model"]
    shown = page_of(await pages.get(f"/models/{quote(model)}"))
    refuse_what_runs(shown)
    assert PROOF in shown.text_content()


async def test_every_hostile_answer_is_text_in_its_table_and_its_panel(
    world: World, pages: httpx.AsyncClient
) -> None:
    """The parts that scripts fetch are held to the same as whole pages."""
    run = await hostile_run(world)
    found = (await world.get(f"/api/runs/{run}/entries", limit=1000))["items"]
    table = page_of(await pages.get(f"/runs/{run}/rows", params={"limit": "200"}))
    refuse_what_runs(table)
    assert len(table.xpath("//tr[@data-id]")) == len(HOSTILE)
    links = table.xpath("//a[contains(@class, 'row-link')]/@href")
    for place, (entry, link) in enumerate(zip(found, links, strict=True)):
        if place % 9 and ".." not in entry["entry_id"]:
            continue
        # As a browser reads an address: two dots that stand between slashes leave the run.
        opened = page_of(await pages.get(urljoin("http://127.0.0.1:8701", link)))
        refuse_what_runs(opened)
        assert opened.xpath("string(//h1/following::x-copy/@data-text)") == entry["entry_id"]
        panel = link.replace("/entries/", "/panel/")
        refuse_what_runs(page_of(await pages.get(panel)))


async def test_what_is_typed_into_a_form_comes_back_as_text(
    world: World, pages: httpx.AsyncClient
) -> None:
    """A form that is refused holds all that was sent, and a filter stands in its field."""
    await hostile_registry(world)
    forms = {
        "/runs/new": (
            "dataset", "split", "section", "entry", "model", "others", "scorer", "more_scorers",
            "judge_model", "judge_rubric", "alias", "labels", "params", "plan", "start_at",
            "batch_size", "priority",
        ),
        "/runs/choose": ("dataset", "entry"),
        "/runs/estimate": ("dataset", "others", "params"),
        "/runs/params": ("text",),
        "/models/new": ("model", "spec"),
        "/plans/new": ("title", "hypothesis", "dataset", "models", "metric", "baseline", "margin"),
    }  # fmt: skip
    for path, names in forms.items():
        for text in HOSTILE[::17]:
            sent = dict.fromkeys(names, text)
            answer = await pages.post(path, data=sent, headers=SAME, follow_redirects=False)
            assert answer.status_code < 500, (path, text)
            if answer.text:
                refuse_what_runs(html.fromstring(answer.text))
    for text in HOSTILE[::15]:
        for address, name in (
            ("/runs", "q"), (f"/datasets/{DATASET}", "find"), (f"/datasets/{DATASET}", "section"),
            ("/plans/size", "difference"), ("/runs/new", "dataset"), ("/plans/new", "title"),
        ):  # fmt: skip
            answer = await pages.get(address, params={name: text})
            assert answer.status_code < 500, (address, text)
            refuse_what_runs(html.fromstring(answer.text))


@IN_SHARED_LOOP
async def test_files_run_nowhere(idle_world: World, idle_pages: httpx.AsyncClient) -> None:
    """Programs in the shape of images are refused; images come under a policy without rights."""
    out = io.BytesIO()
    Image.new("RGB", (20, 10)).save(out, "PNG", pnginfo=None)
    polyglot = out.getvalue() + b"<script>pwned()</script>"
    digest = await idle_world.objects.put(polyglot)
    shown = await idle_pages.get(f"/media/{digest}")
    small = await idle_pages.get(f"/media/{digest}", params={"w": "96"})

    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["content-security-policy"] == FILE_POLICY
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert b"pwned" not in small.content
    for text in HOSTILE[24:30]:
        program = f"<svg xmlns='http://www.w3.org/2000/svg'>{text}</svg>".encode()
        digest = await idle_world.objects.put(program)
        answer = await idle_pages.get(f"/media/{digest}")
        assert answer.status_code == 415
        assert answer.headers["content-type"].startswith("text/plain")
