"""What the projector makes of events, table by table."""

from __future__ import annotations

import pytest
from nats.aio.client import Client

from runoff_contracts import subjects
from runoff_contracts.comparison import digest_of
from runoff_contracts.ids import new_run_id
from runoff_query.database import Pool
from tests.integration.query import facts
from tests.integration.query.projecting import (
    caught_up,
    following,
    rows,
)
from tests.integration.query.scribe import Scribe


async def test_a_run_is_counted_entry_by_entry(nc: Client, scribe: Scribe, pool: Pool) -> None:
    """Counts come from the slices: answers, failures and scores of each contender."""
    run = new_run_id()
    await scribe.run(run, facts.created(run, 3), facts.started(run))
    labels = [(0, "zero", "zero"), (1, "zero", "one"), (2, "one", None)]
    await scribe.processed(run, 0, *(facts.processed(run, *each) for each in labels))
    seq = await scribe.scored(run, 0, *(facts.scored(run, *each) for each in labels))
    async with following(nc, pool):
        await caught_up(pool, seq)

    row = await pool.fetchrow("SELECT * FROM runs")
    contenders = await pool.fetch("SELECT * FROM run_contenders ORDER BY position")
    assert row is not None
    assert (row["status"], row["n_processed"], row["n_scored"], row["n_failed"]) == (
        "running",
        3,
        3,
        1,
    )
    assert row["seq"] == seq
    assert [
        (each["n_answered"], each["n_failed"], each["n_scored"], each["n_correct"])
        for each in contenders
    ] == [(3, 0, 3, 2), (2, 1, 2, 1)]
    assert contenders[0]["latency_ns"] == 30_000_000


async def test_metrics_follow_the_counts(nc: Client, scribe: Scribe, pool: Pool) -> None:
    """A filter on metrics reads them; one that has no value yet has no row."""
    run = new_run_id()
    await scribe.run(run, facts.created(run, 1))
    seq = await scribe.processed(run, 0, facts.processed(run, 0, "zero", "one"))
    async with following(nc, pool):
        await caught_up(pool, seq)
        before = await _metrics(pool)
        await caught_up(pool, await scribe.scored(run, 0, facts.scored(run, 0, "zero", "one")))

    assert "accuracy" not in {metric for metric, _ in before}
    assert (await _metrics(pool))["accuracy", 0] == 1.0
    assert (await _metrics(pool))["accuracy", 1] == 0.0
    assert (await _metrics(pool))["latency_mean_s", 0] == pytest.approx(0.01)


async def test_a_report_has_the_last_word_on_its_metrics(
    nc: Client, scribe: Scribe, pool: Pool
) -> None:
    """Counts say what they can while a run is under way; the rest comes with its report."""
    run = new_run_id()
    await scribe.run(run, facts.created(run, 1))
    await scribe.processed(run, 0, facts.processed(run, 0, "zero", "one"))
    await scribe.scored(run, 0, facts.scored(run, 0, "zero", "one"))
    seq = await scribe.tell(
        subjects.scorecards(run), facts.stored(run, {"accuracy": 0.125, "map_50": 0.75})
    )
    async with following(nc, pool):
        await caught_up(pool, seq)

    metrics = await _metrics(pool)
    assert (metrics["accuracy", 0], metrics["accuracy", 1]) == (1.0, 0.125)
    assert metrics["map_50", 1] == 0.75
    assert ("map_50", 0) not in metrics
    assert await pool.fetchval("SELECT report FROM runs") == facts.digest(41)


async def test_costs_and_tokens_add_up_to_the_last_digit(
    nc: Client, scribe: Scribe, pool: Pool
) -> None:
    """Sums of floats would depend on how the log was cut into batches."""
    run = new_run_id()
    await scribe.run(run, facts.created(run, 30, judges=[facts.JUDGE]))
    for number in range(30):
        entry = facts.judged(facts.processed(run, number, "zero", "one"), cost_usd=0.1)
        seq = await scribe.processed(run, number, facts.paid(entry, cost_usd=0.1))
    async with following(nc, pool):
        await caught_up(pool, seq)

    first, second = await pool.fetch("SELECT * FROM run_contenders ORDER BY position")
    assert (first["cost_picousd"], first["n_priced"]) == (3_000_000_000_000, 30)
    assert (first["n_input_tokens"], first["n_output_tokens"]) == (3000, sum(range(30)))
    assert (second["cost_picousd"], second["n_priced"], second["n_metered"]) == (0, 0, 0)
    judge = await pool.fetchrow("SELECT * FROM run_judges")
    assert judge is not None
    assert (judge["cost_picousd"], judge["n_priced"]) == (6_000_000_000_000, 60)
    assert (judge["n_verdicts"], judge["n_failed"], judge["n_metered"]) == (120, 60, 60)
    assert (judge["n_input_tokens"], judge["n_output_tokens"]) == (6000, 420)
    assert (await _metrics(pool))["cost_usd", 0] == 3.0
    assert ("cost_usd", 1) not in await _metrics(pool)


async def test_a_run_is_what_it_was_before_its_pause(
    nc: Client, scribe: Scribe, pool: Pool
) -> None:
    """Pending where it had not started, running where it had; in whatever batches that came."""
    early, late = new_run_id(), new_run_id()
    await scribe.run(early, facts.created(early, 1), facts.paused(early))
    seq = await scribe.run(late, facts.created(late, 1), facts.started(late), facts.paused(late))
    async with following(nc, pool):
        await caught_up(pool, seq)
        halted = await _statuses(pool)
        await scribe.run(early, facts.resumed(early))
        await caught_up(pool, await scribe.run(late, facts.resumed(late)))

    assert halted == {early: "paused", late: "paused"}
    assert await _statuses(pool) == {early: "pending", late: "running"}


async def test_the_newest_edit_counts(nc: Client, scribe: Scribe, pool: Pool) -> None:
    """Alias and labels are as it says, taken away where it says so."""
    run = new_run_id()
    await scribe.run(run, facts.created(run, 1, alias="first", labels={"a": "1"}))
    seq = await scribe.run(run, facts.edited(run, "second\x00", b="2"))
    async with following(nc, pool):
        await caught_up(pool, seq)
        named = await pool.fetchrow("SELECT alias, labels FROM runs")
        await caught_up(pool, await scribe.run(run, facts.edited(run)))

    assert named is not None
    assert tuple(named) == ("second\ufffd", '{"b":"2"}')
    assert tuple(await pool.fetchrow("SELECT alias, labels FROM runs") or ()) == (None, "{}")


async def test_the_registry_has_what_was_registered(nc: Client, scribe: Scribe, pool: Pool) -> None:
    """Names and versions as the events say them."""
    await scribe.registry()
    seq = await scribe.tell(subjects.dataset("digits"), *facts.dataset_events(number=2))
    async with following(nc, pool):
        await caught_up(pool, seq)

    assert await pool.fetchval("SELECT count(*) FROM dataset_versions") == 2
    assert await pool.fetchval("SELECT spec FROM model_versions") == facts.spec().model_dump_json()


async def test_an_answer_with_a_null_character_is_kept(
    nc: Client, scribe: Scribe, pool: Pool
) -> None:
    """Postgres cannot hold U+0000; a model that answers it must not stop the projector."""
    run = new_run_id()
    await scribe.run(run, facts.created(run, 1, alias="a\x00b"))
    entry = facts.processed(run, 0, "ze\x00ro", entry_id="e\x00", metadata={"k": "\x00"})
    seq = await scribe.processed(run, 0, entry)
    async with following(nc, pool):
        await caught_up(pool, seq)

    assert await pool.fetchval("SELECT count(*) FROM parked_messages") == 0
    assert await pool.fetchval("SELECT entry_id FROM entries") == "e�"
    assert "ze\\u0000ro" in await pool.fetchval("SELECT predictions FROM entries")


async def test_a_deleted_run_leaves_no_row(nc: Client, scribe: Scribe, pool: Pool) -> None:
    """Not even when a worker appends a slice of it late."""
    run = await scribe.whole_run()
    await scribe.run(run, facts.deleted(run))
    async with following(nc, pool):
        await caught_up(pool, await scribe.log.last_seq())
        late = await scribe.processed(run, 99, facts.processed(run, 99, "zero", "one"))
        await caught_up(pool, late)

    left = await rows(pool)
    assert [name for name in left if left[name]] == ["projection_checkpoints", "deleted_runs"]


async def test_the_document_of_a_first_comparison_is_kept_byte_for_byte(
    nc: Client, scribe: Scribe, pool: Pool
) -> None:
    """Its digest is of these bytes, which stand nowhere else; later ones are objects."""
    run = await scribe.whole_run()
    first = facts.first_computed(run)
    await scribe.tell(subjects.comparison(first.digest), first)
    async with following(nc, pool):
        await caught_up(pool, await scribe.log.last_seq())

    later, kept = await pool.fetch("SELECT * FROM comparisons ORDER BY seq")
    assert (later["digest"], later["first_document"]) == (facts.computed(run).digest, None)
    assert (later["measure"], later["winners"], later["certainty"]) == (
        "accuracy",
        "[0]",
        "not_separable",
    )
    assert digest_of(kept["first_document"].encode()) == kept["digest"] == first.digest
    assert (kept["measure"], kept["task"], kept["settled"]) == ("accuracy", "classification", True)


async def _metrics(pool: Pool) -> dict[tuple[str, int], float]:
    found = await pool.fetch("SELECT metric, position, value FROM run_metrics")
    return {(row["metric"], row["position"]): row["value"] for row in found}


async def _statuses(pool: Pool) -> dict[str, str]:
    rows = await pool.fetch("SELECT run_id, status FROM runs")
    return {str(row["run_id"]): row["status"] for row in rows}
