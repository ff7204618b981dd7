"""Writes plans, which runs keep to them, and which runs were decided before their end."""

from collections.abc import Sequence

from runoff_contracts.events.lifecycle import RunCompleted, RunCreated, RunDecided
from runoff_contracts.events.plan import PlanSealed
from runoff_query.database import Connection
from runoff_query.projections.deleted import delete_runs
from runoff_query.recorded import Recorded
from runoff_query.statements import statement

_DELETES = ("projections/plans/delete_runs", "projections/plans/delete_decisions")


async def project(connection: Connection, facts: Sequence[Recorded]) -> None:
    """Add what was sealed, launched and decided: rare, so one statement each."""
    for fact in facts:
        match fact.content:
            case PlanSealed() as event:
                plan = event.plan.model_dump_json()
                await connection.execute(
                    statement("projections/plans/add_plan"),
                    event.digest,
                    plan,
                    event.sealed_at,
                    fact.seq,
                )
            case RunCreated() as event if event.plan is not None:
                await connection.execute(
                    statement("projections/plans/add_run"), event.run_id, event.plan, fact.seq
                )
            case RunDecided() as event:
                watched = event.watched.model_dump_json()
                await connection.execute(
                    statement("projections/plans/add_decision"), event.run_id, watched
                )
            case RunCompleted() as event if event.n_planned is not None:
                await connection.execute(
                    statement("projections/plans/end_decision"), event.run_id, event.n_planned
                )
    await delete_runs(connection, facts, statements=_DELETES)
