"""What a filter and an order may speak of, and a filter as it was understood."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from runoff_contracts.kind import KINDS
from runoff_contracts.task import PRIORITIES, TASKS, Status

Space = Literal["metric", "param", "tag", "attribute"]
SPACES: Final[dict[str, Space]] = {
    "metrics": "metric",
    "metric": "metric",
    "params": "param",
    "param": "param",
    "parameters": "param",
    "parameter": "param",
    "tags": "tag",
    "tag": "tag",
    "labels": "tag",
    "label": "tag",
    "attributes": "attribute",
    "attribute": "attribute",
    "attr": "attribute",
    "run": "attribute",
}
"""The first parts of names; MLflow has the short ones too."""

Sort = Literal["text", "choice", "number", "time", "id", "model", "flag"]


@dataclass(frozen=True)
class Attribute:
    """Something that every run has, or may have."""

    sort: Sort
    choices: tuple[str, ...] = ()
    nullable: bool = False


ATTRIBUTES: Final[dict[str, Attribute]] = {
    "alias": Attribute("text", nullable=True),
    "archived": Attribute("flag"),
    "created_at": Attribute("time"),
    "dataset": Attribute("text"),
    "dataset_version": Attribute("number"),
    "duration_s": Attribute("number", nullable=True),
    "kind": Attribute("choice", KINDS),
    "model": Attribute("model"),
    "n_entries": Attribute("number"),
    "priority": Attribute("choice", PRIORITIES),
    "run_id": Attribute("id"),
    "settled_at": Attribute("time", nullable=True),
    "started_at": Attribute("time", nullable=True),
    "status": Attribute("choice", tuple(each.value for each in Status)),
    "task": Attribute("choice", TASKS),
}

ELSEWHERE: Final = {
    "run_name": "alias",
    "name": "alias",
    "start_time": "started_at",
    "end_time": "settled_at",
    "duration": "duration_s",
    "dataset_name": "dataset",
    "labels": "tags.<name>",
    "finished": "completed",
    "scheduled": "pending",
    "killed": "canceled",
}
"""What MLflow's users write, and what it is called here."""


@dataclass(frozen=True)
class Field:
    """Something of a run that has a value."""

    space: Space
    name: str

    @property
    def sort(self) -> Sort | Literal["param"]:
        """What its values are; a parameter's may be anything."""
        match self.space:
            case "metric":
                return "number"
            case "param":
                return "param"
            case "tag":
                return "text"
            case "attribute":
                return ATTRIBUTES[self.name].sort

    def __str__(self) -> str:
        return f"{self.space}s.{self.name}"


Comparison = Literal["=", "!=", ">", ">=", "<", "<="]
Operator = Literal[
    "=", "!=", ">", ">=", "<", "<=", "like", "ilike", "in", "not in", "is null", "is not null"
]
COMPARISONS: Final[tuple[Comparison, ...]] = ("=", "!=", ">", ">=", "<", "<=")
ORDERED: Final = frozenset({">", ">=", "<", "<="})

Scalar = float | str | datetime | UUID
Value = Scalar | tuple[Scalar, ...] | None


@dataclass(frozen=True)
class Term:
    """One comparison; it holds where the run has a value that fits."""

    field: Field
    operator: Operator
    value: Value = None


@dataclass(frozen=True)
class Few:
    """A term on a metric that few runs fit: they are known before the list is walked."""

    term: Term


@dataclass(frozen=True)
class Words:
    """Every word is the beginning of one of the run's words."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Not:
    """The other way round."""

    part: "Condition"


@dataclass(frozen=True)
class Every:
    """All of them hold; without any it always does."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Some:
    """At least one of them holds."""

    parts: tuple["Condition", ...]


Condition = Term | Few | Words | Not | Every | Some


def terms_of(condition: Condition) -> list[Term]:
    """Every term of a condition."""
    match condition:
        case Term():
            return [condition]
        case Few():
            return [condition.term]
        case Not():
            return terms_of(condition.part)
        case Every() | Some():
            return [term for part in condition.parts for term in terms_of(part)]
        case Words():
            return []
