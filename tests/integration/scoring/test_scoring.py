"""Processed slices become scored ones, whatever happens on the way."""

from __future__ import annotations

from collections import Counter

import pytest

from runoff_contracts import envelope, subjects
from runoff_contracts.events.lifecycle import ScorerUsed
from runoff_contracts.scorers import DEFAULT_SCORERS
from runoff_contracts.task import Task
from tests.integration.scoring.runs import SLICE, Right, Runs

OF_TASK = {**DEFAULT_SCORERS, "classification": ("accuracy", "log_loss", "brier", "top_k")}
"""Those of a task, and for classification all that need no choice."""

N_KILLS = 3


async def test_a_slice_is_scored_once_under_its_own_subject(runs: Runs) -> None:
    """Slice by slice, so that run-manager can count entries from headers alone."""
    run_id = await runs.create(2 * SLICE)
    for number in range(2):
        await runs.process(run_id, number)
    await runs.until_scored(run_id, 2)

    messages = sorted(await runs.scored(run_id), key=lambda message: message.subject)
    assert [message.subject for message in messages] == [
        subjects.scored(run_id, number) for number in range(2)
    ]
    assert [message.headers[envelope.N_ENTRIES] for message in messages] == [str(SLICE)] * 2
    assert [message.headers["Runoff-Correlation-Id"] for message in messages] == [run_id] * 2
    ids = [id_ for message in messages for id_, _ in message.events()]
    assert ids == [f"{run_id}:{index}:scored:1" for index in range(2 * SLICE)]
    scores = await runs.scores(run_id)
    assert [score.value for score in scores[1].scores] == [1.0, 0.0]
    assert [event.difference.kind for event in scores[:2] if event.difference] == [
        "all_match",
        "all_different",
    ]


async def test_every_slice_is_scored_once_though_scoring_is_killed(runs: Runs) -> None:
    """What was appended and not acknowledged comes again, and finds itself there."""
    n_slices = 60
    run_id = await runs.create(n_slices * SLICE)
    for number in range(n_slices):
        await runs.process(run_id, number)
        if number % 20 == 10:
            await runs.restart()
    await runs.until_scored(run_id, n_slices)

    times = Counter(message.subject for message in await runs.scored(run_id))
    assert times == {subjects.scored(run_id, number): 1 for number in range(n_slices)}
    assert [event.index for event in await runs.scores(run_id)] == list(range(n_slices * SLICE))


async def test_a_log_that_comes_all_again_changes_nothing(runs: Runs) -> None:
    """Scores, scorecards and comparison: once each, however often their cause is delivered."""
    run_id = await runs.completed(3)
    await runs.until_compared(run_id)
    last_seq = await runs.log.last_seq()

    runs.service.kill9()
    await runs.log.js.reset_consumer(subjects.LOG_STREAM, "scoring", seq=1)
    await runs.restart()
    after = await runs.completed(1)
    await runs.until_compared(after)

    # The later run's events alone are new: created, processed, scored, completed, stored, compared.
    assert await runs.log.last_seq() == last_seq + 6
    assert len(await runs.scored(run_id)) == 3
    assert len(await runs.scorecards(run_id)) == 1
    assert len(await runs.comparisons(run_id)) == 1


async def test_a_scorer_of_another_version_does_not_pass_for_this_one(runs: Runs) -> None:
    """A run that asks for accuracy@9 is not scored by accuracy@1 under its name."""
    run_id = await runs.create(SLICE, scorers=[ScorerUsed(name="accuracy", version=9)])
    await runs.process(run_id, 0)
    await runs.until_scored(run_id, 1)

    assert [event.scores for event in await runs.scores(run_id)] == [[]] * SLICE


BOX = {"label": "a", "x": 0, "y": 0, "width": 10, "height": 10}
TASKS: list[tuple[str, Right, dict[str, list[float]]]] = [
    (
        "classification",
        (
            "x",
            {"label": "x", "probabilities": {"x": 0.75, "y": 0.25}},
            {"label": "y", "probabilities": {"y": 0.75, "x": 0.25}},
        ),
        {"accuracy": [1, 0.5], "brier": [0.125, 0.625], "macro_f1": [1, 1 / 3], "top_k": [1, 1]},
    ),
    (
        "detection",
        (
            [BOX],
            {"boxes": [{**BOX, "confidence": 0.9}]},
            {"boxes": [{**BOX, "x": 90, "confidence": 0.9}]},
        ),
        # Every second of equally sure boxes is right: of COCO's 101 recalls, the first 13 are
        # reached with precision 1, then 13 with 2 of 3, 12 with 3 of 5, 13 with 4 of 7.
        {
            "found_all": [1, 0.5],
            "f1": [1, 0.5],
            "class_agreement": [1, 1],
            "map_50": [1, (13 + 13 * 2 / 3 + 12 * 3 / 5 + 13 * 4 / 7) / 101],
        },
    ),
    (
        "coordinates",
        ({"x": 0, "y": 0}, {"point": {"x": 3, "y": 4}}, {"point": {"x": 30, "y": 40}}),
        {
            "within": [1, 0.5],
            "pixel_distance": [5, 27.5],
            "normalised_distance": [0.01, 0.055],
        },
    ),
]


@pytest.mark.parametrize(("task", "right", "expected"), TASKS, ids=[each[0] for each in TASKS])
async def test_a_run_of_each_task_is_scored_reported_and_compared(
    runs: Runs, task: Task, right: Right, expected: dict[str, list[float]]
) -> None:
    """From processed slices in the log to report and comparison, with the task's own scorers."""
    scorers = [ScorerUsed(name=name, version=1) for name in OF_TASK[task]]
    run_id = await runs.create(2 * SLICE, task=task, scorers=scorers)
    for number in range(2):
        await runs.process(run_id, number, right=right)
    await runs.until_scored(run_id, 2)
    await runs.complete(run_id, 2 * SLICE)
    document = await runs.document((await runs.until_compared(run_id)).digest)

    (stored,) = await runs.scorecards(run_id)
    for name, values in expected.items():
        found = [each.value for each in stored.metrics if each.name == name]
        assert found == pytest.approx(values, abs=1e-4), name
    assert document.primary.name == DEFAULT_SCORERS[task][0]
    assert [each.value for each in document.primary.estimates] == [1.0, 0.5]
    names = {each.name for each in document.metrics if each.scorer is not None}
    assert names == set(OF_TASK[task])
