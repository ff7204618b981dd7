"""Options of a run's pace, patience and scorers, which several commands share."""

import json
import re
from typing import Annotated

import typer
from pydantic import JsonValue, ValidationError

from runoff.validation import field_errors
from runoff_contracts.commands import ScorerAsked
from runoff_contracts.scorers import KNOWN_SCORERS

_SCORER = re.compile(r"(?P<name>.+?)(?:@(?P<version>\d+))?(?::(?P<params>\w+=.*))?", re.DOTALL)
_NEXT_PARAM = re.compile(r",(?=\w+=)")

BatchSize = Annotated[
    int | None,
    typer.Option("--batch-size", help="Entries in one call (32).", show_default=False),
]
SleepS = Annotated[
    float | None,
    typer.Option("--sleep", help="Seconds of rest between two entries (0).", show_default=False),
]
Concurrency = Annotated[
    int | None,
    typer.Option(
        "--concurrency", help="Calls at once, a model and worker (4).", show_default=False
    ),
]
Retries = Annotated[
    int | None,
    typer.Option("--retries", help="Attempts after a failed one (2).", show_default=False),
]
TimeoutS = Annotated[
    float | None,
    typer.Option("--timeout", help="Seconds that one attempt may take (60).", show_default=False),
]
MaxCostUsd = Annotated[
    float | None,
    typer.Option(
        "--max-cost-usd",
        help="The run ends as failed over this known cost (no limit).",
        show_default=False,
    ),
]
MaxFailed = Annotated[
    str | None,
    typer.Option(
        "--max-failed",
        metavar="COUNT|SHARE",
        help="The run ends as failed over so many failed entries: 20, 0.1, or 10% (no limit).",
        show_default=False,
    ),
]
StopWhenDecided = Annotated[
    bool,
    typer.Option(
        "--stop-when-decided", help="Ask no further entries once it is clear which is better."
    ),
]
StopMargin = Annotated[
    float | None,
    typer.Option(
        "--stop-margin",
        help="Equal within ± this is clear, too: 0.02 is two points.",
        show_default=False,
    ),
]
MaxEntries = Annotated[
    int | None,
    typer.Option(
        "--max-entries",
        help="Ask at most so many, of a run that stops when decided.",
        show_default=False,
    ),
]
RequestsPerMinute = Annotated[
    int | None,
    typer.Option(
        "--requests-per-minute", help="A model and worker (no limit).", show_default=False
    ),
]
TokensPerMinute = Annotated[
    int | None,
    typer.Option(
        "--tokens-per-minute",
        help="In and out together, a model and worker (no limit).",
        show_default=False,
    ),
]
Cache = Annotated[
    bool | None,
    typer.Option(
        "--cache/--no-cache",
        help="Take what the same model version answered to the same before (no).",
        show_default=False,
    ),
]
Scorers = Annotated[
    list[str] | None,
    typer.Option(
        "--scorer",
        metavar="NAME[:KEY=VALUE,…]",
        help="Again for each, in place of the task's; the first passes or fails an answer.",
        show_default=False,
    ),
]


def read_scorers(texts: list[str] | None) -> list[ScorerAsked] | None:
    """What `--scorer` asks for: `within`, `within:px=5`, `within@1:px=5`, `module:function`."""
    return [_scorer(text) for text in texts] if texts else None


def read_share(text: str | None) -> int | float | None:
    """What `--max-failed` says: a count, or a share as `0.1` or `10%`."""
    if text is None:
        return None
    try:
        if text.endswith("%"):
            return float(text[:-1]) / 100
        return int(text) if text.isdecimal() else float(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is no count and no share; write 20, 0.1, or 10%", param_hint="--max-failed"
        ) from error


def _scorer(text: str) -> ScorerAsked:
    match = _SCORER.fullmatch(text)
    if match is None:
        raise typer.BadParameter(f"{text!r} is not NAME[:KEY=VALUE,…]", param_hint="--scorer")
    name, version, params = match.group("name", "version", "params")
    pairs = [each.partition("=") for each in _NEXT_PARAM.split(params)] if params else []
    try:
        return ScorerAsked(
            name=name,
            version=int(version) if version else None,
            params={key: _value(name, key, value) for key, _, value in pairs},
        )
    except ValidationError as error:
        said = "; ".join(f"{each.field}: {each.message}" for each in field_errors(error))
        raise typer.BadParameter(f"{text!r}: {said}", param_hint="--scorer") from error


def _value(scorer: str, key: str, text: str) -> JsonValue:
    """A number, list or object where it is written as one, and else the text."""
    known = KNOWN_SCORERS.get(scorer)
    field = known.params.model_fields.get(key) if known else None
    if field is not None and field.annotation in (str, str | None):
        return text
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return text
    return value


def read_stopping(stop: bool, margin: float | None, max_entries: int | None) -> dict[str, object]:
    """What the options say of the rule; empty but for None where they say nothing."""
    rule: dict[str, object] = {"margin": margin, "max_entries": max_entries}
    # A rule without any choice is one, too, and the file may have another.
    return {"min_entries": 1, **rule} if stop else rule
