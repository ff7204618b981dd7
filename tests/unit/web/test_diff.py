"""Two texts word by word."""

import re

from hypothesis import given
from hypothesis import strategies as st

from runoff_web.diff import MAX_WORDS, word_diff


def test_what_is_added_and_what_is_lacking_is_marked() -> None:
    """By word: letters would tear words to pieces."""
    found = word_diff("The capital is Paris.", "The capital of France is Paris")

    assert "<ins>of France </ins>" in found
    assert "<del>.</del>" in found
    assert "capital" in re.sub(r"<(ins|del)>.*?</\1>", "", found)


@given(st.text("ab <&", max_size=60), st.text("ab <&", max_size=60))
def test_a_diff_holds_both_texts_and_no_markup_of_theirs(before: str, after: str) -> None:
    """Without what is lacking it is the answer; without what is added it is the reference."""
    found = str(word_diff(before, after))

    def without(kind: str) -> str:
        kept = re.sub(rf"<{kind}>.*?</{kind}>", "", found, flags=re.DOTALL)
        plain = re.sub(r"</?(ins|del)>", "", kept)
        return plain.replace("&lt;", "<").replace("&amp;", "&")

    assert without("del") == after
    assert without("ins") == before


def test_texts_that_are_too_long_to_compare_stand_as_they_are() -> None:
    """The comparison is quadratic: a page may not wait for it."""
    long = "word " * (MAX_WORDS + 1)

    assert word_diff(long, "word") == "word"
