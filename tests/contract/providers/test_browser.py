"""`browser/<name>` with a real Chromium on pages of loopback."""

from __future__ import annotations

import io
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest
import pytest_asyncio
from PIL import Image

from runoff_contracts.answers import Point
from runoff_contracts.commands import Accepted
from runoff_contracts.events.entry import Prediction
from runoff_contracts.model_spec import BrowserSpec
from runoff_inference_worker.provider import Ask, Kit
from runoff_inference_worker.providers import PROVIDERS
from runoff_local.ports import free_port
from runoff_objects.entry_set import EntryRow
from runoff_testkit.pages import Pages, pages
from runoff_testkit.waiting import eventually
from tests.contract.providers.asking import ask, checked, contender, wrong
from tests.unit.inference_worker.making import a_kit, an_image, image_rows, text_rows

pytestmark = [
    pytest.mark.skipif(
        not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
        reason="there is no Chromium on this machine",
    ),
    # The browser that tests share belongs to one event loop.
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(loop_scope="module")
async def site() -> AsyncIterator[Pages]:
    """Pages on loopback."""
    async with pages() as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def kit(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Kit]:
    """What providers work with, and a browser that stays up between the tests."""
    made = a_kit(tmp_path_factory.mktemp("kit"))
    spec = BrowserSpec(url="http://127.0.0.1/", task="text", text_input="#q", answer="#answer")
    model = await PROVIDERS["browser"].open(contender(spec, "browser/page"), made)
    yield made
    await model.close()


def page(site: Pages, path: str, **given: Any) -> BrowserSpec:
    chosen = {"task": "text", "text_input": "#q", "submit": "#go", "answer": "#answer"}
    return BrowserSpec(url=site.url + path, **{**chosen, **given})


async def said(
    kit: Kit, spec: BrowserSpec, rows: Sequence[EntryRow], **config: Any
) -> list[Prediction]:
    chosen = {"timeout_s": 20.0, **config}
    return await ask(kit, spec, rows, model="browser/page", **chosen)


def error_of(prediction: Prediction) -> tuple[str, str]:
    error = prediction.attempts[-1].error
    assert error is not None
    return error.error_class, error.message


async def test_a_page_is_asked_and_its_whole_answer_read(kit: Kit, site: Pages) -> None:
    """An answer that grows is read when its end is shown, with how sure it is."""
    spec = page(site, "/chat", done="#done", confidence="#sure")

    first, second = await said(kit, spec, text_rows("a long answer", "b <c>\n"))

    assert (first.text, first.confidence) == ("A LONG ANSWER", 0.93)
    assert second.text == "B <C>"
    assert [attempt.n_batch for attempt in first.attempts] == [1]


async def test_without_a_sign_of_the_end_an_answer_has_to_settle(kit: Kit, site: Pages) -> None:
    """What stands there in between, or stood there before, is none."""
    quiet = await said(kit, page(site, "/quiet"), text_rows("a"))
    before = await said(kit, page(site, "/placeholder"), text_rows("b"))

    assert quiet[0].text == "a"
    assert before[0].text == "b"


async def test_a_label_is_what_the_page_shows(kit: Kit, site: Pages) -> None:
    """Without the spaces round it."""
    spec = page(site, "/label", task="classification", confidence="#sure")

    found = await said(kit, spec, text_rows("0.5"))

    assert (found[0].label, found[0].text, found[0].confidence) == ("cat", None, 0.5)


async def test_a_form_that_loads_a_new_page_is_sent_by_enter(kit: Kit, site: Pages) -> None:
    """Pages made by a server answer with another page of the same origin."""
    found = await said(kit, page(site, "/form", submit=None), text_rows("abc"))

    assert found[0].text == "cba"


async def test_an_image_goes_in_as_the_file_that_it_is(kit: Kit, site: Pages) -> None:
    """With the type of its content."""
    spec = page(site, "/upload", text_input=None, file_input="#f", submit=None)

    found = await said(kit, spec, await image_rows(kit, [an_image("RGB", (7, 5), 0, "JPEG")]))

    assert found[0].text == "entry.jpeg image/jpeg 7x5"


async def test_a_page_tells_what_it_sees_in_an_image(kit: Kit, site: Pages) -> None:
    """Its label with how sure it is, or a place in pixels of the original, upright."""
    sight = {"text_input": None, "file_input": "#f", "submit": None}
    labels = page(
        site, "/sight", task="classification", answer="#label", confidence="#sure", **sight
    )
    places = page(site, "/sight", task="coordinates", answer="#place", **sight)
    rows = await image_rows(kit, [an_image("L", (9, 9), 255), an_image("L", (9, 9), 0)])
    turned = Image.new("L", (8, 4))
    turned.putpixel((1, 0), 255)
    upright = Image.Exif()
    upright[0x0112] = 6  # to be turned by a quarter to the right: four wide, eight high
    content = io.BytesIO()
    turned.save(content, "PNG", exif=upright)

    light, dark = await said(kit, labels, rows)
    (place,) = await said(kit, places, await image_rows(kit, [content.getvalue()]))

    assert [(each.label, each.confidence) for each in (light, dark)] == [("light", 1), ("dark", 1)]
    assert place.point == Point(x=3.5, y=1.5)


async def test_an_image_that_is_none_is_a_bad_entry(kit: Kit, site: Pages) -> None:
    """The page is not visited."""
    spec = page(site, "/sight", text_input=None, file_input="#f", submit=None, answer="#label")

    found = await said(kit, spec, await image_rows(kit, [b"no image"]))

    assert error_of(found[0])[0] == "bad_entry"
    assert site.asked == []


async def test_each_entry_has_a_page_without_a_past(kit: Kit, site: Pages) -> None:
    """What an answer leaves behind must not reach the next."""
    found = await said(kit, page(site, "/kept"), text_rows("a", "b", "c"), concurrency=1)

    assert [each.text for each in found] == ["00a", "00b", "00c"]


async def test_popups_dialogs_and_downloads_do_not_stop_an_answer(kit: Kit, site: Pages) -> None:
    """Nobody is there to close them."""
    for path in ("/popup", "/download"):
        assert (await said(kit, page(site, path), text_rows("a")))[0].text == "a", path


async def test_a_page_that_goes_to_another_origin_is_rejected(kit: Kit, site: Pages) -> None:
    """What stands there is not the declared model's answer."""
    for path in ("/elsewhere", "/moved"):
        found = await said(kit, page(site, path), text_rows("a"), retries=3)

        words = f"the page went to another origin, {site.elsewhere}"
        assert error_of(found[0]) == ("rejected", words), path
        assert len(found[0].attempts) == 1


async def test_a_page_that_is_an_error_has_its_class(kit: Kit, site: Pages) -> None:
    """As with any other server."""
    cases = [
        ("/busy", "rate_limit", 429),
        ("/broken", "server", 500),
        ("/nowhere", "rejected", 404),
    ]
    for path, class_, status in cases:
        found = await said(kit, page(site, path), text_rows("a"))

        error = found[0].attempts[0].error
        assert error is not None
        assert (error.error_class, error.status_code) == (class_, status)


async def test_what_the_page_asks_to_wait_is_kept(kit: Kit, site: Pages) -> None:
    """`Retry-After` is the page's, too."""
    model = await PROVIDERS["browser"].open(contender(page(site, "/busy"), "browser/page"), kit)
    replies = await model.answer([Ask("a", "a")], 20.0)
    await model.close()

    assert getattr(replies[0].outcome, "retry_after_s", None) == 3.0


async def test_what_is_no_answer_has_its_class(kit: Kit, site: Pages) -> None:
    """With words that help to mend the recipe."""
    twice = await said(kit, page(site, "/twice"), text_rows("a"))
    long = await said(kit, page(site, "/long"), text_rows("a"))
    unsure = await said(kit, page(site, "/label", confidence="#sure"), text_rows("who knows"))
    gone = page(site, "/chat").model_copy(update={"url": f"http://127.0.0.1:{free_port()}"})
    nobody = await said(kit, gone, text_rows("a"))

    assert error_of(twice[0]) == ("malformed_answer", "2 elements meet answer '#answer', not one")
    assert error_of(long[0])[0] == "malformed_answer"
    assert "'who knows', one number is needed" in error_of(unsure[0])[1]
    assert error_of(nobody[0])[0] == "connection"
    assert "ERR_CONNECTION_REFUSED" in error_of(nobody[0])[1]


async def test_the_limit_of_an_attempt_closes_the_page(kit: Kit, site: Pages) -> None:
    """Even of one whose script never ends; the next entry has a page of its own."""
    for spec, waited in (
        (page(site, "/silent"), "answer '#answer'"),
        (page(site, "/silent", done="#done"), "done '#done'"),
        (page(site, "/silent", submit="#none"), "submit '#none'"),
        (page(site, "/endless"), ""),
    ):
        # A busy machine takes long to open a page, which is then what was waited for.
        for limit_s in (2.0, 8.0, 20.0):
            found = await said(kit, spec, text_rows("a"), timeout_s=limit_s)
            class_, message = error_of(found[0])
            assert class_ == "timeout"
            if waited in message:
                break
        assert waited in message
    assert (await said(kit, page(site, "/label"), text_rows("a")))[0].text == "cat"


async def test_a_browser_that_dies_is_started_again(kit: Kit, site: Pages) -> None:
    """Its entries were not answered; they are asked anew."""
    model = await PROVIDERS["browser"].open(contender(page(site, "/label"), "browser/a"), kit)
    try:
        await model.answer([Ask("a", "a")], 20.0)
        for process in _browsers():
            # Its children go with it, perhaps before their turn.
            with suppress(psutil.NoSuchProcess):
                process.kill()
        await eventually(lambda: not _browsers(), what="the end of the browser")
        found = await said(kit, page(site, "/label"), text_rows("a"), retries=1)
    finally:
        await model.close()

    assert found[0].text == "cat"


async def test_the_browser_ends_with_its_last_model(tmp_path: Path, site: Pages) -> None:
    """A worker without such runs carries none."""
    others = set(_browsers())
    await said(a_kit(tmp_path), page(site, "/label"), text_rows("a"))

    await eventually(lambda: set(_browsers()) <= others, what="the end of the browser")


async def test_a_sound_recipe_is_accepted_and_nothing_sent(kit: Kit, site: Pages) -> None:
    """A look at the page is all that a check takes."""
    spec = page(site, "/form", submit=None, done="text=whatever")

    assert isinstance(await checked(kit, spec, model="browser/page", task="text"), Accepted)
    assert {request.method for request in site.asked} == {"GET"}


async def test_each_wrong_field_is_named(
    kit: Kit, site: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before an entry is spent."""
    cases: list[tuple[BrowserSpec | None, str, str]] = [
        (None, "spec", "kind browser"),
        (page(site, "/nowhere"), "spec.url", "404"),
        (page(site, "/moved"), "spec.url", "another origin"),
        (page(site, "/chat", submit="#none"), "spec.submit", "waited for"),
        (page(site, "/chat", answer="div["), "spec.answer", "selector"),
        (page(site, "/chat", task="classification"), "spec.task", "declared for classification"),
    ]
    for spec, field, words in cases:
        # What is not there is waited for to the end.
        visit_s = 6.0 if words == "waited for" else 15.0
        monkeypatch.setattr("runoff_inference_worker.providers.browser._VISIT_S", visit_s)
        errors = await wrong(kit, spec, model="browser/page", task="text", fields=["text"])
        assert [error.field for error in errors] == [field], errors
        assert words in errors[0].message

    image = page(site, "/upload", text_input=None, file_input="#f", submit=None)
    errors = await wrong(kit, image, model="browser/page", fields=["text"])
    assert [error.field for error in errors] == ["spec.file_input"]


async def test_an_entry_without_what_the_page_takes_is_a_bad_one(kit: Kit, site: Pages) -> None:
    """The page is not visited."""
    spec = page(site, "/upload", text_input=None, file_input="#f", submit=None)

    assert error_of((await said(kit, spec, text_rows("a")))[0])[0] == "bad_entry"
    assert site.asked == []


async def test_a_worker_without_browser_says_what_to_install(tmp_path: Path, site: Pages) -> None:
    """At the check, and of every entry where it is gone by then."""
    kit = a_kit(tmp_path, chromium=tmp_path / "no-browser")

    errors = await wrong(kit, page(site, "/chat"), model="browser/page")
    found = await said(kit, page(site, "/chat"), text_rows("a"))

    assert "RUNOFF_CHROMIUM" in errors[0].message
    assert error_of(found[0])[0] == "unavailable"


async def test_a_page_reaches_allowed_hosts_only(tmp_path: Path, kit: Kit, site: Pages) -> None:
    """The operator's list holds for what a page loads as well: scripts are strangers, too."""
    assert site.elsewhere is not None
    site.elsewhere = site.elsewhere.replace("127.0.0.1", "localhost")
    port = site.url.rpartition(":")[2]
    narrow = a_kit(tmp_path, model_hosts=f"127.0.0.1:{port}")
    spec = page(site, "/asks-elsewhere")

    assert (await said(kit, spec, text_rows("a")))[0].text == "reached"
    assert (await said(narrow, spec, text_rows("a")))[0].text == "not reached"
    other = a_kit(tmp_path, model_hosts="example.org")
    errors = await wrong(other, spec, model="browser/page")
    assert [error.field for error in errors] == ["spec.url"]


def _browsers() -> list[psutil.Process]:
    """The browsers of this process."""
    below = psutil.Process().children(recursive=True)
    return [each for each in below if "chrom" in _name(each)]


def _name(process: psutil.Process) -> str:
    try:
        return "" if process.status() == psutil.STATUS_ZOMBIE else process.name()
    except psutil.NoSuchProcess:
        return ""
