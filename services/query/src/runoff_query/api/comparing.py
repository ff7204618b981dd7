"""The route that compares: whom people name becomes contenders, and a service compares them."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Annotated, Final

import asyncpg
from fastapi import APIRouter, Query
from pydantic import AliasChoices, Field, StringConstraints, model_validator
from starlette.responses import Response

from runoff_contracts.commands import ComputeComparison
from runoff_contracts.comparison_asked import (
    ComparisonAsked,
    ComparisonOptions,
    ContenderMeant,
    ContenderName,
    RepeatMeant,
)
from runoff_contracts.ids import ModelRef
from runoff_contracts.problem import FieldError, Problem
from runoff_contracts.run_config import Asked
from runoff_contracts.views import AcceptedView
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.problems import ProblemRaised, refuse
from runoff_query.api.reading import made
from runoff_query.api.runs import resolve
from runoff_query.statements import statement

router = APIRouter(tags=["comparisons"])

COMPARE_S = 60.0
"""A comparison of contenders with a million entries each takes some seconds."""
MAX_NAMED = 100
RunWord = Annotated[str, StringConstraints(min_length=1, max_length=100)]
_OPTIONS: Final = frozenset(ComparisonOptions.model_fields) - {"baseline"}
_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bad-margin": "margin",
        "bad-method": "methods",
        "metric-not-shared": "metrics",
        "scores-missing": "missing",
        "sequence-not-reached": "as_of",
        "unknown-baseline": "baseline",
        "unknown-clusters": "clusters",
        "unknown-plan": "plan",
    }
)
"""Which field of the request a refusal is about; all others are about whom to compare."""


class RepeatNamed(Asked):
    """A further run of a contender; of several in it, the one with its model."""

    run: RunWord = Field(validation_alias=AliasChoices("run", "run_id"))
    model: ModelRef | None = None
    position: int | None = Field(default=None, ge=0, le=1000)

    @model_validator(mode="after")
    def _named_in_one_way(self) -> "RepeatNamed":
        if self.model is not None and self.position is not None:
            raise ValueError("model and position both name one contender: give one of them")
        return self


class ContenderNamed(Asked):
    """A contender of a run; all of the run where neither model nor position is given."""

    run: RunWord = Field(validation_alias=AliasChoices("run", "run_id"))
    """Its id, or the first eight characters or more. `run_id` as well, as documents name it: what a
    document says that was asked can be asked again as it stands."""
    model: ModelRef | None = None
    """`provider/name`, or `provider/name@number`."""
    position: int | None = Field(default=None, ge=0, le=1000)
    repeats: list[RepeatNamed] = Field(default_factory=list, max_length=MAX_NAMED)
    """Its further runs: the contender is then all of them together, each entry its mean."""
    name: ContenderName | None = None
    """What the document is to call it."""

    @model_validator(mode="after")
    def _named_in_one_way(self) -> "ContenderNamed":
        if self.model is not None and self.position is not None:
            raise ValueError("model and position both name one contender: give one of them")
        return self


class ComparisonRequest(ComparisonOptions):
    """Whom to compare, and how."""

    runs: list[RunWord] | None = Field(default=None, min_length=1, max_length=MAX_NAMED)
    """All contenders of these runs."""
    contenders: list[ContenderNamed] | None = Field(
        default=None, min_length=1, max_length=MAX_NAMED
    )
    """In place of `runs`, in the order in which they are to be listed."""
    # People name it as they name contenders; the command has it by run id and position.
    baseline: ContenderNamed | None = None  # type: ignore[assignment]

    @property
    def named(self) -> list[tuple[str, ContenderNamed]]:
        """Everybody with the field that names them."""
        if self.contenders is not None:
            return [(f"contenders.{at}", each) for at, each in enumerate(self.contenders)]
        return [(f"runs.{at}", ContenderNamed(run=run)) for at, run in enumerate(self.runs or [])]


@router.post("/comparisons", status_code=201, response_model=AcceptedView)
async def compute_comparison(
    request: ComparisonRequest,
    parts: PartsOf,
    as_of: Annotated[
        int | None, Query(ge=1, le=2**62, description="As the log stood at this sequence")
    ] = None,
) -> Response:
    """Compare contenders of one run or of several; the same question has the same answer."""
    asked = await _asked(parts, request, as_of)
    command = ComputeComparison(
        command_id=str(uuid.uuid4()), sent_at=datetime.now(UTC), asked=asked
    )
    try:
        accepted = await parts.order(command, timeout_s=COMPARE_S)
    except ProblemRaised as refused:
        raise ProblemRaised(_with_field(refused.problem, asked, request)) from refused
    digest = str(accepted.data["digest"])
    view = AcceptedView(id=digest, seq=accepted.seq)
    return made(parts, view, view.seq, f"/api/comparisons/{digest}")


async def _asked(parts: Parts, request: ComparisonRequest, as_of: int | None) -> ComparisonAsked:
    if (request.runs is None) == (request.contenders is None):
        raise refuse(
            "invalid-request",
            "The request does not say whom to compare",
            422,
            field="runs",
            hint="`runs` or `contenders`, and not both",
        )
    if as_of is not None and request.as_of not in (None, as_of):
        raise refuse(
            "invalid-request",
            "The request names two sequences",
            422,
            field="as_of",
            hint="one, in the body or behind the path",
        )
    contenders, baseline = await _resolved(parts, request)
    options = {name: getattr(request, name) for name in _OPTIONS}
    return ComparisonAsked(
        **{**options, "as_of": as_of or request.as_of}, contenders=contenders, baseline=baseline
    )


async def _resolved(
    parts: Parts, request: ComparisonRequest
) -> tuple[list[ContenderMeant], ContenderMeant | None]:
    """Everybody by run id and position; a baseline that is not among them comes first."""
    named = request.named
    if request.baseline is not None:
        named = [*named, ("baseline", request.baseline)]
    n_runs = sum(1 + len(each.repeats) for _, each in named)
    if n_runs > MAX_NAMED:
        raise refuse(
            "too-many-contenders",
            f"A comparison takes {MAX_NAMED} runs",
            422,
            field="runs" if request.contenders is None else "contenders",
            hint=f"{n_runs} are named; leave some out",
        )
    words = [(field, each.run) for field, each in named]
    words += [
        (f"{field}.repeats.{at}", one.run)
        for field, each in named
        for at, one in enumerate(each.repeats)
    ]
    ids = {field: await _run_id(parts, field, word) for field, word in words}
    rows = await parts.pool.fetch(statement("read/contenders"), list(dict.fromkeys(ids.values())))
    found: list[ContenderMeant] = []
    for field, each in named:
        meant = _meant(field, each, ids[field], _of_run(rows, ids[field]))
        if each.repeats:
            meant = [_with_repeats(field, each, _only_one(field, meant), ids, rows)]
        if each.name is not None:
            meant = [_only_one(field, meant).model_copy(update={"name": each.name})]
        if field == "baseline":
            baseline = _only_one(field, meant)
            known = [one for one in found if one.place == baseline.place]
            return ([*found] if known else [baseline, *found]), (known or [baseline])[0]
        found += meant
    return found, None


def _of_run(rows: Sequence[asyncpg.Record], run_id: str) -> list[asyncpg.Record]:
    return [row for row in rows if str(row["run_id"]) == run_id]


def _with_repeats(
    field: str,
    named: ContenderNamed,
    first: ContenderMeant,
    ids: Mapping[str, str],
    rows: Sequence[asyncpg.Record],
) -> ContenderMeant:
    """The contender with its further runs, each with the first one's model where none is named."""
    (model,) = (
        str(row["model"])
        for row in _of_run(rows, first.run_id)
        if row["position"] == first.position
    )
    repeats = []
    for at, each in enumerate(named.repeats):
        place = f"{field}.repeats.{at}"
        of_run = _of_run(rows, ids[place])
        wanted = each.model
        if each.position is None and wanted is None and len(of_run) > 1:
            wanted = model
        meant = _meant(
            place,
            ContenderNamed(run=each.run, model=wanted, position=each.position),
            ids[place],
            of_run,
        )
        repeats += [RepeatMeant(run_id=one.run_id, position=one.position) for one in meant]
    return first.model_copy(update={"repeats": repeats})


async def _run_id(parts: Parts, field: str, text: str) -> str:
    try:
        return await resolve(parts, text)
    except ProblemRaised as refused:
        place = field if field.startswith("runs.") else f"{field}.run"
        told = refused.problem
        hint = told.errors[0].message if told.errors else told.title
        errors = [FieldError(field=place, message=hint)]
        raise ProblemRaised(told.model_copy(update={"errors": errors})) from refused


def _meant(
    field: str, named: ContenderNamed, run_id: str, rows: Sequence[asyncpg.Record]
) -> list[ContenderMeant]:
    if not rows:
        place = field if field.startswith("runs.") else f"{field}.run"
        raise refuse(
            "unknown-run",
            f"There is no run {named.run!r}",
            404,
            field=place,
            hint="a run's id, or its first 8 characters or more",
        )
    fitting = [row["position"] for row in rows if _fits(named, row)]
    known = ", ".join(f"{row['position']}: {_model(row)}" for row in rows)
    if not fitting:
        what = "position" if named.model is None else "model"
        raise refuse(
            "unknown-contender",
            f"Run {run_id} has no such contender",
            422,
            field=f"{field}.{what}",
            hint=f"it has {known}",
        )
    if named.model is not None and len(fitting) > 1:
        raise refuse(
            "ambiguous-contender",
            f"Several contenders of run {run_id} are {named.model}",
            422,
            field=f"{field}.model",
            hint=f"name its position; it has {known}",
        )
    return [ContenderMeant(run_id=run_id, position=position) for position in fitting]


def _model(row: asyncpg.Record) -> str:
    return row["model"] if row["number"] is None else f"{row['model']}@{row['number']}"


def _fits(named: ContenderNamed, row: asyncpg.Record) -> bool:
    if named.position is not None:
        return bool(row["position"] == named.position)
    if named.model is None:
        return True
    name, at, number = named.model.partition("@")
    return bool(row["model"] == name and (not at or str(row["number"]) == number))


def _only_one(field: str, meant: Sequence[ContenderMeant]) -> ContenderMeant:
    if len(meant) > 1:
        what = "there is one baseline" if field == "baseline" else "one is to be named or repeated"
        raise refuse(
            "ambiguous-contender",
            f"Run {meant[0].run_id} has {len(meant)} contenders, and {what}",
            422,
            field=field,
            hint="name its model or position too",
        )
    return meant[0]


def _with_field(told: Problem, asked: ComparisonAsked, request: ComparisonRequest) -> Problem:
    """The problem with the field that it is about."""
    if told.errors or told.status >= 500:
        return told
    name = told.type.rpartition(":")[2]
    who = "runs" if request.contenders is None else "contenders"
    # The run is there, or its id would not have been found; it was not at that time.
    then = asked.as_of is not None and name in {"unknown-run", "run-not-completed"}
    field = "as_of" if then else _FIELDS.get(name, who)
    error = FieldError(field=field, message=told.detail or told.title)
    return told.model_copy(update={"errors": [error]})
