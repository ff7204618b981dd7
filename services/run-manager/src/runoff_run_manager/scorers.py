"""Which scorers a run has: those that were asked for, or its task's own."""

from collections.abc import Sequence

from pydantic import ValidationError

from runoff_contracts.commands import ScorerAsked
from runoff_contracts.events.lifecycle import ScorerUsed
from runoff_contracts.problem import FieldError
from runoff_contracts.scorers import (
    DEFAULT_SCORERS,
    KNOWN_SCORERS,
    ScorerInfo,
    is_pass_fail,
    scorer_info,
)
from runoff_contracts.task import Task
from runoff_run_manager.errors import refusal, refusal_of


def choose(task: Task, asked: Sequence[ScorerAsked] | None) -> list[ScorerUsed]:
    """Each with its version and all of its parameters; the first one is the primary.

    The primary passes or fails, since comparisons test pass against fail. It is the first such
    scorer that was asked for; where there is none, the task's own is put in front.

    Raises:
        Refusal: 422 on `scorers.N` for a scorer that is not known, not of this version or task,
            named twice, or with parameters that it does not take.
    """
    wanted = asked or [ScorerAsked(name=name) for name in DEFAULT_SCORERS[task]]
    used: list[ScorerUsed] = []
    for place, each in enumerate(wanted):
        if any(before.name == each.name for before in used):
            raise refusal(
                "duplicate-scorer",
                f"Scorer {each.name!r} is named twice",
                422,
                field=f"scorers.{place}.name",
                hint="each scorer once",
            )
        used.append(_pinned(task, each, place))
    for place, scorer in enumerate(used):
        if is_pass_fail(scorer.name, scorer.params):
            return [scorer, *used[:place], *used[place + 1 :]]
    return [_pinned(task, ScorerAsked(name=DEFAULT_SCORERS[task][0]), 0), *used]


def _pinned(task: Task, asked: ScorerAsked, place: int) -> ScorerUsed:
    known = scorer_info(asked.name)
    field = f"scorers.{place}"
    if known is None or task not in known.tasks:
        title = (
            f"There is no scorer {asked.name!r}"
            if known is None
            else f"Scorer {asked.name!r} is for {', '.join(sorted(known.tasks))}"
        )
        fit = ", ".join(each.name for each in KNOWN_SCORERS.values() if task in each.tasks)
        raise refusal(
            "unknown-scorer",
            title,
            422,
            field=f"{field}.name",
            hint=f"for {task} there are {fit}, and functions as module:function",
        )
    if asked.version not in {None, known.version}:
        raise refusal(
            "unknown-scorer",
            f"Scorer {known.name!r} has no version {asked.version} in this release",
            422,
            field=f"{field}.version",
            hint=f"version {known.version}, or none for the newest",
        )
    return ScorerUsed(name=known.name, version=known.version, params=_params(known, asked, field))


def _params(known: ScorerInfo, asked: ScorerAsked, field: str) -> dict[str, object]:
    try:
        return known.params.model_validate(asked.params).model_dump(mode="json")
    except ValidationError as error:
        errors = [
            FieldError(
                field=".".join([field, "params", *(str(part) for part in each["loc"])]),
                message=each["msg"],
            )
            for each in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        takes = ", ".join(known.params.model_fields) or "no parameters"
        raise refusal_of(
            "bad-scorer-params",
            f"Scorer {known.name!r} does not take these parameters",
            422,
            detail=f"it takes {takes}",
            errors=errors,
        ) from error
