"""Functions of one's own score runs, and hold up no other run."""

from __future__ import annotations

from pathlib import Path

from runoff_contracts.events.lifecycle import ScorerUsed
from tests.integration.scoring.runs import SLICE, Runs
from tests.unit.scoring import functions


def own(function: str, **params: object) -> ScorerUsed:
    name = f"{functions.__name__}:{function}"
    return ScorerUsed.model_validate({"name": name, "version": 1, "params": params})


ACCURACY = ScorerUsed(name="accuracy", version=1)


async def test_a_function_of_ones_own_scores_a_run(runs: Runs) -> None:
    """Beside the task's scorers, in means and with its direction; one that raises stops nothing."""
    scorers = [own("length_error", higher_is_better=False), own("raises")]
    run_id = await runs.create(SLICE, scorers=[ACCURACY, *scorers])
    await runs.process(run_id, 0, right=("x", {"label": "x"}, {"label": "long"}))
    await runs.until_scored(run_id, 1)
    await runs.complete(run_id, SLICE)
    await runs.until_compared(run_id)

    (stored,) = await runs.scorecards(run_id)
    metrics = {(each.name, each.contender): each for each in stored.metrics}
    assert metrics[scorers[0].name, 1].value == 1.5
    assert metrics[scorers[0].name, 1].higher_is_better is False
    assert metrics[scorers[1].name, 0].value is None
    assert "raised KeyError" in str(metrics[scorers[1].name, 0].reason)


async def test_a_function_that_hangs_or_dies_holds_up_no_other_run(runs: Runs) -> None:
    """Its own run is scored to the end, with the reason where it was not."""
    scorers = [ACCURACY, own("hangs_on_y"), own("dies_on_y")]
    bad = await runs.create(3 * SLICE, scorers=scorers)
    for number in range(3):
        await runs.process(bad, number)
    beside = await runs.create(SLICE, scorers=[ACCURACY, own("length_error")])
    await runs.process(beside, 0)
    good = await runs.completed(2)

    await runs.until_compared(good)
    assert len(await runs.scored(bad)) < 3, "the others did not wait for it"
    await runs.until_scored(beside, 1)
    await runs.until_scored(bad, 3)
    await runs.complete(bad, 3 * SLICE)
    await runs.until_compared(bad)
    (stored,) = await runs.scorecards(bad)
    metrics = {(each.name, each.contender): each for each in stored.metrics}
    for scorer, reason in ((scorers[1], "took longer than 3 s"), (scorers[2], "killed by signal")):
        first, second = (metrics[scorer.name, place] for place in range(2))
        assert (first.value, second.value) == (1.0, 1.0)
        assert first.n + second.n < 2 * 3 * SLICE
        assert reason in str(second.reason)


async def test_a_function_is_called_once_for_each_answer_though_scoring_is_killed(
    runs: Runs, tmp_path: Path
) -> None:
    """But for the slice that was under way."""
    n_slices, file = 30, tmp_path / "calls"
    scorers = [ACCURACY, own("counts_calls", arguments={"file": str(file)})]
    run_id = await runs.create(n_slices * SLICE, scorers=scorers)
    for number in range(n_slices):
        await runs.process(run_id, number, n_contenders=1)
        if number == 15:
            await runs.until_scored(run_id, 1)
            await runs.restart()
    await runs.until_scored(run_id, n_slices)

    assert [event.index for event in await runs.scores(run_id)] == list(range(n_slices * SLICE))
    n_calls = len(file.read_text(encoding="utf-8").splitlines())
    assert n_slices * SLICE <= n_calls <= (n_slices + 1) * SLICE
