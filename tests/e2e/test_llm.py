"""Language models behind misbehaving servers, through every service to the API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from runoff_testkit.live import LiveStack
from runoff_testkit.llm_server import LlmServer
from runoff_testkit.waiting import wait_until
from tests.e2e.using import wait_settled

N_ENTRIES = 2000
FAULTS = (
    "#429",
    "#429:0.1",
    "#503",
    "#500 #reset",
    "#half",
    "#badjson",
    "#wrongshape #empty",
    "#huge",
    "#stall",
    "#400",
)
"""Every fifth entry orders one of them; the last one fails for good."""


def rows() -> list[dict[str, Any]]:
    made = []
    for place in range(N_ENTRIES):
        orders = FAULTS[place // 5 % len(FAULTS)] if place % 5 == 0 else ""
        text = f"question {place} {orders} <<answer {place}>>"
        made.append({"id": f"q{place:05}", "text": text, "target": f"answer {place}"})
    return made


def entries(stack: LiveStack, run_id: str) -> Iterator[dict[str, Any]]:
    """Every entry of a run, as the API serves it one by one."""
    params: dict[str, Any] = {"limit": 500}
    while True:
        page = stack.http.get(f"/api/runs/{run_id}/entries", params=params).raise_for_status()
        yield from page.json()["items"]
        if not (cursor := page.json().get("next_cursor")):
            return
        params["cursor"] = cursor


def test_two_thousand_prompts_settle_though_a_fifth_of_them_is_in_trouble(
    stack: LiveStack, llm_server: LlmServer
) -> None:
    """Every entry is settled and scored, and every attempt is kept and served."""
    given = rows()
    answer = stack.http.post(
        "/api/datasets",
        params={"name": "prompts", "task": "text"},
        content="".join(json.dumps(row) + "\n" for row in given).encode(),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert answer.is_success, answer.text
    asked = {
        "dataset": "prompts",
        "models": ["openai/gpt-4o"],
        "config": {"concurrency": 64, "retries": 2, "timeout_s": 2},
    }
    launched = stack.http.post("/api/runs", json=asked)
    assert launched.status_code == 201, launched.text
    run_id = launched.json()["id"]
    run = wait_settled(stack, run_id, deadline_s=240)

    assert run.status == "completed"
    assert run.n_scored == N_ENTRIES
    found = list(entries(stack, run_id))
    assert len(found) == N_ENTRIES
    n_calls = sum("#delay" not in call.prompt for call in llm_server.calls)
    attempts = [each for entry in found for each in entry["predictions"][0]["attempts"]]
    assert len(attempts) == n_calls
    for row, entry in zip(given, found, strict=True):
        made = entry["predictions"][0]["attempts"]
        assert len(made) == llm_server.counts[row["text"]], row["text"]
        assert (made[-1].get("error") is None) is ("#400" not in row["text"])
    attempts.sort(key=lambda each: each["started_at"])
    limits = [each["n_slots"] for each in attempts]
    lowest = limits.index(min(limits))
    assert any(later < earlier for earlier, later in pairwise(limits))
    assert any(later > earlier for earlier, later in pairwise(limits[lowest:]))


def test_a_killed_worker_repeats_at_most_the_calls_that_were_under_way(
    stack: LiveStack, llm_server: LlmServer
) -> None:
    """What was paid for and answered is not asked again, though its slice was not appended."""
    n_entries, concurrency = 400, 8
    lines = "".join(
        json.dumps({"id": f"q{place}", "text": f"question {place} #delay:0.05", "target": "x"})
        + "\n"
        for place in range(n_entries)
    )
    answer = stack.http.post(
        "/api/datasets",
        params={"name": "paid", "task": "text"},
        content=lines.encode(),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert answer.is_success, answer.text
    asked = {
        "dataset": "paid",
        "models": ["openai/gpt-4o"],
        "config": {"concurrency": concurrency, "timeout_s": 30},
    }
    launched = stack.http.post("/api/runs", json=asked)
    assert launched.status_code == 201, launched.text
    wait_until(lambda: _n_paid(llm_server) > n_entries // 4, deadline_s=60)
    stack.crash("inference-worker-1")
    run = wait_settled(stack, launched.json()["id"], deadline_s=120)

    assert (run.status, run.n_scored, run.n_failed) == ("completed", n_entries, 0)
    assert n_entries <= _n_paid(llm_server) <= n_entries + concurrency


def _n_paid(server: LlmServer) -> int:
    """Calls of this test; the server is that of the other one too."""
    return sum("#delay" in call.prompt for call in server.calls)
