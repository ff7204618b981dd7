"""What people do on the pages of a run and an entry, with every service behind them."""

from __future__ import annotations

import httpx
from lxml import html

from tests.contract.api.running import FUNCTIONS, World
from tests.contract.api.test_steering import compared
from tests.integration.web.hostile import page_of
from tests.integration.web.test_pages import SAME

FIRST, OF_A = f"python/{FUNCTIONS}:first_letter", f"python/{FUNCTIONS}:first_letter_of_a"


async def launched(world: World) -> str:
    """Four texts, two models, one of which fails on two of them; its id."""
    await world.start_everything()
    await world.register_texts("texts", "aa", "bb", "ab", "ba")
    asked = {
        "dataset": "texts",
        "models": [FIRST, OF_A],
        "config": {"retries": 1},
        "alias": "first",
        "labels": {"team": "vision"},
        "params": {"lr": 0.001},
        "lineage": {"packages": {"numpy": "2.3.0"}, "seeds": {"numpy": 7}},
    }
    answer = await world.http.post("/api/runs", json=asked)
    assert answer.status_code == 201, answer.text
    run_id = str(answer.json()["id"])
    await compared(world, run_id)
    return run_id


async def sent(
    pages: httpx.AsyncClient, path: str, status: int = 303, **form: str
) -> httpx.Response:
    """A form as a browser sends it."""
    answer = await pages.post(path, data=form, headers=SAME)
    assert answer.status_code == status, answer.text
    return answer


def text_of(page: html.HtmlElement, where: str) -> str:
    """The words of one element, with single spaces."""
    (found,) = page.xpath(where)
    return " ".join(found.text_content().split())


async def test_a_form_that_is_changed_after_a_way_back_launches_another_run(
    world: World, pages: httpx.AsyncClient
) -> None:
    """A double click and an unchanged way back launch one; a change is never thrown away."""
    run = await launched(world)
    page = page_of(await pages.get(f"/runs/new?from={run}"))
    (key,) = page.xpath("//input[@name='key']/@value")
    form = {"key": str(key), "dataset": "texts", "others": FIRST, "alias": "one"}
    first = await sent(pages, "/runs/new", 303, **form)
    again = await sent(pages, "/runs/new", 303, **form)
    changed = await sent(pages, "/runs/new", 303, **form | {"others": OF_A, "alias": "other"})

    addresses = [each.headers["location"] for each in (first, again, changed)]
    assert addresses[0] == addresses[1] != addresses[2]
    shown = await world.get(f"/api{addresses[2]}")
    assert (shown["alias"], [each["model"] for each in shown["contenders"]]) == ("other", [OF_A])


async def seen_at(pages: httpx.AsyncClient, entry: str) -> str:
    """What the forms of the first contender's own answer are sent with."""
    page = page_of(await pages.get(entry))
    seen = page.xpath("//section[@id='c0']//form//input[@name='seen']/@value")
    assert len(set(seen)) == 1
    return str(seen[0])


async def test_a_review_that_somebody_else_was_ahead_of_shows_both(
    world: World, pages: httpx.AsyncClient
) -> None:
    """Nothing is overruled unseen; the same twice of one person is a double click."""
    run = await launched(world)
    entry, review = f"/runs/{run}/entries/e0", f"/runs/{run}/review/e0"
    seen = await seen_at(pages, entry)
    await sent(pages, review, contender="0", decision="approved", by="first", seen=seen)
    await sent(pages, review, contender="0", decision="approved", by="first", seen=seen)
    edit = {"contender": "0", "decision": "edited", "edited": "b", "note": "because"}
    lost = page_of(await sent(pages, review, 409, **edit, seen=seen), 409)
    told = text_of(lost, "//section[@id='c0']//*[@role='alert']")
    for each in ("meanwhile: approved by first", "Yours: “b”, with the note “because”"):
        assert each in told
    assert lost.xpath("//section[@id='c1']//*[@role='alert']") == []
    assert "✓ approved" in text_of(page_of(await pages.get(entry)), "//section[@id='c0']/*[1]")

    # Another answer is another matter; and whoever saw what stands there may overrule it.
    await sent(pages, review, contender="1", decision="rejected", seen="none")
    (now, *_) = lost.xpath("//section[@id='c0']//form//input[@name='seen']/@value")
    await sent(pages, review, 303, **edit, seen=str(now))
    assert "✎ corrected" in text_of(page_of(await pages.get(entry)), "//section[@id='c0']/*[1]")


async def test_people_review_correct_and_ask_again(world: World, pages: httpx.AsyncClient) -> None:
    """By plain forms; each leads back to the page, which shows what it did."""
    run = await launched(world)
    entry = f"/runs/{run}/entries/e0?sort=index"
    review, again = f"/runs/{run}/review/e0?sort=index", f"/runs/{run}/again/e0?sort=index"
    done = await sent(
        pages, review, contender="0", decision="approved", by="A. Person", seen="none"
    )
    assert done.headers["location"] == f"{entry}#c0"
    assert "runoff_by=A.%20Person" in done.headers["set-cookie"]
    assert (
        "1 of 1 of this model's answers approved" in page_of(await pages.get(entry)).text_content()
    )

    edit = {"contender": "0", "decision": "edited"}
    seen = await seen_at(pages, entry)
    await sent(pages, review, 303, **edit, edited="b", note="<b>no</b>", seen=seen)
    shown = page_of(await pages.get(entry))
    own = text_of(shown, "//section[@id='c0']")
    assert "✎ corrected" in own
    assert "0 of 1 of this model's answers approved" in own
    assert "<b>no</b>" in own
    assert "approved by A. Person" in own
    seen = await seen_at(pages, entry)
    strange = await sent(pages, review, 422, **edit, edited="zebra", seen=seen)
    assert "No target of the run has the label" in strange.text
    await sent(pages, review, 303, **edit, edited="zebra", new_labels="yes", seen=seen)
    seen = await seen_at(pages, entry)
    await sent(pages, review, contender="0", decision="cleared", seen=seen)
    assert "✎" not in text_of(page_of(await pages.get(entry)), "//section[@id='c0']/*[1]")

    await sent(pages, again, contender="1", mode="rerun")
    assert "v2" in text_of(page_of(await pages.get(entry)), "//section[@id='c1']")
    assert "v2" not in text_of(page_of(await pages.get(entry)), "//section[@id='c0']")
    odd = await sent(pages, again, 422, contender="0", mode="louder")
    assert "lexical or semantic" in odd.text


async def test_an_edit_that_somebody_else_was_ahead_of_shows_both(
    world: World, pages: httpx.AsyncClient
) -> None:
    """Nothing is overwritten unseen: parameters by their version, words by what was shown."""
    run = await launched(world)
    path = f"/runs/{run}/parameters"
    page = page_of(await pages.get(path))
    (version,) = page.xpath("//input[@name='params_version']/@value")
    (seen,) = page.xpath("//input[@name='seen']/@value")
    await sent(pages, path, params='{"lr": 0.1}', params_version=version, by="first")
    lost = await sent(pages, path, 409, params='{"lr": 0.2}', params_version=version)
    assert "now 0.1, asked for 0.2" in page_of(lost, 409).text_content()
    (after,) = page_of(lost, 409).xpath("//input[@name='params_version']/@value")
    await sent(pages, path, params='{"lr": 0.2}', params_version=after)
    await sent(pages, path, params_version="3", reset="yes")
    wrong = await sent(pages, path, 422, params='{"lr": }', params_version="4")
    assert "line 1, column 8" in wrong.text
    history = page_of(await pages.get(path)).xpath("//table//tr/td[2]/text()")
    assert history == ["reset", "edited", "edited", "launched"]

    words = f"/runs/{run}/words"
    await sent(pages, words, alias="second", labels="team: speech", seen=seen)
    both = page_of(await sent(pages, words, 409, alias="third", labels="", seen=seen), 409)
    told = text_of(both, "//section[@aria-labelledby='words-title']")
    assert "second" in told
    assert both.xpath("//section[@aria-labelledby='words-title']//input[@name='alias']/@value") == [
        "third"
    ]
    (now,) = both.xpath("//input[@name='seen']/@value")
    await sent(pages, words, 422, alias="third", labels="no colon", seen=now)
    await sent(pages, words, alias="third", labels="", seen=now)
    found = await world.get(f"/api/runs/{run}")
    assert (found["alias"], found["labels"], found["params"]) == ("third", {}, {"lr": 0.001})


async def test_a_runs_pages_say_what_is_known_of_it(world: World, pages: httpx.AsyncClient) -> None:
    """Attempts with failed ones first, where it comes from, what happened; and its next runs."""
    run = await launched(world)
    attempts = page_of(await pages.get(f"/runs/{run}/attempts"))
    outcomes = attempts.xpath("//table//tr/td[1]//text()[normalize-space()]")
    assert [each.strip() for each in outcomes] == ["failed", "failed", "answered"] * 2 + [
        "answered"
    ] * 4
    lineage = page_of(await pages.get(f"/runs/{run}/lineage")).text_content()
    assert "numpy" in lineage
    history = page_of(await pages.get(f"/runs/{run}/history"))
    types = [each.text_content() for each in history.xpath("//table//tr/td[1]")]
    assert types[0] == "run.created"
    assert types[-1] == "run.completed"
    events = await world.get(f"/api/runs/{run}/history", limit=1)
    assert [each["type"] for each in events["items"]] == types[:1]
    rest = await world.get(f"/api/runs/{run}/history", cursor=events["next_cursor"])
    assert [each["type"] for each in rest["items"]] == types[1:]
    assert "lineage" not in events["items"][0]["data"]
    assert (await pages.get(f"/runs/{run}/plan")).status_code == 404

    for path, n in {
        "": 2,
        "/rows?offset=1": 1,
        "/attempts": 3,
        "/parameters": 2,
        "/entries/e1?sort=index&offset=1": 3,
        "/panel/e1": 1,
    }.items():
        # What never changes is asked for once: the first time is not what counts.
        await pages.get(f"/runs/{run}{path}")
        told = (await pages.get(f"/runs/{run}{path}")).headers["server-timing"]
        assert f'"{n} requests"' in told, path
    for verb in ("retry", "rescore"):
        made = await sent(pages, f"/runs/{run}/do/{verb}")
        shown = page_of(await pages.get(made.headers["location"])).text_content()
        assert "Answers from" in shown
    assert (await pages.post(f"/runs/{run}/do/none", headers=SAME, data={})).status_code == 404
