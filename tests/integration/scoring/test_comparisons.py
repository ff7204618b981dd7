"""Scorecards and comparisons of completed runs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from runoff_contracts import subjects
from runoff_contracts.commands import Accepted, Refused
from runoff_contracts.comparison import canonical, digest_of
from runoff_contracts.events.plan import PlanSealed
from runoff_contracts.events.scorecard import ScorecardsStored
from runoff_contracts.ids import new_run_id
from runoff_contracts.plan import Plan
from runoff_contracts.report import Report
from runoff_objects.arrays import unpack
from runoff_scoring.record import Record
from runoff_testkit.waiting import eventually
from tests.integration.scoring.runs import SLICE, Runs, digest


async def refused(runs: Runs, run_id: str, *, n_contenders: int = 2) -> tuple[str, int]:
    outcome = (await runs.compare(run_id, n_contenders=n_contenders)).outcome
    assert isinstance(outcome, Refused), outcome
    return outcome.problem.type.removeprefix("urn:runoff:problem:"), outcome.problem.status


async def test_a_completed_run_is_stored_and_compared_once(runs: Runs) -> None:
    """The document stands under its own digest; the scorecards are an object."""
    run_id = await runs.completed(5)
    computed = await runs.until_compared(run_id)

    document = await runs.document(computed.digest)
    assert computed.digest == digest_of(canonical(document))
    last = await runs.log.last(subjects.comparison(computed.digest))
    assert last is not None
    a, b = document.primary.estimates
    assert (a.n_correct, b.n_correct, document.n_disagree) == (20, 10, 10)
    assert document.primary.pairs[0].outcome == "a_better"
    assert {(each.by, each.value, each.n_entries) for each in document.groups} == {
        ("section", "even", 10),
        ("section", "odd", 10),
    }
    table = unpack(await runs.objects.get(document.entries))
    assert list(table.texts("entry_ids")) == [f"e{index}" for index in range(20)]
    assert table.arrays["score.accuracy"].sum(axis=1).tolist() == [20.0, 10.0]
    assert (computed.verdict, computed.winners, computed.settled) == (document.verdict, [0], True)
    (stored,) = await runs.scorecards(run_id)
    assert (stored.n_entries, stored.measures) == (5 * SLICE, ["accuracy"])
    cards = Record.from_bytes(await runs.objects.get(stored.scorecards)).cards
    assert cards.scores["accuracy"].sum(axis=1).tolist() == [20.0, 10.0]


async def test_asking_again_answers_with_what_is_there(runs: Runs) -> None:
    """The same digest and sequence, and nothing new in the log."""
    run_id = await runs.completed(2)
    computed = await runs.until_compared(run_id)

    outcomes = [
        reply.outcome for reply in await asyncio.gather(*[runs.compare(run_id) for _ in range(5)])
    ]

    last = await runs.log.last(subjects.comparison(computed.digest))
    assert last is not None
    for outcome in outcomes:
        assert isinstance(outcome, Accepted)
        assert (outcome.data["digest"], outcome.seq) == (computed.digest, last.seq)
    assert len(await runs.comparisons(run_id)) == 1
    assert len(await runs.scorecards(run_id)) == 1


async def test_who_asks_while_a_run_is_being_settled_is_answered(runs: Runs) -> None:
    """Several write its scorecards then: what stands first is taken, and nobody gets an error."""
    for _ in range(3):
        run_id = await runs.completed(2)
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(runs.compare(run_id)) for _ in range(5)]
        computed = await runs.until_compared(run_id)

        for each in asked:
            outcome = each.result().outcome
            assert isinstance(outcome, Accepted), outcome
            assert outcome.data["digest"] == computed.digest
        assert len(await runs.scorecards(run_id)) == 1


async def test_two_runs_of_the_same_work_show_the_same_scores_digest(runs: Runs) -> None:
    """And documents of their own."""
    computed = [await runs.until_compared(await runs.completed(2)) for _ in range(2)]

    assert len({each.scores_digest for each in computed}) == 1
    assert len({each.digest for each in computed}) == 2


async def test_what_cannot_be_compared_is_refused_with_its_reason(runs: Runs) -> None:
    """Unknown 404, under way 409, one contender 422, deleted 404."""
    under_way = await runs.create(SLICE)
    alone = await runs.completed(1, n_contenders=1)
    deleted = await runs.completed(1)
    await runs.until_compared(deleted)
    await runs.delete(deleted)

    assert await refused(runs, new_run_id()) == ("unknown-run", 404)
    assert await refused(runs, under_way) == ("run-not-completed", 409)
    assert await refused(runs, alone, n_contenders=1) == ("one-contender", 422)
    assert await refused(runs, alone) == ("unknown-contender", 404)
    assert await refused(runs, deleted) == ("run-deleted", 404)


async def test_a_run_of_one_contender_is_stored_and_not_compared(runs: Runs) -> None:
    """Its scores may be wanted later; there is nothing to compare."""
    run_id = await runs.completed(1, n_contenders=1)

    await eventually(lambda: runs.scorecards(run_id), deadline_s=30)
    await runs.until_compared(await runs.completed(1))
    assert await runs.comparisons(run_id) == []


async def test_a_run_with_slices_missing_is_not_compared(runs: Runs) -> None:
    """Its log lost something; a comparison over the rest would pass for the whole."""
    run_id = await runs.create(2 * SLICE)
    await runs.process(run_id, 0)
    await runs.until_scored(run_id, 1)
    await runs.complete(run_id, 2 * SLICE)

    await runs.until_compared(await runs.completed(1))
    assert await runs.comparisons(run_id) == []
    assert await runs.scorecards(run_id) == []


@pytest.mark.parametrize(
    ("which", "damage"),
    [("scorecards", "deleted"), ("scorecards", "damaged"), ("report", "deleted")],
)
async def test_what_is_gone_from_the_store_is_made_again_from_the_log(
    runs: Runs, which: str, damage: str
) -> None:
    """The objects are caches with names: the same bytes, under the same digests."""
    run_id = await runs.completed(3)
    computed = await runs.until_compared(run_id)
    (stored,) = await runs.scorecards(run_id)
    digest = str(getattr(stored, which))
    (path,) = runs.folder.rglob(f"*{digest[-40:]}")
    if damage == "deleted":
        await asyncio.to_thread(path.unlink)
    else:
        await asyncio.to_thread(path.write_bytes, b"noise")

    outcome = (await runs.compare(run_id)).outcome

    assert isinstance(outcome, Accepted)
    assert outcome.data["digest"] == computed.digest
    assert len(await runs.scorecards(run_id)) == 1
    await runs.objects.get(digest)


async def test_a_completed_run_has_a_report(runs: Runs) -> None:
    """Stored under its digest; what is over all entries stands in the event, too."""
    run_id = await runs.completed(2)
    await runs.until_compared(run_id)
    (stored,) = await runs.scorecards(run_id)

    assert stored.report is not None
    report = Report.model_validate_json(await runs.objects.get(stored.report))
    assert report.metrics == stored.metrics
    accuracies = [each.value for each in report.metrics if each.name == "accuracy"]
    assert accuracies == [1.0, 0.5]
    assert {(each.by, each.value, each.n_entries) for each in report.groups} == {
        ("section", "even", SLICE),
        ("section", "odd", SLICE),
        ("class", "x", 2 * SLICE),
        ("class", "y", 0),
        ("metadata", "300", 2 * SLICE),
        ("metadata", "400", 2 * SLICE),
    }


async def test_a_run_stored_before_there_were_reports_gets_one(runs: Runs) -> None:
    """Nothing is asked again: the log holds all that a report says."""
    run_id = await runs.create(SLICE)
    await runs.process(run_id, 0)
    await runs.until_scored(run_id, 1)
    before = ScorecardsStored(
        run_id=run_id,
        scorecards=await runs.objects.put(b"made by an older version"),
        n_entries=SLICE,
        measures=["accuracy"],
        stored_at=datetime.now(UTC),
    )
    await runs.log.append(subjects.scorecards(run_id), [before], append_id=run_id, expected_seq=0)
    await runs.complete(run_id, SLICE)
    await runs.until_compared(run_id)

    first, second = await runs.scorecards(run_id)
    assert first == before
    assert second.report is not None


async def test_a_large_report_holds_up_no_other_run_and_survives_a_crash(runs: Runs) -> None:
    """It is computed beside the scoring; until it is stored, a restart computes it again."""
    n_entries = 400
    large, other = await runs.create(n_entries), await runs.create(3 * SLICE)
    await runs.process_many(large, n_entries, n_keys=90)
    await runs.until_scored(large, 1)
    await runs.complete(large, n_entries)
    for number in range(3):
        await runs.process(other, number)
        await runs.until_scored(other, number + 1)
    assert await runs.scorecards(large) == [], "the other run was to be scored meanwhile"

    await runs.restart()

    assert (await runs.until_compared(large)).run_ids == [large]
    assert len(await runs.scorecards(large)) == 1
    assert len(await runs.scored(other)) == 3


async def test_contenders_of_two_runs_are_compared(runs: Runs) -> None:
    """Read from their records; the event names both, and is no run's own comparison."""
    first, second = await runs.completed(2), await runs.completed(2)
    await runs.until_compared(first)
    await runs.until_compared(second)

    outcome = (
        await runs.compare(first, second, baseline={"run_id": second, "position": 1})
    ).outcome

    assert isinstance(outcome, Accepted), outcome
    document = await runs.document(str(outcome.data["digest"]))
    assert [each.run_id for each in document.contenders] == [first, first, second, second]
    assert (document.baseline, document.family.n_tests) == (3, 9)
    assert document.pairing.same_entries
    *_, event = await runs.comparisons(first)
    assert (event.digest, event.run_ids) == (outcome.data["digest"], [first, second])
    assert not event.settled


async def test_a_run_is_compared_as_it_was(runs: Runs) -> None:
    """At a sequence of the log: what came later is not in the document."""
    run_id = await runs.create(3 * SLICE, alias="first")
    await runs.process(run_id, 0)
    await runs.until_scored(run_id, 1)
    (scored,) = await runs.scored(run_id)
    for number in (1, 2):
        await runs.process(run_id, number)
    await runs.until_scored(run_id, 3)
    await runs.complete(run_id, 3 * SLICE)
    whole = await runs.document((await runs.until_compared(run_id)).digest)

    outcome = (await runs.compare(run_id, as_of=scored.seq)).outcome
    before = (await runs.compare(run_id, as_of=1)).outcome

    assert isinstance(outcome, Accepted), outcome
    then = await runs.document(str(outcome.data["digest"]))
    assert [each.primary.estimates[0].n for each in (then, whole)] == [SLICE, 3 * SLICE]
    assert f"is pending: {SLICE} of its {3 * SLICE} entries are scored" in then.pairing.notes[0]
    assert [each.duration_s for each in then.contenders] == [None, None]
    again = (await runs.compare(run_id, as_of=scored.seq)).outcome
    assert again == outcome
    assert isinstance(before, Refused)
    assert before.problem.type.endswith("unknown-run")
    later = (await runs.compare(run_id, as_of=10**9)).outcome
    assert isinstance(later, Refused)
    assert later.problem.type.endswith("sequence-not-reached")


async def test_a_run_that_goes_on_is_compared_as_far_as_it_is(runs: Runs) -> None:
    """For whoever asks for it; the document names the sequence that it is of."""
    run_id = await runs.create(2 * SLICE)
    await runs.process(run_id, 0)
    await runs.until_scored(run_id, 1)

    outcome = (await runs.compare(run_id, allow_partial=True)).outcome

    assert isinstance(outcome, Accepted), outcome
    document = await runs.document(str(outcome.data["digest"]))
    assert document.pairing.n_shared == SLICE
    assert document.asked.as_of is not None
    assert document.asked.as_of < outcome.seq
    plan = (await runs.compare(run_id, allow_partial=True, plan=digest_of(b"none"))).outcome
    assert isinstance(plan, Refused)
    assert plan.problem.type.endswith("unknown-plan")


async def test_a_run_that_cannot_be_compared_as_planned_is_compared_all_the_same(
    runs: Runs,
) -> None:
    """By every default; the verdict says that this is not what was planned."""
    dataset = {"dataset": "digits", "number": 1, "digest": digest(1)}
    plan = Plan.model_validate(
        {"title": "t", "metric": "accuracy", "dataset": dataset, "clusters": "metadata.patient"}
    )
    sealed = PlanSealed(digest=digest_of(canonical(plan)), plan=plan, sealed_at=datetime.now(UTC))
    await runs.log.append(
        subjects.plan(sealed.digest), [sealed], append_id=sealed.digest, expected_seq=0
    )
    run_id = await runs.create(SLICE, plan=sealed.digest)
    await runs.process(run_id, 0)
    await runs.until_scored(run_id, 1)
    await runs.complete(run_id, SLICE)

    event = await runs.until_compared(run_id)
    document = await runs.document(event.digest)

    assert event.settled
    assert document.plan is not None
    assert document.plan.deviations == [
        "it cannot be compared as planned: Entries cannot be clustered by metadata.patient"
    ]
    assert document.verdict.startswith("Exploratory")
