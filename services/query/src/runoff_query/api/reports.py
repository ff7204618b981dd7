"""Routes of metrics: the scorers that there are, and the report of a run."""

from fastapi import APIRouter
from starlette.responses import Response

from runoff_contracts.report import Report
from runoff_contracts.scorers import DEFAULT_SCORERS, KNOWN_SCORERS, ScorerInfo
from runoff_contracts.task import TASKS, Status
from runoff_contracts.views import Page, ReportView, RunView, ScorerView
from runoff_objects.errors import ObjectMissing
from runoff_query.api.parts import PartsOf
from runoff_query.api.problems import ProblemRaised, refuse
from runoff_query.api.reading import FreshOf, as_json
from runoff_query.api.runs import known_run

router = APIRouter(tags=["runs"])


@router.get("/scorers", response_model=Page[ScorerView])
async def list_scorers() -> Response:
    """Scorers that a run may ask for by name; custom ones are named `module:function`."""
    views = [_scorer(each) for each in KNOWN_SCORERS.values()]
    return as_json(Page[ScorerView](items=views))


@router.get("/runs/{run_id}/report", response_model=ReportView)
async def show_report(run_id: str, parts: PartsOf, fresh: FreshOf) -> Response:
    """Every metric of every contender: over all entries, by section, split, metadata and class."""
    run = await known_run(parts, run_id)
    if run.report_digest is None:
        raise _no_report(run)
    try:
        report = Report.model_validate_json(await parts.objects.get(run.report_digest))
    except ObjectMissing as error:
        raise refuse(
            "report-lost",
            "The report is not in the object store any more",
            404,
            "Score the run anew to have it made again.",
        ) from error
    view = ReportView(
        run_id=run.run_id,
        digest=run.report_digest,
        models=[each.model for each in run.contenders],
        report=report,
    )
    return fresh.answer(view)


def _no_report(run: RunView) -> ProblemRaised:
    if run.status.settled and run.status is not Status.COMPLETED:
        told = f"The run is {run.status}; a report is made of completed ones."
        return refuse("no-report", "There is no report of this run", 404, told)
    return refuse(
        "report-not-ready",
        "There is no report of this run yet",
        404,
        "It is made when every entry is scored; ask again in a moment.",
    )


def _scorer(info: ScorerInfo) -> ScorerView:
    return ScorerView(
        name=info.name,
        version=info.version,
        tasks=[task for task in TASKS if task in info.tasks],
        default_of=[task for task in TASKS if info.name in DEFAULT_SCORERS[task]],
        higher_is_better=info.higher_is_better,
        is_pass_fail=info.is_pass_fail,
        params=info.params.model_json_schema(),
    )
