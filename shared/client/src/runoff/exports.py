"""`client.exports`: a run as a file."""

import os
import tempfile
from pathlib import Path
from typing import Literal, get_args

from runoff.errors import InvalidInput
from runoff.tarball import Progress
from runoff.transport import Params, Transport, path_of

ExportFormat = Literal["jsonl", "csv", "parquet", "every-eval-ever"]
FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)
SUFFIXES: dict[str, ExportFormat] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
    ".zip": "every-eval-ever",
}


class Exports:
    """Write runs to files."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def save(
        self,
        run_id: str,
        path: Path | str,
        *,
        format: ExportFormat | None = None,
        after: int | None = None,
        progress: Progress | None = None,
    ) -> int:
        """Write a run to a file, and answer its bytes.

        The file appears when it is whole; one that is there is replaced then.

        Args:
            format: By the suffix of the path where it is left out; `every-eval-ever` is a zip.

        Raises:
            InvalidInput: When the suffix says no format, or the file cannot be written.
            ProblemError: When there is no such run.
            ServerUnreachable: When the answer broke off; nothing is left of it.
        """
        target = Path(path)
        params: Params = {"format": format or format_of(target), "after": after}
        source = path_of("runs", run_id, "export")
        return download_to(self._transport, source, params, target, progress)


def download_to(
    transport: Transport,
    path: str,
    params: Params,
    target: Path,
    progress: Progress | None = None,
) -> int:
    """Write what a path answers to a file, which appears when it is whole; its bytes.

    Raises:
        InvalidInput: When the file cannot be written.
        ProblemError, ServerUnreachable: as the transport; nothing is left of it.
    """
    try:
        number, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise InvalidInput(f"{target} cannot be written: {error.strerror}.") from error
    part = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            n_bytes = transport.download(path, params, file, progress)
        part.chmod(0o666 & ~_umask())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return n_bytes


def format_of(path: Path) -> ExportFormat:
    """What the suffix of a path says.

    Raises:
        InvalidInput: When it says nothing.
    """
    found = SUFFIXES.get(path.suffix.lower())
    if found is None:
        raise InvalidInput(f"{path}: give a format ({', '.join(FORMATS)}), or end it as {_known()}")
    return found


def _known() -> str:
    return ", ".join(SUFFIXES)


def _umask() -> int:
    """What this process takes from new files; it can be read by setting it only."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
