"""`upload/…`: predictions that were made elsewhere."""

from typing import Literal

from pydantic import Field

from runoff_contracts.specs.declaration import Declaration
from runoff_contracts.task import Task


class UploadSpec(Declaration):
    """Declaration of predictions in a file of the object store, an entry each.

    The file is JSON lines in the shape of `runoff_contracts.uploads.UploadedAnswer`, whatever
    format they came in.
    """

    kind: Literal["upload"] = "upload"
    task: Task
    n_answers: int = Field(ge=0)
    made_by: str | None = Field(default=None, max_length=200)
    """What made them, in the person's own words."""
