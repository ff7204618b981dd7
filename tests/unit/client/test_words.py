"""Numbers, bars and pictures as a person sees them."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from runoff.cli import words
from runoff.cli.picture import half_blocks
from runoff.cli.progress import progress_of


def test_shares_and_differences_are_percent_and_points() -> None:
    """A difference of two percentages in percent would be read as a relative one."""
    assert words.percent(0.9614) == "96.1 %"
    assert words.points(-0.0238) == "−2.4 points"
    assert words.points_interval((0.004, 0.0451)) == "+0.4 to +4.5"
    assert words.points_interval((-0.333, -0.01)) == "−33.3 to −1.0"
    assert [words.number(each) for each in (-0.5, -3e-9, 1e-9)] == ["−0.5", "−3e-09", "1e-09"]


def test_what_is_not_there_is_a_dash() -> None:
    """Zero would be a result."""
    nothing = (words.percent(None), words.points(None), words.p_value(None))

    assert set(nothing) == {"–"}


@pytest.mark.parametrize(
    ("p", "shown"), [(0.5, "0.50"), (0.0171, "0.017"), (0.0012, "0.0012"), (1e-9, "< 0.0001")]
)
def test_a_p_value_has_the_digits_that_matter(p: float, shown: str) -> None:
    """`0.00` would say that chance is excluded."""
    assert words.p_value(p) == shown


def test_times_are_told_from_now() -> None:
    """A list of runs is read for which was the last one."""
    now = datetime(2026, 1, 2, tzinfo=UTC)

    assert words.ago(now - timedelta(seconds=3), now=now) == "just now"
    assert words.ago(now - timedelta(minutes=5, seconds=59), now=now) == "5 min ago"


def test_sizes_are_in_the_unit_that_fits() -> None:
    """As file managers show them."""
    assert [words.size(n) for n in (999, 11_400, 2_500_000)] == ["999 B", "11.4 KB", "2.5 MB"]


def test_without_a_terminal_progress_is_a_few_lines() -> None:
    """A log of a thousand bars helps nobody."""
    out = io.StringIO()
    with progress_of("Scored", where=Console(file=out, width=80)) as report:
        for n_done in range(1001):
            report(n_done, 1000)

    assert out.getvalue().splitlines() == [
        f"Scored: {n_done} of 1000" for n_done in (0, 250, 500, 750, 1000)
    ]


def test_a_picture_is_half_as_many_lines_as_rows() -> None:
    """Cells of a terminal are about twice as high as wide."""
    picture = half_blocks([[0, 255], [255, 255], [0, 0], [255, 0]], in_color=False)

    assert picture.plain == "▄█\n▄ "
