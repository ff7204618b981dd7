"""Models behind a network, from the POST of their declaration to scored runs and kept attempts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from runoff_testkit.live import LiveStack
from runoff_testkit.oip.fake import FakeOip, Fault, fake_oip
from runoff_testkit.oip.mlserver import NotInstallable, mlserver
from runoff_testkit.oip.served import MOODS
from runoff_testkit.pages import Pages, pages
from tests.e2e.using import in_thread, wait_settled


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeOip]:
    with in_thread(fake_oip) as server:
        yield server


@pytest.fixture(scope="module")
def site() -> Iterator[Pages]:
    with in_thread(pages) as server:
        yield server


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of MLServer."""
    try:
        with mlserver(tmp_path_factory.mktemp("mlserver")) as url:
            yield url
    except NotInstallable as error:
        pytest.skip(f"MLServer cannot be installed here: {error}")


def register(stack: LiveStack, name: str, **spec: Any) -> None:
    answer = stack.http.post("/api/models", json={"model": name, "spec": spec})
    assert answer.is_success, answer.text


def register_texts(stack: LiveStack, name: str, target: Callable[[str], str], n: int = 20) -> None:
    """Texts that smile by turns."""
    texts = [f"text {place} {':)' if place % 2 == 0 else ':('}" for place in range(n)]
    rows = [
        json.dumps({"id": f"e{place:03}", "text": text, "target": target(text)}) + "\n"
        for place, text in enumerate(texts)
    ]
    answer = stack.http.post(
        "/api/datasets",
        params={"name": name, "task": "classification"},
        content="".join(rows).encode(),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert answer.is_success, answer.text


def entries(stack: LiveStack, run_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.http.get(f"/api/runs/{run_id}/entries").json()["items"]
    return found


def launched(stack: LiveStack, **body: Any) -> str:
    answer = stack.http.post("/api/runs", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def served(url: str, model: str, **given: Any) -> dict[str, Any]:
    return {"task": "classification", "url": url, "model": model, **given}


def test_a_model_of_a_real_server_is_scored(stack: LiveStack, real: str) -> None:
    """MLServer, over the real bus, to the API."""
    register_texts(stack, "oip-real", lambda text: MOODS[0] if ":)" in text else MOODS[1])
    spec = served(real, "mood", labels=MOODS, output="scores")
    register(stack, "oip/mood", kind="oip_text", **spec)

    run = wait_settled(stack, launched(stack, dataset="oip-real", models=["oip/mood"]))

    assert (run.status, run.n_failed) == ("completed", 0)
    assert run.contenders[0].accuracy == 1.0


def test_every_fault_of_a_server_is_kept_as_an_attempt(stack: LiveStack, fake: FakeOip) -> None:
    """With its class, and the entry answered all the same."""
    register_texts(stack, "oip-faults", str.upper)
    register(stack, "oip/shout", kind="oip_text", **served(fake.url, "shout"))
    faults = [Fault("status", 429), Fault("status", 500), Fault("reset"), Fault("body", body=b"{")]
    fake.misbehave(*faults, holding=b":(")  # so that the check at launch does not meet them

    config = {"batch_size": 1, "retries": 4}
    run_id = launched(stack, dataset="oip-faults", models=["oip/shout"], config=config)
    run = wait_settled(stack, run_id)

    assert (run.status, run.n_failed) == ("completed", 0)
    answers = [entry["predictions"][0] for entry in entries(stack, run_id)]
    attempts = [attempt for answer in answers for attempt in answer["attempts"]]
    classes = sorted(each["error"]["error_class"] for each in attempts if each.get("error"))
    assert classes == ["connection", "malformed_answer", "rate_limit", "server"]


def test_a_server_that_is_not_there_refuses_the_launch(stack: LiveStack) -> None:
    """Named by field; nothing is registered, nothing spent."""
    spec = served("http://127.0.0.1:1", "mood", kind="oip_text")
    answer = stack.http.post("/api/models", json={"model": "oip/nobody", "spec": spec})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "spec.url"


@pytest.mark.skipif(not shutil.which("chromium"), reason="there is no Chromium on this machine")
def test_a_web_page_is_a_contender_beside_a_server(
    stack: LiveStack, fake: FakeOip, site: Pages
) -> None:
    """Both say the same of the same entries."""
    register_texts(stack, "page", str.upper, n=4)
    register(stack, "oip/loud", kind="oip_text", **served(fake.url, "shout"))
    register(
        stack,
        "browser/chat",
        kind="browser",
        task="classification",
        url=f"{site.url}/chat",
        text_input="#q",
        submit="#go",
        done="#done",
        answer="#answer",
    )

    run_id = launched(stack, dataset="page", models=["oip/loud", "browser/chat"])
    run = wait_settled(stack, run_id)

    assert (run.status, run.n_failed) == ("completed", 0)
    for entry in entries(stack, run_id):
        assert [each["label"] for each in entry["predictions"]] == [entry["target"]] * 2
