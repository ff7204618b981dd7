"""What the HTTP API answers of its own state: lags, parked messages, rebuilds."""

from typing import Literal

from pydantic import Field

from runoff_contracts.views import View


class ProjectionHealth(View):
    """How far one projection is behind the log."""

    projection: str
    seq: int
    lag: int
    """Log messages not yet in the read models."""


class ParkedView(View):
    """A message of the log that could not be projected: it is left out of the read models."""

    seq: int
    subject: str
    reason: str


class HealthView(View):
    """Whether the API can serve, and how fresh what it serves is."""

    status: Literal["ready", "behind", "unavailable"]
    log_seq: int
    projections: list[ProjectionHealth]
    workers: list[str]
    """Names of workers seen within the last three seconds."""
    n_parked: int = 0
    parked: list[ParkedView] = Field(default_factory=list)
    """The newest of them."""
    web_url: str | None = None
    """Where people find the pages; none where the server was not told."""


class RebuildView(View):
    """How a rebuild stands or ended."""

    state: Literal["never", "running", "swapped", "failed"]
    seq: int
    target_seq: int
    tables: dict[str, "TableCheck"]
    """Filled at the swap: fresh against live table, both at the same log sequence."""
    detail: str = ""


class TableCheck(View):
    """Fresh and live table compared row by row under one lock, at the same log sequence."""

    n_rows: int
    n_rows_live: int
    equal: bool


RebuildView.model_rebuild()
