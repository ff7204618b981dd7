"""Answers judged by a language model, from the launch to the report, and judged anew."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from runoff_contracts.views import EntryView, ReportView
from runoff_testkit.live import LiveStack
from runoff_testkit.llm_server import LlmServer
from tests.e2e.using import launch, wait_settled

PASSES = '<<{"reason": "polite", "points": 1}>>'
FAILS = '<<{"reason": "rude", "points": 0}>>'
FIRST = '<<{"reason": "shorter", "same_meaning": true, "better": "1"}>>'
"""Whichever stands there."""
SAID = [
    (f"a {PASSES}", f"b {FAILS}"),
    (f"c #badjson {PASSES}", f"d {PASSES}"),
    (f"e #400 {PASSES}", f"f {FAILS}"),
]
"""What the two contenders answer; an answer orders what the judge does with it."""


@pytest.fixture
def server() -> Iterator[LlmServer]:
    with LlmServer() as running:
        yield running


def post(stack: LiveStack, path: str, body: dict[str, Any]) -> None:
    answer = stack.http.post(path, json=body)
    assert answer.is_success, answer.text


def entries(stack: LiveStack, run_id: str) -> list[EntryView]:
    """Each as it is served by itself."""
    answers = [stack.http.get(f"/api/runs/{run_id}/entries/q{place}") for place in range(len(SAID))]
    return [EntryView.model_validate(each.raise_for_status().json()) for each in answers]


def values(found: list[EntryView], scorer: str) -> list[list[float | None]]:
    return [[each.value for each in entry.scores if each.scorer == scorer] for entry in found]


def report(stack: LiveStack, run_id: str) -> ReportView:
    answer = stack.http.get(f"/api/runs/{run_id}/report")
    return ReportView.model_validate(answer.raise_for_status().json())


def exported(stack: LiveStack, run_id: str) -> list[dict[str, Any]]:
    """The rows of the run as JSON lines."""
    answer = stack.http.get(f"/api/runs/{run_id}/export").raise_for_status()
    return [json.loads(line) for line in answer.text.splitlines()]


def sampled(stack: LiveStack, run_id: str) -> list[dict[str, Any]]:
    """The judged samples of the first contender, as Every Eval Ever has them."""
    answer = stack.http.get(f"/api/runs/{run_id}/export", params={"format": "every-eval-ever"})
    archive = zipfile.ZipFile(io.BytesIO(answer.raise_for_status().content))
    (name,) = [each for each in archive.namelist() if "said_a" in each and "samples" in each]
    rows = [json.loads(line) for line in archive.read(name).splitlines()]
    return [each for each in rows if each.get("evaluation_result_id") == "judge_pairwise"]


def test_answers_are_judged_alone_and_judged_anew_in_pairs(
    stack: LiveStack, server: LlmServer
) -> None:
    """A fault is retried, a refusal leaves no score; judging anew asks no contender again."""
    rows = [
        {"id": f"q{place}", "text": f"q{place}", "metadata": {"a": a, "b": b, "pair": FIRST}}
        for place, (a, b) in enumerate(SAID)
    ]
    answer = stack.http.post(
        "/api/datasets",
        params={"name": "judged", "task": "text"},
        content="".join(json.dumps(row) + "\n" for row in rows).encode(),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert answer.is_success, answer.text
    spec = {"model": "gpt-4o", "base_url": server.openai}
    post(stack, "/api/models", {"model": "openai/judge", "spec": spec})
    params = {"model": "openai/judge", "rubric": "Is it polite?"}

    run_id = launch(
        stack,
        dataset="judged",
        models=["said_a", "said_b"],
        scorers=[{"name": "judge", "params": params}],
    )
    run = wait_settled(stack, run_id)
    found = entries(stack, run_id)

    assert (run.status, run.n_failed, run.contenders[0].primary) == ("completed", 0, "judge")
    assert values(found, "judge") == [[1.0, 0.0], [1.0, 1.0], [None, 0.0]]
    assert found[2].scores[0].reason == "the judge gave no verdict (rejected)"
    (retried, _), (refused_once, _) = (each.judgements[0].points for each in found[1:])
    assert [each.error is None for each in retried.attempts] == [False, True]
    assert [each.error.status_code if each.error else 0 for each in refused_once.attempts] == [400]
    (judge,) = run.judges
    assert (judge.model, judge.n_verdicts, judge.n_failed) == ("openai/judge", 6, 1)
    assert judge.cost_usd is not None
    assert judge.cost_usd > 0
    assert [each.cost_usd for each in run.contenders] == [None, None]
    assert len(server.calls) == 7

    alone = exported(stack, run_id)
    assert [each["not_scored"] for each in alone if "not_scored" in each] == [
        {"judge": "the judge gave no verdict (rejected)"}
    ]
    assert alone[1]["judgements"][0].items() >= {"points": 0, "reason": "rude"}.items()
    assert alone[4]["judgements"][0]["error"]

    pairwise = {**params, "rubric": "Which is shorter? {{metadata.pair}}"}
    answer = stack.http.post(
        f"/api/runs/{run_id}/rescore",
        json={"scorers": [{"name": "judge_pairwise", "params": pairwise}]},
    )
    assert answer.is_success, answer.text
    anew = wait_settled(stack, answer.json()["id"])
    found = entries(stack, anew.run_id)

    # Six questions, and two of them again for the bad JSON that both of its orders hold.
    assert len(server.calls) == 7 + 6 + 2
    assert {each.taken_from for entry in found for each in entry.predictions} == {run_id}
    assert values(found, "judge_pairwise") == [[0.5, 0.5], [0.5, 0.5], [None, None]]
    kinds = [each.difference.kind for each in found if each.difference]
    assert kinds == ["all_match", "all_match", "all_different"]
    said = exported(stack, anew.run_id)[0]["judgements"]
    assert [(each["shown"], each["better"], each["against_model"][-6:]) for each in said] == [
        ("first", "this", "said_b"),
        ("second", "other", "said_b"),
    ]
    assert {each["reason"] for each in said} == {"shorter"}
    samples = sampled(stack, anew.run_id)
    assert [each["metadata"]["judge_reason"] for each in samples[:1]] == ["shorter\nshorter"]
    (told,) = report(stack, anew.run_id).report.judges or []
    assert (told.n_verdicts, told.n_swapped, told.place_bound) == (6, 2, 1.0)
