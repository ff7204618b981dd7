"""`client.comparisons`: the documents that say how contenders differ."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypedDict, Unpack, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from runoff.comparison import Comparison
from runoff.contender import read_contender
from runoff.errors import NotServed, ProblemError, UnexpectedAnswer
from runoff.transport import Params, Transport, path_of
from runoff_contracts.compared_entries import (
    ComparedEntriesPage,
    ComparedEntryView,
    ComparedPoints,
    EntryOrder,
    EntrySort,
    Only,
    PointsOf,
)
from runoff_contracts.comparison_asked import Adjustment, FamilyKind, Missing
from runoff_contracts.comparison_changes import ComparisonChanges
from runoff_contracts.views import AcceptedView, ComparisonSummary, Page

POLL_S = 0.1
ONLY: tuple[Only, ...] = get_args(Only)
ContenderWord = str | Mapping[str, object]
"""`RUN`, `RUN/model`, `RUN#position`, or `{"run": …, "model": …}`."""


class Options(TypedDict, total=False):
    """How to compare; what is left out has the server's default (`docs/comparison.md`)."""

    family: FamilyKind
    adjust: Adjustment
    missing: Missing
    margin: float
    metrics: Sequence[str]
    by: Sequence[str]
    clusters: str
    methods: Mapping[str, Mapping[Literal["test", "interval"], str]]
    confidence: float
    alpha: float
    seed: int
    plan: str
    as_of: int
    allow_partial: bool


class EntryFilter(TypedDict, total=False):
    """Which compared entries are meant, and in which order."""

    sort: EntrySort
    order: EntryOrder
    contender: int
    """Whose change is meant: its place in the document. The first that is not `versus`."""
    versus: int
    """Against whom: the baseline when left out."""
    only: Only
    metric: str
    section: str
    split: str


class _Digested(BaseModel):
    model_config = ConfigDict(extra="ignore")

    digest: str


class Comparisons:
    """Make and read comparison documents; they are computed on the server, once."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        *,
        runs: Sequence[str] | None = None,
        contenders: Sequence[ContenderWord] | None = None,
        baseline: ContenderWord | None = None,
        **options: Unpack[Options],
    ) -> Comparison:
        """Compare contenders of completed runs.

        Args:
            runs: All contenders of these runs: ids, or their beginnings as lists show them.
            contenders: One by one, as `RUN/model` or `RUN#position`, in place of `runs`.
            baseline: Whom the others are held against, written likewise.
            options: `margin=0.02`, `metrics=["f1"]`, `as_of=1234` and the others of `Options`.

        Raises:
            ProblemError: When they cannot be compared honestly; its errors name the fields.
        """
        asked: dict[str, object] = dict(options)
        if runs is not None:
            asked["runs"] = list(runs)
        if contenders is not None:
            asked["contenders"] = [read_contender(each) for each in contenders]
        if baseline is not None:
            asked["baseline"] = read_contender(baseline)
        accepted = self._transport.send(
            AcceptedView,
            "POST",
            path_of("comparisons"),
            body=lambda: {"json": asked},
            # The same question has the same answer.
            repeatable=True,
        )
        return self.get(accepted.id, after=accepted.seq)

    def get(self, digest: str, *, after: int | None = None) -> Comparison:
        """The document that this digest names."""
        path = path_of("comparisons", digest)
        raw = self._transport.get_bytes(path, {"after": after})
        url = f"{self._transport.address.url}/api/comparisons/{digest}"
        try:
            return Comparison.read(raw, url=url)
        except ValidationError as error:
            reason = f"no comparison that this release reads, {error.error_count()} field(s) differ"
            raise UnexpectedAnswer(url, status=200, reason=reason) from error

    show = get
    """As the other nouns call it."""

    def list(
        self,
        *,
        run: str | None = None,
        task: str | None = None,
        dataset: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        after: int | None = None,
    ) -> Page[ComparisonSummary]:
        """Comparisons, newest first.

        Args:
            run: Only those that a run has a contender in.
        """
        params: Params = {
            "run": run,
            "task": task,
            "dataset": dataset,
            "limit": limit,
            "cursor": cursor,
            "after": after,
        }
        path = path_of("comparisons")
        return self._transport.get(Page[ComparisonSummary], path, params)

    def entries(
        self, digest: str, *, page_size: int = 100, **filter: Unpack[EntryFilter]
    ) -> Iterator[ComparedEntryView]:
        """Compared entries with every contender's answer, until there are no more."""
        cursor = None
        while True:
            page = self.entries_page(digest, limit=page_size, cursor=cursor, **filter)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def entries_page(
        self,
        digest: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        details: bool = False,
        **filter: Unpack[EntryFilter],
    ) -> ComparedEntriesPage:
        """One page of them, and how many there are in all.

        Args:
            details: What was asked, further versions and reviews as well; at most 100 entries.

        Raises:
            ProblemError: When the document has no such contender or metric.
        """
        params: dict[str, str | int | None] = {"limit": limit, "cursor": cursor}
        params["details"] = "true" if details else None
        params |= {name: value for name, value in filter.items() if isinstance(value, str | int)}
        path = path_of("comparisons", digest, "entries")
        return self._transport.get(ComparedEntriesPage, path, params)

    def points(
        self,
        digest: str,
        *,
        of: PointsOf = "score",
        contender: int | None = None,
        versus: int | None = None,
        metric: str | None = None,
    ) -> ComparedPoints:
        """What two contenders have of each entry: points, or counts of cells above 5,000.

        Args:
            of: `score`, by a metric; `confidence`; or `latency`, in seconds.
            contender: Whose numbers are `y`; those of `versus` are `x`. Chosen as for entries.

        Raises:
            ProblemError: `no-such-numbers` when no entry has any.
        """
        params = {"of": of, "contender": contender, "versus": versus, "metric": metric}
        path = path_of("comparisons", digest, "points")
        return self._transport.get(ComparedPoints, path, params)

    def diff(self, digest: str, other: str) -> ComparisonChanges:
        """What is otherwise in `other` than in the first: verdict, numbers, sides of entries.

        Raises:
            ProblemError: When fewer than two contenders stand in both.
        """
        path = path_of("comparisons", digest, "diff", other)
        return self._transport.get(ComparisonChanges, path)

    def of_run(self, run_id: str, *, after: int | None = None, wait_s: float = 0.0) -> Comparison:
        """How the contenders of a run differ.

        Args:
            wait_s: How long to wait for a document that is not there yet: it follows a moment
                behind the run's completion.

        Raises:
            ProblemError: When the run is unknown, or has nothing to compare.
            NotServed: When the document is not there within `wait_s`.
        """
        deadline = time.monotonic() + wait_s
        path = path_of("runs", run_id, "comparison")
        while True:
            try:
                return self.get(self._transport.get(_Digested, path, {"after": after}).digest)
            except ProblemError as error:
                if error.name != "comparison-not-ready":
                    raise
                if time.monotonic() >= deadline:
                    raise NotServed("The comparison", waited_s=wait_s) from error
            time.sleep(POLL_S)
