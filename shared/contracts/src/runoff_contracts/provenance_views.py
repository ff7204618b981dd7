"""What the HTTP API answers about a run's parameters and where it comes from."""

from typing import Literal

from pydantic import AwareDatetime

from runoff_contracts.lineage import Lineage, ServerLineage
from runoff_contracts.params import Params, ParamValue
from runoff_contracts.views import View


class LineageView(View):
    """Where a run comes from."""

    run_id: str
    digest: str | None
    """As in the summary; None where the launch said nothing."""
    lineage: Lineage | None
    server: ServerLineage | None
    """None for runs of releases that did not say it."""


class ParamsView(View):
    """A run's parameters as they are now."""

    run_id: str
    params: Params
    params_version: int


class ParamsChangeView(View):
    """One version of a run's parameters, and how it differs from the one before."""

    params_version: int
    how: Literal["launched", "edited", "copied", "reset"]
    template: str | None
    """The run that they were taken over from."""
    set: dict[str, ParamValue]
    """Added and changed ones, with their new values; at launch all of them."""
    unset: dict[str, ParamValue]
    """Those that went, with their last values."""
    before: dict[str, ParamValue]
    """The former values of the changed ones."""
    by: str
    changed_at: AwareDatetime
    seq: int
