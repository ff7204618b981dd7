"""Asking again: v2, v3 … beside the run's own answer, which alone counts."""

from typing import Any

from runoff_contracts.views import EntryView
from runoff_testkit.live import LiveStack
from runoff_testkit.waiting import wait_until
from tests.e2e.using import launch, read_run, register_texts, scores_digest, wait_settled


def test_re_runs_and_variations_stack_under_the_first_answer(stack: LiveStack) -> None:
    """Each version says what it came from; the run's scores stay as they were."""
    register_texts(stack, name="asked-again", n=8)
    run_id = launch(stack, dataset="asked-again", models=["paraphrased", "last_letter"])
    wait_settled(stack, run_id)
    before = scores_digest(stack, run_id)

    _ask(stack, f"{run_id}/entries/text-00003/rerun", {}, n_versions=1)
    asked: dict[str, Any] = {"mode": "semantic", "contenders": [0]}
    _ask(stack, f"{run_id}/entries/text-00003/variations", asked, n_versions=2)
    asked = {"mode": "lexical", "contenders": [0], "seed_version": 3}
    entry = _ask(stack, f"{run_id}/entries/text-00003/variations", asked, n_versions=3)

    second, third, fourth = entry.versions
    assert [each.answer_version for each in entry.versions] == [2, 3, 4]
    assert [each.mode for each in entry.versions] == ["rerun", "semantic", "lexical"]
    assert [each.parent for each in entry.versions] == [1, 1, 3]
    assert [each.label for each in second.predictions] == [each.label for each in entry.predictions]
    assert [each.label for each in third.predictions] == ["semantic of d"]
    assert fourth.seed is not None
    assert (fourth.seed.text, fourth.seed.contender) == ("semantic of d", 0)
    assert fourth.predictions[0].label == "lexical of semantic of d"
    run = read_run(stack, run_id)
    assert run is not None
    assert (run.n_processed, run.n_scored) == (8, 8)
    assert scores_digest(stack, run_id) == before


def test_a_selection_is_asked_again_at_once(stack: LiveStack) -> None:
    """With the contenders that are meant, each entry as a version of its own."""
    register_texts(stack, name="asked-again", n=8)
    run_id = launch(stack, dataset="asked-again", models=["first_letter", "last_letter"])
    wait_settled(stack, run_id)

    entries = ["text-00001", "text-00005"]
    body = {"entries": entries, "contenders": [1]}
    answer = stack.http.post(f"/api/runs/{run_id}/rerun", json=body)

    assert answer.status_code == 202, answer.text
    assert answer.json()["versions"] == {"text-00001": 2, "text-00005": 2}
    for entry_id in entries:
        entry = _answered(stack, run_id, entry_id, n_versions=1)
        assert [each.contender for each in entry.versions[0].predictions] == [1]


def test_a_re_run_survives_the_death_of_its_worker(stack: LiveStack) -> None:
    """The message comes to the worker that is started next, and is answered once."""
    register_texts(stack, name="asked-again", n=2)
    run_id = launch(stack, dataset="asked-again", models=["after_a_second"])
    wait_settled(stack, run_id)

    answer = stack.http.post(f"/api/runs/{run_id}/entries/text-00001/rerun", json={})
    assert answer.status_code == 202, answer.text
    stack.crash("inference-worker-1")

    entry = _answered(stack, run_id, "text-00001", n_versions=1)
    assert [each.label for each in entry.versions[0].predictions] == ["b"]


def test_what_cannot_be_asked_again_is_refused(stack: LiveStack) -> None:
    """By the field that is wrong, and nothing is changed."""
    register_texts(stack, name="asked-again", n=8)
    run_id = launch(stack, dataset="asked-again", models=["first_letter"])
    wait_settled(stack, run_id)
    path = f"/api/runs/{run_id}"

    for where, body, status, field in (
        ("rerun", {"entries": ["text-00001", "nobody"]}, 422, "entries.1"),
        ("entries/text-00001/rerun", {"contenders": [1]}, 422, "contenders"),
        ("entries/nobody/rerun", {}, 404, None),
        ("entries/text-00001/variations", {"mode": "louder"}, 422, "mode"),
        (
            "entries/text-00001/variations",
            {"mode": "lexical", "seed_version": 7},
            422,
            "seed_contender",
        ),
    ):
        answer = stack.http.post(f"{path}/{where}", json=body)
        assert answer.status_code == status, answer.text
        problem: dict[str, Any] = answer.json()
        if field:
            assert [each["field"] for each in problem["errors"]] == [field]
    shown = stack.http.get(f"{path}/entries/text-00001")
    assert EntryView.model_validate(shown.json()).versions == []


def _ask(stack: LiveStack, path: str, body: dict[str, Any], *, n_versions: int) -> EntryView:
    answer = stack.http.post(f"/api/runs/{path}", json=body)
    assert answer.status_code == 202, answer.text
    assert answer.json()["versions"] == {"text-00003": n_versions + 1}
    return _answered(stack, path.partition("/")[0], "text-00003", n_versions=n_versions)


def _answered(stack: LiveStack, run_id: str, entry_id: str, *, n_versions: int) -> EntryView:
    found: list[EntryView] = []

    def answered() -> bool:
        shown = stack.http.get(f"/api/runs/{run_id}/entries/{entry_id}")
        entry = EntryView.model_validate(shown.json())
        found.append(entry)
        return len(entry.versions) == n_versions and all(
            each.answered_at for each in entry.versions
        )

    wait_until(answered, deadline_s=60)
    return found[-1]
