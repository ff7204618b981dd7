"""Contenders of several runs each: entries are what is counted, however often they were asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from scipy.stats import ttest_rel

from runoff_contracts.comparison import ComparisonDocument, canonical
from runoff_contracts.comparison_asked import ComparisonAsked, ContenderMeant
from runoff_scoring.comparing.document import make_comparison
from runoff_scoring.comparing.refusals import check_count
from runoff_scoring.comparing.taken import RunTaken
from runoff_scoring.errors import NotComparable
from runoff_statistics import compare_scores
from tests.unit.scoring import given
from tests.unit.scoring.test_several_runs import BETTER, ROWS, run_of


def pooled(*groups: Sequence[RunTaken], **options: Any) -> ComparisonDocument:
    """Contenders that are each of several runs of one model."""
    contenders = [
        {
            "run_id": runs[0].run_id,
            "position": 0,
            "repeats": [{"run_id": each.run_id, "position": 0} for each in runs[1:]],
            "name": name,
        }
        for name, runs in zip("AB", groups, strict=True)
    ]
    asked = ComparisonAsked.model_validate({"contenders": contenders, **options})
    return make_comparison(asked, [each for runs in groups for each in runs]).document


def repeated(n_runs: int, share: float, seed: int, n: int = 60) -> list[RunTaken]:
    """So many runs of a model that is right on this share of entries, each time on others."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(n_runs):
        right = rng.random(n) < share
        found.append(run_of([("x", ("x" if each else "y",)) for each in right.tolist()]))
    return found


def test_runs_of_one_contender_are_pooled_entry_by_entry() -> None:
    """Three repeats of an entry are no three entries: scipy's test of the entries' means."""
    groups = repeated(3, 0.9, 1), repeated(3, 0.6, 2)
    document = pooled(*groups, methods={"accuracy": {"test": "t", "interval": "t"}})

    a, b = (
        np.mean([run.record.cards.scores["accuracy"][0] for run in runs], axis=0) for runs in groups
    )
    metric = document.primary
    (pair,) = metric.pairs
    assert [each.value for each in metric.estimates] == pytest.approx([a.mean(), b.mean()])
    assert (pair.n_both, metric.kind) == (60, "graded")
    expected, alone = ttest_rel(a, b), pair.asked_alone
    assert alone is not None
    assert alone.interval == pytest.approx(tuple(expected.confidence_interval(0.95)), abs=1e-9)
    assert alone.p_value == pytest.approx(expected.pvalue, abs=1e-9)
    assert [[each.run_id for each in one.pooled] for one in document.contenders] == [
        [run.run_id for run in runs] for runs in groups
    ]
    of_runs = [each.value for each in document.contenders[0].pooled]
    assert np.mean([each for each in of_runs if each is not None]) == pytest.approx(a.mean())
    assert "A is pooled of 3 runs" in document.pairing.notes
    assert "3 of A and 3 of B" in document.verdict


def test_contenders_of_unequally_many_runs_are_compared_by_their_entries_means() -> None:
    """Swapping a mean of three with one answer is no symmetry, and none is needed."""
    groups = repeated(3, 0.9, 3), repeated(1, 0.6, 4)
    document = pooled(*groups)

    a, b = (
        np.mean([run.record.cards.scores["accuracy"][0] for run in runs], axis=0) for runs in groups
    )
    expected = compare_scores(a, b, "graded", bounds=(0, 1))
    (pair,) = document.primary.pairs
    assert pair.p_value == expected.test.p_value
    assert expected.difference.interval is not None
    assert pair.interval == (expected.difference.interval.low, expected.difference.interval.high)
    assert not document.contenders[1].pooled


def test_what_a_run_of_several_did_not_answer_is_left_out_of_its_mean() -> None:
    """Or is wrong, run by run, where it is to count as wrong."""
    a = run_of([("x", ("x",)), ("x", ("y",)), ("x", ("x",))])
    again = run_of([("x", (None,)), ("x", ("x",)), ("x", ("x",))])
    other_ones = [run_of([("x", ("x",))] * 3), run_of([("x", ("x",))] * 3)]

    left_out, wrong = (
        pooled([a, again], other_ones, missing=missing).primary.estimates[0]
        for missing in ("paired_only", "count_as_wrong")
    )

    assert left_out.value == pytest.approx(np.mean([1.0, 0.5, 1.0]))
    assert wrong.value == pytest.approx(np.mean([0.5, 0.5, 1.0]))
    with pytest.raises(NotComparable, match="has no accuracy for 1 entries"):
        pooled([a, again], other_ones, missing="refuse")


def test_pooled_runs_share_entries_facts_and_are_pooled_once() -> None:
    """Entries that every run was asked about; what runs have not in common is listed."""
    first = run_of(ROWS, alias="one")
    shifted = run_of([*ROWS[1:], ("x", ("x",))], first=1, entries=given.digest(3), alias="two")
    document = pooled([first, shifted], [run_of(BETTER)])

    assert document.pairing.n_shared == 3
    differing = {each.name: each.values for each in document.differing}
    assert differing["alias"] == ["one | two", None]
    again = ContenderMeant.model_validate(
        {
            "run_id": first.run_id,
            "position": 0,
            "repeats": [{"run_id": first.run_id, "position": 0}],
        }
    )
    with pytest.raises(NotComparable, match="asked for twice"):
        check_count([again, ContenderMeant(run_id=shifted.run_id, position=0)])


def test_pooling_gives_the_same_bytes_and_the_scores_of_every_run_their_digest() -> None:
    """Another answer in a repeat is other work, and so is one repeat less."""
    groups = repeated(2, 0.9, 5), repeated(2, 0.6, 6)
    document = pooled(*groups)

    assert canonical(document) == canonical(pooled(*groups))
    fewer = pooled(groups[0][:1], groups[1])
    changed = pooled([groups[0][0], repeated(1, 0.9, 7)[0]], groups[1])
    digests = {each.scores_digest for each in (document, fewer, changed)}
    assert len(digests) == 3
