"""The filter of the list of runs: terms joined by `and`, read into parameters of one statement.

    metrics.map_50 > 0.5 and metrics.n_failed = 0 and attributes.status = 'completed'

A term on a metric holds when any contender of the run fits it. A name with other characters than
letters, digits, dots and underscores stands in quotes: `metrics.'my_module:grade' > 3`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn

from runoff_query.api.problems import ProblemRaised, refuse

COUNTED: Final = (
    "accuracy",
    "cost_usd",
    "latency_mean_s",
    "n_answered",
    "n_correct",
    "n_failed",
    "n_input_tokens",
    "n_output_tokens",
    "n_scored",
)
"""Metrics that may be asked for before any run has them; scorers and reports give the others."""
ATTRIBUTES: Final = ("alias", "dataset", "priority", "status", "task")
MAX_TERMS: Final = 20

_TOKEN = re.compile(
    r"\s*(?:(?P<name>[A-Za-z_][\w.]*)|(?P<comparison>>=|<=|!=|[<>=])"
    r"|(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|(?P<text>'[^']*'|\"[^\"]*\"))"
)


@dataclass
class RunFilter:
    """The terms of a filter, column by column."""

    metrics: list[str] = field(default_factory=list)
    metric_comparisons: list[str] = field(default_factory=list)
    bounds: list[float] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    attribute_comparisons: list[str] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)


def parse(text: str) -> RunFilter:
    """Read a filter; an empty one has no terms.

    Raises:
        ProblemRaised: 422, with the place at which it is wrong and what would be right there.
    """
    found = RunFilter()
    tokens = _Tokens(text)
    if tokens.at_end:
        return found
    _term(tokens, found)
    while not tokens.at_end:
        if len(found.metrics) + len(found.attributes) == MAX_TERMS:
            tokens.wrong(f"the end: {MAX_TERMS} terms are the most")
        if tokens.take("name", "`and`").lower() != "and":
            tokens.wrong("`and`", back=True)
        _term(tokens, found)
    return found


def refuse_metric(name: str, known: Sequence[str]) -> ProblemRaised:
    """What to raise where no run has a metric of that name."""
    return refuse(
        "bad-filter",
        "The filter names an unknown metric",
        422,
        field="filter",
        hint=f"no run has the metric {name!r}; there are {', '.join(known)}",
    )


class _Tokens:
    """A filter's text, taken token by token."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._before = text, 0, 0

    @property
    def at_end(self) -> bool:
        return not self._text[self._at :].strip()

    def take(self, kind: str, meaning: str) -> str:
        """The next token, which has to be of this kind."""
        match = _TOKEN.match(self._text, self._at)
        if match is None or match.lastgroup != kind:
            self.wrong(meaning)
        self._before, self._at = match.start(kind), match.end()
        return match.group(kind)

    def wrong(self, meaning: str, *, back: bool = False) -> NoReturn:
        """Say what was expected where."""
        rest = self._text[self._at :]
        place = self._before if back else self._at + len(rest) - len(rest.lstrip())
        seen = self._text[place : place + 20] or "the end"
        raise refuse(
            "bad-filter",
            "The filter cannot be read",
            422,
            "A filter is like: metrics.accuracy > 0.9 and attributes.status = 'completed'",
            field="filter",
            hint=f"at character {place + 1}: expected {meaning}, found {seen!r}",
        )


def _term(tokens: _Tokens, found: RunFilter) -> None:
    meaning = "metrics.<name> or attributes.<name>"
    space, _, name = tokens.take("name", meaning).partition(".")
    if space == "metrics":
        found.metrics.append(name or tokens.take("text", "a metric's name")[1:-1])
        found.metric_comparisons.append(tokens.take("comparison", "a comparison such as >="))
        found.bounds.append(float(tokens.take("number", "a number")))
    elif space == "attributes":
        if name not in ATTRIBUTES:
            tokens.wrong(f"one of the attributes {', '.join(ATTRIBUTES)}", back=True)
        comparison = tokens.take("comparison", "= or !=")
        if comparison not in {"=", "!="}:
            tokens.wrong("= or !=, which are all that texts have", back=True)
        found.attributes.append(name)
        found.attribute_comparisons.append(comparison)
        found.wanted.append(tokens.take("text", "a text in quotes")[1:-1])
    else:
        tokens.wrong(meaning, back=True)
