"""Charts: whatever the numbers, finite places within the picture, and no text that is markup."""

import math
import re

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from runoff_web.charts.forest import Effect, forest
from runoff_web.charts.interval import interval_bar
from runoff_web.charts.scales import around, ticks
from tests.unit.web.pictures import pictures_of

SHARES = st.one_of(st.none(), st.floats(-1, 1), st.just(math.nan))
EFFECTS = st.builds(
    Effect,
    name=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=80),
    position=st.integers(0, 20),
    difference=st.one_of(st.none(), st.floats(-1, 1)),
    low=st.one_of(st.none(), st.floats(-1, 1)),
    high=st.one_of(st.none(), st.floats(-1, 1)),
    note=st.just("+1.0 pp"),
    name_below=st.sampled_from(["", "− another"]),
)


@given(st.lists(EFFECTS, max_size=12))
def test_a_forest_plot_stays_within_its_picture(effects: list[Effect]) -> None:
    """Also with nothing, with one, with equal values, and with those that are missing."""
    drawn = forest(effects, title="differences", better_left="a <b>", better_right="b")

    assert [each.get("aria-label") for each in pictures_of(drawn)] == ["differences"] * 2


def test_a_name_of_two_lines_is_whole() -> None:
    """Two runs of the same two models: cut short, their pairs cannot be told apart."""
    names = "letters: first_letter", "− planned: first_letter"
    effect = Effect(names[0], 0, 0.1, 0.0, 0.2, "+10.0 pp", name_below=names[1])

    drawn = forest([effect], title="t", better_left="b", better_right="a")

    for picture in pictures_of(drawn):
        words = [each for each in picture.iter("{*}text") if each.get("class") == "name"]
        assert [each.text for each in words] == list(names)
        first, second = (float(each.get("y", "")) for each in words)
        assert 10 < second - first < 20


def test_a_row_without_an_interval_shows_its_words_alone() -> None:
    """A pair that shares no entries has no difference to draw."""
    drawn = forest(
        [Effect("a − b", 0, None, None, None, "–")], title="t", better_left="b", better_right="a"
    )

    assert "a − b" in drawn
    assert "<circle" not in drawn


@given(SHARES, st.integers(0, 9))
def test_an_interval_is_drawn_where_there_is_a_value(value: float | None, position: int) -> None:
    """It is decoration: the numbers stand beside it."""
    drawn = interval_bar(value, None, position)

    assert bool(drawn) == (value is not None and math.isfinite(value))
    if drawn:
        etree.fromstring(drawn.encode())


@given(st.lists(st.floats(-1e6, 1e6), max_size=20))
def test_ticks_are_round_within_the_scale_and_few(values: list[float]) -> None:
    """An axis of forty numbers is read by nobody."""
    scale = around(values, start=0, end=100, least=0.005)
    found = ticks(scale)

    assert 1 <= len(found) <= 12
    assert all(scale.low <= each <= scale.high for each in found)
    assert all(re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", str(each)) for each in found)
