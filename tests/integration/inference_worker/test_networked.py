"""Models behind a network in runs of a real worker over a real log."""

from __future__ import annotations

import shutil

import pytest

from runoff_contracts.events.lifecycle import Contender
from runoff_contracts.model_spec import BrowserSpec, ModelSpec, OipTextSpec
from runoff_contracts.run_config import RunConfig
from runoff_objects.entry_set import EntryRow
from runoff_testkit.oip.fake import Fault, fake_oip
from runoff_testkit.oip.served import MOODS
from runoff_testkit.pages import pages
from tests.integration.inference_worker.conftest import DIGEST, Bench, facts


def contender(model: str, spec: ModelSpec, position: int) -> Contender:
    return Contender(position=position, model=model, number=1, digest=DIGEST, spec=spec)


async def test_a_served_model_is_asked_through_the_faults_of_its_server(bench: Bench) -> None:
    """Every entry is settled and every attempt kept with its class and status."""
    rows = [EntryRow(id=f"text-{place}", text=":)" if place % 2 else ":(") for place in range(40)]
    async with fake_oip() as fake:
        fake.misbehave(
            Fault("status", 429, {"Retry-After": "0"}),
            Fault("reset"),
            Fault("half"),
            Fault("body", body=b"{"),
            Fault("status", 500),
        )
        spec = OipTextSpec(
            url=fake.url, model="mood", task="classification", labels=MOODS, output="label"
        )
        config = RunConfig(batch_size=1, concurrency=4, retries=3)
        run_id = await bench.run(rows, contender("oip/mood", spec, 0), config=config)
        async with bench.worker():
            await bench.hand_out(run_id, 0, start=0, n=40)
            message = await bench.slice(run_id, 0, deadline_s=60)

    predictions = [event.predictions[0] for event in facts(message)]
    assert [each.label for each in predictions] == ["sad", "happy"] * 20
    errors = [attempt.error for each in predictions for attempt in each.attempts if attempt.error]
    assert sorted((error.error_class, error.status_code) for error in errors) == [
        ("connection", None),
        ("connection", None),
        ("malformed_answer", None),
        ("rate_limit", 429),
        ("server", 500),
    ]
    assert fake.n_asked() == 45


@pytest.mark.skipif(not shutil.which("chromium"), reason="there is no Chromium on this machine")
async def test_a_page_and_a_server_answer_the_same_entries(bench: Bench) -> None:
    """Contenders of one run, whatever they are behind."""
    rows = [EntryRow(id=f"text-{place}", text=f"text {place}") for place in range(3)]
    async with fake_oip() as fake, pages() as site:
        served = OipTextSpec(url=fake.url, model="shout", task="text")
        page = BrowserSpec(
            url=f"{site.url}/chat",
            task="text",
            text_input="#q",
            submit="#go",
            done="#done",
            answer="#answer",
        )
        run_id = await bench.run(
            rows, contender("oip/shout", served, 0), contender("browser/chat", page, 1)
        )
        async with bench.worker():
            await bench.hand_out(run_id, 0, start=0, n=3)
            message = await bench.slice(run_id, 0, deadline_s=60)

    answers = [[each.text for each in event.predictions] for event in facts(message)]
    assert answers == [[f"TEXT {place}"] * 2 for place in range(3)]
