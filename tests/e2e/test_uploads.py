"""Predictions made elsewhere, for every task: in a file before the run, and while it goes on."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from runoff import Client
from runoff.errors import ProblemError
from runoff_contracts.task import Task
from runoff_testkit.live import LiveStack
from runoff_testkit.waiting import wait_until
from tests.e2e.using import MODULE, wait_settled

N = 60
BOX = {"label": "square", "x": 4, "y": 5, "width": 10, "height": 8}
TARGETS: dict[Task, Any] = {
    "classification": "cat",
    "detection": [BOX],
    "coordinates": {"x": 9, "y": 9},
    "text": "Paris",
}
RIGHT: dict[Task, dict[str, Any]] = {
    "classification": {"label": "cat", "confidence": 0.9},
    "detection": {"boxes": [{**BOX, "confidence": 0.8}]},
    "coordinates": {"point": {"x": 9, "y": 9}},
    "text": {"text": "Paris", "latency_s": 0.5, "cost_usd": 0.001},
}
WRONG: dict[Task, dict[str, Any]] = {
    "classification": {"label": "dog"},
    "detection": {"boxes": []},
    "coordinates": {"point": {"x": 90, "y": 90}},
    "text": {"text": "Rome"},
}
TASKS = list(TARGETS)
OTHER = {"entry_id": "e59", "label": "dog"}


@pytest.fixture(scope="module")
def client(stack: LiveStack) -> Iterator[Client]:
    """The SDK."""
    with Client(stack.api_url) as made:
        yield made


def rows(answer: dict[str, Any], places: range = range(N)) -> list[dict[str, Any]]:
    return [{"entry_id": f"e{place}", **answer} for place in places]


def add_dataset(stack: LiveStack, task: Task) -> str:
    """Entries whose models need no picture: uploads never look at one."""
    lines = "".join(
        json.dumps({"id": f"e{place}", "text": f"{place}", "target": TARGETS[task]}) + "\n"
        for place in range(N)
    )
    answer = stack.http.post(
        "/api/datasets",
        params={"name": f"uploaded-{task}", "task": task},
        content=lines.encode(),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert answer.is_success, answer.text
    return f"uploaded-{task}"


@pytest.mark.parametrize("task", TASKS)
def test_uploads_before_and_while_a_run_goes_on_are_scored_alike(
    stack: LiveStack, client: Client, task: Task
) -> None:
    """A file that is right against a live model that is wrong, through every service."""
    dataset = add_dataset(stack, task)
    client.predictions.upload(f"file-{task}", rows(RIGHT[task]), task=task)
    client.predictions.add_live(f"live-{task}", task=task)
    launched = client.runs.launch(
        dataset=dataset, models=[f"upload/file-{task}", f"upload/live-{task}"]
    )
    waiting = client.runs.show(launched.id, after=launched.seq)
    assert not waiting.status.settled

    pushed = client.predictions.push(
        launched.id, (row for row in rows(WRONG[task])), after=launched.seq, batch_rows=25
    )
    run = wait_settled(stack, launched.id)

    assert (pushed.n_rows, pushed.n_new) == (N, N)
    assert (run.status, run.n_failed, run.n_scored) == ("completed", 0, N)
    assert [each.accuracy for each in run.contenders] == [1.0, 0.0]
    assert [each.n_uploaded for each in run.contenders] == [None, N]
    (entry, *_) = client.runs.entries(launched.id).items
    assert entry.difference is not None
    assert entry.difference.value == 1
    assert entry.predictions[0].latency_s == RIGHT[task].get("latency_s")


def test_a_live_run_takes_each_answer_once_and_ends_when_it_is_told(
    stack: LiveStack, client: Client
) -> None:
    """Part by part, one part twice, another answer refused, the rest never."""
    dataset = add_dataset(stack, "classification")
    client.predictions.add_live("slow", task="classification")
    launched = client.runs.launch(dataset=dataset, models=["upload/slow", f"{MODULE}:first_letter"])
    run_id = launched.id
    first = rows({"label": "cat"}, range(30, 60))
    assert client.predictions.push(run_id, first, after=launched.seq).n_new == 30
    wait_until(lambda: client.runs.show(run_id).n_scored > 0)

    again = client.predictions.push(run_id, first)
    assert (again.n_rows, again.n_new) == (30, 0)
    with pytest.raises(ProblemError, match="e59") as refused:
        client.predictions.push(run_id, [*rows({"label": "cat"}, range(5)), OTHER])
    assert refused.value.name == "answer-given"
    assert [each.line for each in refused.value.problem.errors] == [6]
    assert client.runs.show(run_id, after=again.seq).contenders[0].n_uploaded == 30

    client.predictions.push(run_id, [{"entry_id": "e0", "error": "out of memory"}])
    client.predictions.complete(run_id)
    run = wait_settled(stack, run_id)

    assert run.status == "completed"
    assert [each.n_failed for each in run.contenders] == [30, 0]
    assert run.contenders[0].uploads_complete
    messages = {
        attempt.error.message
        for entry in client.runs.entries(run_id, status="failed", limit=100).items
        for attempt in entry.predictions[0].attempts
        if attempt.error
    }
    assert messages == {"no prediction was uploaded", "out of memory"}

    retried = client.runs.retry(run_id)
    client.predictions.push(retried.id, rows({"label": "cat"}, range(30)), after=retried.seq)
    whole = wait_settled(stack, retried.id)

    assert (whole.status, whole.n_failed) == ("completed", 0)
    assert whole.contenders[0].accuracy == 1.0
