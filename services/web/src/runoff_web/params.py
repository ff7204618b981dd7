"""What a page's address says: one frozen dataclass a page, out of the query and back into it.

Addresses are typed, shared and kept, so a page takes what it knows, says what it cannot take, and
ignores parameters that it never heard of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final, Literal, Self, TypeVar, get_args
from urllib.parse import urlencode

from runoff_web.errors import BadParam

SIZES: Final = (10, 20, 50, 100)
Sort = Literal["difference", "index", "confidence_difference"]
Agreement = Literal["", "all_match", "partial", "all_different"]
Outcome = Literal["", "answered", "failed"]
Layout = Literal["grid", "table"]
StatusWanted = Literal["", "pending", "running", "paused", "completed", "failed", "canceled"]
_MAX_TEXT: Final = 2000
_MAX_PLACE: Final = 2**31 - 1
_Choice = TypeVar("_Choice", bound=str)


@dataclass(frozen=True)
class Params:
    """Parameters of a page; each has a default, which is left out of the address."""

    def query(self, **changes: object) -> str:
        """`?a=b` with these changes, or nothing where everything has its default."""
        changed = replace(self, **changes)
        pairs = [
            (each.name, _text(getattr(changed, each.name)))
            for each in fields(changed)
            if getattr(changed, each.name) != each.default
        ]
        return f"?{urlencode(pairs)}" if pairs else ""


@dataclass(frozen=True)
class RunsParams(Params):
    """The list of runs."""

    q: str = ""
    """In the language of the API's filter."""
    status: StatusWanted = ""
    dataset: str = ""
    size: int = 20
    cursor: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """Out of an address.

        Raises:
            BadParam: Where it says something else than it can.
        """
        return cls(
            q=_line(query, "q"),
            status=_choice(query, "status", get_args(StatusWanted), ""),
            dataset=_line(query, "dataset"),
            size=_number(query, "size", 20, of=SIZES),
            cursor=_line(query, "cursor"),
        )


@dataclass(frozen=True)
class RunParams(Params):
    """One run with its entries."""

    sort: Sort = "difference"
    agreement: Agreement = ""
    status: Outcome = ""
    section: str = ""
    find: str = ""
    offset: int = 0
    entry: str = ""
    """The one that is shown beside the table."""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """Out of an address.

        Raises:
            BadParam: Where it says something else than it can.
        """
        return cls(
            sort=_choice(query, "sort", get_args(Sort), "difference"),
            agreement=_choice(query, "agreement", get_args(Agreement), ""),
            status=_choice(query, "status", get_args(Outcome), ""),
            section=_line(query, "section"),
            find=_line(query, "find"),
            offset=_number(query, "offset", 0),
            entry=_line(query, "entry"),
        )


@dataclass(frozen=True)
class DatasetParams(Params):
    """A dataset's entries."""

    version: int = 0
    """0 is the newest."""
    split: str = ""
    section: str = ""
    layout: Layout = "grid"
    cursor: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """Out of an address.

        Raises:
            BadParam: Where it says something else than it can.
        """
        return cls(
            version=_number(query, "version", 0),
            split=_line(query, "split"),
            section=_line(query, "section"),
            layout=_choice(query, "layout", get_args(Layout), "grid"),
            cursor=_line(query, "cursor"),
        )


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _line(query: Mapping[str, str], name: str) -> str:
    value = query.get(name, "").strip()
    if len(value) > _MAX_TEXT or "\0" in value:
        raise BadParam(name, value[:50], wanted=f"a text of at most {_MAX_TEXT} characters")
    return value


def _choice(
    query: Mapping[str, str], name: str, known: Sequence[_Choice], default: _Choice
) -> _Choice:
    value = query.get(name, default)
    for each in known:
        if each == value:
            return each
    raise BadParam(name, value[:50], wanted="one of " + ", ".join(each for each in known if each))


def _number(
    query: Mapping[str, str], name: str, default: int, *, of: Sequence[int] | None = None
) -> int:
    value = query.get(name, "")
    if not value:
        return default
    # `isdecimal` is true of digits of other scripts too, which int() reads as well.
    if not value.isdecimal() or len(value) > 10 or int(value) > _MAX_PLACE:
        raise BadParam(name, value[:50], wanted="a number from 0 up")
    if of is not None and int(value) not in of:
        raise BadParam(name, value[:50], wanted="one of " + ", ".join(map(str, of)))
    return int(value)
