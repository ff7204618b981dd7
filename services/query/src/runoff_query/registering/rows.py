"""One row of a manifest: what may stand in it, and what is wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Annotated, Final, Self, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    JsonValue,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from runoff_contracts.answers import Target, target_error, target_words
from runoff_contracts.problem import FieldError
from runoff_contracts.task import Task

COLUMNS: Final = ("id", "file", "text", "target", "section", "split", "metadata")
MAX_FILE_BYTES: Final = 64 * 1024 * 1024
"""Of one entry's file."""
MAX_TARGET_CHARACTERS: Final = 100_000
"""Of a target as JSON; a label has 200."""
MAX_FIELDS: Final = 1000
"""Named of a dataset: they travel in one message."""

Raw = dict[str, object]
"""A row as it was read."""


def _absent_if_empty(value: object) -> object:
    return None if value == "" else value


Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
_LABEL: Final[TypeAdapter[str]] = TypeAdapter(Name)
Word = Annotated[Name | None, BeforeValidator(_absent_if_empty)]
Path = Annotated[
    Annotated[str, StringConstraints(max_length=1000)] | None, BeforeValidator(_absent_if_empty)
]


class Row(BaseModel):
    """A row that is well formed; numbers count as the text that they are written as."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    id: Name
    file: Path = None
    text: str | None = None
    target: Annotated[Target, BeforeValidator(_absent_if_empty)] = None
    section: Word = None
    split: Word = None
    metadata: dict[str, JsonValue] | None = None

    @classmethod
    def read(cls, raw: Raw, task: Task) -> Self:
        """The row, with the target that the task wants.

        Raises:
            ValidationError: With every column that is wrong.
        """
        return cls.model_validate(raw, context=task)

    @field_validator("target")
    @classmethod
    def _suits_the_task(cls, target: Target, info: ValidationInfo) -> Target:
        # Pydantic's context is untyped; `read` gives exactly this.
        task = cast(Task, info.context)
        if target is None:
            return None
        if task == "classification":
            # A label is a word, however a spreadsheet or a JSON writer may have taken it.
            if isinstance(target, int | float) and not isinstance(target, bool):
                target = str(target)
            if isinstance(target, str):
                return _LABEL.validate_python(target)
        said = target_error(task, target)
        if said is not None:
            raise ValueError(said)
        if len(target_words(target)) > MAX_TARGET_CHARACTERS:
            raise ValueError(f"is longer than {MAX_TARGET_CHARACTERS} characters")
        return target

    @property
    def fields(self) -> set[str]:
        """What a prompt may name of it: `metadata.<key>` where there is a value."""
        given = {
            "id": self.id,
            "image": self.file,
            "text": self.text,
            "target": self.target,
            "section": self.section,
            "split": self.split,
            **{f"metadata.{key}": value for key, value in (self.metadata or {}).items()},
        }
        return {name for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class Place:
    """Where a row stands."""

    file: str | None
    line: int | None
    prefix: str = ""
    """Before the field's name: rows of a JSON body have no line."""

    def error(self, field: str, message: str) -> FieldError:
        """What is wrong here."""
        named = f"{self.prefix}{field}" if field else self.prefix.rstrip(".")
        return FieldError(field=named, message=message, file=self.file, line=self.line)

    def __str__(self) -> str:
        return f"line {self.line}" if self.line else self.prefix.rstrip(".")


Size = Callable[[str], int | None]
"""Bytes of a file beside the manifest, by its path; none where there is no such file."""


class RowChecker:
    """Checks rows one by one; remembers ids to find one that comes twice."""

    def __init__(self, size_of: Size | None, task: Task = "classification") -> None:
        """`size_of` finds files; without it no row may name one."""
        self._size_of, self._task = size_of, task
        self._fields: set[str] | None = None
        self._places: dict[str, Place] = {}

    def check(self, raw: Raw, place: Place) -> Row | list[FieldError]:
        """The row, or everything that is wrong with it."""
        try:
            row = Row.read(raw, self._task)
        except ValidationError as error:
            return [
                _field_error(each["loc"], each["type"], each["msg"], place)
                for each in error.errors()
            ]
        self._fields = row.fields if self._fields is None else self._fields & row.fields
        errors = [*self._wrong_id(row, place), *self._wrong_content(row, place)]
        return errors or row

    @property
    def fields(self) -> list[str] | None:
        """What every row so far has, in one order; none where it is too much to be told."""
        found = sorted(self._fields or ())
        too_much = len(found) > MAX_FIELDS or sum(map(len, found)) > MAX_TARGET_CHARACTERS
        return None if too_much else found

    def _wrong_id(self, row: Row, place: Place) -> list[FieldError]:
        first = self._places.setdefault(row.id, place)
        if first is place:
            return []
        return [place.error("id", f"{row.id!r} is the id of {first} too; ids must differ")]

    def _wrong_content(self, row: Row, place: Place) -> list[FieldError]:
        if row.file is not None and row.text is not None:
            return [place.error("file", "a row has a file or a text, not both")]
        if row.file is None:
            return [] if row.text is not None else [place.error("file", "a row needs file or text")]
        if self._size_of is None:
            return [
                place.error(
                    "file", "a manifest alone has no files; send the folder as application/x-tar"
                )
            ]
        name = safe_path(row.file)
        if name is None:
            return [
                place.error(
                    "file",
                    f"{row.file!r} leaves the folder; write a path below it, with forward slashes",
                )
            ]
        n_bytes = self._size_of(name)
        if n_bytes is None:
            return [place.error("file", f"there is no file {row.file!r}")]
        if n_bytes > MAX_FILE_BYTES:
            return [place.error("file", f"{row.file!r} is larger than {MAX_FILE_BYTES} bytes")]
        return []


def safe_path(name: str) -> str | None:
    """The path in its one form; none where it leads out of the folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\x00" in name:
        return None
    return path.as_posix()


def _field_error(
    location: tuple[int | str, ...], type_: str, message: str, place: Place
) -> FieldError:
    field = ".".join(str(part) for part in location)
    if type_ == "extra_forbidden":
        message = f"is no column of a manifest; known are {', '.join(COLUMNS)}"
    message = message.removeprefix("Value error, ")
    return place.error(field, message)
