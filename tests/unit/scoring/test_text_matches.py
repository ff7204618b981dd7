"""Exact and normalised match, words, likeness, numbers and choices: answers as models give them."""

from __future__ import annotations

import pytest
from pydantic import JsonValue, ValidationError

from runoff_scoring.scorers import SCORERS
from tests.unit.scoring.texts import scored, value


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        ("Paris", "Paris", 1.0),
        ("  Paris\n", "Paris", 1.0),
        ("paris", "Paris", 0.0),
        ("Rome", ["Paris", "Rome"], 1.0),
        ("42", 42, 1.0),
        ("42", 42.0, 1.0),
        ("42.0", 42, 0.0),
        ('{"a": 1.0}', {"a": 1}, 1.0),
        ('{"a": true}', {"a": 1}, 0.0),
        ('{"a": 1, "b": 2}', {"a": 1}, 0.0),
        ("Paris", {"a": 1}, 0.0),
    ],
)
def test_exact_match_forgives_nothing_but_blanks_around(
    text: str, target: JsonValue, expected: float
) -> None:
    """Objects are compared as JSON, where true is not 1 and 1.0 is."""
    assert value("exact_match", text, target) == expected


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        ("the PARIS!", "Paris", 1.0),
        ("“Paris”", "Paris", 1.0),
        ("Ｐａｒｉｓ", "paris", 1.0),
        ("STRASSE", "Straße", 1.0),
        ("1,000", "1000", 1.0),
        ("$1,000.50", 1000.5, 1.0),
        ("1.5", "15", 0.0),
        ("-5", "5", 0.0),
        ("1990-1995", "1990–1995", 1.0),
        ("A", "B", 0.0),
        ("", "A", 0.0),
        ("the", "A", 0.0),
        ("+", "-", 0.0),
        ("a 5", "5", 1.0),
        ('```json\n{"city": "paris.", "n": "3"}\n```', {"city": "Paris", "n": 3}, 1.0),
        ('{"city": "Paris", "n": 3, "more": 1}', {"city": "Paris", "n": 3}, 0.0),
    ],
)
def test_normalised_match_forgives_form_and_never_value(
    text: str, target: JsonValue, expected: float
) -> None:
    """SQuAD's own normalisation takes 1.5 for 15, and the answers A and + for nothing at all."""
    assert value("normalised_match", text, target) == expected


@pytest.mark.parametrize("scorer", ["token_f1", "similarity", "numeric", "choice"])
def test_an_object_is_no_target_for_scorers_of_words(scorer: str) -> None:
    """Not scored, and the reason names the scorer that can."""
    result = scored(scorer, "Paris", {"city": "Paris"})

    assert result.value is None
    assert "json_fields" in (result.reason or "")


@pytest.mark.parametrize(
    "scorer", [name for (name, _), each in SCORERS.items() if "text" in each.info.tasks]
)
def test_a_failed_contender_is_not_scored(scorer: str) -> None:
    """A call that failed says nothing of how good answers are."""
    judging: dict[str, JsonValue] = {"model": "openai/gpt-4o", "rubric": "Is it polite?"}
    params: dict[str, dict[str, JsonValue]] = {
        "regex": {"pattern": "x"},
        "judge": judging,
        "judge_pairwise": judging,
    }

    assert scored(scorer, None, "x", params=params.get(scorer)).reason == "no answer"


@pytest.mark.parametrize("scorer", ["exact_match", "normalised_match", "token_f1", "similarity"])
def test_an_empty_list_of_targets_scores_nothing(scorer: str) -> None:
    """No answer is acceptable, so none can be wrong."""
    assert scored(scorer, "x", []).reason == "the target is an empty list"


def test_the_best_of_several_targets_counts() -> None:
    """As SQuAD has it: three people wrote three right answers."""
    assert value("token_f1", "New York", ["Boston", "New York City"]) == pytest.approx(0.8)
    assert value("similarity", "colour", ["red", "color"]) == pytest.approx(2 * 5 / 11)


def test_similarity_looks_at_the_beginnings_of_long_texts_only() -> None:
    """The first 10,000 characters: the time grows with the product of the lengths."""
    assert value("similarity", "x" * 20_000, "x" * 10_000 + "y" * 10_000) == 1.0
    assert value("similarity", "x" * 9_000, "x" * 9_000 + "y" * 1_000) == pytest.approx(18 / 19)


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        ("42", 42, 1.0),
        ("The answer is 42.", 42, 1.0),
        ("First 7, then 6 more, so 42", "42", 1.0),
        ("3 + 4 = 7", 4, 0.0),
        ("48 + 24 = 72 clips.\n#### 72", "48/2 = 24, 48 + 24 = 72\n#### 72", 1.0),
        ("1,234,567.5", 1234567.5, 1.0),
        ("1\u202f234", 1234, 1.0),
        ("1'234", 1234, 1.0),
        ("6.02e23", 6.02e23, 1.0),
        ("6.02 × 10^23", 6.02e23, 1.0),
        ("about 10⁵ people", 100_000, 1.0),
        ("10^-3", 0.001, 1.0),
        ("−5", -5, 1.0),
        ("10-5", 5, 1.0),
        ("$5.00", 5, 1.0),
        ("-$5", -5, 1.0),
        (".5", 0.5, 1.0),
        ("50%", 50, 1.0),
        ("50 %", 0.5, 1.0),
        ("0.5", "50%", 1.0),
        ("50%", "0.5%", 0.0),
        ("version 1.2.3 of x2", 1, 0.0),
        ("none", 1, 0.0),
        ("12345678901234567891", 12345678901234567890, 0.0),
        ("5", ["4", "5"], 1.0),
    ],
)
def test_numeric_reads_numbers_as_people_write_them(
    text: str, target: JsonValue, expected: float
) -> None:
    """The last one of an answer, since whoever reasons aloud ends with the result."""
    assert value("numeric", text, target) == expected


def test_the_first_number_counts_where_the_run_says_so() -> None:
    """For models that answer first and explain after."""
    assert value("numeric", "42, because 6 times 7", 42) == 0.0
    assert value("numeric", "42, because 6 times 7", 42, pick="first") == 1.0


@pytest.mark.parametrize(
    ("text", "tolerance", "relative", "expected"),
    [
        ("3.14", 0.01, False, 1.0),
        ("3.1", 0.01, False, 0.0),
        ("3.24159", 0.1, False, 1.0),
        ("3.3", 0.1, True, 1.0),
        ("3.5", 0.1, True, 0.0),
    ],
)
def test_a_tolerance_is_a_distance_or_a_share_of_the_target(
    text: str, tolerance: float, relative: bool, expected: float
) -> None:
    """The border belongs to it, to the last decimal: 3.24159 is exactly 0.1 from 3.14159."""
    result = value("numeric", text, 3.14159, tolerance=tolerance, relative=relative)

    assert result == expected


def test_a_target_without_a_number_scores_nothing() -> None:
    """The entry is of another kind; counting it as wrong would lie."""
    assert scored("numeric", "42", "none").reason == "the target holds no number"


CAPITALS: list[JsonValue] = ["Rome", "Paris", "New York", "York"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("B", 1.0),
        ("b", 1.0),
        ("(b)", 1.0),
        ("B.", 1.0),
        ("B) Paris", 1.0),
        ("**B**", 1.0),
        ("**B. Paris**", 1.0),
        ("Answer: B", 1.0),
        ("The answer is (B).", 1.0),
        ("The answer is B because of the tower", 1.0),
        ("The correct answer is $\\boxed{B}$.", 1.0),
        ("A looks right, but no.\nAnswer: B", 1.0),
        ("Answer: A? No. Final answer: B", 1.0),
        ("B is the correct answer", 1.0),
        ("Option B is right", 1.0),
        ("The answer is B. Option C is wrong.", 1.0),
        ("Answer:\n\n(B)", 1.0),
        ("I take B", 1.0),
        ("I take it to be (b)", 1.0),
        ("I take B or C", 0.0),
        ("A is right", 0.0),
        ("Vitamin C is made in Paris", 1.0),
        ("Paris", 1.0),
        ("It is Paris.", 1.0),
        ("Rome is older, yet the answer is Paris, not Rome", 1.0),
        ("A", 0.0),
        ("Rome or Paris", 0.0),
        ("I do not know", 0.0),
        ("A cat is no city", 0.0),
        ("Answer: Z", 0.0),
        ("", 0.0),
    ],
)
def test_a_choice_is_read_by_its_letter_or_its_text(text: str, expected: float) -> None:
    """Models asked for a letter say much besides; who names two has picked none."""
    assert value("choice", text, "B", choices=CAPITALS) == expected
    assert value("choice", text, "Paris", choices=CAPITALS) == expected


def test_a_choice_inside_another_is_not_meant() -> None:
    """New York names York too."""
    assert value("choice", "New York it is", "C", choices=CAPITALS) == 1.0
    assert value("choice", "York it is", "D", choices=CAPITALS) == 1.0


def test_choices_stand_in_the_metadata_of_each_entry() -> None:
    """Every question has its own; a run's are for all of its entries and go first."""
    own: dict[str, JsonValue] = {"choices": ["3", "4", "5"]}

    assert scored("choice", "4", "B", metadata=own).value == 1.0
    assert scored("choice", "4", 4, metadata=own).value == 1.0
    assert scored("choice", "B", "4", metadata=own).value == 1.0
    run: dict[str, JsonValue] = {"choices": ["4", "5"]}
    assert scored("choice", "4", "A", metadata=own, params=run).value == 1.0


@pytest.mark.parametrize("said", [None, "A, B", ["only one"], [{"text": "x"}, "y"], []])
def test_metadata_that_holds_no_choices_leaves_letters(said: JsonValue) -> None:
    """A list of fewer than two, or of anything but texts, is something else of that name."""
    assert scored("choice", "(b)", "B", metadata={"choices": said}).value == 1.0


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        ("2", 2, 1.0),
        ("(2) Paris", "2", 1.0),
        ("Answer: 2", 2, 1.0),
        ("2.5", 2, 0.0),
        ("D", "d", 1.0),
    ],
)
def test_without_choices_letters_and_numbers_are_held_against_the_target(
    text: str, target: JsonValue, expected: float
) -> None:
    """Which of the two is asked for follows from the target."""
    assert value("choice", text, target) == expected


def test_a_target_that_is_no_choice_scores_nothing() -> None:
    """A mistake in the data is not the model's."""
    assert scored("choice", "B", "Berlin", params={"choices": CAPITALS}).value is None
    assert scored("choice", "B", "E", params={"choices": CAPITALS}).value is None
    assert "no choices" in (scored("choice", "B", "Berlin").reason or "")


@pytest.mark.parametrize(
    ("scorer", "params"),
    [
        ("numeric", {"tolerance": -1}),
        ("numeric", {"pick": "best"}),
        ("regex", {"pattern": "(?=look)"}),
        ("regex", {"pattern": "(a"}),
        ("regex", {"pattern": r"(a)\1"}),
        ("regex", {"extract": True}),
        ("choice", {"choices": ["one"]}),
        ("similarity", {"unknown": 1}),
    ],
)
def test_parameters_are_refused_at_launch(scorer: str, params: dict[str, JsonValue]) -> None:
    """Before any entry is spent."""
    with pytest.raises(ValidationError):
        SCORERS[scorer, 1].with_params(params)
