"""`client.predictions`: what models answered elsewhere, as a model `upload/…` of its own."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

import pydantic_core

from runoff.errors import InvalidInput
from runoff.tarball import CHUNK_BYTES, Progress
from runoff.transport import Body, Transport, path_of
from runoff_contracts.task import Task
from runoff_contracts.uploads import UploadedAnswer
from runoff_contracts.views import RegisteredPredictions

Rows = Path | str | Iterable[Mapping[str, object] | UploadedAnswer]
"""A file of JSON lines, or rows; each with `entry_id` and what the task wants, or `error`."""


class Predictions:
    """Upload predictions; `client.models` shows them afterwards."""

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
                    "after": after,
                },
                body=lambda: _body(file, n_bytes, progress),
                # Rows that are there already are passed over, so twice is the same as once.
                repeatable=True,
            )


def _lines(rows: Rows) -> IO[bytes]:
    if isinstance(rows, Path | str):
        try:
            return Path(rows).open("rb")
        except OSError as error:
            raise InvalidInput(f"{rows} cannot be read: {error.strerror}.") from error
    file = tempfile.TemporaryFile(prefix="runoff-predictions-")  # noqa: SIM115  # the caller closes
    try:
        for row in rows:
            data = row.model_dump(exclude_none=True) if isinstance(row, UploadedAnswer) else row
            file.write(json_line(data))
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
