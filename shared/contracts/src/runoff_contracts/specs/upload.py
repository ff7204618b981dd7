"""`upload/…`: predictions that were made elsewhere."""

from typing import Literal

from pydantic import Field

from runoff_contracts.specs.declaration import Declaration
from runoff_contracts.task import Task


class UploadSpec(Declaration):
    """Declaration of predictions in a file of the object store, an entry each.

    The file is JSON lines in the shape of `runoff_contracts.uploads.UploadedAnswer`, whatever
    format they came in. A live one has no file: its predictions are pushed while a run is under
    way, and each run waits for its own.
    """

    kind: Literal["upload"] = "upload"
    task: Task
    live: bool = False
    n_answers: int = Field(default=0, ge=0)
    """In the file; 0 where it is live."""
    made_by: str | None = Field(default=None, max_length=200)
    """What made them, in the person's own words."""
