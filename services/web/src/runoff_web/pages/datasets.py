"""`/datasets`: what there is to ask about; a version's entries as tiles or as a table."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runoff.client import Client
from runoff_contracts.registry_views import DatasetEntryView, DatasetVersionView, DatasetView
from runoff_contracts.views import RunView
from runoff_web.media import Size
from runoff_web.overlay import Layer, label_size, labeled, truth_of
from runoff_web.params import DatasetParams
from runoff_web.parts import Parts, parts_of

_LIST: Final = 24
_ENTRIES: Final = 60
_REMEMBERED: Final = 50
"""Pages that a narrowed list goes back."""
_PREVIEW: Final = 4
_LAST_RUNS: Final = 5


@dataclass(frozen=True)
class Span:
    """Which entries a page shows, and where the others are."""

    first: int
    """Place of the first one, from 0."""
    n: int
    total: int | None
    """All that fit; None where nobody counted."""
    next: DatasetParams | None
    previous: DatasetParams | None
    start: DatasetParams | None = None
    """The first page of a narrowed list, whose pages have no numbers."""

    @property
    def last(self) -> int:
        """Place behind the last one."""
        return self.first + self.n


def index(request: Request) -> Response:
    """Datasets by name, each with its first entries."""
    parts = parts_of(request)
    page = parts.client.datasets.list(
        limit=_LIST, cursor=request.query_params.get("cursor") or None
    )
    return parts.pages.page(
        request,
        "datasets.html",
        datasets=[(each, _preview(parts, each)) for each in page.items],
        next_cursor=page.next_cursor,
    )


def show(request: Request) -> Response:
    """One version's entries."""
    parts = parts_of(request)
    params = DatasetParams.read(request.query_params)
    dataset = parts.client.datasets.show(request.path_params["name"])
    version = version_of(dataset, params.version)
    page = parts.client.datasets.entries(
        f"{dataset.dataset}@{version.number}",
        split=params.split or None,
        section=params.section or None,
        find=params.find[:200] or None,
        start=params.start,
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
        span=_span(params, version, page.items, page.next_cursor),
        runs=_last_runs(parts.client, dataset.dataset),
    )


def entry(request: Request) -> Response:
    """One entry, by its place: nobody was asked about it here, only what it is."""
    parts = parts_of(request)
    params = DatasetParams.read(request.query_params)
    dataset = parts.client.datasets.show(request.path_params["name"])
    version = version_of(dataset, params.version)
    place = int(request.path_params["place"])
    if place >= version.n_entries:
        raise HTTPException(404)
    reference = f"{dataset.dataset}@{version.number}"
    found = parts.client.datasets.entries(reference, start=place, limit=1).items[0]
    size = parts.media.size(found.file) if found.file else None
    return parts.pages.page(
        request,
        "dataset_entry.html",
        dataset=dataset,
        version=version,
        params=params,
        entry=found,
        size=size,
        layer=_layer(dataset, found, size),
        label_size=label_size(size) if size else 0.0,
    )


def version_of(dataset: DatasetView, number: int) -> DatasetVersionView:
    """The version of this number; 0 is the newest."""
    for each in dataset.versions:
        if number in {0, each.number}:
            return each
    raise HTTPException(404)


def _layer(dataset: DatasetView, entry: DatasetEntryView, size: Size | None) -> Layer | None:
    layer = truth_of(dataset.task, entry.target) if size else None
    return None if size is None or layer is None or layer.is_empty else labeled([layer], size)[0]


def _span(
    params: DatasetParams,
    version: DatasetVersionView,
    entries: Sequence[DatasetEntryView],
    next_cursor: str | None,
) -> Span:
    if not params.is_narrowed:
        start, total = min(params.start, version.n_entries), version.n_entries
        following = DatasetParams(**{**vars(params), "start": start + _ENTRIES, "cursor": ""})
        before = DatasetParams(**{**vars(params), "start": max(start - _ENTRIES, 0), "cursor": ""})
        return Span(
            start,
            len(entries),
            total,
            following if start + _ENTRIES < total else None,
            before if start else None,
        )
    return _narrowed(params, _n_known(params, version), entries, next_cursor)


def _narrowed(
    params: DatasetParams,
    total: int | None,
    entries: Sequence[DatasetEntryView],
    next_cursor: str | None,
) -> Span:
    """A page that is found by going on: the address remembers where those before it began."""
    before = params.before
    here = [*before, *(each.index for each in entries[:1])][-_REMEMBERED:]
    following = replace(params, start=0, cursor=next_cursor or "", trail=".".join(map(str, here)))
    previous = replace(
        params, start=before[-1], cursor="", trail=".".join(map(str, before[:-1]))
    ) if before else None  # fmt: skip
    first = replace(params, start=0, cursor="", trail="")
    return Span(
        0,
        len(entries),
        total,
        following if next_cursor else None,
        previous,
        first if params.cursor or params.start else None,
    )


def _n_known(params: DatasetParams, version: DatasetVersionView) -> int | None:
    """How many entries fit, where one word of the version says so."""
    if params.find or (params.split and params.section):
        return None
    counted, name = (
        (version.splits, params.split) if params.split else (version.sections, params.section)
    )
    return counted.get(name, 0)


def _preview(parts: Parts, dataset: DatasetView) -> tuple[DatasetEntryView, ...]:
    newest = dataset.versions[0]
    return _first_entries(parts.client, f"{dataset.dataset}@{newest.number}", newest.digest)


@lru_cache(256)
def _first_entries(client: Client, reference: str, digest: str) -> tuple[DatasetEntryView, ...]:
    """Of a version, whose entries never change: its digest is part of the key."""
    return tuple(client.datasets.entries(reference, limit=_PREVIEW).items)


def _last_runs(client: Client, dataset: str) -> list[RunView]:
    return client.runs.list(dataset=dataset, limit=_LAST_RUNS).items


ROUTES = [
    Route("/datasets", index),
    Route("/datasets/{name}", show),
    Route("/datasets/{name}/entries/{place:int}", entry),
]
