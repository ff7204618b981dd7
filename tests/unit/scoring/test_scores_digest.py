"""`scores_digest`: the same work done again shows the same one, other work another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from runoff_contracts.events.lifecycle import Contender, DatasetUsed, RunCreated, ScorerUsed
from runoff_contracts.ids import new_run_id
from runoff_scoring.comparing.taken import RunTaken
from tests.unit.scoring import given

ROWS: list[given.Row] = [
    ("x", ("x", "y")),
    ("y", ("y", "y")),
    (None, ("x", None)),
    ("x", ("z", "x")),
]


def digest_of(rows: list[given.Row] = ROWS, run: RunCreated | None = None) -> str:
    return given.compare(given.taken(rows, run=run)).scores_digest


@pytest.mark.parametrize(
    "answer",
    [{"latency_s": 5.0}, {"confidence": 0.25}, {"n_failed": 2}],
    ids=["latency", "confidence", "attempts"],
)
def test_how_answers_came_about_does_not_matter(answer: dict[str, float]) -> None:
    """Speed and retries are of the machine, last bits of confidences of how batches fell."""
    assert given.compared(ROWS, **answer).scores_digest == digest_of()


def test_another_run_of_the_same_work_shows_the_same() -> None:
    """Ids, times, names people gave and the pace are not the work."""
    again = given.created(
        len(ROWS), run_id=new_run_id(), command_id="other", priority="low", alias="again"
    )

    assert digest_of(run=again) == digest_of()


def test_the_order_in_which_slices_came_does_not_matter() -> None:
    """Two workers finish in any order."""
    run = given.created(len(ROWS))
    entries = [given.processed(index, row) for index, row in enumerate(ROWS)]

    assert given.compare(given.taken_of(run, entries[::-1])).scores_digest == digest_of()


@pytest.mark.parametrize("place", range(len(ROWS)))
@pytest.mark.parametrize("contender", [0, 1])
def test_any_other_answer_shows(place: int, contender: int) -> None:
    """Also where it scores the same: wrong in another way is another answer."""
    rows = list(ROWS)
    target, answers = rows[place]
    rows[place] = (target, tuple("q" if i == contender else a for i, a in enumerate(answers)))

    assert digest_of(rows) != digest_of()


def test_an_answer_that_is_missing_shows() -> None:
    """A failed entry is not an unscored one."""
    assert digest_of([*ROWS[:3], ("x", (None, "x"))]) != digest_of()


def other_model(run: RunCreated) -> RunCreated:
    contenders: list[Contender] = list(run.contenders)
    contenders[1] = contenders[1].model_copy(update={"digest": given.digest(99)})
    return run.model_copy(update={"contenders": contenders})


def other_dataset(run: RunCreated) -> RunCreated:
    used = DatasetUsed(dataset="digits", number=1, digest=given.digest(99))
    return run.model_copy(update={"dataset": used})


def other_entries(run: RunCreated) -> RunCreated:
    return run.model_copy(update={"entries": given.digest(99)})


def other_scorer(run: RunCreated) -> RunCreated:
    return run.model_copy(update={"scorers": [ScorerUsed(name="top_k", version=1)]})


@pytest.mark.parametrize("change", [other_model, other_dataset, other_entries, other_scorer])
def test_other_work_shows(change: Callable[[RunCreated], RunCreated]) -> None:
    """Each by its digest or version, though every answer is the same."""
    assert digest_of(run=change(given.created(len(ROWS)))) != digest_of()


def test_scores_made_of_confidences_do_not_matter() -> None:
    """Their last bits follow from how entries fell into batches."""
    used = [ScorerUsed(name=each, version=1) for each in ("accuracy", "log_loss")]
    taken = given.taken(ROWS, run=given.created(len(ROWS), scorers=used))
    cards = taken.record.cards
    losses = [np.full((2, len(ROWS)), value) for value in (0.3, 0.3 + 1e-16, 0.31)]

    def with_loss(loss: NDArray[np.float64]) -> RunTaken:
        scores = {**cards.scores, "log_loss": loss}
        return replace(taken, record=replace(taken.record, cards=replace(cards, scores=scores)))

    digests = {given.compare(with_loss(each)).scores_digest for each in losses}

    assert len(digests) == 1
