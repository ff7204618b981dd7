"""Pause, resume and re-score through every service."""

from runoff_testkit.live import LiveStack
from runoff_testkit.waiting import wait_until
from tests.e2e.using import launch, read_run, register_texts, scores_digest, wait_settled


def order(stack: LiveStack, run_id: str, what: str, **body: object) -> str:
    """Give an order about a run; the id of the run that it is about afterwards."""
    answer = stack.http.post(f"/api/runs/{run_id}/{what}", json=body or None)
    assert answer.is_success, answer.text
    return str(answer.json()["id"])


def n_processed(stack: LiveStack, run_id: str) -> int:
    run = read_run(stack, run_id)
    return run.n_processed if run else 0


def test_a_paused_run_halts_and_goes_on_to_the_very_same_scores(stack: LiveStack) -> None:
    """Nothing is lost and nothing answered twice; another run overtakes it meanwhile."""
    register_texts(stack, name="paused", n=1000)
    models = ["slow_first", "last_letter"]
    run_id = launch(stack, dataset="paused", models=models, config={"concurrency": 4})
    wait_until(lambda: n_processed(stack, run_id) > 0, deadline_s=60, what="first answers")

    order(stack, run_id, "pause")
    other = launch(stack, dataset="paused", models=["first_letter", "last_letter"])
    wait_settled(stack, other)
    halted = read_run(stack, run_id)
    assert halted is not None
    assert halted.status == "paused"
    assert halted.n_processed < 1000
    order(stack, run_id, "resume")
    run = wait_settled(stack, run_id)

    assert (run.status, run.n_processed, run.n_scored) == ("completed", 1000, 1000)


def test_a_run_is_scored_anew_without_asking_a_model(stack: LiveStack) -> None:
    """The same answers and scorers give the same scores; each answer says who was asked."""
    register_texts(stack, name="anew", n=2000)
    old = launch(stack, dataset="anew", models=["first_letter", "last_letter"])
    wait_settled(stack, old)

    new = order(stack, old, "rescore")
    run = wait_settled(stack, new)
    entry = stack.http.get(f"/api/runs/{new}/entries").json()["items"][0]

    assert (run.status, run.n_scored, run.n_failed) == ("completed", 2000, 0)
    assert scores_digest(stack, new) == scores_digest(stack, old)
    assert {each["taken_from"] for each in entry["predictions"]} == {old}
