"""Whatever is wrong with a run is found before it is one: named by field, nothing in the log."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from typing import Any

import nats
import pytest

from runoff_contracts import subjects
from runoff_eventlog.log import EventLog
from runoff_testkit.live import LiveStack
from runoff_testkit.oip.fake import FakeOip, fake_oip
from tests.e2e.using import MODULE, in_thread
from tests.unit.inference_worker.making import brightness_model

MODEL = f"{MODULE}:first_letter"
ONNX: dict[str, Any] = {
    "kind": "onnx",
    "task": "classification",
    "labels": ["dark", "light"],
    "input": {"size": [4, 4], "color": "L", "layout": "NF"},
}
PAGE = {"kind": "browser", "task": "text", "url": "http://127.0.0.1:1/", "done": "#d"}
PAGE |= {"text_input": "#q", "submit": "#go", "answer": "#a"}


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeOip]:
    with in_thread(fake_oip) as server:
        yield server


@pytest.fixture(scope="module")
def datasets(stack: LiveStack) -> None:
    """One of texts for each task that takes them; every entry has a text and an author."""
    for task, target in (("classification", "a"), ("text", "a"), ("coordinates", {"x": 1, "y": 1})):
        row = {"id": "a", "text": "a", "target": target, "metadata": {"author": "b"}}
        stack.http.post(
            "/api/datasets",
            params={"name": f"refused-{task}", "task": task},
            content=json.dumps(row).encode(),
            headers={"Content-Type": "application/x-ndjson"},
        ).raise_for_status()


def runs_in_log(stack: LiveStack) -> set[str]:
    """Subjects of every run that was ever created."""

    async def look() -> set[str]:
        nc = await nats.connect(stack.info.nats_url)
        found = await EventLog(nc, source="runoff/tests").last_of_each(subjects.ALL_LIFECYCLES)
        await nc.close()
        return {each.subject for each in found}

    return asyncio.run(look())


@pytest.fixture(autouse=True)
def no_run_is_made(stack: LiveStack, datasets: None) -> Iterator[None]:
    before = runs_in_log(stack)
    yield
    assert runs_in_log(stack) == before


def errors(answer: Any, status: int = 422) -> dict[str, str]:
    """Message by field of a problem document."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return {each["field"]: each["message"] for each in answer.json()["errors"]}


SCORERS: list[tuple[str, dict[str, Any], str, str]] = [
    ("json_valid", {"json_schema": {"type": "objct"}}, "params.json_schema", "objct"),
    ("json_valid", {"json_schema": {"$ref": "http://a.b/c"}}, "params.json_schema", "a.b"),
    ("regex", {"pattern": "(a"}, "params.pattern", "unclosed group"),
    ("regex", {"pattern": "(?=a)b"}, "params.pattern", "look-around"),
    ("regex", {"pattern": "(?:a{1000}){1000}"}, "params.pattern", ""),
    ("numeric", {"tolerance": -1}, "params.tolerance", "greater than or equal to 0"),
    ("numeric", {"tolerance": "much"}, "params.tolerance", "number"),
    ("choice", {"choices": ["a"]}, "params.choices", "at least 2"),
    ("nobody", {}, "name", "normalised_match"),
    ("os:getcwd", {}, "name", "not allowed (RUNOFF_PYTHON_MODULES)"),
    ("tests.e2e.functions:nothing", {}, "name", "cannot be imported: AttributeError"),
    ("tests.e2e.functions:asyncio", {}, "name", "is no function"),
    ("tests.e2e.functions:first_letter", {}, "name", "cannot be called"),
    ("tests.e2e.functions:scores_ten", {"arguments": {"x": 1}}, "params.arguments", "'x'"),
    ("tests.e2e.functions:scores_ten", {"least": 1}, "params.least", "not permitted"),
]


@pytest.mark.parametrize(("name", "params", "field", "message"), SCORERS)
def test_a_scorer_that_cannot_be_used_is_named(
    stack: LiveStack, name: str, params: dict[str, Any], field: str, message: str
) -> None:
    """On its place among those that were asked for, not entry by entry."""
    asked = [{"name": "exact_match"}, {"name": name, "params": params}]
    body = {"dataset": "refused-text", "models": [MODEL], "scorers": asked}

    found = errors(stack.http.post("/api/runs", json=body))

    assert list(found) == [f"scorers.1.{field}"]
    assert message in found[f"scorers.1.{field}"]


def test_a_tolerance_in_pixels_is_not_negative(stack: LiveStack) -> None:
    """As any other parameter of a task's own scorers."""
    scorers = [{"name": "within", "params": {"px": -1}}]
    body = {"dataset": "refused-coordinates", "models": [MODEL], "scorers": scorers}

    assert list(errors(stack.http.post("/api/runs", json=body))) == ["scorers.0.params.px"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"config": {"max_cost_usd": -0.5}}, "config.max_cost_usd"),
        ({"config": {"max_failed": -1}}, "config.max_failed"),
        ({"config": {"requests_per_minute": 0}}, "config.requests_per_minute"),
        ({"models": [f"{MODULE}:nothing"]}, "models.0"),
        ({"models": [MODEL, "python/nowhere:f"]}, "models.1"),
        ({"models": ["python/os:getcwd"]}, "models.0"),
        ({"models": ["onnx/nobody"]}, "models.0"),
        ({"models": ["upload/nobody"]}, "models.0"),
        ({"models": ["llm/nobody"]}, "models.0"),
        ({"dataset": "nobody"}, "dataset"),
    ],
    ids=lambda value: json.dumps(value),
)
def test_what_is_wrong_with_a_launch_is_named(
    stack: LiveStack, asked: dict[str, Any], field: str
) -> None:
    """Budgets below zero, modules and models that are not there."""
    body = {"dataset": "refused-classification", "models": [MODEL], **asked}
    answer = stack.http.post("/api/runs", json=body)

    found = errors(answer, 404 if answer.status_code == 404 else 422)
    assert [each for each in found if each.startswith(field)]


def test_a_prompt_that_names_a_field_which_entries_lack_is_refused(stack: LiveStack) -> None:
    """The model is sound by itself: only the launch knows the entries."""
    spec = {"kind": "llm", "base_url": "http://127.0.0.1:1/v1", "prompt": "{{metadata.editor}}"}
    answer = stack.http.post("/api/models", json={"model": "openai/refused", "spec": spec})
    assert answer.status_code == 201, answer.text

    body = {"dataset": "refused-text", "models": [MODEL, "openai/refused"]}
    found = errors(stack.http.post("/api/runs", json=body))

    assert list(found) == ["models.1"]
    assert "spec.prompt: it needs 'metadata.editor'" in found["models.1"]
    assert "metadata.author" in found["models.1"]


def test_a_server_that_went_away_since_is_found_at_launch(stack: LiveStack) -> None:
    """It was ready when its model was registered."""
    spec = {"kind": "oip_text", "task": "classification", "model": "shout"}
    with in_thread(fake_oip) as server:
        body = {"model": "oip/gone", "spec": {**spec, "url": server.url}}
        answer = stack.http.post("/api/models", json=body)
        assert answer.status_code == 201, answer.text

    body = {"dataset": "refused-classification", "models": ["oip/gone"]}
    found = errors(stack.http.post("/api/runs", json=body))

    assert list(found) == ["models.0"]
    assert "spec.url" in found["models.0"]


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"output": {"kind": "classes", "name": "logits"}}, "spec.output.name", "scores"),
        ({"labels": ["a", "b", "c"]}, "spec.labels", "3"),
        ({"input": {**ONNX["input"], "name": "image"}}, "spec.input.name", "pixels"),
    ],
    ids=["output", "labels", "input"],
)
def test_a_declaration_that_its_file_does_not_fit_is_refused(
    stack: LiveStack, changed: dict[str, Any], field: str, message: str
) -> None:
    """When it is registered: no run can name it."""
    form = {"model": "onnx/refused", "spec": json.dumps({**ONNX, **changed})}
    answer = stack.http.post("/api/models", data=form, files={"file": brightness_model()})

    found = errors(answer)

    assert message in next(text for each, text in found.items() if each.startswith(field))
    assert stack.http.get("/api/models/onnx/refused").status_code == 404


@pytest.mark.parametrize(
    ("name", "spec", "field"),
    [
        ("oip/m", {"kind": "oip_text", "model": "shout", "output": "nothing"}, "spec.output"),
        ("oip/m", {"kind": "oip_text", "model": "nobody"}, "spec.model"),
        ("oip/m", {"kind": "oip_text", "model": "silent-ly"}, "spec.model"),
        ("oip/m", {"kind": "oip", "model": "brightness", "labels": ["a", "b", "c"],
                   "input": {"size": [4, 4], "color": "L"}}, "spec.labels"),
        ("openai/m", {"kind": "llm", "api_key_env": "RUNOFF_KEY_NOBODY"}, "spec.api_key_env"),
        ("openai/m", {"kind": "llm", "prompt": "{{target}}"}, "spec.prompt"),
        ("openai/m", {"kind": "llm", "prompt": "{{nothing}}"}, "spec.prompt"),
        ("openai/m", {"kind": "llm", "task": "classification"}, "spec.choices"),
        ("openai/m", {"kind": "llm", "json_schema": {"type": "objct"}}, "spec.json_schema"),
        ("llm/m", {"kind": "llm", "base_url": "http://127.0.0.1:1/v1"}, "spec.api"),
    ],
)  # fmt: skip
def test_a_declaration_that_its_provider_cannot_use_is_refused(
    stack: LiveStack, fake: FakeOip, name: str, spec: dict[str, Any], field: str
) -> None:
    """Outputs and labels that a server does not have, keys and choices that are missing."""
    if name.startswith("oip"):
        spec = {"task": "classification", "url": fake.url, **spec}
    found = errors(stack.http.post("/api/models", json={"model": name, "spec": spec}))

    assert [each for each in found if each.startswith(field)], found


@pytest.mark.skipif(not shutil.which("chromium"), reason="there is no Chromium on this machine")
def test_a_page_that_is_not_there_is_refused(stack: LiveStack) -> None:
    """It is opened when its model is registered."""
    answer = stack.http.post("/api/models", json={"model": "browser/m", "spec": PAGE})

    assert list(errors(answer)) == ["spec.url"]
