"""What a page's address says: one frozen dataclass a page, out of the query and back into it.

Addresses are typed, shared and kept, so a page takes what it knows, says what it cannot take, and
ignores parameters that it never heard of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final, Literal, Self, TypeVar, get_args
from urllib.parse import urlencode

from starlette.datastructures import ImmutableMultiDict

from runoff_contracts.kind import KINDS
from runoff_web.errors import BadParam

SIZES: Final = (10, 20, 50, 100)
Sort = Literal["difference", "index", "confidence_difference"]
Agreement = Literal["", "all_match", "partial", "all_different"]
Outcome = Literal["", "answered", "failed"]
Layout = Literal["grid", "table"]
StatusWanted = Literal["", "pending", "running", "paused", "completed", "failed", "canceled"]
ArchivedWanted = Literal["", "any", "yes"]
Direction = Literal["asc", "desc"]
View = Literal["", "board", "table"]
ALL_COLUMNS: Final = (
    "status", "kind", "models", "dataset", "priority", "progress", "score", "took", "cost",
    "labels", "created",
)  # fmt: skip
"""Of the list of runs, beside its name, in their order."""
COLUMNS: Final = tuple(each for each in ALL_COLUMNS if each not in {"kind", "labels"})
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
    find: str = ""
    """Words, or their beginnings."""
    status: StatusWanted = ""
    kinds: tuple[str, ...] = ()
    dataset: str = ""
    archived: ArchivedWanted = ""
    """Archived runs are left out where it is empty."""
    sort: str = ""
    """What the API orders by, as `metrics.accuracy`; the newest first where it is empty."""
    dir: Direction = "desc"
    size: int = 20
    cols: tuple[str, ...] = COLUMNS
    view: View = ""
    cursor: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """Out of an address.

        Raises:
            BadParam: Where it says something else than it can.
        """
        return cls(
            q=_line(query, "q"),
            find=_line(query, "find"),
            status=_choice(query, "status", get_args(StatusWanted), ""),
            kinds=_several(query, "kinds", KINDS),
            dataset=_line(query, "dataset"),
            archived=_choice(query, "archived", get_args(ArchivedWanted), ""),
            sort=_line(query, "sort"),
            dir=_choice(query, "dir", get_args(Direction), "desc"),
            size=_number(query, "size", 20, of=SIZES),
            cols=_several(query, "cols", ALL_COLUMNS) or COLUMNS,
            view=_choice(query, "view", get_args(View), ""),
            cursor=_line(query, "cursor"),
        )

    @property
    def narrows(self) -> bool:
        """Whether it leaves out runs that the plain list has."""
        narrowing = (self.q, self.find, self.status, self.kinds, self.dataset, self.cursor)
        return any(narrowing)

    def toggled(self, kind: str) -> str:
        """The address with this kind added, or taken away."""
        has = kind in self.kinds
        kinds = [each for each in KINDS if (each in self.kinds) is not (each == kind)]
        return self.query(kinds=() if has and not kinds else tuple(kinds), cursor="")


@dataclass(frozen=True)
class RunParams(Params):
    """One run with its entries."""

    sort: Sort = "difference"
    agreement: Agreement = ""
    status: Outcome = ""
    section: str = ""
    split: str = ""
    find: str = ""
    offset: int = 0
    entry: str = ""
    """The one that is shown beside the table."""

    @property
    def is_narrowed(self) -> bool:
        """Whether only some of the entries are meant."""
        return bool(self.agreement or self.status or self.section or self.split or self.find)

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
            split=_line(query, "split"),
            find=_line(query, "find"),
            offset=_number(query, "offset", 0),
            entry=_line(query, "entry"),
        )


@dataclass(frozen=True)
class PartParams(Params):
    """A page of things in their order, from any place on."""

    offset: int = 0

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """Out of an address.

        Raises:
            BadParam: Where it says something else than it can.
        """
        return cls(offset=_number(query, "offset", 0))


@dataclass(frozen=True)
class DatasetParams(Params):
    """A dataset's entries."""

    version: int = 0
    """0 is the newest."""
    split: str = ""
    section: str = ""
    find: str = ""
    """In id, text or target."""
    layout: Layout = "grid"
    start: int = 0
    """Place of the first entry that is shown, from 0."""
    cursor: str = ""
    """Where a narrowed list goes on."""
    trail: str = ""
    """Places of the first entries of a narrowed list's pages before this one, as `0.240`."""

    @property
    def before(self) -> list[int]:
        """The trail's places, in order."""
        return [int(each) for each in self.trail.split(".") if each.isdecimal() and len(each) < 10]

    @property
    def is_narrowed(self) -> bool:
        """Whether only some entries are shown, so that a place says nothing of the next one."""
        return bool(self.split or self.section or self.find)

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """Out of an address; `place` is what people type: they count from 1.

        Raises:
            BadParam: Where it says something else than it can.
        """
        return cls(
            version=_number(query, "version", 0),
            split=_line(query, "split"),
            section=_line(query, "section"),
            find=_line(query, "find"),
            layout=_choice(query, "layout", get_args(Layout), "grid"),
            start=max(_number(query, "place", 1) - 1, 0)
            if query.get("place")
            else _number(query, "start", 0),
            cursor=_line(query, "cursor"),
            trail=_line(query, "trail"),
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


def _several(query: Mapping[str, str], name: str, known: Sequence[str]) -> tuple[str, ...]:
    """Some of what is known, in its order: with commas, or as a form sends boxes."""
    given = query.getlist(name) if isinstance(query, ImmutableMultiDict) else [query.get(name, "")]
    words = [word for each in given for word in str(each).split(",") if word]
    for word in words:
        if word not in known:
            raise BadParam(name, word[:50], wanted="some of " + ", ".join(known))
    return tuple(each for each in known if each in words)


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
