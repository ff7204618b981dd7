"""Reviews and parameters in the read models: the same rows whatever batches they came in."""

from __future__ import annotations

from nats.aio.client import Client

from runoff_contracts import subjects
from runoff_contracts.events.review import EntryReviewed
from runoff_contracts.ids import new_run_id
from runoff_contracts.reviewing import approvals
from runoff_query.database import Pool
from runoff_query.projector.batch import project, read_batch
from tests.integration.query import facts
from tests.integration.query.projecting import rows, started
from tests.integration.query.scribe import Scribe

SAID = (
    ("approved", 0, 0, 1),
    ("approved", 1, 0, 1),
    ("rejected", 0, 0, 1),
    ("approved", 2, 1, 1),
    ("cleared", 2, 1, 1),
    ("approved", 3, 0, 2),
    ("rejected", 3, 1, 1),
    ("rejected", 3, 1, 1),
    ("cleared", 4, 0, 1),
    ("approved", 0, 0, 1),
)
"""Decision, index, contender and version of the answer, in the order in which it was said."""


async def test_counts_are_those_of_the_events_whatever_the_batches(
    scribe: Scribe, pool: Pool, nc: Client
) -> None:
    """One by one, all at once, and folded by the function that comparisons use."""
    run_id = new_run_id()
    await scribe.run(run_id, facts.created(run_id, 5))
    events: list[EntryReviewed] = []
    for decision, index, contender, version in SAID:
        said = facts.reviewed(run_id, index, decision, contender=contender, answer_version=version)
        events.append(said)
        await scribe.tell(subjects.entry(run_id, index), said)
    messages = await scribe.log.read(">")
    found = []
    for size in (1, 3, len(messages)):
        held = await started(pool)
        async with pool.acquire() as connection:
            for start in range(0, len(messages), size):
                held = await project(connection, held, read_batch(messages[start : start + size]))
            counted = await connection.fetch("SELECT * FROM run_approvals ORDER BY position")
        found.append(await rows(pool))
        async with pool.acquire() as connection:
            await connection.execute(
                "TRUNCATE runs, run_contenders, run_params_versions, run_lineage, entry_reviews,"
                " entry_review_states, run_approvals, projection_checkpoints"
            )

    assert found[0] == found[1] == found[2]
    assert len(found[0]["entry_reviews"]) == len(SAID)
    folded = [(each.n_approved, each.n_rejected) for each in approvals(events, n_contenders=2)]
    assert (
        [(each["n_approved"], each["n_rejected"]) for each in counted] == folded == [(2, 0), (0, 1)]
    )


async def test_a_deleted_run_leaves_no_review(scribe: Scribe, pool: Pool) -> None:
    """Nor does one bring rows back that is said of it later."""
    run_id = await scribe.reviewed_run()
    before = await scribe.log.last_seq()
    await scribe.run(run_id, facts.deleted(run_id))
    await scribe.reviews(run_id, 3, "approved")
    messages = await scribe.log.read(">")
    held = await started(pool)
    async with pool.acquire() as connection:
        held = await project(connection, held, read_batch(messages[:before]))
        there = await rows(pool)
        held = await project(connection, held, read_batch(messages[before : before + 1]))
        await project(connection, held, read_batch(messages[before + 1 :]))
    gone = await rows(pool)

    names = ("run_params_versions", "run_lineage", "entry_reviews", "entry_review_states")
    assert [len(there[name]) for name in names] == [2, 1, 7, 3]
    assert [len(gone[name]) for name in (*names, "run_approvals")] == [0] * 5
