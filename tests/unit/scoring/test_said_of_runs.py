"""What a comparison takes over of runs besides answers: reviews, parameters, lineage."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runoff_contracts.events.review import Decision, EntryReviewed
from runoff_contracts.lineage import GitState, Lineage
from runoff_scoring.comparing.taken import RunTaken
from tests.unit.scoring.given import NOW, compare, taken

ROWS = [("a", ["a", "b"]), ("b", ["b", "b"]), ("a", ["b", "a"])]


def reviewed(run: RunTaken, *said: tuple[int, int, Decision, int]) -> RunTaken:
    """Index, contender, decision and answer version of each review, in order."""
    reviews = [
        EntryReviewed(
            run_id=run.run_id,
            index=index,
            entry_id=f"entry-{index}",
            contender=contender,
            answer_version=version,
            decision=decision,
            reviewed_at=NOW,
            command_id="c",
        )
        for index, contender, decision, version in said
    ]
    return replace(run, reviews=reviews)


def test_approval_counts_the_newest_review_of_each_own_answer() -> None:
    """A cleared one is as if nobody had looked; further versions are no part of the run."""
    run = reviewed(
        taken(ROWS),
        (0, 0, "rejected", 1),
        (0, 0, "approved", 1),
        (1, 0, "rejected", 1),
        (2, 0, "approved", 1),
        (2, 0, "cleared", 1),
        (2, 0, "approved", 2),
    )

    first, second = compare(run).contenders
    assert first.approval is not None
    assert (first.approval.n_approved, first.approval.n_rejected) == (1, 1)
    assert first.approval.rate == 0.5
    # Wilson's 95 % interval of 1 in 2: Agresti and Coull (1998), formula 1.
    assert first.approval.interval == pytest.approx((0.094531, 0.905469), abs=1e-6)
    assert second.approval is None


def test_params_and_lineage_that_differ_are_told_and_the_same_ones_kept_apart() -> None:
    """Whoever sees a difference wants to know first what was done otherwise."""
    one, other = taken(ROWS), taken(ROWS)
    lineages = [
        Lineage(git=GitState(commit=commit), packages={"numpy": "2.3.0", "scipy": version})
        for commit, version in (("a" * 40, "1.16.0"), ("b" * 40, "1.17.0"))
    ]
    runs = [
        replace(
            run,
            created=run.created.model_copy(update={"run_id": run_id, "lineage": lineage}),
            params={"lr": lr, "warm": True},
        )
        for run, run_id, lineage, lr in zip(
            (one, other),
            ("00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"),
            lineages,
            (0.1, 0.2),
            strict=True,
        )
    ]

    document = compare(*runs)
    differing = {each.name: each.values for each in document.differing}
    assert differing["params.lr"] == [0.1, 0.1, 0.2, 0.2]
    assert differing["lineage.git.commit"] == ["a" * 40] * 2 + ["b" * 40] * 2
    assert differing["lineage.packages.scipy"] == ["1.16.0"] * 2 + ["1.17.0"] * 2
    assert document.same["params.warm"] is True
    assert document.same["lineage.packages.numpy"] == "2.3.0"
