"""Runs from the POST to the comparison, through every service."""

from runoff_testkit.live import LiveStack
from runoff_testkit.waiting import wait_until
from tests.e2e.using import launch, read_run, register_texts, scores_digest, wait_settled


def test_two_functions_are_compared_over_a_split(stack: LiveStack) -> None:
    """The thinnest whole path: entries in, a verdict out."""
    register_texts(stack, name="split", n=400)

    run_id = launch(
        stack,
        dataset="split",
        models=["first_letter", "last_letter"],
        selection={"split": "test"},
    )
    run = wait_settled(stack, run_id)
    document = stack.http.get(f"/api/runs/{run_id}/comparison").json()["document"]

    assert run.status == "completed"
    assert (run.n_entries, run.n_scored) == (300, 300)
    assert run.contenders[0].accuracy == 1.0
    assert document["metrics"][0]["pairs"][0]["outcome"] == "a_better"
    assert "is better than" in document["verdict"]


def test_the_same_work_done_again_has_the_same_scores_digest(stack: LiveStack) -> None:
    """Whatever batches, concurrency and order of work were."""
    register_texts(stack, name="again", n=700)
    digests = set()
    for config in ({"batch_size": 1}, {"batch_size": 64, "concurrency": 1}):
        run_id = launch(
            stack, dataset="again", models=["first_letter", "last_letter"], config=config
        )
        wait_settled(stack, run_id)
        digests.add(scores_digest(stack, run_id))

    assert len(digests) == 1


def test_a_model_that_never_answers_fails_the_run_with_its_reason(stack: LiveStack) -> None:
    """A run without a single answer has nothing to compare, and says why."""
    register_texts(stack, name="raises", n=40)

    run_id = launch(stack, dataset="raises", models=["always_raises"], config={"retries": 1})
    run = wait_settled(stack, run_id)
    entry = stack.http.get(f"/api/runs/{run_id}/entries").json()["items"][0]

    assert run.status == "failed"
    assert "no answer for" in (run.reason or "")
    assert len(entry["predictions"][0]["attempts"]) == 2
    assert entry["predictions"][0]["attempts"][0]["error"]["error_class"] == "exception"


def test_a_canceled_run_stops_at_once_and_keeps_what_was_answered(stack: LiveStack) -> None:
    """No entry is answered a second after the cancel."""
    register_texts(stack, name="cancel", n=3000)
    run_id = launch(stack, dataset="cancel", models=["slow_first"], config={"concurrency": 4})

    def some_answered() -> bool:
        run = read_run(stack, run_id)
        return run is not None and run.n_processed > 20

    wait_until(some_answered, deadline_s=30)
    stack.http.post(f"/api/runs/{run_id}/cancel").raise_for_status()
    run = wait_settled(stack, run_id)

    assert run.status == "canceled"
    assert 20 < run.n_processed < 1500


def test_a_high_run_overtakes_a_low_one(stack: LiveStack) -> None:
    """Priority decides while both are under way."""
    register_texts(stack, name="priority", n=1500)
    low = launch(stack, dataset="priority", models=["slow_first"], priority="low")
    high = launch(
        stack, dataset="priority", models=["slow_last"], priority="high", config={"concurrency": 64}
    )
    wait_settled(stack, high)
    behind = read_run(stack, low)
    stack.http.post(f"/api/runs/{low}/cancel").raise_for_status()

    assert behind is not None
    assert not behind.status.settled


def test_a_rebuild_gives_the_same_tables_while_the_api_answers(stack: LiveStack) -> None:
    """The log is the only truth: tables made of it anew are equal row by row."""
    register_texts(stack, name="rebuild", n=2000)
    run_id = launch(stack, dataset="rebuild", models=["first_letter", "last_letter"])
    wait_settled(stack, run_id)
    stack.http.post("/api/rebuild").raise_for_status()
    answers = []

    def swapped() -> bool:
        answers.append(stack.http.get(f"/api/runs/{run_id}").status_code)
        return bool(stack.http.get("/api/rebuild").json()["state"] != "running")

    wait_until(swapped, deadline_s=60)
    state = stack.http.get("/api/rebuild").json()

    assert state["state"] == "swapped"
    assert set(answers) == {200}
    assert len(state["tables"]) >= 6
    assert all(table["equal"] and table["n_rows"] >= 0 for table in state["tables"].values())
