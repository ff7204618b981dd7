"""Models behind a network, from the POST of their declaration to scored runs and kept attempts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from runoff import Client
from runoff_contracts.task import Task
from runoff_testkit.live import LiveStack
from runoff_testkit.oip.fake import FakeOip, Fault, fake_oip
from runoff_testkit.oip.mlserver import NotInstallable, mlserver
from runoff_testkit.oip.served import MOODS, SIDE
from runoff_testkit.pages import Pages, pages
from runoff_testkit.waiting import wait_until
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
def server_url(tmp_path_factory: pytest.TempPathFactory, fake: FakeOip) -> Iterator[str]:
    """The address of MLServer, or of the fake that passes the same contract test."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(mlserver(tmp_path_factory.mktemp("mlserver")))
        except NotInstallable:
            url = fake.url
        yield url


def register(stack: LiveStack, name: str, **spec: Any) -> None:
    answer = stack.http.post("/api/models", json={"model": name, "spec": spec})
    assert answer.is_success, answer.text


def register_texts(
    stack: LiveStack,
    name: str,
    target: Callable[[str], str],
    n: int = 20,
    task: Task = "classification",
) -> None:
    """Texts that smile by turns."""
    texts = [f"text {place} {':)' if place % 2 == 0 else ':('}" for place in range(n)]
    rows = [
        json.dumps({"id": f"e{place:03}", "text": text, "target": target(text)}) + "\n"
        for place, text in enumerate(texts)
    ]
    answer = stack.http.post(
        "/api/datasets",
        params={"name": name, "task": task},
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
    return {"task": "classification", **given, "url": url, "model": model}


def register_spots(
    stack: LiveStack, folder: Path, task: Task, n: int = 20, *, name: str = ""
) -> None:
    """Black images with one bright square each, twice as large as the server's models see them."""
    rows = []
    for place in range(n):
        x, y = 2 * (place % 7), 2 * (place // 7)
        image = Image.new("L", (16, 16))
        ImageDraw.Draw(image).rectangle((x, y, x + 1, y + 1), fill=255)
        image.save(folder / f"{place}.png")
        target: Any = [{"label": "spot", "x": x, "y": y, "width": 2, "height": 2}]
        if task == "coordinates":
            target = {"x": x + 1, "y": y + 1}
        elif task == "classification":
            target = "dark"
        rows.append({"id": f"s{place}", "file": f"{place}.png", "target": target})
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "manifest.jsonl").write_text(lines, encoding="utf-8")
    with Client(stack.api_url) as client:
        client.datasets.add(folder, name=name or f"oip-{task}", task=task)


@pytest.mark.parametrize(
    ("task", "model", "output", "metric"),
    [
        (
            "detection",
            "box",
            {"shape": "split", "boxes": "boxes", "scores": "scores", "classes": "classes"},
            ("map_50_95", 1.0),
        ),
        ("coordinates", "spot", {}, ("pixel_distance", 0.0)),
    ],
)
def test_a_server_finds_what_images_show(
    stack: LiveStack,
    server_url: str,
    tmp_path: Path,
    task: Task,
    model: str,
    output: dict[str, str],
    metric: tuple[str, float],
) -> None:
    """In pixels of the original image, scored and reported."""
    register_spots(stack, tmp_path, task)
    spec = served(server_url, model, task=task, input={"size": [SIDE, SIDE], "color": "L"})
    labels = ["spot"] if task == "detection" else []
    register(stack, f"oip/{task}", kind="oip", labels=labels, output=output, **spec)

    run_id = launched(stack, dataset=f"oip-{task}", models=[f"oip/{task}"])
    run = wait_settled(stack, run_id)
    path = f"/api/runs/{run_id}/report"
    wait_until(lambda: stack.http.get(path).is_success, what="the report")
    report = stack.http.get(path).json()["report"]

    assert (run.status, run.n_failed) == ("completed", 0)
    assert run.contenders[0].accuracy == 1.0
    assert [each["value"] for each in report["metrics"] if each["name"] == metric[0]] == [
        pytest.approx(metric[1], abs=1e-6)
    ]


@pytest.mark.parametrize(
    ("task", "model", "given"),
    [
        ("classification", "mood", {"labels": MOODS, "output": "scores"}),
        ("text", "shout", {}),
    ],
)
def test_a_server_answers_texts(
    stack: LiveStack, server_url: str, task: Task, model: str, given: dict[str, Any]
) -> None:
    """By one of its labels, or in words of its own."""
    moods = {":)": MOODS[0], ":(": MOODS[1]}
    targets = str.upper if task == "text" else lambda text: moods[text[-2:]]
    register_texts(stack, f"oip-{task}", targets, task=task)
    register(stack, f"oip/{task}", kind="oip_text", **served(server_url, model, task=task, **given))

    run = wait_settled(stack, launched(stack, dataset=f"oip-{task}", models=[f"oip/{task}"]))

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


needs_chromium = pytest.mark.skipif(
    not shutil.which("chromium"), reason="there is no Chromium on this machine"
)


@needs_chromium
@pytest.mark.parametrize("task", ["classification", "text"])
def test_a_web_page_is_a_contender_beside_a_server(
    stack: LiveStack, fake: FakeOip, site: Pages, task: Task
) -> None:
    """Both say the same of the same entries."""
    register_texts(stack, f"page-{task}", str.upper, n=4, task=task)
    register(stack, f"oip/loud-{task}", kind="oip_text", **served(fake.url, "shout", task=task))
    register(
        stack,
        f"browser/chat-{task}",
        task=task,
        url=f"{site.url}/chat",
        text_input="#q",
        submit="#go",
        done="#done",
        answer="#answer",
    )

    models = [f"oip/loud-{task}", f"browser/chat-{task}"]
    run_id = launched(stack, dataset=f"page-{task}", models=models)
    run = wait_settled(stack, run_id)

    assert (run.status, run.n_failed) == ("completed", 0)
    said = "label" if task == "classification" else "text"
    for entry in entries(stack, run_id):
        assert [each[said] for each in entry["predictions"]] == [entry["target"]] * 2


@needs_chromium
@pytest.mark.parametrize("task", ["classification", "coordinates"])
def test_a_web_page_looks_at_images(
    stack: LiveStack, site: Pages, tmp_path: Path, task: Task
) -> None:
    """Each is put into the page as a file; labels and places are scored as any model's."""
    register_spots(stack, tmp_path, task, n=3, name=f"seen-{task}")
    register(
        stack,
        f"browser/sight-{task}",
        task=task,
        url=f"{site.url}/sight",
        file_input="#f",
        answer="#label" if task == "classification" else "#place",
    )

    run_id = launched(stack, dataset=f"seen-{task}", models=[f"browser/sight-{task}"])
    run = wait_settled(stack, run_id)

    assert (run.status, run.n_failed) == ("completed", 0)
    assert run.contenders[0].accuracy == 1.0
