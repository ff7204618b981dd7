"""What every importer gives: samples, one at a time, each with its place for error messages."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from runoff.errors import InvalidInput
from runoff_contracts.problem import FieldError
from runoff_contracts.task import Task

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file."""

    file: str
    line: int | None = None
    member: str | None = None
    """Of a zip or a list, where there are no lines."""

    def error(self, field: str, message: str) -> FieldError:
        """What is wrong here."""
        name = self.file if self.member is None else f"{self.file}[{self.member}]"
        return FieldError(field=field, message=message, file=name, line=self.line)

    def refuse(self, field: str, message: str) -> NoReturn:
        """End the import with what is wrong here."""
        raise InvalidInput(f"{self.file} cannot be imported:", [self.error(field, message)])


@dataclass(frozen=True, slots=True)
class Sample:
    """One entry with what one model answered; either may be missing."""

    place: Place
    entry_id: str
    entry: Row | None = None
    """As a manifest has it, without its id: `text` or `file`, `target`, `section`, …"""
    answer: Row | None = None
    """As `UploadedAnswer` has it, without `entry_id`."""
    model: str | None = None
    """Who answered, where a file holds several; None is the file's own."""


@dataclass(frozen=True)
class Source:
    """One file, opened as far as needed to say what it is."""

    path: Path
    task: Task
    samples: Callable[[], Iterator[Sample]]
    model: str
    """Who answered, in the file's own words or by its name."""
    dataset: str | None = None
    """What it was asked, in the file's own words."""
    images: Path | None = None
    """The folder that entries' files are below."""
    notes: list[str] = field(default_factory=list)
    """What was left out; filled while samples are read."""


@dataclass(frozen=True)
class Wanted:
    """What a person says about their files."""

    task: Task | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field of ours by column of theirs."""
    truth: Path | None = None
    """COCO: the file with images, categories and annotations."""
    images: Path | None = None
    """COCO: the folder of the images."""
