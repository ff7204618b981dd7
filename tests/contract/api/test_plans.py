"""Routes of plans, with the real services behind them: sealed, found, kept to, and sized."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.api.running import FUNCTIONS, World, problem, wrong_fields
from tests.contract.api.test_commands import FIRST, LAST, settled

PLAN = {"title": "Better?", "dataset": "texts", "metric": "accuracy", "models": [FIRST, LAST]}


async def test_a_plan_is_sealed_found_and_bound_to_the_comparison(world: World) -> None:
    """From its sealing to the document that says whether it was kept to."""
    await world.start_everything()
    await world.register_texts("texts", "aa", "ab", "ba", "bb")
    sealed = await world.http.post("/api/plans", json=PLAN)
    again = await world.http.post("/api/plans", json=PLAN)
    assert (sealed.status_code, again.status_code) == (201, 200)
    digest = sealed.json()["id"]
    assert again.json() == {**sealed.json(), "created": False}
    beginning = digest.removeprefix("sha256:")[:10]

    asked = {"dataset": "texts", "models": [FIRST, LAST], "plan": beginning}
    await world.get("/api/plans")  # the beginning of a digest is looked up in the read models
    launched = await world.http.post("/api/runs", json=asked)
    assert launched.status_code == 201, launched.text
    run_id = launched.json()["id"]
    await settled(world, run_id)
    document = (await world.get(f"/api/runs/{run_id}/comparison"))["document"]
    plan = await world.get(f"/api/plans/{beginning}")

    assert document["plan"] == {
        "digest": digest,
        "sealed_seq": sealed.json()["seq"],
        "deviations": [],
    }
    assert plan["run_ids"] == [run_id]
    assert plan["plan"]["dataset"]["number"] == 1
    assert (await world.get("/api/plans"))["items"] == [plan]

    # Whoever asks for the run by the defaults has the very same document.
    again = await world.http.post("/api/comparisons", json={"runs": [run_id]})
    assert again.json()["id"] == (await world.get(f"/api/runs/{run_id}"))["comparison_digest"]
    for named in ({"plan": digest}, {}):
        wanted = {"runs": [run_id], "margin": 0.3, **named}
        other = await world.http.post("/api/comparisons", json=wanted)
        assert other.status_code == 201, other.text
        found = await world.get(f"/api/comparisons/{other.json()['id']}")
        assert found["plan"]["deviations"] == ["margin is 0.3, planned was none"]
        assert found["verdict"].startswith("Exploratory")

    wrong = {**asked, "models": [FIRST, f"python/{FUNCTIONS}:other"], "plan": digest}
    refused = problem(await world.http.post("/api/runs", json=wrong), 422, "plan-contradicted")
    assert "plan" in wrong_fields(refused)

    size = {"difference": 0.1, "from_run": run_id[:13]}
    answer = await world.http.post("/api/plans/size", json=size)
    assert answer.status_code == 200, answer.text
    assert answer.json()["discordance"] == 0.5
    assert answer.json()["from_run"] == run_id
    size = {"n_entries": 400, "discordance": 0.1}
    shown = (await world.http.post("/api/plans/size", json=size)).json()
    assert shown["difference"] == pytest.approx(0.0467, abs=0.001)
    too_large = {"difference": 0.9, "from_run": run_id}
    problem(await world.http.post("/api/plans/size", json=too_large), 422, "difference-too-large")


async def test_what_is_no_plan_is_refused_with_its_fields(world: World) -> None:
    """Before anything is sealed; a plan cannot be mended afterwards."""
    await world.start_run_manager()
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"metric": None}, "invalid-request", "metric"),
        ({"colour": "red"}, "invalid-request", "colour"),
        ({"margin": -1}, "invalid-request", "margin"),
        ({"margin": True}, "invalid-request", "margin"),
        ({"dataset": "nobody"}, "unknown-dataset", "dataset"),
    ]
    for change, name, field in cases:
        answer = await world.http.post("/api/plans", json=PLAN | change)
        assert field in wrong_fields(problem(answer, 422, name))
    for path in ("sha256:00000000ff", "not-a-plan", "ab"):
        answer = await world.http.get(f"/api/plans/{path}")
        problem(answer, 404, "unknown-plan")
    half = await world.http.post("/api/plans/size", json={"difference": 0.1})
    assert problem(half, 422, "invalid-request")["errors"]
    assert (await world.get("/api/plans"))["items"] == []
