"""`client.predictions`: what models answered elsewhere, as a model `upload/…` of its own."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pydantic_core

from runoff.errors import InvalidInput, ProblemError
from runoff.tarball import CHUNK_BYTES, Progress
from runoff.transport import Body, Transport, path_of
from runoff_contracts.problem import Problem
from runoff_contracts.registry_views import RegisteredPredictions
from runoff_contracts.task import Task
from runoff_contracts.uploads import UploadedAnswer
from runoff_contracts.views import AcceptedView, UploadedView

Rows = Path | str | Iterable[Mapping[str, object] | UploadedAnswer]
"""A file of JSON lines, or rows; each with `entry_id` and what the task wants, or `error`."""
BATCH_ROWS = 1000
_BATCH_BYTES = 4 * 1024 * 1024
"""Half of what the server takes: a batch is never over it by its last row."""


@dataclass(frozen=True)
class Pushed:
    """What came of pushing predictions to a run."""

    n_rows: int
    n_new: int
    """Those whose entries had no prediction before."""
    seq: int
    """Log sequence of the last batch; 0 where there was none."""


class Predictions:
    """Upload predictions, before a run or while it is under way; `client.models` shows them."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def upload(
        self,
        name: str,
        rows: Rows,
        *,
        task: Task | None = None,
        made_by: str | None = None,
        append: bool = False,
        dataset: str | None = None,
        after: int | None = None,
        progress: Progress | None = None,
    ) -> RegisteredPredictions:
        """Send predictions as a version of `upload/<name>`; the same ones are no new version.

        Args:
            rows: A path is sent as it is; rows are written to a temporary file first, so that
                any number of them fits. `entry_id`, then `label`, `boxes`, `point` or `text` as
                the task wants, or `error`; and where known `confidence`, `probabilities`,
                `logprob`, `latency_s`, `usage`, `cost_usd`.
            task: Needed but with `append`.
            append: Add to the newest version: the result is a version with old and new rows.
            dataset: Name, or name@version: rows that match no entry of it stand in the `warnings`
                of what comes back.
            after: With `append`: `seq` of the upload before.

        Raises:
            InvalidInput: When a row is no JSON, or there is no such file; nothing was sent.
            ProblemError: With every row that the server refuses; nothing was registered.
        """
        with _lines(rows) as file:
            n_bytes = file.seek(0, 2)
            return self._transport.send(
                RegisteredPredictions,
                "POST",
                path_of("predictions", name),
                {
                    "task": task,
                    "made_by": made_by,
                    "append": append or None,
                    "dataset": dataset,
                    "after": after,
                },
                body=lambda: _body(file, n_bytes, progress),
                # Rows that are there already are passed over, so twice is the same as once.
                repeatable=True,
            )

    def add_live(
        self, name: str, *, task: Task, made_by: str | None = None
    ) -> RegisteredPredictions:
        """Register `upload/<name>` without predictions: each run of it waits for its own.

        `push` brings them while the run is under way.
        """
        return self._transport.send(
            RegisteredPredictions,
            "POST",
            path_of("predictions", name),
            {"live": True, "task": task, "made_by": made_by},
            repeatable=True,
        )

    def push(
        self,
        run_id: str,
        rows: Rows,
        *,
        model: str | None = None,
        after: int | None = None,
        batch_rows: int = BATCH_ROWS,
        progress: Progress | None = None,
    ) -> Pushed:
        """Send predictions of a live model to a run, a batch at a time.

        Entries that have them are handed on at once; when all have one, the run settles. Rows
        that the run has already are passed over, so a push that broke off may be repeated.

        Args:
            rows: As of `upload`; an iterable is read as it is sent, so it may be a generator that
                makes predictions for days.
            model: `upload/<name>`, where several models of the run are live.
            after: `seq` of the launch, where the run was launched just now.
            batch_rows: Rows in a request, 5000 at most. One at a time is slow, and seen at once.
            progress: Called with the rows sent, twice: how many come is not known before.

        Raises:
            InvalidInput: When a row is no JSON, or there is no such file.
            ProblemError: With every row of a batch that the server refuses, by its number among
                all rows; none of that batch was taken, those before it were.
        """
        n_rows = n_new = seq = 0
        for lines in _batches(rows, batch_rows):
            taken = self._push(run_id, lines, model=model, after=after, n_before=n_rows)
            n_rows, n_new, seq = n_rows + len(lines), n_new + taken.n_new, taken.seq
            if progress:
                progress(n_rows, n_rows)
        return Pushed(n_rows, n_new, seq)

    def complete(self, run_id: str, *, model: str | None = None) -> AcceptedView:
        """Say that nothing more comes: entries without a prediction fail, and the run goes on.

        Args:
            model: `upload/<name>`; every live model of the run where it is left out.
        """
        return self._transport.send(
            AcceptedView,
            "POST",
            path_of("runs", run_id, "predictions", "complete"),
            {"model": model},
            repeatable=True,
        )

    def _push(
        self,
        run_id: str,
        lines: Sequence[bytes],
        *,
        model: str | None,
        after: int | None,
        n_before: int,
    ) -> UploadedView:
        content = b"".join(lines)
        headers = {"Content-Type": "application/x-ndjson", "Content-Length": str(len(content))}
        try:
            return self._transport.send(
                UploadedView,
                "POST",
                path_of("runs", run_id, "predictions"),
                {"model": model, "after": after},
                body=lambda: {"content": [content], "headers": headers},
                repeatable=True,
            )
        except ProblemError as refused:
            raise ProblemError(_counted_on(refused.problem, n_before)) from refused


def _counted_on(problem: Problem, n_before: int) -> Problem:
    """The same, with lines counted over all batches."""
    errors = [
        each if each.line is None else each.model_copy(update={"line": each.line + n_before})
        for each in problem.errors
    ]
    return problem.model_copy(update={"errors": errors})


def _batches(rows: Rows, n: int) -> Iterator[list[bytes]]:
    """Rows as lines, up to `n` or some megabytes of them at a time."""
    held: list[bytes] = []
    n_bytes = 0
    for line in _each_line(rows):
        if held and (len(held) >= n or n_bytes + len(line) > _BATCH_BYTES):
            yield held
            held, n_bytes = [], 0
        held.append(line)
        n_bytes += len(line)
    if held:
        yield held


def _each_line(rows: Rows) -> Iterator[bytes]:
    if not isinstance(rows, Path | str):
        for row in rows:
            yield _row_line(row)
        return
    with _lines(rows) as file:
        for line in file:
            yield line if line.endswith(b"\n") else line + b"\n"


def _row_line(row: Mapping[str, object] | UploadedAnswer) -> bytes:
    data = row.model_dump(exclude_none=True) if isinstance(row, UploadedAnswer) else row
    return json_line(data)


def _lines(rows: Rows) -> IO[bytes]:
    if isinstance(rows, Path | str):
        try:
            return Path(rows).open("rb")
        except OSError as error:
            raise InvalidInput(f"{rows} cannot be read: {error.strerror}.") from error
    file = tempfile.TemporaryFile(prefix="runoff-predictions-")  # noqa: SIM115  # the caller closes
    try:
        for row in rows:
            file.write(_row_line(row))
    except BaseException:
        file.close()
        raise
    return file


def json_line(data: object) -> bytes:
    """One line of JSON.

    Raises:
        InvalidInput: When the data is none: JSON has no NaN, and no objects of Python.
    """
    try:
        return pydantic_core.to_json(data, inf_nan_mode="constants") + b"\n"
    except (ValueError, TypeError, pydantic_core.PydanticSerializationError) as error:
        raise InvalidInput(f"A row is no JSON: {error}") from error


def _body(file: IO[bytes], n_bytes: int, progress: Progress | None) -> Body:
    file.seek(0)
    headers = {"Content-Type": "application/x-ndjson", "Content-Length": str(n_bytes)}
    return {"content": _chunks(file, n_bytes, progress), "headers": headers}


def _chunks(file: IO[bytes], n_bytes: int, progress: Progress | None) -> Iterator[bytes]:
    n_sent = 0
    while chunk := file.read(CHUNK_BYTES):
        yield chunk
        n_sent += len(chunk)
        if progress:
            progress(n_sent, n_bytes)
