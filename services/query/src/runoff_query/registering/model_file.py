"""A file that came in a form, on its way into the object store."""

import asyncio
import errno
import shutil
import tempfile
from pathlib import Path

from starlette.datastructures import UploadFile

from runoff_objects.store import Objects
from runoff_query.api.problems import refuse
from runoff_query.registering.upload import disk_full


async def stored(
    file: UploadFile, objects: Objects, *, field: str, most_bytes: int, folder: str | None
) -> tuple[str, int]:
    """Digest and size of the file, which is in the object store afterwards.

    Raises:
        ProblemRaised: On its field when it is empty or too large; 507 when the disk is full.
    """
    with tempfile.TemporaryDirectory(prefix="runoff-upload-", dir=folder) as home:
        path = Path(home) / "model"
        try:
            n_bytes = await asyncio.to_thread(_copy, file, path)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise disk_full() from error
            raise
        if n_bytes == 0 or n_bytes > most_bytes:
            raise refuse(
                "bad-model-file",
                "The file is empty or too large",
                422 if n_bytes == 0 else 413,
                field=field,
                hint=f"1 to {most_bytes} bytes",
            )
        return await objects.put_file(path), n_bytes


def _copy(file: UploadFile, path: Path) -> int:
    with path.open("wb") as target:
        shutil.copyfileobj(file.file, target, 1024 * 1024)
        return target.tell()
