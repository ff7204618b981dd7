"""The local look at a dataset before anything is sent: which files its manifest names.

Only what this machine alone can know is checked here, paths; the server checks everything.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from runoff.errors import InvalidInput
from runoff_contracts.problem import FieldError

NAMES = ("manifest.jsonl", "manifest.csv")
TYPES = {".jsonl": "application/x-ndjson", ".ndjson": "application/x-ndjson", ".csv": "text/csv"}


@dataclass(frozen=True)
class Plan:
    """What is to be sent: a manifest, and the files beside it that its rows name."""

    manifest: Path
    files: list[str]
    """Paths relative to `folder`, each once, in order of first mention."""
    folder: Path
    """Where the files are: the manifest's own folder, if no other was named."""

    @property
    def media_type(self) -> str:
        """Of the manifest alone."""
        return TYPES[self.manifest.suffix.lower()]

    @property
    def name_in_tar(self) -> str:
        """What the server looks for."""
        return "manifest.csv" if self.media_type == "text/csv" else "manifest.jsonl"


def plan(path: Path, *, below: Path | None = None) -> Plan:
    """What a folder or a manifest file asks to be sent.

    Args:
        below: The folder of the files, where it is not that of the manifest.

    Raises:
        InvalidInput: With every path that is missing or leaves the folder, and its line.
    """
    manifest = _manifest_of(path)
    files: dict[str, None] = {}
    errors: list[FieldError] = []
    folder = (below or manifest.parent).resolve()
    for row in _rows(manifest):
        if isinstance(row, FieldError):
            errors.append(row)
        elif (name := PurePosixPath(row.file).as_posix()) not in files:
            reason = _why_not(folder, row.file)
            if reason is None:
                files[name] = None
            else:
                errors.append(_wrong(manifest, row.line, reason, field="file"))
    if errors:
        raise InvalidInput(f"{manifest}: {len(errors)} wrong row(s), nothing was sent", errors)
    return Plan(manifest, list(files), folder)


@dataclass(frozen=True)
class _Row:
    line: int
    file: str


def _manifest_of(path: Path) -> Path:
    if path.is_dir():
        found = [path / name for name in NAMES if (path / name).is_file()]
        if len(found) != 1:
            what = "both" if found else "neither"
            raise InvalidInput(
                f"{path} has {what} of manifest.jsonl and manifest.csv; it needs one. "
                "docs/datasets.md says what stands in it."
            )
        return found[0]
    if not path.is_file():
        raise InvalidInput(f"{path} does not exist.")
    if path.suffix.lower() not in TYPES:
        raise InvalidInput(f"{path} is no folder and no .jsonl or .csv manifest.")
    return path


def _rows(manifest: Path) -> Iterator[_Row | FieldError]:
    try:
        if TYPES[manifest.suffix.lower()] == "text/csv":
            yield from _csv_rows(manifest)
        else:
            yield from _json_rows(manifest)
    except UnicodeDecodeError as error:
        yield FieldError(field="", message=f"is no UTF-8 text: {error}", file=manifest.name)


def _json_rows(manifest: Path) -> Iterator[_Row | FieldError]:
    with manifest.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                yield _wrong(manifest, number, f"is no JSON: {error}")
                continue
            if not isinstance(row, dict):
                yield _wrong(manifest, number, "is no JSON object")
            elif isinstance(row.get("file"), str) and row["file"]:
                yield _Row(number, row["file"])


def _csv_rows(manifest: Path) -> Iterator[_Row | FieldError]:
    with manifest.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.DictReader(text, strict=True)
        last = 1
        try:
            for row in reader:
                # A quoted cell may hold line breaks: the row starts behind the previous one's end.
                first, last = last + 1, reader.line_num
                if row.get("file"):
                    yield _Row(first, row["file"])
        except csv.Error as error:
            yield _wrong(manifest, reader.line_num, f"is no CSV: {error}")


def _why_not(folder: Path, name: str) -> str | None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        return f"{name!r} leaves the folder; write a path below it, with forward slashes"
    real = (folder / path).resolve()
    if not real.is_relative_to(folder):
        return f"{name!r} is a link that leaves the folder"
    if not real.is_file():
        return f"{name!r} is no file here"
    return None


def _wrong(manifest: Path, line: int, message: str, *, field: str = "") -> FieldError:
    return FieldError(field=field, message=message, file=manifest.name, line=line)
