"""Methods that are asked for by name: what a document concludes, and what stands beside it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from runoff_contracts.compared import ComparedPair
from runoff_contracts.comparison import ComparisonDocument, canonical
from runoff_scoring.errors import NotComparable
from tests.unit.scoring import given
from tests.unit.scoring.test_hostile_scores import only, scored

GAINS = [0.5 + 0.002 * step for step in range(40)]
"""Of 40 entries A gains on all but a few, and not one shows the loss that may come."""
EVEN = [0.5] * 40


def asked_of(name: str, *rows: list[float], **method: str) -> ComparisonDocument:
    return only(name, *rows, methods={name: method})


def pair_of(document: ComparisonDocument) -> ComparedPair:
    (pair,) = document.primary.pairs
    return pair


def test_a_verdict_is_never_bolder_than_by_the_usual_methods() -> None:
    """t alone is sure of 40 small gains; one loss in forty would undo them."""
    a = [each - 0.01 for each in GAINS]
    usual = only("token_f1", a, EVEN)
    asked = asked_of("token_f1", a, EVEN, test="t", interval="bca")

    pair, least = pair_of(asked), pair_of(usual)
    alone = pair.asked_alone
    assert alone is not None
    assert alone.interval is not None
    assert alone.p_value is not None
    assert pair.interval is not None
    assert least.interval is not None
    assert alone.interval[0] > 0, "alone it would be called better"
    assert alone.p_value < 0.05
    assert pair.interval[0] <= least.interval[0] <= 0
    assert pair.p_value == least.p_value
    assert (pair.outcome, asked.primary.winner.certainty) == ("not_separable", "not_separable")
    assert "cannot be told apart" in asked.verdict
    assert "the more careful of paired t and adjusted t p = " in asked.verdict


def test_what_they_say_alone_is_told_in_the_notes() -> None:
    """Every surface shows these; who asked for nothing is told nothing."""
    a = [each - 0.01 for each in GAINS]
    asked = asked_of("token_f1", a, EVEN, test="permutation", interval="bca")
    alone = pair_of(asked).asked_alone
    assert alone is not None
    assert alone.interval is not None
    low, high = alone.interval

    (note,) = (each for each in asked.pairing.notes if "alone" in each)
    assert note == (
        f"token_f1: of onnx/a minus onnx/b, BCa bootstrap of the mean difference alone says "
        f"{low:+.3g} to {high:+.3g} and paired permutation (sign flips) alone says p = 0.0001; on "
        "few or skewed scores they promise more than they keep (docs/statistics.md), so nothing is "
        "concluded from that alone"
    )
    assert not only("token_f1", a, EVEN).pairing.notes
    one = asked_of("token_f1", a, EVEN, interval="t").pairing.notes
    assert any("it promises more than it keeps" in each for each in one)


def test_many_entries_change_nothing_of_that() -> None:
    """No number of entries shows by itself that there is nothing rare."""
    a = [1.5, 0.25, 0.5, 9.0] * 500
    pair = pair_of(asked_of("m:f", a, [1.0] * 2_000, interval="t"))

    assert pair.asked_alone is not None
    assert pair.asked_alone.interval is not None
    assert pair.interval is not None
    assert pair.interval[0] < pair.asked_alone.interval[0]


def test_a_permutation_test_waits_for_the_others_and_counts_where_it_is_greater() -> None:
    """Eleven gains and one loss: each p is the greater one, also by section, before Holm."""
    a, b = [0.75, 0.5, 0.6] * 4, [0.5, 0.55, 0.5] * 4
    asked = asked_of("m:f", a, b, test="permutation")
    usual = only("m:f", a, b)

    for metric, least in zip(asked.metrics, usual.metrics, strict=True):
        (pair,), (other,) = metric.pairs, least.pairs
        assert pair.asked_alone is not None
        assert pair.asked_alone.p_value is not None
        assert other.p_value is not None
        assert pair.p_value == max(pair.asked_alone.p_value, other.p_value)
        assert pair.interval == other.interval
    assert asked.family.n_tests == usual.family.n_tests


@pytest.mark.parametrize("test", ["t", "adjusted_t", "wilcoxon"])
@pytest.mark.parametrize("interval", ["tango", "t", "bca", "adjusted_t"])
def test_right_and_wrong_are_held_to_the_exact_test_and_its_interval(
    test: str, interval: str
) -> None:
    """9 to 1: t and Wilcoxon call that different sooner than McNemar's test does."""
    a, b = [1.0] * 9 + [0.0] + [1.0] * 40, [0.0] * 9 + [1.0] + [1.0] * 40
    pair = pair_of(asked_of("exact_match", a, b, test=test, interval=interval))
    least = pair_of(only("exact_match", a, b))

    assert pair.asked_alone is not None
    assert pair.asked_alone.interval is not None
    assert pair.asked_alone.p_value is not None
    assert pair.interval is not None
    assert least.interval is not None
    assert least.p_value is not None
    assert pair.interval[0] == min(pair.asked_alone.interval[0], least.interval[0])
    assert pair.interval[1] == max(pair.asked_alone.interval[1], least.interval[1])
    assert pair.p_value == max(pair.asked_alone.p_value, least.p_value)
    assert (pair.difference, pair.detectable) == (least.difference, least.detectable)


@pytest.mark.parametrize("test", ["sign", "permutation"])
def test_tests_that_are_mcnemars_of_right_and_wrong_have_nothing_beside_them(test: str) -> None:
    """The same number twice would look like two opinions."""
    a, b = [1.0] * 9 + [0.0] * 3, [0.0] * 8 + [1.0] * 4
    pair, usual = pair_of(asked_of("exact_match", a, b, test=test)), only("exact_match", a, b)

    assert pair.asked_alone is None
    assert pair.p_value == pytest.approx(pair_of(usual).p_value, abs=1e-12)


@pytest.mark.parametrize("name", ["token_f1", "m:f", "exact_match"])
def test_margins_and_what_can_be_seen_are_by_the_usual_method_whatever_is_asked(name: str) -> None:
    """A margin by t would claim 'not worse' too often."""
    a = [1.0] * 30 if name == "exact_match" else GAINS[:30]
    b = [1.0, 0.0, 1.0] * 10
    asked = only(name, a, b, margin=0.5, methods={name: {"test": "t", "interval": "t"}})
    usual = only(name, a, b, margin=0.5)

    assert pair_of(asked).margin == pair_of(usual).margin is not None
    assert pair_of(asked).detectable == pair_of(usual).detectable is not None


def test_where_a_method_asked_for_says_nothing_the_usual_one_does_and_the_reason_is_beside() -> (
    None
):
    """Equal differences within bounds: t sees no spread, the adjusted t leaves room."""
    asked = asked_of("token_f1", [0.75] * 30, EVEN[:30], test="t", interval="t")
    pair, usual = pair_of(asked), pair_of(only("token_f1", [0.75] * 30, EVEN[:30]))

    assert (pair.interval, pair.p_value, pair.reason) == (usual.interval, usual.p_value, None)
    assert pair.interval is not None
    alone = pair.asked_alone
    assert alone is not None
    assert (alone.interval, alone.p_value) == (None, None)
    assert alone.reason
    assert any(f"alone says nothing ({alone.reason});" in each for each in asked.pairing.notes)


@pytest.mark.parametrize("method", [{"test": "wilcoxon"}, {"test": "sign", "interval": "median"}])
def test_ranks_and_medians_are_another_question(method: dict[str, str]) -> None:
    """Their tests and intervals are shown as they are."""
    assert pair_of(asked_of("token_f1", GAINS, EVEN, **method)).asked_alone is None


@pytest.mark.parametrize("test", ["wilcoxon", "sign"])
def test_nobody_is_called_better_by_a_test_that_points_the_other_way(test: str) -> None:
    """B is a little better on 36 of 40, and A's few huge gains turn the mean: neither is said."""
    a, b = [0.9] * 36 + [90.0] * 4, [1.0] * 40
    pair = pair_of(asked_of("token_f1", a, b, test=test))
    same_way = pair_of(asked_of("token_f1", a, b, test=test, interval="median"))

    assert pair.difference is not None
    assert pair.difference > 0
    assert pair.p_adjusted is not None
    assert pair.p_adjusted < 0.001
    assert pair.outcome == "not_separable"
    assert "point the other way" in (pair.reason or "")
    assert not pair.differs_alone, "that has another reason"
    assert (same_way.outcome, same_way.reason) == ("b_better", None)


@pytest.mark.parametrize("test", ["adjusted_t", "t", "permutation"])
def test_nobody_is_called_better_by_a_mean_that_points_the_other_way_than_the_median(
    test: str,
) -> None:
    """A is a little better on 36 of 60 and loses all on the others: the median is not the mean."""
    a, b = [0.6] * 36 + [0.0] * 24, [0.5] * 60
    document = asked_of("token_f1", a, b, test=test, interval="median")
    pair, by_mean = pair_of(document), pair_of(asked_of("token_f1", a, b, test=test))

    assert by_mean.outcome == "b_better"
    assert pair.difference is not None
    assert pair.difference > 0
    assert pair.p_adjusted is not None
    assert pair.p_adjusted < 0.05
    assert pair.outcome == "not_separable"
    assert "the other way than the median" in (pair.reason or "")
    assert "cannot be told apart on 60 entries" in document.verdict
    assert "the median difference in token_f1 is +0.1" in document.verdict


def test_a_difference_of_medians_is_not_called_one_of_means() -> None:
    """Nine in ten gain 0.2, the others little more than nothing."""
    said = asked_of("token_f1", [0.7] * 36 + [0.51] * 4, EVEN, test="sign", interval="median")

    assert "onnx/a is better than onnx/b by a median of 0.2 of token_f1 on 40" in said.verdict


def test_right_and_wrong_have_no_median() -> None:
    """It is 0 where shares differ by 20 points, without any interval to speak of."""
    with pytest.raises(NotComparable) as refused:
        asked_of("exact_match", [1.0] * 40, [1.0] * 30 + [0.0] * 10, interval="median")

    assert refused.value.problem.type.endswith(":bad-method")


def test_every_pair_has_its_own_beside_it_and_the_note_counts_them() -> None:
    """Three contenders: the first pair in words, the others in the document."""
    rows = [GAINS, EVEN, [each - 0.05 for each in GAINS]]
    asked = only("token_f1", *rows, methods={"token_f1": {"interval": "percentile"}})

    assert all(pair.asked_alone is not None for pair in asked.primary.pairs)
    (note,) = asked.pairing.notes
    assert note.endswith("; 2 more pairs and groups have such numbers in the document")


def test_documents_of_before_are_read() -> None:
    """They concluded from what was asked for, and have nothing beside it."""
    run = scored({"token_f1": np.array([GAINS, EVEN])})
    document = given.compare(run, methods={"token_f1": {"test": "t"}})
    stored: dict[str, Any] = json.loads(canonical(document))
    for pair in stored["metrics"][0]["pairs"]:
        assert pair.pop("asked_alone")["test"] == "paired t"

    assert pair_of(ComparisonDocument.model_validate(stored)).asked_alone is None
