"""A request's body on disk: uploads may be larger than memory."""

import asyncio
import errno
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.requests import Request

from runoff_query.api.problems import refuse

_WRITE_BYTES = 1024 * 1024


@asynccontextmanager
async def spooled(request: Request, *, folder: str | None) -> AsyncIterator[Path]:
    """The body as a file that goes with the context.

    Raises:
        ProblemRaised: 507 when the disk is full.
    """
    with tempfile.TemporaryDirectory(prefix="runoff-upload-", dir=folder) as home:
        path = Path(home) / "body"
        try:
            await _write(request, path)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise disk_full() from error
            raise
        yield path


def disk_full() -> Exception:
    """What is raised when an upload does not fit."""
    return refuse("no-space", "There is no room left for the upload", 507)


async def _write(request: Request, path: Path) -> None:
    with path.open("wb") as file:
        held: list[bytes] = []
        n_held = 0
        async for chunk in request.stream():
            held.append(chunk)
            n_held += len(chunk)
            if n_held >= _WRITE_BYTES:
                await asyncio.to_thread(file.write, b"".join(held))
                held, n_held = [], 0
        await asyncio.to_thread(file.write, b"".join(held))
