"""Runs of texts on the bus: scored by what their launch pinned, whatever was answered."""

from __future__ import annotations

from pydantic import JsonValue

from runoff_contracts import envelope, subjects
from runoff_contracts.events.entry import EntryProcessed
from runoff_contracts.events.lifecycle import ScorerUsed
from tests.integration.scoring.runs import SLICE, Runs
from tests.unit.scoring.texts import answer

SCORERS = [
    ScorerUsed(name="normalised_match", version=1),
    ScorerUsed(name="numeric", version=1, params={"tolerance": 0.5}),
    ScorerUsed(name="choice", version=1),
    ScorerUsed(name="regex", version=1, params={"pattern": "(a+)+$"}),
]


async def process(runs: Runs, run_id: str, rows: list[tuple[JsonValue, str, str | None]]) -> None:
    """A slice of these targets and answers; the entries' metadata names three choices."""
    events = [
        (
            f"{run_id}:{index}:processed:1",
            EntryProcessed(
                run_id=run_id,
                index=index,
                entry_id=f"entry-{index}",
                target=target,
                metadata={"choices": ["41", "42", "Paris"]},
                predictions=[answer(first), answer(second, contender=1)],
                worker="w",
            ),
        )
        for index, (target, first, second) in enumerate(rows)
    ]
    await runs.log.append_slice(
        subjects.processed(run_id, 0),
        events,
        slice_id=f"{run_id}/0",
        headers={envelope.N_ENTRIES: str(len(events))},
    )


async def test_texts_are_scored_by_what_the_launch_pinned(runs: Runs) -> None:
    """With parameters, the entry's own choices, reasons, and the contenders' difference."""
    run_id = await runs.create(2, task="text", scorers=SCORERS)
    await process(runs, run_id, [(42, "42.0", "It is 42"), ("Paris", "(C)", None)])
    await runs.until_scored(run_id, 1)

    number, city = await runs.scores(run_id)
    values = {(each.scorer, each.contender): each.value for each in number.scores}
    assert (values["normalised_match", 0], values["normalised_match", 1]) == (1.0, 0.0)
    assert (values["numeric", 0], values["numeric", 1]) == (1.0, 1.0)
    assert (values["choice", 0], values["choice", 1]) == (1.0, 1.0)
    assert number.difference is not None
    assert number.difference.kind == "all_different"
    reasons = {(each.scorer, each.contender): each.reason for each in city.scores}
    assert reasons["numeric", 0] == "the target holds no number"
    assert reasons["choice", 1] == "no answer"
    assert city.difference is None


async def test_a_pattern_made_to_hang_holds_no_other_run_up(runs: Runs) -> None:
    """An engine that tries again would need longer than the universe is old for this answer."""
    hostile = await runs.create(1, task="text", scorers=SCORERS)
    await process(runs, hostile, [("x", "a" * 50_000 + "!", "a" * 50_000)])
    other = await runs.create(SLICE)
    await runs.process(other, 0)
    await runs.until_scored(other, 1)
    await runs.until_scored(hostile, 1)

    (entry,) = await runs.scores(hostile)
    values = {(each.scorer, each.contender): each.value for each in entry.scores}
    assert (values["regex", 0], values["regex", 1]) == (0.0, 1.0)
