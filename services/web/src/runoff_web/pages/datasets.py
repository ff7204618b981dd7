"""`/datasets`: what there is to ask about; a version's entries as tiles or as a table."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runoff_contracts.registry_views import DatasetVersionView, DatasetView
from runoff_web.params import DatasetParams
from runoff_web.parts import parts_of

_LIST: Final = 100
_ENTRIES: Final = 60


def index(request: Request) -> Response:
    """Datasets by name."""
    parts = parts_of(request)
    page = parts.client.datasets.list(
        limit=_LIST, cursor=request.query_params.get("cursor") or None
    )
    return parts.pages.page(
        request, "datasets.html", datasets=page.items, next_cursor=page.next_cursor
    )


def show(request: Request) -> Response:
    """One version's entries."""
    parts = parts_of(request)
    params = DatasetParams.read(request.query_params)
    dataset = parts.client.datasets.show(request.path_params["name"])
    version = _version(dataset, params.version)
    page = parts.client.datasets.entries(
        f"{dataset.dataset}@{version.number}",
        split=params.split or None,
        section=params.section or None,
        limit=_ENTRIES,
        cursor=params.cursor or None,
    )
    return parts.pages.page(
        request,
        "dataset.html",
        dataset=dataset,
        version=version,
        params=params,
        entries=page.items,
        next_cursor=page.next_cursor,
    )


def _version(dataset: DatasetView, number: int) -> DatasetVersionView:
    for each in dataset.versions:
        if number in {0, each.number}:
            return each
    raise HTTPException(404)


ROUTES = [Route("/datasets", index), Route("/datasets/{name}", show)]
