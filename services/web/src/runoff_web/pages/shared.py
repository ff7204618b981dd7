"""What several pages ask of the API."""

from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.requests import Request

from runoff.client import Client
from runoff.comparison import Comparison
from runoff.errors import ProblemError
from runoff_contracts.views import EntryView, ReportView, RunView


def came_from(request: Request, otherwise: str) -> str:
    """The page of ours that sent this form, with its query; `otherwise` where it does not say."""
    found = urlsplit(request.headers.get("referer", ""))
    if found.netloc != request.headers.get("host") or not found.path.startswith("/"):
        return otherwise
    path = own_path(found.path)
    return f"{path}?{found.query}" if found.query else path


def own_path(to: str) -> str:
    """A path of these pages: what has a second slash, of either kind, is an address elsewhere."""
    return to if to.startswith("/") and to[1:2] not in {"/", "\\"} else "/"


def comparison_of(client: Client, run: RunView) -> Comparison | None:
    """How the contenders of a run differ; None where there is no such document (any more)."""
    if run.comparison_digest is None:
        return None
    try:
        return client.comparisons.get(run.comparison_digest)
    except ProblemError as error:
        if error.problem.status == HTTPStatus.NOT_FOUND:
            return None
        raise


def report_of(client: Client, run: RunView) -> ReportView | None:
    """Every metric of a run; None where there is no report (yet)."""
    if run.report_digest is None:
        return None
    try:
        return client.runs.report(run.run_id)
    except ProblemError as error:
        if error.problem.status == HTTPStatus.NOT_FOUND:
            return None
        raise


def entry_of(client: Client, run_id: str, entry_id: str) -> EntryView | None:
    """One entry with everything that is known of it; None where the run has none of that id."""
    try:
        return client.runs.entry(run_id, entry_id)
    except ProblemError as error:
        if error.name == "unknown-entry":
            return None
        raise
