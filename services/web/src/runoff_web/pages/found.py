"""`/datasets/<name>/found`: ids of all entries that a filter and a search find, to be chosen."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runoff.client import Client
from runoff_web.params import DatasetParams
from runoff_web.parts import parts_of

MAX_ENTRIES: Final = 5000
"""That can be chosen one by one; more are a split or a section."""
_PART: Final = 1000
_MAX_PARTS: Final = 12
"""Requests to the API: each looks through some 50,000 entries, found or not."""


@dataclass(frozen=True)
class Found:
    """Entries that fit."""

    ids: tuple[str, ...]
    is_all: bool
    """False where there are more of them than can be chosen, or than were looked for."""


def found_ids(client: Client, reference: str, params: DatasetParams) -> Found:
    """Those that an address means, on all of its pages, in order.

    Args:
        reference: `name@version`.
    """
    ids: list[str] = []
    cursor: str | None = None
    for _ in range(_MAX_PARTS):
        page = client.datasets.entries(
            reference,
            split=params.split or None,
            section=params.section or None,
            find=params.find[:200] or None,
            limit=_PART,
            cursor=cursor,
        )
        ids += [each.id for each in page.items]
        cursor = page.next_cursor
        if cursor is None or len(ids) > MAX_ENTRIES:
            break
    return Found(tuple(ids[:MAX_ENTRIES]), cursor is None and len(ids) <= MAX_ENTRIES)


def show(request: Request) -> Response:
    """The ids, as a part of the page that a script takes them from."""
    parts = parts_of(request)
    params = DatasetParams.read(request.query_params)
    name = request.path_params["name"]
    reference = f"{name}@{params.version}" if params.version else name
    return parts.pages.part("found.html", found=found_ids(parts.client, reference, params))


ROUTES = [Route("/datasets/{name}/found", show)]
