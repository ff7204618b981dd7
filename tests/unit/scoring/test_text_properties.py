"""What holds of every scorer of text, whatever models answer, and how long it may take them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st
from pydantic import JsonValue

from runoff_scoring.difference import difference
from runoff_scoring.scorers import SCORERS
from runoff_scoring.text.words import normalised
from tests.unit.scoring.texts import answer, scored

TEXT_SCORERS = sorted(
    name
    for (name, _), each in SCORERS.items()
    if "text" in each.info.tasks and each.of_judgement is None
)
"""Those that read answers themselves: what a judge said was bounded when it was asked."""
LENGTH = 100_000
CHOICES: list[JsonValue] = [f"choice {number} of many" for number in range(1000)]
PARAMS: dict[str, dict[str, JsonValue]] = {
    "choice": {"choices": CHOICES},
    "regex": {"pattern": "(a+)+$"},
    "json_valid": {"json_schema": {"uniqueItems": True, "items": {"pattern": "(a+)+$"}}},
}

texts = st.text()
near = st.text(
    st.sampled_from("aAthe Bb()[]{}\"':,.-+0159eE%$10^×₂⁵ﬁß\u0301\u202f\n`*"), max_size=40
)
targets = st.one_of(
    texts,
    near,
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(st.one_of(near, st.integers()), max_size=3),
    st.dictionaries(near, st.one_of(near, st.integers(), st.lists(near)), max_size=3),
)


@pytest.mark.parametrize("scorer", TEXT_SCORERS)
@over(text=st.one_of(texts, near), target=targets)
def test_every_score_is_from_0_to_1_or_has_a_reason(
    scorer: str, text: str, target: JsonValue
) -> None:
    """Nothing that a model writes stops a run, and no value leaves the scale."""
    result = scored(scorer, text, target)

    if result.value is None:
        assert result.reason
    else:
        assert 0 <= result.value <= 1
        if SCORERS[scorer, 1].info.is_pass_fail:
            assert result.value in {0.0, 1.0}


@pytest.mark.parametrize("scorer", ["exact_match", "normalised_match", "token_f1", "similarity"])
@over(text=st.one_of(texts, near))
def test_an_answer_equal_to_its_target_is_perfect(scorer: str, text: str) -> None:
    """Also where nothing is left of it, as of a lone article or stop."""
    assert scored(scorer, text, text).value == 1.0


@over(text=st.one_of(texts, near))
def test_normalised_text_stays_as_it_is(text: str) -> None:
    """Else two texts would match, and the normalised one of them not."""
    assert normalised(normalised(text)) == normalised(text)


@over(texts=st.lists(st.one_of(texts, near), min_size=2, max_size=5))
def test_agreement_of_texts_does_not_depend_on_their_order(texts: list[str]) -> None:
    """Contenders are in the order of launch, which says nothing."""
    forth, back = (
        difference([answer(each) for each in ordered]) for ordered in (texts, texts[::-1])
    )

    assert forth is not None
    assert back is not None
    assert forth.model_copy(update={"groups": None}) == back.model_copy(update={"groups": None})


HOSTILE = {
    "digits": "9",
    "list of numbers": "1,",
    "thousands": "1,111,",
    "number of many thousands that is none": "1,111,111,111,",
    "percentages": "5% ",
    "powers": "10^",
    "exponents": "1e",
    "stops": ".",
    "blanks": " ",
    "line breaks": "\n",
    "fences": "```",
    "open lists": "[",
    "open objects": '{"a":',
    "open brackets": "answer is (",
    "marks": "answer: ",
    "letters in brackets": "(a)(b)",
    "words": "a b ",
    "one letter": "a",
    "a character that stands for eighteen": "ﷺ",
    "accents on nothing": "\u0301",
    "raised digits": "10⁵",
}
BEFORE = {"\n": "```", " ": "answer"}
"""What a long run of blanks would have a pattern try over and over."""


@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
def test_an_answer_of_100_000_characters_is_scored_in_linear_time(unit: str) -> None:
    """All scorers together, in a second or two; what grows with the square takes hours."""
    text = (BEFORE.get(unit, "") + unit * LENGTH)[: LENGTH - 1] + "!"
    for scorer in TEXT_SCORERS:
        result = scored(scorer, text, ["5", "A", text], params=PARAMS.get(scorer))

        assert result.value is not None or result.reason


@pytest.mark.timeout(60)
def test_unique_items_of_a_long_list_are_found_in_linear_time() -> None:
    """A validator that compares each with each takes minutes for 30,000 mixed items."""
    items = ",".join(f"[{n}]" if n % 2 else json.dumps({"a": n}) for n in range(9000))
    schema: JsonValue = {"uniqueItems": True}

    assert scored("json_valid", f"[{items}]", params={"json_schema": schema}).value == 1.0
    twice = f"[{items},[1]]"
    assert scored("json_valid", twice, params={"json_schema": schema}).value == 0.0


@pytest.mark.timeout(60)
@settings(max_examples=30)
@over(unit=near, before=near, after=near)
def test_no_repetition_of_anything_is_slow(unit: str, before: str, after: str) -> None:
    """The table above is what somebody thought of; this is what nobody did."""
    text = before + (unit * 20_000)[:20_000] + after
    for scorer in ("normalised_match", "token_f1", "numeric", "choice"):
        assert scored(scorer, text, ["5", "A"]).value is not None
