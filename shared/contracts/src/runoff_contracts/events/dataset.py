"""Events of `runoff.dataset.<id>`: a dataset and its immutable versions."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from runoff_contracts.event import Event
from runoff_contracts.ids import Digest, Name
from runoff_contracts.task import Task


class DatasetRegistered(Event):
    """A name for entries was taken."""

    subject_template: ClassVar[str] = "runoff.dataset.<dataset>"
    type: Literal["dataset.registered"] = "dataset.registered"
    version: Literal[1] = 1
    dataset: Name
    task: Task
    registered_at: AwareDatetime


class DatasetVersionAdded(Event):
    """A snapshot of entries was added under a dataset's name; it never changes."""

    subject_template: ClassVar[str] = "runoff.dataset.<dataset>"
    type: Literal["dataset.version_added"] = "dataset.version_added"
    version: Literal[1] = 1
    dataset: Name
    number: int = Field(ge=1)
    digest: Digest
    """Of the entry set: ids, content of files, targets, sections, splits and metadata in order."""
    n_entries: int = Field(ge=1)
    splits: dict[str, int] = Field(default_factory=dict)
    """Entries in each split; entries without one are in none."""
    sections: dict[str, int] = Field(default_factory=dict)
    fields: list[str] | None = None
    """What every entry has, as templates name it: `id`, `text`, `image`, `target`, `section`,
    `split`, `metadata.<key>`. None where an older writer did not look."""
    added_at: AwareDatetime
