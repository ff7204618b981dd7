"""A world in which every text that anybody can give is hostile; and what a page of it may hold."""

from __future__ import annotations

from typing import Any

import httpx
from lxml import html

from runoff_contracts import subjects
from runoff_contracts.comparison import canonical, digest_of
from runoff_contracts.events.dataset import DatasetRegistered, DatasetVersionAdded
from runoff_contracts.events.entry import AttemptError
from runoff_contracts.events.model import ModelRegistered, ModelVersionAdded
from runoff_contracts.events.plan import PlanSealed
from runoff_contracts.ids import new_run_id
from runoff_contracts.model_spec import LlmSpec
from runoff_contracts.plan import Plan
from runoff_objects.entry_set import EntryRow, EntrySetWriter
from tests.contract.api.running import World
from tests.integration.query import facts
from tests.integration.web.corpus import HOSTILE

OWN_SRC = ("/static/", "/media/")
DATASET = "hostile"
MODEL = "openai/<img src=x onerror=pwned()>"
PROOF = "<script>pwned()</script>"
"""Stands in every kind of text, and has to be read on a page as it is."""
_FORBIDDEN = {"iframe", "object", "embed", "base", "style", "math", "video", "foreignobject"}


def refuse_what_runs(page: html.HtmlElement) -> None:
    """Nothing in it is anything but ours."""
    ids = [each.get("id") for each in page.iter() if isinstance(each.tag, str) and each.get("id")]
    assert len(ids) == len(set(ids)), "ids are unique"
    for each in page.iter():
        if not isinstance(each.tag, str):
            continue
        assert each.tag not in _FORBIDDEN, each.tag
        if each.tag == "script":
            assert (each.get("src") or "").startswith("/static/")
            assert not (each.text or "").strip()
        for name, value in each.attrib.items():
            assert not name.lower().startswith("on"), (each.tag, name)
            assert name != "style"
            if name in {"src", "href", "action", "formaction", "srcset", "poster", "ping"}:
                own = value.startswith(("/", "#", "?")) and not value.startswith(("//", "/\\"))
                assert own or value == "", (each.tag, name, value)
            if each.tag == "img" and name == "src":
                assert value.startswith(OWN_SRC)


def page_of(answer: httpx.Response, status: int = 200) -> html.HtmlElement:
    """The answer's page, which is one."""
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"].startswith("text/html")
    return html.fromstring(answer.text)


async def reached(world: World) -> None:
    """Everything that was written is in the read models."""
    await world.get("/api/runs")


async def hostile_registry(world: World, file: str | None = None) -> str:
    """A dataset, a model and a plan that are hostile in every word; the plan's digest."""
    writer = EntrySetWriter(world.objects)
    rows = [
        EntryRow(
            id=(text.strip() or "x")[:190] + f"~{place}",
            text=text,
            target=text,
            section=text[:200] or None,
            split=text[:200] if place % 9 == 0 else "test",
            metadata={text[:50]: text, "nested": {"<b>": [text]}},
        )
        for place, text in enumerate(HOSTILE)
    ]
    if file is not None:
        rows.append(EntryRow(id="an image", file=file, target=PROOF))
    await writer.add(rows)
    entries = await writer.finish()
    await world.scribe.tell(
        subjects.dataset(DATASET),
        DatasetRegistered(dataset=DATASET, task="text", registered_at=facts.NOW),
        DatasetVersionAdded(
            dataset=DATASET,
            number=1,
            digest=entries.digest,
            n_entries=entries.n_entries,
            splits=entries.splits,
            sections=entries.sections,
            fields=[PROOF, "id"],
            added_at=facts.NOW,
        ),
    )
    spec = LlmSpec(system=PROOF, prompt=PROOF, choices=[*HOSTILE[:20]], model=PROOF)
    await world.scribe.tell(
        subjects.model(MODEL),
        ModelRegistered(model=MODEL, task="text", registered_at=facts.NOW),
        ModelVersionAdded(
            model=MODEL, number=1, digest=facts.digest(77), spec=spec, added_at=facts.NOW
        ),
    )
    return await _plan(world, entries.digest)


async def _plan(world: World, digest: str) -> str:
    plan = Plan.model_validate(
        {
            "title": PROOF,
            "hypothesis": "\n".join(HOSTILE)[:4000],
            "metric": f"accuracy{PROOF}",
            "models": [f"a/{PROOF}", f"b/{HOSTILE[10]}"],
            "selection": {"split": PROOF, "section": PROOF},
            "dataset": {"dataset": DATASET, "number": 1, "digest": digest},
        }
    )
    sealed = PlanSealed(digest=digest_of(canonical(plan)), plan=plan, sealed_at=facts.NOW)
    await world.scribe.tell(subjects.plan(sealed.digest), sealed)
    await reached(world)
    return sealed.digest


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
        params={text[:200] or "x": text for text in HOSTILE},
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
