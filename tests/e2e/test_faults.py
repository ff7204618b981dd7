"""Any process may die at any instruction."""

import time

import pytest

from runoff_testkit.live import LiveStack
from runoff_testkit.waiting import wait_until
from tests.e2e.functions import RELEASED
from tests.e2e.using import (
    facts_by_index,
    launch,
    read_run,
    register_texts,
    scores_digest,
    wait_settled,
)

N = 3000
MODELS = ["paced_first", "paced_last"]
PROCESSES = (
    "nats-server",
    "postgres",
    "run-manager",
    "inference-worker-1",
    "scoring",
    "projector",
    "query",
)


@pytest.mark.timeout(240)
def test_a_run_survives_the_death_of_every_process_in_turn(own_stack: LiveStack) -> None:
    """Killed with -9 in the middle of the run, each comes back; nothing is lost or doubled."""
    stack = own_stack
    released = stack.info.object_store / RELEASED
    register_texts(stack, name="texts", n=N)
    released.touch()
    undisturbed = launch(stack, dataset="texts", models=MODELS, config={"concurrency": 256})
    wait_settled(stack, undisturbed)
    released.unlink()
    disturbed = launch(stack, dataset="texts", models=MODELS, config={"concurrency": 8})

    for name in PROCESSES:
        _wait_for_progress(stack, disturbed)
        stack.crash(name)
    wait_until(lambda: read_run(stack, disturbed) is not None, deadline_s=60)
    before_end = read_run(stack, disturbed)
    assert before_end is not None
    assert not before_end.status.settled, "the run ended before the last kill: it proves nothing"
    released.touch()
    run = wait_settled(stack, disturbed, deadline_s=150)

    assert run.status == "completed"
    assert (run.n_processed, run.n_scored, run.n_failed) == (N, N, 0)
    assert facts_by_index(stack, disturbed) == dict.fromkeys(range(N), 1)
    assert scores_digest(stack, disturbed) == scores_digest(stack, undisturbed)


def _wait_for_progress(stack: LiveStack, run_id: str) -> None:
    """Wait until the API shows entries that it did not show before, so that each kill hits work."""
    seen: list[int] = []
    started = time.monotonic()

    def progressed() -> bool:
        run = read_run(stack, run_id)
        if run is not None:
            seen.append(run.n_processed)
        return len(seen) > 1 and seen[-1] > seen[0]

    wait_until(progressed, deadline_s=60)
    assert time.monotonic() - started < 60
