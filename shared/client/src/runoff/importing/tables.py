"""Plain files: JSON lines, CSV and Parquet, with a map from their columns to our fields.

A column that is called like a field is that field; `--map` says the others. What `runoff run
export` writes has exactly such columns. Columns that are no field are left out, and named.
"""

import csv
import json
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Final

from runoff.errors import ExtraMissing, InvalidInput
from runoff.importing.limits import MAX_LINE_BYTES, json_rows
from runoff.importing.sample import Place, Row, Sample, Source, Wanted
from runoff_contracts.task import TASKS, Task
from runoff_contracts.uploads import ANSWER_FIELD

ENTRY: Final = {"id", "input", "target", "section", "split", "metadata"}
NUMBERS: Final = {"confidence", "logprob", "latency_s", "cost_usd"}
COUNTS: Final = {"n_input", "n_output"}
OBJECTS: Final = {"boxes", "point", "data", "probabilities", "metadata", "usage"}
ANSWERS: Final = {*ANSWER_FIELD.values(), "data", "probabilities", "usage", "error", *NUMBERS}
FIELDS: Final = {*ENTRY, *ANSWERS, *COUNTS, "answer", "model", "task", "dataset"}
ALIASES: Final = {
    "entry_id": "id",
    "prompt": "input",
    "question": "input",
    "prediction": "answer",
    "reference": "target",
    "expected": "target",
}
_EXPORTED: Final = {"run_id", "contender", "model_version", "entry_id", "error_class", "n_attempts"}
"""A file with all of these columns came out of `runoff run export`."""
_RUNS: Final = {"file", "dataset_version", "index", "total_s", "cached"}
_REVIEWS: Final = {"review", "review_edited", "review_note", "reviewed_by", "reviewed_at"}
_OURS: Final = {*_EXPORTED, *_RUNS, *_REVIEWS, "scores", "not_scored", "judgements", "params"}
_BATCH: Final = 1000
_TEXTS: Final = {".csv", ".parquet"}
_SAID: Final = {"text", "answer", "error"}
_ACTIVE: Final = ("'=", "'+", "'-", "'@", "'\t", "'\r", "''")

Rows = Callable[[], Iterator[tuple[Place, Row]]]


def read(path: Path, wanted: Wanted) -> Source:
    """A plain file, by its suffix."""
    suffix = path.suffix.lower()
    rows: Rows
    if suffix == ".csv":
        rows = lambda: _csv_rows(path)  # noqa: E731  # three of a kind
    elif suffix == ".parquet":
        rows = lambda: _parquet_rows(path)  # noqa: E731
    else:
        rows = lambda: json_rows(path)  # noqa: E731
    peeked = list(islice(rows(), 1))
    if not peeked:
        Place(path.name).refuse("", "has no rows")
    place, first = peeked[0]
    named = _Columns(dict(wanted.columns), place, first)
    task = wanted.task or _task(named.of(first), place)
    notes: list[str] = []
    dataset = named.of(first).get("dataset")

    def samples() -> Iterator[Sample]:
        for place, row in rows():
            fields = named.of(row)
            if task == "text" and named.has_answers and not fields.keys() & _SAID:
                # A cell cannot tell an empty text from none; a model may well answer nothing.
                fields["text"] = ""
            yield _sample(fields, task, place, is_text=suffix in _TEXTS)
        if named.left_out:
            notes.append(f"columns left out: {', '.join(sorted(named.left_out))}")

    return Source(
        path=path,
        task=task,
        samples=samples,
        model=path.stem,
        dataset=dataset if isinstance(dataset, str) else None,
        notes=notes,
    )


class _Columns:
    """Which column is which field."""

    def __init__(self, columns: dict[str, str], place: Place, first: Row) -> None:
        self.left_out: set[str] = set()
        self._exported = set(first) >= _EXPORTED
        self._fields = dict(columns)
        for column, field in columns.items():
            if field not in FIELDS and not field.startswith("metadata."):
                raise InvalidInput(
                    f"--map {column}={field}: there is no field {field!r}; "
                    f"there are {', '.join(sorted(FIELDS))} and metadata.<key>"
                )
            if column not in first:
                have = ", ".join(first)
                place.refuse(column, f"there is no such column; there are {have}")
        self.has_answers = any(self._field(column) in _SAID for column in first)

    def of(self, row: Row) -> Row:
        """A row by our fields; what stands nowhere is not there."""
        made: Row = {}
        for column, value in row.items():
            field = self._field(column)
            if value is None or value == "":
                continue
            if field.startswith("metadata."):
                held = made.setdefault("metadata", {})
                if isinstance(held, dict):
                    held[field.removeprefix("metadata.")] = value
            elif field in FIELDS:
                made[field] = value
            elif not (self._exported and column in _OURS):
                self.left_out.add(column)
        return made

    def _field(self, column: str) -> str:
        return self._fields.get(column) or ALIASES.get(column, column)


def _task(first: Row, place: Place) -> Task:
    """What the columns speak for."""
    for task in TASKS:
        if first.get("task") == task:
            return task
    found = [task for task, name in ANSWER_FIELD.items() if name in first]
    if len(found) != 1:
        place.refuse("task", f"say which it is: --task {'|'.join(TASKS)}")
    return found[0]


def _sample(row: Row, task: Task, place: Place, *, is_text: bool) -> Sample:
    """A row in the shape of an entry and an answer.

    Args:
        is_text: Objects and numbers may stand as texts, as they do in CSV and in our Parquet.
    """
    if is_text:
        row = {name: _value(name, value, task, place) for name, value in row.items()}
    found = row.get("id")
    if isinstance(found, bool) or not isinstance(found, str | int):
        place.refuse("id", "every row needs one; --map COLUMN=id says which column it is")
    entry: Row | None = None
    if "input" in row:
        entry = {name: row[name] for name in ENTRY - {"id", "input"} if name in row}
        entry["text"] = row["input"] if isinstance(row["input"], str) else str(row["input"])
    answer = {name: row[name] for name in ANSWERS if name in row}
    if "answer" in row:
        answer[ANSWER_FIELD[task]] = row["answer"]
    if {*COUNTS} <= set(row):
        answer["usage"] = {name: row[name] for name in COUNTS}
    model = row.get("model")
    return Sample(
        place,
        str(found),
        entry,
        answer or None,
        model if isinstance(model, str) else None,
    )


def _value(name: str, value: object, task: Task, place: Place) -> object:
    """What a text of CSV or Parquet means as a field."""
    if not isinstance(value, str):
        return value
    boxes_or_point = name in {"target", "answer"} and task in {"detection", "coordinates"}
    if name in OBJECTS or boxes_or_point:
        return _json(name, value, place)
    if name == "target" and task == "text" and value.startswith(("[", "{")):
        return _json(name, value, place)
    if name in NUMBERS | COUNTS:
        try:
            return float(value) if name in NUMBERS else int(value)
        except ValueError:
            place.refuse(name, f"{value!r} is no number")
    return value


def _json(name: str, value: str, place: Place) -> object:
    try:
        return json.loads(value)
    except ValueError as error:
        place.refuse(name, f"is no JSON: {error}")


def _csv_rows(path: Path) -> Iterator[tuple[Place, Row]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            csv.field_size_limit(MAX_LINE_BYTES)
            reader = csv.DictReader(text, strict=True)
            ours = set(reader.fieldnames or ()) >= _EXPORTED
            last = reader.line_num
            for row in reader:
                place, last = Place(path.name, last + 1), reader.line_num
                if None in row or None in row.values():
                    place.refuse("", "has another number of cells than the header")
                yield place, {name: _plain(cell) if ours else cell for name, cell in row.items()}
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} is no CSV in UTF-8: {error}") from error


def _plain(cell: str) -> str:
    """Without the apostrophe that the export put before what a spreadsheet would obey."""
    return cell[1:] if cell.startswith(_ACTIVE) else cell


def _parquet_rows(path: Path) -> Iterator[tuple[Place, Row]]:
    try:
        # A quarter of the command's start, for one kind of file; and an extra that may be missing.
        import pyarrow.parquet as pq
    except ImportError as error:
        raise ExtraMissing("What reads Parquet", extra="parquet") from error
    try:
        with pq.ParquetFile(path) as file:
            batches = file.iter_batches(batch_size=_BATCH)
            rows = chain.from_iterable(batch.to_pylist() for batch in batches)
            for number, row in enumerate(rows):
                yield Place(path.name, member=f"row {number}"), row
    # ArrowException is the base of pyarrow's errors; it derives from ValueError or OSError.
    except (ValueError, OSError) as error:
        raise InvalidInput(f"{path} is no Parquet file that can be read: {error}") from error
