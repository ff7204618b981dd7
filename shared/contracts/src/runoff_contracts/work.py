"""Work items on the stream WORK, and what workers say of themselves."""

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from runoff_contracts.ids import RunId


class WorkItem(BaseModel):
    """Ask the run's models about entries `start` to `start + n - 1`; the log has the rest."""

    model_config = ConfigDict(frozen=True)

    run_id: RunId
    slice: int = Field(ge=0)
    start: int = Field(ge=0)
    n: int = Field(ge=1)
    lifecycle_seq: int = Field(default=0, ge=0)
    """Last sequence of the run's lifecycle when this was handed out: an item from before a pause
    is not begun while the run is paused, and one from after it always is."""


class WorkerBeat(BaseModel):
    """A worker's sign of life, each second."""

    model_config = ConfigDict(frozen=True)

    worker: str
    pid: int
    sent_at: AwareDatetime
    n_items: int
    n_entries_done: int


class WorkerLease(BaseModel):
    """The acknowledgement subjects of what a worker holds now."""

    model_config = ConfigDict(frozen=True)

    worker: str
    pid: int
    replies: list[str]
