"""A plan, a run that ends when it is decided, and what everybody sees of it."""

from __future__ import annotations

from runoff import Client
from runoff_testkit.live import LiveStack
from tests.e2e.using import MODULE, register_texts, wait_settled

N_ENTRIES = 2000


def test_a_planned_run_ends_when_it_is_decided_and_every_reader_copes(stack: LiveStack) -> None:
    """Sealed before, watched while it goes on, and over before the most of it was asked."""
    register_texts(stack, name="planned", n=N_ENTRIES)
    models = [f"{MODULE}:{name}" for name in ("slow_first", "slow_last")]
    with Client(stack.api_url) as client:
        sealed = client.plans.seal(
            {
                "title": "Is the first letter the better guess?",
                "dataset": "planned",
                "models": models,
                "baseline": models[1],
                "metric": "accuracy",
                "margin": 0.02,
                "stopping": {"when_decided": {"min_entries": 40}},
            }
        )
        accepted = client.runs.launch(dataset="planned", models=models, plan=sealed.id)
        views = list(client.runs.watch(accepted.id, after=accepted.seq))
        run = views[-1]
        comparison = client.comparisons.of_run(run.run_id, wait_s=30)
        entries = client.runs.entries(run.run_id, sort="index", limit=1000).items
        report = client.runs.report(run.run_id)
        plan = client.plans.show(sealed.id.removeprefix("sha256:")[:10])
        size = client.plans.size(difference=0.02, from_run=run.run_id)
        again = client.runs.rescore(run.run_id)
        rescored = wait_settled(stack, again.id)
        scored_anew = client.comparisons.of_run(again.id, wait_s=30).document

    assert run.status == "completed"
    assert run.plan == sealed.id
    assert 40 <= run.n_entries == run.n_scored == run.n_processed < N_ENTRIES == run.n_planned
    assert run.decided is not None
    assert run.decided.decided
    assert run.decided.pairs[0].decided == "a_better"
    assert any(view.watched is not None for view in views)
    assert len(entries) == min(run.n_entries, 1000)
    assert report.report.metrics[0].n == run.n_entries
    document = comparison.document
    assert document.plan is not None
    assert document.plan.deviations == []
    assert document.stopped[0].n_planned == N_ENTRIES
    assert "Stopped when decided" in document.verdict
    assert document.primary.pairs[0].outcome == "a_better"
    assert document.pairing.n_shared == run.n_entries
    assert plan.run_ids == [run.run_id]
    assert size.n_entries > 0
    assert (rescored.status, rescored.n_entries) == ("completed", run.n_entries)
    assert scored_anew.scores_digest == document.scores_digest
    assert scored_anew.stopped == document.stopped
    assert scored_anew.plan is not None
    assert scored_anew.plan.deviations == []
