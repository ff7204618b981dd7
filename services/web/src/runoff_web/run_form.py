"""What people say of a run, as they type it: alias, labels and parameters."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from runoff_contracts.params import Params
from runoff_contracts.views import RunView
from runoff_web.errors import BadForm

_PARAMS: TypeAdapter[dict[str, bool | int | float | str]] = TypeAdapter(Params)


@dataclass(frozen=True)
class WordsForm:
    """Alias and labels, and what they were when the form was made."""

    alias: str
    labels: str
    """`name: value`, one a line."""
    seen: str
    """`seen_words` of the run as the page showed it."""


def words_of(run: RunView) -> WordsForm:
    """A form that holds what is there."""
    labels = "\n".join(f"{name}: {value}" for name, value in run.labels.items())
    return WordsForm(run.alias or "", labels, seen_words(run))


def seen_words(run: RunView) -> str:
    """Alias and labels in one text: it differs when either was changed."""
    return json.dumps([run.alias, run.labels], sort_keys=True, ensure_ascii=False)


def labels_in(text: str) -> dict[str, str]:
    """Labels out of lines.

    Raises:
        BadForm: Where a line has no colon, or a name stands there twice.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        name, colon, value = (each.strip() for each in line.partition(":"))
        if not line.strip():
            continue
        if not (colon and name and value):
            raise BadForm("labels", f"line {number} is not `name: value`")
        if name in found:
            raise BadForm("labels", f"{name!r} stands there twice")
        found[name] = value
    return found


def params_in(text: str) -> dict[str, bool | int | float | str]:
    """Parameters out of a JSON object.

    Raises:
        BadForm: With the place of what is no JSON, or the parameter that is none.
    """
    try:
        found = json.loads(text or "{}")
    except json.JSONDecodeError as error:
        raise BadForm(
            "params", f"line {error.lineno}, column {error.colno}: {error.msg}"
        ) from error
    except RecursionError as error:
        raise BadForm("params", "it is nested too deeply") from error
    if not isinstance(found, dict):
        raise BadForm("params", "it is an object: names with true, false, a number or a text each")
    try:
        return _PARAMS.validate_python(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"][:1]))
        raise BadForm("params", f"{where}: {first['msg']}" if where else first["msg"]) from error


def params_text(params: Mapping[str, object]) -> str:
    """Parameters as they are typed, by name."""
    return json.dumps(params, indent=2, sort_keys=True, ensure_ascii=False)
