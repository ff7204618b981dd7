"""`/comparisons`: the documents, and one of them; `/runs/compare`: chosen runs."""

from http import HTTPStatus
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from runoff.errors import ProblemError
from runoff_contracts.compared import ComparedMetric
from runoff_contracts.comparison import ComparisonDocument
from runoff_contracts.views import RunView
from runoff_web.charts.forest import Effect
from runoff_web.charts.latency import Times
from runoff_web.format import difference, p_value
from runoff_web.parts import parts_of

MAX_RUNS: Final = 10
MAX_SHOWN: Final = 200
MAX_GROUPS: Final = 60
_LIST: Final = 50


def index(request: Request) -> Response:
    """Comparisons, newest first."""
    parts = parts_of(request)
    cursor = request.query_params.get("cursor") or None
    page = parts.client.comparisons.list(limit=_LIST, cursor=cursor)
    return parts.pages.page(
        request, "comparisons.html", comparisons=page.items, next_cursor=page.next_cursor
    )


def show(request: Request) -> Response:
    """One document, by its digest: the address stays good for ever."""
    parts = parts_of(request)
    found = parts.client.comparisons.get(request.path_params["digest"])
    document = found.document
    return parts.pages.page(
        request,
        "comparison.html",
        digest=found.digest,
        document=document,
        metrics=[(each, effects_of(document, each)) for each in document.metrics],
        groups=document.groups[:MAX_GROUPS],
        times=times_of(document),
        entries=document.disagreeing[:MAX_SHOWN],
    )


def of_runs(request: Request) -> Response:
    """Runs side by side; of one run, what its contenders were found to differ in."""
    query = request.query_params
    return _side_by_side(request, [*query.getlist("run"), *query.get("runs", "").split(",")], "")


async def compare(request: Request) -> Response:
    """Have the chosen runs compared, and show the document."""
    form = await request.form()
    named = [str(each) for each in form.getlist("run")]
    return await run_in_threadpool(_compare, request, named)


def _compare(request: Request, named: list[str]) -> Response:
    run_ids = list(dict.fromkeys(each for each in named if each))[:MAX_RUNS]
    if not run_ids:
        return RedirectResponse("/runs", HTTPStatus.SEE_OTHER)
    try:
        made = parts_of(request).client.comparisons.create(runs=run_ids)
    except ProblemError as error:
        return _side_by_side(request, run_ids, str(error))
    return RedirectResponse(f"/comparisons/{made.digest}", HTTPStatus.SEE_OTHER)


def _side_by_side(request: Request, named: list[str], problem: str) -> Response:
    parts = parts_of(request)
    run_ids = list(dict.fromkeys(each for each in named if each))
    if not run_ids:
        return RedirectResponse("/comparisons", HTTPStatus.SEE_OTHER)
    runs = [parts.client.runs.show(each) for each in run_ids[:MAX_RUNS]]
    if len(runs) == 1 and runs[0].comparison_digest and not problem:
        return RedirectResponse(f"/comparisons/{runs[0].comparison_digest}", HTTPStatus.SEE_OTHER)
    return parts.pages.page(
        request,
        "runs_compare.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        runs=runs,
        n_left_out=max(len(run_ids) - MAX_RUNS, 0),
        settings=settings_of(runs),
        problem=problem,
    )


def effects_of(document: ComparisonDocument, metric: ComparedMetric) -> list[Effect]:
    """The pairs of a metric as rows of a forest plot."""
    rows = []
    for pair in metric.pairs:
        low, high = pair.interval or (None, None)
        p = pair.p_value if pair.p_adjusted is None else pair.p_adjusted
        note = f"{difference(pair.difference, metric.kind, metric.unit)}  {p_value(p)}"
        name = f"{document.contenders[pair.a].name} − {document.contenders[pair.b].name}"
        rows.append(Effect(name, pair.a, pair.difference, low, high, note))
    return rows


def times_of(document: ComparisonDocument) -> list[Times]:
    """The contenders' times as rows of a chart; those without known times are left out."""
    return [
        Times(
            name=each.name,
            position=place,
            edges_s=each.latency.histogram_edges_s,
            counts=each.latency.histogram_counts,
            p50_s=each.latency.p50_s,
            p95_s=each.latency.p95_s,
        )
        for place, each in enumerate(document.contenders)
        if each.latency is not None
    ]


def settings_of(runs: list[RunView]) -> list[tuple[str, list[str], bool]]:
    """How the runs were launched: name, each run's value, whether they differ; these first."""
    found: dict[str, list[str]] = {}
    for number, run in enumerate(runs):
        facts = {
            "dataset": f"{run.dataset}@{run.dataset_version}",
            "models": ", ".join(each.model for each in run.contenders),
            "scorers": ", ".join(f"{each.name}@{each.version}" for each in run.scorers),
            "priority": run.priority,
            **{f"config.{k}": str(v) for k, v in run.config.model_dump(mode="json").items()},
            **{f"labels.{k}": v for k, v in run.labels.items()},
        }
        for name, value in facts.items():
            found.setdefault(name, [""] * len(runs))[number] = value
    rows = [(name, values, len(set(values)) > 1) for name, values in found.items()]
    return sorted(rows, key=lambda row: not row[2])


ROUTES = [
    Route("/comparisons", index),
    Route("/comparisons/{digest}", show),
    Route("/runs/compare", of_runs, methods=["GET"]),
    Route("/runs/compare", compare, methods=["POST"]),
]
