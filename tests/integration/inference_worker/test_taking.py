"""A run that takes over the answers of a settled one: what was answered is not asked again."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Literal

from runoff_contracts import envelope, subjects
from runoff_contracts.events.entry import EntryProcessed
from runoff_contracts.events.lifecycle import AnswersTaken, RunCompleted
from runoff_contracts.run_config import RunConfig
from runoff_testkit.waiting import eventually
from tests.integration.inference_worker.conftest import Asked, Bench, facts, texts

CONTENDERS = ("text", "odd_until_released")
ONCE = RunConfig(retries=0)


async def settled(bench: Bench, *, cuts: tuple[int, ...] = (0, 4, 10)) -> str:
    """A completed run over ten texts; the second contender failed on the even ones."""
    run_id = await bench.run(texts(10), *CONTENDERS, config=ONCE)
    async with bench.worker():
        await answer(bench, run_id, *cuts)
    completed = RunCompleted(
        run_id=run_id, n_entries=10, n_failed=5, completed_at=datetime.now(UTC)
    )
    await bench.say(run_id, completed)
    return run_id


async def answer(bench: Bench, run_id: str, *cuts: int) -> list[EntryProcessed]:
    """Hand out the slices between the cuts; answers all facts in order."""
    for number, (start, stop) in enumerate(pairwise(cuts)):
        await bench.hand_out(run_id, number, start=start, n=stop - start)
    found = [facts(await bench.slice(run_id, number)) for number in range(len(cuts) - 1)]
    await bench.queue_is_empty()
    return [event for slice_ in found for event in slice_]


async def repeat(bench: Bench, old: str, what: Literal["answered", "all"], n: int = 10) -> str:
    return await bench.run(
        texts(n),
        *CONTENDERS,
        config=ONCE,
        answers_from=AnswersTaken(run_id=old, what=what),
    )


async def test_only_what_failed_is_asked_anew(bench: Bench, asked: Asked) -> None:
    """Of five entries, and of them the one model that failed; the new run is cut otherwise."""
    old = await settled(bench)
    n_before = len(asked())
    asked.release()
    run_id = await repeat(bench, old, "answered")
    async with bench.worker(worker_name="worker-2"):
        made = await answer(bench, run_id, 0, 3, 7, 10)

    assert sorted(asked()[n_before:]) == [f"text-{number}" for number in range(0, 10, 2)]
    assert [event.index for event in made] == list(range(10))
    assert [event.predictions[0].label for event in made] == [f"t{n}" for n in range(10)]
    assert [event.predictions[1].label for event in made] == ["odd"] * 10
    assert {event.predictions[0].taken_from for event in made} == {old}
    assert [event.predictions[1].taken_from for event in made] == [None, old] * 5
    assert {event.worker for event in made} == {"worker-2"}
    workers = {each.worker for event in made for each in event.predictions[0].attempts}
    assert workers == {"worker-1"}


async def test_what_is_scored_anew_is_not_asked_even_where_the_models_are_gone(
    bench: Bench, asked: Asked
) -> None:
    """Failed answers are taken over as they are, with their attempts."""
    old = await settled(bench)
    n_before = len(asked())
    run_id = await repeat(bench, old, "all")
    async with bench.worker(python_modules="nothing"):
        made = await answer(bench, run_id, 0, 10)

    assert len(asked()) == n_before
    # Whichever slice was answered first is first in the log.
    before = sorted(
        (
            event
            for message in await bench.log.read(subjects.processed_of(old))
            for event in facts(message)
        ),
        key=lambda event: event.index,
    )
    for event, old_event in zip(made, before, strict=True):
        for each, was in zip(event.predictions, old_event.predictions, strict=True):
            assert each.taken_from == old
            assert each.model_copy(update={"taken_from": None, "attempts": was.attempts}) == was
            assert [one.model_copy(update={"worker": None}) for one in each.attempts] == (
                was.attempts
            )
    headers = (await bench.slice(run_id, 0)).headers
    assert headers[envelope.N_FAILED] == "5"


async def test_what_the_old_run_never_came_to_is_a_failure_and_leaves_nothing_hanging(
    bench: Bench, asked: Asked
) -> None:
    """It was canceled: of one slice a part is there, of the others nothing."""
    old = await bench.run(texts(20), "first_quick", config=RunConfig(concurrency=20))
    async with bench.worker():
        await bench.hand_out(old, 0, start=5, n=10)
        await eventually(lambda: len(asked()) == 10)
        await bench.cancel(old)
        await bench.queue_is_empty()
    run_id = await bench.run(
        texts(20), "first_quick", answers_from=AnswersTaken(run_id=old, what="all")
    )
    async with bench.worker():
        made = await answer(bench, run_id, 0, 8, 20)

    assert len(asked()) == 10
    assert [event.index for event in made] == list(range(20))
    answered = [event.index for event in made if event.predictions[0].is_answer]
    assert answered == [5, 6, 7, 8, 9]
    error = made[0].predictions[0].attempts[0].error
    assert error is not None
    assert (error.error_class, error.message) == (
        "unavailable",
        "the run it takes over has no answer",
    )


async def test_an_answer_keeps_the_run_that_asked_through_every_repetition(bench: Bench) -> None:
    """And the worker that did."""
    first = await settled(bench)
    second = await repeat(bench, first, "all")
    async with bench.worker(worker_name="worker-2"):
        await answer(bench, second, 0, 5, 10)
    third = await repeat(bench, second, "all")
    async with bench.worker(worker_name="worker-3"):
        made = await answer(bench, third, 0, 10)

    predictions = [each for event in made for each in event.predictions]
    assert {each.taken_from for each in predictions} == {first}
    assert {one.worker for each in predictions for one in each.attempts} == {"worker-1"}
