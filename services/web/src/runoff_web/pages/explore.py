"""`/runs/explore`: many runs at once, by what they were launched with and what came of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import islice
from typing import Final

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runoff.client import Client
from runoff.errors import ProblemError
from runoff_contracts.ids import short_id
from runoff_contracts.views import GroupView, RunView
from runoff_web.charts.contour import MIN_POINTS, PlotAxis, RunPoint, contour, n_places
from runoff_web.charts.dots import Dot, DotRow, dots
from runoff_web.charts.parallel import Line, ParallelAxis, parallel
from runoff_web.compare_params import EXPLORED, ExploreParams, brushes_of
from runoff_web.explored import Explored, axes_of, chosen_axes, explored, place_of, within
from runoff_web.format import by_name, short_model
from runoff_web.parts import parts_of

_BAD_FILTER: Final = HTTPStatus.UNPROCESSABLE_ENTITY
_PART: Final = 200
_GROUPS: Final = 40
_METRIC: Final = "metrics."
_NOTHING: Final = Markup("")


@dataclass(frozen=True)
class Row:
    """One contender in the table below the picture."""

    point: Explored
    cells: list[str]
    is_in: bool


@dataclass(frozen=True)
class View:
    """What is drawn, and what it is made of."""

    drawn: Markup = _NOTHING
    rows: list[Row] = field(default_factory=list)
    n_in: int = 0
    groups: list[GroupView] = field(default_factory=list)
    metrics: list[str] = field(default_factory=list)
    problem: str = ""


def show(request: Request) -> Response:
    """The page; which view of it, its axes and ranges are in the address."""
    parts = parts_of(request)
    params = ExploreParams.read(request.query_params)
    brushes = brushes_of(request.query_params)
    runs, problem = _runs(parts.client, params)
    points = explored(runs)
    known = axes_of(points)
    axes = chosen_axes(known, params.axes)
    view = View(problem=problem)
    if not problem and params.view == "groups":
        view = _grouped(parts.client, params, points)
    elif points and params.view == "scatter":
        view = _scatter(params, points, known)
    elif points:
        view = _parallel(points, axes, brushes)
    return parts.pages.page(
        request,
        "explore.html",
        status=_BAD_FILTER if view.problem else HTTPStatus.OK,
        params=params,
        sizes=EXPLORED,
        brushes=brushes,
        n_runs=len(runs),
        known=known,
        axes=axes,
        view=view,
        x=_axis_of(known, params.x, 0),
        y=_axis_of(known, params.y, 1),
        numeric=[each for each in known if not each.words],
        by_choices=_by_choices(points),
        min_points=MIN_POINTS,
        infinite=math.inf,
    )


def _runs(client: Client, params: ExploreParams) -> tuple[list[RunView], str]:
    """The newest that fit, at most as many as the address says."""
    found = client.runs.iterate(filter=params.q or None, part=min(_PART, params.size))
    try:
        return list(islice(found, params.size)), ""
    except ProblemError as error:
        if error.problem.status != _BAD_FILTER:
            raise
        return [], "; ".join(each.message for each in error.problem.errors) or str(error)


def _parallel(
    points: Sequence[Explored],
    axes: Sequence[ParallelAxis],
    brushes: dict[str, tuple[float, float]],
) -> View:
    by_name = {each.name: each for each in axes}
    rows = []
    lines = []
    for each in points:
        is_in = within(each, by_name, brushes)
        places = [place_of(axis, each.values.get(axis.name)) for axis in axes]
        lines.append(Line(each.key, places, is_in))
        rows.append(Row(each, [_word(each, axis) for axis in axes], is_in))
    drawn = parallel(
        axes,
        lines,
        brushes,
        title=f"{len(points)} contenders, a line each; the table below has the numbers",
    )
    return View(drawn, rows, n_in=sum(each.is_in for each in rows))


def _word(each: Explored, axis: ParallelAxis) -> str:
    given = each.values.get(axis.name)
    if isinstance(given, str):
        return short_model(given) if axis.name == "model" else given
    return by_name(axis.name, given)


def _scatter(params: ExploreParams, points: Sequence[Explored], known: list[ParallelAxis]) -> View:
    x, y = _axis_of(known, params.x, 0), _axis_of(known, params.y, 1)
    if x is None or y is None:
        return View()
    placed, rows = [], []
    for each in points:
        at_x, at_y = each.values.get(x.name), each.values.get(y.name)
        if not isinstance(at_x, float) or not isinstance(at_y, float):
            continue
        third = each.values.get(params.z)
        label = (
            f"{each.run.alias or short_id(each.run.run_id)}, {short_model(each.contender.model)}"
        )
        address = f"/runs/{each.run.run_id}"
        z = third if isinstance(third, float) else None
        placed.append(RunPoint(label, address, at_x, at_y, z))
        rows.append(
            Row(each, [by_name(x.name, at_x), by_name(y.name, at_y), by_name(params.z, z)], True)
        )
    drawn = contour(
        placed,
        PlotAxis(x.name, is_log="x" in params.log),
        PlotAxis(y.name, is_log="y" in params.log),
        z_name=params.z,
        title=f"{y.name} against {x.name} of {len(placed)} contenders"
        + (f", by {params.z}" if params.z else ""),
    )
    return View(drawn, rows, n_in=n_places(placed))


def _axis_of(known: Sequence[ParallelAxis], wanted: str, default: int) -> ParallelAxis | None:
    """A numeric axis by name; else one of the first."""
    numeric = [each for each in known if not each.words]
    found = next((each for each in numeric if each.name == wanted), None)
    return found or (numeric[default] if default < len(numeric) else None)


def _grouped(client: Client, params: ExploreParams, points: Sequence[Explored]) -> View:
    """Means over runs with their intervals, as the API has them."""
    names = [name.removeprefix(_METRIC) for each in points for name in each.values
             if name.startswith(_METRIC)]  # fmt: skip
    metrics = list(dict.fromkeys(names))
    wanted = params.y.removeprefix(_METRIC)
    metric = wanted if wanted in metrics else next(iter(metrics), "")
    try:
        page = client.runs.groups(
            params.by, metrics=[metric] if metric else [], filter=params.q or None, limit=_GROUPS
        )
    except ProblemError as error:
        told = "; ".join(each.message for each in error.problem.errors) or str(error)
        return View(problem=told, metrics=metrics)
    rows = []
    for each in page.items:
        found = each.metrics.get(metric)
        if found is not None:
            low, high = found.interval or (None, None)
            name = "(none)" if each.key is None else each.key
            rows.append(DotRow(name, f"n = {found.n_runs}", [Dot(0, found.mean, low, high)]))
    drawn = dots(rows, title=f"Mean of {metric} by {params.by}", as_shares=False)
    ordered = [metric, *(each for each in metrics if each != metric)] if metric else []
    return View(drawn, groups=page.items, metrics=ordered, n_in=len(rows))


def _by_choices(points: Sequence[Explored]) -> list[str]:
    labels = sorted({f"label:{name}" for each in points for name in each.run.labels})
    params = sorted({f"param:{name}" for each in points for name in each.run.params})
    return ["alias", "model", "dataset", "kind", *labels, *params]


ROUTES = [Route("/runs/explore", show)]
