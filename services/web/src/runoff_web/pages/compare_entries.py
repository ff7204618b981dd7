"""The entries of a comparison: the grid, a scatter plot of them, and what people say of answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from runoff.comparison import Comparison
from runoff.errors import ProblemError
from runoff.reviews import AnswerReview
from runoff_contracts.answers import AnswerBody
from runoff_contracts.compared_entries import (
    ComparedAnswerView,
    ComparedEntriesPage,
    ComparedPoint,
)
from runoff_contracts.comparison import ComparisonDocument
from runoff_contracts.views import EntryView
from runoff_web.charts.scatter import farthest, scatter
from runoff_web.compare_params import CompareParams
from runoff_web.format import path_segment
from runoff_web.pages.compare_parts import short_names
from runoff_web.pages.shared import entry_of
from runoff_web.parts import Parts, parts_of

PAGE: Final = 20
_EDITED: Final = {"classification": "label", "text": "text"}
"""Tasks whose answers can be written into a field."""
_DECISIONS: Final = {"approved", "rejected", "cleared"}
_MAX_EDIT: Final = 20_000


@dataclass(frozen=True)
class Listing:
    """One page of entries."""

    page: ComparedEntriesPage
    problem: str = ""
    size: int = PAGE
    """Entries that a page may have."""


@dataclass(frozen=True)
class Plot:
    """Two contenders against each other."""

    of: str
    drawn: Markup
    farthest: list[ComparedPoint]
    n: int
    is_cells: bool
    versus: int
    contender: int


def entries_shown(parts: Parts, params: CompareParams, found: Comparison) -> Listing:
    """The part of the entries that an address means."""
    asked: dict[str, Any] = {"sort": params.sort}  # by name, as the SDK takes them
    for name in ("only", "metric", "section"):
        if getattr(params, name):
            asked[name] = getattr(params, name)
    for name in ("contender", "versus"):
        if getattr(params, name):
            asked[name] = int(getattr(params, name))
    try:
        page = parts.client.comparisons.entries_page(
            found.digest, limit=PAGE, cursor=params.at or None, details=True, **asked
        )
    except ProblemError as error:
        told = "; ".join(each.message for each in error.problem.errors) or str(error)
        nothing = ComparedEntriesPage(items=[], n_matching=0, metric=None, contender=1, versus=0)
        return Listing(nothing, told)
    return Listing(page)


def scatter_shown(parts: Parts, params: CompareParams, found: Comparison) -> Plot | None:
    """What was asked for; else the scores, or what says more where they only pass or fail."""
    document = found.document
    kinds = {each.name: each.kind for each in document.metrics}
    graded = kinds.get(params.metric or document.primary.name) != "pass_fail"
    wanted = [params.of] if params.of else ["score"] if graded else ["confidence", "latency"]
    for of in wanted:
        try:
            points = parts.client.comparisons.points(
                found.digest,
                of=of,  # type: ignore[arg-type]  # one of its words, as the address was read
                metric=(params.metric or None) if of == "score" else None,
                contender=int(params.contender) if params.contender else None,
                versus=int(params.versus) if params.versus else None,
            )
        except ProblemError:
            continue
        if not points.n:
            continue
        names = short_names(document)
        drawn = scatter(
            points,
            x_name=names[points.versus],
            y_name=names[points.contender],
            title=f"{of} of each entry: {names[points.contender]} against {names[points.versus]}",
            entry=lambda entry_id: entry_address(document, entry_id),
        )
        return Plot(
            of=of,
            drawn=drawn,
            farthest=farthest(points),
            n=points.n,
            is_cells=points.cells is not None,
            versus=points.versus,
            contender=points.contender,
        )
    return None


def entry_address(document: ComparisonDocument, entry_id: str, place: int = 0) -> str:
    """Where an entry is shown in full, as one contender's run has it."""
    return f"/runs/{document.contenders[place].run_id}/entries/{path_segment(entry_id)}"


def cell(request: Request) -> Response:
    """One answer; with `edit=1` the form in its place."""
    return _cell(request, _asked(request, request.query_params))


async def review(request: Request) -> Response:
    """Approve, reject or correct an answer, if nobody said anything else meanwhile."""
    form = await request.form()
    return await run_in_threadpool(_review, request, form)


@dataclass(frozen=True)
class Meant:
    """The answer of one contender to one entry, as it stands."""

    digest: str
    document: ComparisonDocument
    place: int
    entry: EntryView
    answer: ComparedAnswerView

    @property
    def version(self) -> str:
        """Names what was said of it last; changes whenever anybody says anything."""
        said = self.answer.review
        return said.reviewed_at.isoformat() if said else "none"

    @property
    def editable(self) -> str | None:
        """The field of an answer that can be written."""
        return _EDITED.get(self.document.task)


def _asked(request: Request, named: Mapping[str, Any], *, after: int | None = None) -> Meant:
    parts, digest = parts_of(request), request.path_params["digest"]
    document = parts.client.comparisons.get(digest).document
    entry_id, place = str(named.get("entry", "")), str(named.get("contender", ""))
    if not place.isdecimal() or int(place[:4]) >= len(document.contenders) or not entry_id:
        raise HTTPException(404)
    contender = document.contenders[int(place)]
    if after is not None:
        parts.client.runs.show(contender.run_id, after=after)
    entry = entry_of(parts.client, contender.run_id, entry_id)
    if entry is None:
        raise HTTPException(404)
    return Meant(digest, document, int(place), entry, _answer(entry, contender.position, place))


def _answer(entry: EntryView, position: int, place: str) -> ComparedAnswerView:
    own = [each for each in entry.predictions if each.contender == position]
    said = [
        each
        for each in entry.reviews
        if each.contender == position and each.answer_version == 1 and each.counts
    ]
    return ComparedAnswerView(
        contender=int(place),
        prediction=own[0] if own else None,
        score=None,
        review=next((each for each in reversed(said) if each.decision != "cleared"), None),
    )


def _cell(request: Request, meant: Meant) -> Response:
    template = "compare_form.html" if request.query_params.get("edit") else "compare_said.html"
    return _part(request, template, meant)


def _part(
    request: Request,
    template: str,
    meant: Meant,
    *,
    status: int = HTTPStatus.OK,
    mine: str | None = None,
    problem: str = "",
) -> Response:
    # Whatever a template takes.
    values: dict[str, Any] = {"meant": meant, "mine": mine, "problem": problem}
    if request.headers.get("x-fragment"):
        text = parts_of(request).pages.fragment(template, **values)
        return HTMLResponse(text, status, headers={"Cache-Control": "no-store"})
    return parts_of(request).pages.page(request, "compare_cell.html", status=status, **values)


def _review(request: Request, form: FormData) -> Response:
    meant = _asked(request, {name: str(value) for name, value in form.items()})
    mine, decision = str(form.get("edited", ""))[:_MAX_EDIT], str(form.get("decision", ""))
    if str(form.get("seen", "")) != meant.version:
        return _part(request, "compare_form.html", meant, status=HTTPStatus.CONFLICT, mine=mine)
    contender = meant.document.contenders[meant.place]
    edited = decision == "edited" and meant.editable
    if not edited and decision not in _DECISIONS:
        raise HTTPException(422)
    said = AnswerReview(
        entry=meant.entry.entry_id,
        contender=contender.position,
        decision=None if edited else decision,
        edited=AnswerBody.model_validate({meant.editable: mine}) if edited else None,
    )
    try:
        told = parts_of(request).client.reviews.review(
            contender.run_id, said, new_labels=form.get("new_labels") == "yes"
        )
    except ProblemError as error:
        told_why = "; ".join(each.message for each in error.problem.errors) or str(error)
        unfit = HTTPStatus.UNPROCESSABLE_ENTITY
        return _part(request, "compare_form.html", meant, status=unfit, mine=mine, problem=told_why)
    if not request.headers.get("x-fragment"):
        parts_of(request).client.runs.show(contender.run_id, after=told.seq)
        back = str(form.get("back", ""))
        here = f"/comparisons/{meant.digest}"
        # Only this page, however it is sorted: an address of a form is the sender's.
        return RedirectResponse(
            back if back.startswith((f"{here}?", "/runs/compare?")) else f"{here}#entries",
            HTTPStatus.SEE_OTHER,
        )
    named = {"entry": meant.entry.entry_id, "contender": str(meant.place)}
    return _part(request, "compare_said.html", _asked(request, named, after=told.seq))


ROUTES = [
    Route("/comparisons/{digest}/cell", cell),
    Route("/comparisons/{digest}/review", review, methods=["POST"]),
]
