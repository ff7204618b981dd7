"""Finding runs: filters, orders, search, groups; `client.runs` has these."""

from collections.abc import Iterator, Sequence
from typing import Literal

from runoff.transport import Transport, path_of
from runoff_contracts.finding_views import RunFields
from runoff_contracts.views import GroupView, Page, RunView

Several = str | Sequence[str] | None
"""One of a kind, or several."""
Archived = Literal["no", "yes", "any"]


class Finding:
    """Lists of runs and groups of runs."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(
        self,
        *,
        filter: str | None = None,
        order_by: Several = None,
        search: str | None = None,
        status: Several = None,
        kind: Several = None,
        model: str | None = None,
        dataset: str | None = None,
        archived: Archived | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        after: int | None = None,
    ) -> Page[RunView]:
        """One part of the runs that fit everything given, newest first where no order is.

        Args:
            filter: As `metrics.accuracy > 0.9 and params.lr = '0.001' and tags.team = 'vision'`.
            order_by: As `metrics.accuracy desc`; several keys as a sequence, or with commas.
            search: Words, or their beginnings, of id, alias, labels, parameters, dataset, models.
            status: Several are any of them; so are kinds.
            kind: `analyze`, `rescore`, `retry` or `upload`.
            archived: `no`, `yes` or `any`; archived runs are left out where neither this nor the
                filter speaks of them.

        Raises:
            ProblemError: `bad-filter` and others, with the place that is wrong.
        """
        keys = [order_by] if isinstance(order_by, str) else order_by or ()
        params = {
            **_narrowed(filter, search, status, kind, model, dataset, archived),
            "order_by": ", ".join(keys) or None,
            "limit": limit,
            "cursor": cursor,
            "after": after,
        }
        return self._transport.get(Page[RunView], path_of("runs"), params)

    def iterate(
        self,
        *,
        filter: str | None = None,
        order_by: Several = None,
        search: str | None = None,
        status: Several = None,
        kind: Several = None,
        model: str | None = None,
        dataset: str | None = None,
        archived: Archived | None = None,
        part: int = 200,
    ) -> Iterator[RunView]:
        """Every run of `list`, asked for part by part; runs that arrive meanwhile shift none."""
        cursor: str | None = None
        while True:
            page = self.list(
                filter=filter,
                order_by=order_by,
                search=search,
                status=status,
                kind=kind,
                model=model,
                dataset=dataset,
                archived=archived,
                limit=part,
                cursor=cursor,
            )
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def groups(
        self,
        by: str,
        *,
        metrics: Sequence[str] = (),
        filter: str | None = None,
        search: str | None = None,
        status: Several = None,
        kind: Several = None,
        model: str | None = None,
        dataset: str | None = None,
        archived: Archived | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        after: int | None = None,
    ) -> Page[GroupView]:
        """Runs by what they have in common, the largest group first.

        Args:
            by: `alias`, `dataset`, `kind`, `model`, `priority`, `status`, `task`, `label:<name>`
                or `param:<name>`.
            metrics: What to take means of, with 95 % intervals over the runs of a group.

        The rest narrows the runs as in `list`.
        """
        params = {
            **_narrowed(filter, search, status, kind, model, dataset, archived),
            "by": by,
            "metric": list(metrics) or None,
            "limit": limit,
            "cursor": cursor,
            "after": after,
        }
        return self._transport.get(Page[GroupView], path_of("runs", "groups"), params)

    def fields(self) -> RunFields:
        """What a filter and an order may speak of: attributes, and names that runs have."""
        return self._transport.get(RunFields, path_of("runs", "fields"))


def _narrowed(
    filter: str | None,
    search: str | None,
    status: Several,
    kind: Several,
    model: str | None,
    dataset: str | None,
    archived: Archived | None,
) -> dict[str, str | Sequence[str] | None]:
    return {
        "filter": filter,
        "search": search,
        "status": status,
        "kind": kind,
        "model": model,
        "dataset": dataset,
        "archived": archived,
    }
