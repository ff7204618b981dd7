"""The filter of the list of runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff_query.api.filter import COUNTED, MAX_TERMS, RunFilter, parse
from runoff_query.api.problems import ProblemRaised


def test_terms_are_taken_apart() -> None:
    """Into the columns that the statement takes."""
    found = parse('metrics.accuracy>=0.5 AND attributes.alias != "it\'s" and metrics.n_failed = 0')

    assert found == RunFilter(
        ["accuracy", "n_failed"], [">=", "="], [0.5, 0.0], ["alias"], ["!="], ["it's"]
    )


def test_an_empty_filter_has_no_terms() -> None:
    """It is the same as none."""
    assert parse("") == parse("   ") == RunFilter()


@pytest.mark.parametrize(
    ("text", "bound"), [("-1", -1.0), ("+.5", 0.5), ("1e-3", 1e-3), ("7.", 7.0)]
)
def test_numbers_are_read_as_people_write_them(text: str, bound: float) -> None:
    """With sign, exponent, or a bare point."""
    assert parse(f"metrics.accuracy < {text}").bounds == [bound]


def test_a_metric_has_whatever_name_its_scorer_gave_it() -> None:
    """In quotes where it is no plain word: custom scorers are named by module and function."""
    found = parse("metrics.map_50 > 0.5 and metrics.'grading:tone' >= 3")

    assert found.metrics == ["map_50", "grading:tone"]


def test_too_many_terms_are_refused() -> None:
    """A filter is a question, not a program."""
    with pytest.raises(ProblemRaised) as refused:
        parse(" and ".join(["metrics.accuracy > 0"] * (MAX_TERMS + 1)))

    assert str(MAX_TERMS) in refused.value.problem.errors[0].message


WORDS = [f"metrics.{COUNTED[0]}", "attributes.alias", "metrics.", "and", ">", "=", "'a'", "0.5"]


@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_whatever_is_asked_is_read_or_refused(text: str) -> None:
    """Never an error of our own, and the columns stay of one length."""
    try:
        found = parse(text)
    except ProblemRaised as refused:
        assert refused.problem.status == 422
        assert refused.problem.errors[0].message.startswith("at character ")
    else:
        assert len(found.metrics) == len(found.metric_comparisons) == len(found.bounds)
        assert len(found.attributes) == len(found.attribute_comparisons) == len(found.wanted)
