"""What a run is called, and its parameters: pure, as `decide.py`.

A run's parameters have a version, which is 1 at launch and counts every change. Whoever edits them
may name the version that they saw, so that two people do not overwrite each other unseen.
"""

from collections.abc import Mapping
from datetime import datetime

import pydantic_core
from pydantic import TypeAdapter, ValidationError

from runoff_contracts.commands import CreateRun, EditRun
from runoff_contracts.event import Event
from runoff_contracts.events.lifecycle import RunEdited
from runoff_contracts.params import Params
from runoff_contracts.problem import FieldError
from runoff_run_manager.errors import Refusal, refusal, refusal_of
from runoff_run_manager.evolve import Run, known

_PARAMS: TypeAdapter[Params] = TypeAdapter(Params)
_MAX_SHOWN = 50
_SHOWN_CHARACTERS = 200


def edit_run(
    command: EditRun, run: Run | None, *, now: datetime, template: Run | None = None
) -> list[Event]:
    """Give a run other words or parameters, or archive it, settled or not; what is so already says
    nothing new.

    Args:
        template: The run of `command.template`; none where there is none.
    """
    run = known(command.run_id, run)
    alias = run.alias if command.alias is None else command.alias or None
    labels = run.labels if command.labels is None else command.labels
    params = _params_after(command, run, template)
    changed = not same(params, run.params)
    archived = None if command.archived == run.archived else command.archived
    if (alias, labels) == (run.alias, run.labels) and not changed and archived is None:
        return []
    # What comes again after its reply was lost changes nothing, and is no conflict with itself.
    if changed and command.params_version not in {None, run.params_version}:
        raise _outdated(command, run, params)
    source = command.template or (run.run_id if command.reset_params else None)
    return [
        RunEdited(
            run_id=run.run_id,
            alias=alias,
            labels=labels,
            params=params if changed else None,
            params_from=source if changed else None,
            archived=archived,
            by=command.by,
            edited_at=now,
        )
    ]


def launch_params(command: CreateRun, template: Run | None) -> Params:
    """What a run begins with: the template's parameters, and the command's on top.

    Raises:
        Refusal: Where there is no such template, or both together are too many.
    """
    if command.template is None:
        return command.params
    return _checked(_known_template(template).params | command.params, "params")


def same(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether names and values are equal; 1, 1.0 and true are three different values."""
    return _typed(one) == _typed(other)


def _typed(params: Mapping[str, object]) -> dict[str, tuple[type, object]]:
    return {name: (type(value), value) for name, value in params.items()}


def _params_after(command: EditRun, run: Run, template: Run | None) -> Params:
    given = [
        name
        for name, is_given in (
            ("params", command.params is not None),
            ("template", command.template is not None),
            ("reset_params", command.reset_params),
        )
        if is_given
    ]
    if len(given) > 1:
        raise refusal(
            "params-twice",
            "Parameters are given in more than one way",
            422,
            field=given[1],
            hint=f"{given[0]} or {given[1]}, and set_params or unset_params beside it",
        )
    if command.template == run.run_id:
        raise refusal(
            "own-template",
            "A run is no template for itself",
            422,
            field="template",
            hint="another run; `reset_params` puts back what was there at launch",
        )
    begin = run.params if command.params is None else command.params
    if command.template is not None:
        begin = _known_template(template).params
    elif command.reset_params:
        begin = run.created.params
    unset = set(command.unset_params)
    kept = {name: value for name, value in begin.items() if name not in unset}
    return _checked(kept | command.set_params, "set_params")


def _known_template(template: Run | None) -> Run:
    if template is None or template.deleted:
        raise refusal(
            "unknown-template",
            "There is no such run to take parameters from",
            422,
            field="template",
            hint="the id of a run",
        )
    return template


def _checked(params: Params, field: str) -> Params:
    """The parameters, where there are not too many of them together."""
    try:
        return _PARAMS.validate_python(params)
    except ValidationError as error:
        hint = error.errors(include_url=False, include_context=False)[0]["msg"]
        raise refusal(
            "too-many-params", "A run cannot have so many parameters", 422, field=field, hint=hint
        ) from error


def _outdated(command: EditRun, run: Run, asked: Params) -> Refusal:
    """Shows what stands there, and what was asked for."""
    differ = [
        name
        for name in sorted(run.params.keys() | asked.keys())
        if not same(_only(run.params, name), _only(asked, name))
    ]
    errors = [
        FieldError(
            field=f"params.{name}",
            message=f"now {_shown(run.params, name)}, asked for {_shown(asked, name)}",
        )
        for name in differ[:_MAX_SHOWN]
    ]
    who = f" by {run.params_by}" if run.params_by else ""
    return refusal_of(
        "params-changed",
        "Somebody else changed the parameters meanwhile",
        412,
        detail=f"Version {run.params_version} was made{who}; yours began at version "
        f"{command.params_version}. Read them again, then change what is still to be changed.",
        errors=errors,
    )


def _only(params: Params, name: str) -> Params:
    return {name: params[name]} if name in params else {}


def _shown(params: Params, name: str) -> str:
    if name not in params:
        return "not there"
    text = pydantic_core.to_json(params[name]).decode()
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
