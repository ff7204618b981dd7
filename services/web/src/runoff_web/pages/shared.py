"""What several pages ask of the API."""

from urllib.parse import urlsplit

from starlette.requests import Request

from runoff.client import Client
from runoff.errors import ProblemError
from runoff_contracts.views import EntryView


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


def entry_of(client: Client, run_id: str, entry_id: str) -> EntryView | None:
    """One entry with everything that is known of it; None where the run has none of that id."""
    try:
        return client.runs.entry(run_id, entry_id)
    except ProblemError as error:
        if error.name == "unknown-entry":
            return None
        raise
