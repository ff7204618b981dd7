"""Writes parameters by version, and lineage with its summary."""

from collections.abc import Sequence
from datetime import datetime

import pydantic_core

from runoff_contracts.comparison import canonical, digest_of
from runoff_contracts.events.lifecycle import RunCreated, RunEdited
from runoff_contracts.lineage import Lineage
from runoff_contracts.params import Params
from runoff_contracts.views import LineageSummary
from runoff_query.database import Connection
from runoff_query.projections.deleted import delete_runs
from runoff_query.recorded import Recorded, storable
from runoff_query.statements import statement

Made = tuple[str | None, str, datetime, int]
"""Taken over from which run, by whom, when, at which sequence."""
_TABLES = ("run_params_versions", "run_lineage")


async def project(connection: Connection, facts: Sequence[Recorded]) -> None:
    """Add what was said at launches and in edits; launches and edits are few."""
    for fact in facts:
        match fact.content:
            case RunCreated() as event:
                launch = (event.params_from, "", event.created_at, fact.seq)
                await _params(connection, event.run_id, event.params, launch)
                await _lineage(connection, event)
            case RunEdited() as event if event.params is not None:
                edit = (event.params_from, storable(event.by), event.edited_at, fact.seq)
                await _params(connection, event.run_id, event.params, edit)
    await delete_runs(
        connection,
        facts,
        statements=[f"projections/provenance/delete_{table}" for table in _TABLES],
    )


async def _params(connection: Connection, run_id: str, params: Params, made: Made) -> None:
    await connection.execute(
        statement("projections/provenance/add_params"),
        run_id,
        pydantic_core.to_json(params).decode(),
        *made,
    )


async def _lineage(connection: Connection, event: RunCreated) -> None:
    lineage, server = event.lineage, event.server
    if lineage is None and server is None:
        return
    await connection.execute(
        statement("projections/provenance/add_lineage"),
        event.run_id,
        lineage.model_dump_json(exclude_none=True) if lineage else None,
        summary_of(lineage).model_dump_json(exclude_none=True) if lineage else None,
        server.model_dump_json() if server else None,
    )


def summary_of(lineage: Lineage) -> LineageSummary:
    """What is shown of a lineage beside its run."""
    git = lineage.git
    return LineageSummary(
        digest=digest_of(canonical(lineage.model_dump(mode="json", exclude_none=True))),
        commit=git and git.commit,
        branch=git and git.branch,
        dirty=git and git.dirty,
        python=lineage.python,
        n_packages=len(lineage.packages),
        command=lineage.command,
    )
