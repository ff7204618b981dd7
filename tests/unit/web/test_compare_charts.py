"""Charts of comparing pages: any numbers, none, one, equal ones; never outside of the picture."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from runoff_contracts.compared_entries import ComparedPoint, ComparedPoints, PointCells
from runoff_web.charts.contour import MIN_POINTS, PlotAxis, RunPoint, contour
from runoff_web.charts.dots import Dot, DotRow, dots
from runoff_web.charts.latency import Times, ridges
from runoff_web.charts.parallel import Line, ParallelAxis, parallel
from runoff_web.charts.scatter import farthest, scatter
from tests.unit.web.pictures import picture_of, pictures_of

ANY = st.floats(-1e300, 1e300)
MAYBE = st.none() | ANY | st.just(math.nan) | st.just(math.inf)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=60)
SOME = settings(deadline=None, max_examples=60)


@given(st.lists(st.builds(DotRow, WORDS, WORDS, st.lists(st.builds(Dot, st.integers(0, 9), MAYBE,
       MAYBE, MAYBE), max_size=5)), max_size=6))  # fmt: skip
@SOME
def test_a_dot_plot_stays_within_its_picture(rows: list[DotRow]) -> None:
    """Values of any size with the intervals that they have."""
    drawn = dots(rows, title="by section", as_shares=False)

    if drawn:
        pictures_of(drawn)
    else:
        values = [v for row in rows for dot in row.dots for v in (dot.value, dot.low, dot.high)]
        assert not any(value is not None and math.isfinite(value) for value in values)


def points_of(pairs: list[tuple[float, float]], of: str = "score") -> ComparedPoints:
    points = [ComparedPoint(index=at, entry_id=f"<e-{at}>", x=x, y=y)
              for at, (x, y) in enumerate(pairs)]  # fmt: skip
    fields = {"of": of, "metric": None, "unit": None, "contender": 1, "versus": 0, "cells": None}
    return ComparedPoints.model_validate({**fields, "n": len(pairs), "points": points})


@given(st.lists(st.tuples(ANY, ANY), max_size=40), st.sampled_from(["score", "latency"]))
@SOME
def test_a_scatter_plot_stays_within_its_picture(pairs: list[tuple[float, float]], of: str) -> None:
    """Also of equal numbers, and of times that are none."""
    found = points_of([(abs(x), abs(y)) for x, y in pairs] if of == "latency" else pairs, of)
    drawn = scatter(found, x_name="a <b>", y_name="c", title="t", entry=lambda each: f"/e/{each}")

    links = picture_of(drawn).findall(".//{*}a")
    assert len(links) == len(farthest(found)) <= 20


def test_points_take_the_side_of_who_has_more() -> None:
    """The colour of the one above the line, of the one below, and neither on it."""
    drawn = scatter(points_of([(0.2, 0.8), (0.8, 0.2), (0.5, 0.5)]), x_name="a", y_name="b",
                    title="t", entry=str)  # fmt: skip
    kinds = sorted(
        each.get("class", "") for each in picture_of(drawn).iter() if each.get("stroke-width")
    )

    assert kinds == ["dots even", "dots r0", "dots r1"]


def test_very_many_points_are_cells_whose_colour_says_how_many() -> None:
    """The fullest has the last class; empty ones are not drawn."""
    cells = PointCells(x_edges=[0, 1, 2], y_edges=[0, 1, 2], counts=[[900, 0], [1, 30]])
    found = points_of([]).model_copy(update={"points": None, "cells": cells, "n": 931})
    drawn = scatter(found, x_name="a", y_name="b", title="t", entry=str)

    classes = [each.get("class") for each in picture_of(drawn).iter() if each.tag.endswith("rect")]
    assert classes == ["heat5", "heat0", "heat3"]


@given(st.lists(st.tuples(ANY, ANY, st.none() | ANY), max_size=25), st.booleans())
@SOME
def test_a_contour_plot_stays_within_its_picture(
    triples: list[tuple[float, float, float | None]], is_log: bool
) -> None:
    """Runs in one place, on one line, or without the third number; logarithms of nothing."""
    points = [RunPoint("<run>", "/runs/x", x, y, z) for x, y, z in triples]
    drawn = contour(points, PlotAxis("x", is_log), PlotAxis("y"), z_name="z", title="t")

    if drawn:
        pictures_of(drawn)
    else:
        assert not any(x > 0 or not is_log for x, _, _ in triples)


def test_contour_lines_run_between_low_and_high() -> None:
    """Of a slope to the right every line runs upwards, between the two sides; of too few points
    there are none."""
    slope = [RunPoint("r", "/r", float(x), float(y), float(x)) for x in range(4) for y in range(4)]
    drawn = contour(slope, PlotAxis("x"), PlotAxis("y"), z_name="z", title="t")
    few = contour(slope[: MIN_POINTS - 1], PlotAxis("x"), PlotAxis("y"), z_name="z", title="t")

    for picture in pictures_of(drawn):
        assert len([each for each in picture.iter() if "level" in (each.get("class") or "")]) == 7
    for picture in pictures_of(few):
        assert not [each for each in picture.iter() if "level" in (each.get("class") or "")]


AXES = st.builds(
    lambda name, ends, log: ParallelAxis(name, min(ends), max(ends), log and min(ends) > 0),
    WORDS, st.tuples(ANY, ANY).filter(lambda ends: ends[0] != ends[1]), st.booleans(),
)  # fmt: skip


@given(st.lists(AXES, max_size=5), st.data())
@SOME
def test_parallel_coordinates_stay_within_their_picture(
    axes: list[ParallelAxis], data: st.DataObject
) -> None:
    """Lines with gaps where a run has no such number."""
    lines = [Line(f"l{at}", [data.draw(MAYBE) for _ in axes], at % 2 == 0) for at in range(4)]
    brushes = {each.name: (each.low, math.inf) for each in axes[:1]}
    drawn = parallel(axes, lines, brushes, title="runs")

    assert bool(drawn) == bool(axes)
    if drawn:
        picture_of(drawn)


def test_words_of_an_axis_are_told_apart_and_only_models_leave_out_their_provider() -> None:
    """A slash within a parameter is as much of it as any letter."""
    axes = [
        ParallelAxis("params.team", 0, 2, False, ("<b>y</b>", "team-a/v1", "team-b/v1")),
        ParallelAxis("params.file", 0, 1, False, ("/data/checkpoints/a", "/data/checkpoints/b")),
        ParallelAxis("model", 0, 1, False, ("onnx/cats", "onnx/dogs")),
    ]

    said = _words_of(parallel(axes, [], {}, title="runs"))
    assert said[:3] == ["<b>y</b>", "team-a/v1", "team-b/v1"]
    assert said[3] != said[4]
    assert said[5:] == ["cats", "dogs"]
    alike = ParallelAxis("model", 0, 1, False, ("llm/v1", "onnx/v1"))
    assert _words_of(parallel([alike], [], {}, title="runs")) == ["llm/v1", "onnx/v1"]


def _words_of(drawn: Markup) -> list[str]:
    return [each.text or "" for each in picture_of(drawn).iter() if each.get("class") == "tick"]


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6), st.floats(0, 1))
def test_a_place_on_a_logarithmic_axis_is_that_of_its_value(a: float, b: float, at: float) -> None:
    """A range that is drawn is the one that the address says."""
    axis = ParallelAxis("lr", min(a, b), max(a, b) * 2, True)
    found = axis.share(axis.value(at))

    assert found is not None
    assert math.isclose(found, at, abs_tol=1e-6)


@given(st.lists(st.integers(0, 1000), min_size=3, max_size=3), st.floats(1e-6, 100))
def test_times_are_drawn_with_what_took_at_most_as_long(counts: list[int], p50: float) -> None:
    """Also of nobody's, and of a median beyond the bins."""
    rows = [Times(f"<{at}>", at, [0.001, 0.01, 0.1, 1.0], counts, p50, p50) for at in range(5)]

    for picture in pictures_of(ridges(rows, title="t")):
        lines = [each for each in picture.iter() if each.get("class") == "cumulative"]
        assert len(lines) == 5
    assert ridges([], title="t") == ""
