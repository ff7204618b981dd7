"""What the HTTP API answers to people who look for something: fields, hits, a run at a glance."""

from typing import Literal

from pydantic import Field

from runoff_contracts.views import View

FieldKind = Literal["text", "choice", "number", "time", "id", "model", "flag", "param"]
HitKind = Literal["run", "dataset", "model", "comparison"]


class RunField(View):
    """Something that a filter or an order of runs may speak of."""

    name: str
    """As it is written there: `metrics.accuracy`, ``params.`learning rate` ``, `status`."""
    kind: FieldKind
    """What its values are; a parameter's may be booleans, numbers and texts."""
    values: list[str] = Field(default_factory=list)
    """What they can be (`choice`), or some of those that are there."""


class RunFields(View):
    """Everything that a filter of runs may speak of by now."""

    fields: list[RunField]


class Hit(View):
    """One thing that words found."""

    kind: HitKind
    id: str
    """Of a run or comparison; the name of a dataset or model."""
    title: str
    note: str


class Hits(View):
    """What words found: the newest or first of each kind."""

    hits: list[Hit]


class RunGrid(View):
    """A run at a glance: its entries in order, as cells that stand for as many entries each."""

    run_id: str
    n_entries: int
    per_cell: int
    """Entries that a cell stands for; the last one may stand for fewer."""
    cells: str
    """A character a cell: `.` nothing is processed, `-` a part is, `+` all of it, `x` all or a
    part is and at least one entry failed."""
    furthest: str | None
    """The id of the processed entry that stands last in order; None before there is any."""
