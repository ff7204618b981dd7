"""What the addresses of comparing pages say."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Self, get_args

from starlette.datastructures import QueryParams

from runoff_contracts.compared_entries import EntrySort, Only, PointsOf
from runoff_web.errors import BadParam
from runoff_web.params import SIZES, Params, _choice, _line, _number

MAX_RUNS: Final = 16
Kind = Literal["", "analyze", "retry", "rescore", "upload"]
Differing = Literal["", "all"]
EntriesSort = Literal["change", "difference", "confidence", "index"]
EntriesOnly = Literal["", "regressions", "improvements", "disagreements", "ties"]
assert set(get_args(EntriesSort)) == set(get_args(EntrySort))
assert set(get_args(EntriesOnly)) == {"", *get_args(Only)}


@dataclass(frozen=True)
class CompareParams(Params):
    """A comparison: whom, how, and what of it is shown."""

    runs: tuple[str, ...] = ()
    """In this order they have their letters and colours."""
    baseline: str = ""
    """`RUN#position`."""
    margin: str = ""
    q: str = ""
    """Words that runs of the picker have."""
    kind: Kind = ""
    size: int = 10
    cursor: str = ""
    """Of the picker."""
    diff: Differing = ""
    metric: str = ""
    sort: EntriesSort = "change"
    only: EntriesOnly = ""
    contender: str = ""
    versus: str = ""
    section: str = ""
    at: str = ""
    """Cursor of the entries."""
    of: str = ""
    """What the scatter plot is of."""

    @classmethod
    def read(cls, query: QueryParams) -> Self:
        """Out of an address; runs as `runs=a,b` and as `run=a&run=b`.

        Raises:
            BadParam: Where it says something else than it can.
        """
        named = [*query.getlist("run"), *",".join(query.getlist("runs")).split(",")]
        return cls(
            runs=tuple(dict.fromkeys(each.strip()[:100] for each in named if each.strip())),
            baseline=_line(query, "baseline"),
            margin=_margin(query),
            q=_line(query, "q"),
            kind=_choice(query, "kind", get_args(Kind), ""),
            size=_number(query, "size", 10, of=SIZES),
            cursor=_line(query, "cursor"),
            diff=_choice(query, "diff", get_args(Differing), ""),
            metric=_line(query, "metric"),
            sort=_choice(query, "sort", get_args(EntriesSort), "change"),
            only=_choice(query, "only", get_args(EntriesOnly), ""),
            contender=_place(query, "contender"),
            versus=_place(query, "versus"),
            section=_line(query, "section"),
            at=_line(query, "at"),
            of=_choice(query, "of", ("", *get_args(PointsOf)), ""),
        )


View = Literal["parallel", "scatter", "groups"]
_AXES: Final = 12
EXPLORED: Final = (50, 100, 200, 500)


@dataclass(frozen=True)
class ExploreParams(Params):
    """Many runs at once."""

    view: View = "parallel"
    q: str = ""
    """In the language of the API's filter."""
    size: int = 200
    axes: tuple[str, ...] = ()
    x: str = ""
    y: str = ""
    z: str = ""
    log: tuple[str, ...] = ()
    """Which of x and y are logarithmic."""
    by: str = "alias"

    @classmethod
    def read(cls, query: QueryParams) -> Self:
        """Out of an address.

        Raises:
            BadParam: Where it says something else than it can.
        """
        listed = [*query.getlist("axis"), *query.get("axes", "").split(",")]
        logs = [*query.getlist("logs"), *query.get("log", "").split(",")]
        return cls(
            view=_choice(query, "view", get_args(View), "parallel"),
            q=_line(query, "q"),
            size=_number(query, "size", 200, of=EXPLORED),
            axes=tuple(dict.fromkeys(each[:200] for each in listed if each))[:_AXES],
            x=_line(query, "x"),
            y=_line(query, "y"),
            z=_line(query, "z"),
            log=tuple(each for each in ("x", "y") if each in logs),
            by=_line(query, "by") or "alias",
        )


def brushes_of(query: Mapping[str, str]) -> dict[str, tuple[float, float]]:
    """The ranges that runs are to lie in, by axis: `lo.<axis>` and `hi.<axis>`.

    Raises:
        BadParam: Where one is no number.
    """
    found: dict[str, tuple[float, float]] = {}
    for name, text in query.items():
        side, dot, axis = name.partition(".")
        if side not in {"lo", "hi"} or not dot or not text.strip():
            continue
        value = _float(name, text)
        low, high = found.get(axis, (-math.inf, math.inf))
        found[axis] = (value, high) if side == "lo" else (low, value)
    return found


def _margin(query: Mapping[str, str]) -> str:
    text = _line(query, "margin")
    if text and not 0 < _float("margin", text) < math.inf:
        raise BadParam("margin", text[:50], wanted="a number above 0, as 0.02")
    return text


def _place(query: Mapping[str, str], name: str) -> str:
    number = _number(query, name, 0) if query.get(name) else None
    return "" if number is None else str(number)


def _float(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise BadParam(name[:50], text[:50], wanted="a number")
    return value
