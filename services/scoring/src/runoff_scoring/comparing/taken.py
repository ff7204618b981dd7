"""A run as it is compared: what the log says of it, and its record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import JsonValue

from runoff_contracts.events.lifecycle import Contender, RunCreated
from runoff_contracts.events.review import EntryReviewed
from runoff_contracts.ids import short_id
from runoff_contracts.sequential import StoppedRun
from runoff_contracts.task import Status
from runoff_scoring.record import Record

Scalar = str | int | float | bool | None


@dataclass(frozen=True)
class RunTaken:
    """One run, as it stands or stood."""

    created: RunCreated
    status: Status
    alias: str | None
    """As it was edited last; so the labels."""
    labels: Mapping[str, str]
    started_at: datetime | None
    ended_at: datetime | None
    record: Record
    params: Mapping[str, JsonValue] = field(default_factory=dict)
    """As they were edited last."""
    reviews: Sequence[EntryReviewed] = ()
    """In order of the log."""
    stopped: StoppedRun | None = None
    """Where it ended when it was decided; `created` then speaks of the entries that were asked."""

    @property
    def run_id(self) -> str:
        """Of the run."""
        return self.created.run_id

    @property
    def is_whole(self) -> bool:
        """Whether every entry of the run is scored."""
        return self.record.cards.n_entries == self.created.n_entries

    @property
    def duration_s(self) -> float | None:
        """From its start to its end."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True)
class ContenderTaken:
    """One contender of it."""

    run: RunTaken
    contender: Contender
    name: str
    """What tells it apart."""
    repeats: Sequence["ContenderTaken"] = ()
    """Of further runs, which are one with it."""

    @property
    def position(self) -> int:
        """In its run."""
        return self.contender.position

    @property
    def members(self) -> list["ContenderTaken"]:
        """Itself and its repeats."""
        return [self, *self.repeats]


Member = tuple[RunTaken, Contender]


def named(
    contenders: Sequence[Sequence[Member]], wanted: Sequence[str | None]
) -> list[ContenderTaken]:
    """Contenders, each of one run or more, with names that tell them apart.

    As they were named where they were; else the model, and where that is not enough its version,
    the run's alias, or the end of the run's id (its beginning is a time).
    """
    firsts = [each[0] for each in contenders]
    ways = [
        [name or each.model for name, (_, each) in zip(wanted, firsts, strict=True)],
        [
            each.model if each.number is None else f"{each.model}@{each.number}"
            for _, each in firsts
        ],
        [f"{each.model} ({run.alias or _named(run)})" for run, each in firsts],
        [f"{each.model} ({_named(run)})" for run, each in firsts],
        [f"{each.model} (run {run.run_id})" for run, each in firsts],
        [f"{each.model} (run {run.run_id}, {each.position})" for run, each in firsts],
    ]
    names = ways[0]
    for way in ways[1:]:
        again = {name for name in names if names.count(name) > 1}
        names = [new if old in again else old for old, new in zip(names, way, strict=True)]
    return [
        ContenderTaken(*members[0], name, [ContenderTaken(*each, name) for each in members[1:]])
        for members, name in zip(contenders, names, strict=True)
    ]


def _named(run: RunTaken) -> str:
    return f"run {short_id(run.run_id)}"
