"""Addresses: what a page reads out of them, and writes into them again."""

from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff_web.errors import BadParam
from runoff_web.params import DatasetParams, RunParams, RunsParams

LINES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=50).map(str.strip)


def read_back(query: str) -> dict[str, str]:
    found = parse_qs(query.removeprefix("?"), keep_blank_values=True)
    return {name: values[0] for name, values in found.items()}


@given(
    st.builds(
        RunParams,
        sort=st.sampled_from(["difference", "index", "confidence_difference"]),
        agreement=st.sampled_from(["", "all_match", "partial", "all_different"]),
        find=LINES,
        section=LINES,
        offset=st.integers(0, 2**31 - 1),
        entry=LINES,
    )
)
def test_what_an_address_says_is_read_as_it_was_written(params: RunParams) -> None:
    """A link that is sent to somebody shows him the same."""
    assert RunParams.read(read_back(params.query())) == params


def test_defaults_are_left_out() -> None:
    """The shortest address is the one that people type."""
    assert RunsParams().query() == ""
    assert RunsParams(size=50).query(size=20) == ""
    assert RunParams(find="a b&c").query() == "?find=a+b%26c"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"sort": "size"}, "one of difference, index"),
        ({"offset": "-1"}, "a number"),
        ({"offset": "٣" * 3}, ""),
        ({"offset": "9" * 30}, "a number"),
        ({"offset": str(2**31)}, "a number"),
        ({"find": "x" * 2001}, "at most 2000"),
        ({"find": "a\0b"}, "at most 2000"),
    ],
)
def test_what_no_page_means_is_refused_with_what_would_be_right(
    query: dict[str, str], wanted: str
) -> None:
    """Digits of other scripts are digits."""
    if not wanted:
        assert RunParams.read(query).offset == 333
        return
    with pytest.raises(BadParam, match=wanted):
        RunParams.read(query)


def test_only_the_sizes_that_are_offered_are_taken() -> None:
    """A page of a million rows would hold up everybody."""
    assert RunsParams.read({"size": "100"}).size == 100
    with pytest.raises(BadParam, match="one of 10, 20, 50, 100"):
        RunsParams.read({"size": "1000000"})
    assert DatasetParams.read({"unknown": "x"}) == DatasetParams()
