"""What may be said of a run that goes on: from its contiguous beginning, for good, in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pytest
from numpy.typing import NDArray

from runoff_contracts.events.entry import EntryScored, Score
from runoff_contracts.events.lifecycle import Contender, DatasetUsed, RunCreated, ScorerUsed
from runoff_contracts.ids import new_run_id
from runoff_contracts.plan import Plan
from runoff_contracts.run_config import RunConfig, StopWhenDecided
from runoff_contracts.sequential import WatchedRun
from runoff_scoring.watching.evidence import question, values_of
from runoff_scoring.watching.watched import Watch
from runoff_statistics.sequential import AnytimeDifference

RUN: Final = new_run_id(now_s=0)
Scores = list[list[float | None]]
"""One list a contender."""


def created(n_contenders: int = 2, metric: str = "accuracy", **rule: Any) -> RunCreated:
    """A run that stops when decided, by this rule."""
    return RunCreated(
        run_id=RUN,
        command_id="c",
        task="classification",
        dataset=DatasetUsed(dataset="digits", number=1, digest=f"sha256:{1:064x}"),
        entries=f"sha256:{2:064x}",
        n_entries=1000,
        contenders=[
            Contender(position=each, model=f"onnx/net-{each}", digest=f"sha256:{10 + each:064x}")
            for each in range(n_contenders)
        ],
        scorers=[ScorerUsed(name=metric, version=1), ScorerUsed(name="log_loss", version=1)],
        config=RunConfig(stop_when_decided=StopWhenDecided.model_validate(rule)),
        priority="normal",
        created_at=datetime(2026, 11, 21, 12, tzinfo=UTC),
    )


def plan(**named: Any) -> Plan:
    dataset = {"dataset": "digits", "number": 1, "digest": f"sha256:{1:064x}"}
    return Plan.model_validate({"title": "t", "metric": "accuracy", "dataset": dataset} | named)


def plain(run: RunCreated) -> RunCreated:
    return run.model_copy(update={"config": RunConfig()})


def watch_of(run: RunCreated, sealed: Plan | None = None) -> Watch:
    asked = question(run, sealed)
    assert asked is not None
    return Watch(asked)


def entries(scores: Scores, start: int = 0, metric: str = "accuracy") -> list[EntryScored]:
    return [
        EntryScored(
            run_id=RUN,
            index=start + place,
            entry_id=f"e{start + place}",
            scores=[
                Score(contender=who, scorer=name, value=value)
                for who, value in enumerate(of_entry)
                for name in (metric, "other")
            ],
            answers=[None if value is None else "x" for value in of_entry],
        )
        for place, of_entry in enumerate(zip(*scores, strict=True))
    ]


def take(watch: Watch, scores: Scores, start: int = 0, metric: str = "accuracy") -> None:
    found = values_of(watch.question, entries(scores, start, metric))
    assert found is not None
    watch.ordered.add(*found)


def looked(watch: Watch, scores: Scores, metric: str = "accuracy") -> WatchedRun:
    take(watch, scores, metric=metric)
    found = watch.look()
    assert found is not None
    return found


def drawn(n: int, *shares: float) -> Scores:
    rng = np.random.default_rng(1)
    return [list((rng.random(n) < share).astype(float)) for share in shares]


def test_a_clear_difference_is_decided_before_the_end() -> None:
    """Each further entry is a call that somebody pays for."""
    found = looked(watch_of(created()), drawn(200, 0.9, 0.5))

    assert found.decided
    assert found.pairs[0].decided == "a_better"
    assert found.n == 200
    assert "onnx/net-0 is better than onnx/net-1 by" in found.sentence
    assert "After 200 of 1,000 entries" in found.sentence


def test_what_is_said_does_not_hang_on_how_slices_were_cut_or_came() -> None:
    """Speeds and crashes cut otherwise; the verdict is of the entries alone."""
    scores = drawn(120, 0.8, 0.6)
    whole = looked(watch_of(created()), scores)
    watch = watch_of(created())
    for start, stop in [(70, 120), (30, 70), (0, 30)]:
        take(watch, [each[start:stop] for each in scores], start)

    assert watch.look() == whole


def test_entries_behind_a_gap_do_not_count() -> None:
    """Hard entries come last: what is there already is not a sample of all."""
    scores = drawn(120, 0.8, 0.6)
    watch = watch_of(created())
    take(watch, [each[:40] for each in scores])
    take(watch, [each[80:] for each in scores], 80)

    found = watch.look()

    assert found is not None
    assert found.n == 40
    assert watch.look() is None


def test_a_slice_that_comes_twice_counts_once() -> None:
    """The log is read again after a restart, with slices that were handed over besides."""
    scores = drawn(120, 0.8, 0.6)
    whole = looked(watch_of(created()), scores)
    watch = watch_of(created())
    take(watch, [each[:60] for each in scores])
    watch.look()
    for start in (0, 60, 60):
        take(watch, [each[start : start + 60] for each in scores], start)

    assert watch.look() == whole


def test_the_interval_is_the_statistics_one() -> None:
    """No formula of its own between the scores and what is shown."""
    scores = drawn(150, 0.7, 0.6)
    found = looked(watch_of(created()), scores)
    expected = AnytimeDifference(largest=1, confidence=0.95)
    expected.update(np.array(scores[0]) - np.array(scores[1]))

    interval = expected.interval().interval
    assert interval is not None
    assert found.pairs[0].interval == (interval.low, interval.high)


def test_entries_that_one_has_no_score_for_are_left_out_of_the_pair() -> None:
    """A failed call says nothing of who is right, unless the plan counts it as wrong."""
    scores: Scores = [[1, None, 1, 0], [0, 1, None, 0]]

    pair = looked(watch_of(created()), scores).pairs[0]
    counted = looked(watch_of(created(), plan(missing="count_as_wrong")), scores).pairs[0]

    assert (pair.n_both, pair.difference) == (2, 0.5)
    assert (counted.n_both, counted.difference) == (4, 0.25)


def test_the_order_of_the_dataset_decides_nothing() -> None:
    """It may be sorted by class: its beginning says nothing of the rest."""
    found = looked(watch_of(plain(created())), drawn(400, 0.9, 0.4))

    assert not found.decided
    assert "in the dataset's order" in found.sentence


def test_nothing_is_decided_on_fewer_entries_than_asked_for() -> None:
    """Whoever wants to see a hundred answers gets them."""
    scores = drawn(150, 0.95, 0.3)

    assert looked(watch_of(created(min_entries=150)), scores).decided
    assert not looked(watch_of(created(min_entries=151)), scores).decided


def test_models_that_agree_are_equivalent_within_the_margin() -> None:
    """Without a margin, 'no difference seen' is never said as 'equal'."""
    agreeing = drawn(600, 0.7)
    same = [agreeing[0], list(agreeing[0])]

    with_margin = looked(watch_of(created(margin=0.05)), same)
    without = looked(watch_of(created()), same)

    assert (with_margin.decided, with_margin.pairs[0].decided) == (True, "equivalent")
    assert "equal within ±5.0 points of accuracy" in with_margin.sentence
    assert not without.decided
    assert "equal" not in without.sentence
    assert "it is not decided" in without.sentence


def test_of_losses_the_smaller_one_is_better() -> None:
    """The difference keeps the metric's sign; who is better does not follow from it alone."""
    losses: Scores = [[1.5] * 100, [0.1] * 100]
    run = created(metric="brier")

    found = looked(watch_of(run), losses, metric="brier")

    assert found.pairs[0].decided == "b_better"
    assert found.pairs[0].difference == pytest.approx(1.4)
    assert "onnx/net-1 is better than onnx/net-0 by 1.4 of brier" in found.sentence


def test_all_pairs_have_to_be_decided_and_pay_for_each_other() -> None:
    """Three chances to err at 5 % would be 14 %: each interval holds at 1 - 5 % / 3."""
    scores = drawn(150, 0.95, 0.6, 0.58)

    found = looked(watch_of(created(3)), scores)
    alone = looked(watch_of(created(2)), scores[:2])

    assert [(each.a, each.b) for each in found.pairs] == [(0, 1), (0, 2), (1, 2)]
    assert not found.decided
    assert "2 of 3 pairs are decided" in found.sentence
    wide, narrow = found.pairs[0].interval, alone.pairs[0].interval
    assert wide is not None
    assert narrow is not None
    assert wide[1] - wide[0] > narrow[1] - narrow[0]


def test_with_a_baseline_the_others_are_held_against_it_alone() -> None:
    """Nobody asked which of the candidates is better."""
    run = created(3, baseline="onnx/net-2")

    assert watch_of(run).question.pairs == [(0, 2), (1, 2)]
    assert watch_of(created(7)).question.pairs == [(each, 0) for each in range(1, 7)]


@pytest.mark.parametrize(
    "run",
    [created(1), created(metric="log_loss"), created(metric="module:function")],
)
def test_nothing_is_watched_where_nothing_can_be_said(run: RunCreated) -> None:
    """One model has no difference; a loss without bounds has no interval that holds always."""
    assert question(run, None) is None


def test_a_false_alarm_stays_rare_however_often_one_looks() -> None:
    """100 runs of equal models, each looked at ten times: 5 % may be decided, and 12 % would be
    three standard errors above it. `make bench ARGS=calibration` does it in earnest."""
    rng = np.random.default_rng(7)
    n_false = sum(_is_ever_decided(rng) for _ in range(100))

    assert n_false <= 12


def _is_ever_decided(rng: np.random.Generator) -> bool:
    values: NDArray[np.float64] = (rng.random((2, 300)) < 0.7).astype(np.float64)
    watch = watch_of(created())
    for start in range(0, 300, 30):
        watch.ordered.add(start, values[:, start : start + 30])
        found = watch.look()
        if found is not None and found.decided:
            return True
    return False
