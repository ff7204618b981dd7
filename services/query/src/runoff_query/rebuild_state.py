"""How the newest rebuild stands: kept beside the read models, so that it outlives their swap."""

from runoff_contracts.health_views import RebuildView
from runoff_query.database import Connection
from runoff_query.statements import statement

_NEVER = RebuildView(state="never", seq=0, target_seq=0, tables={})


async def read_state(connection: Connection) -> RebuildView:
    """The state that was written last."""
    text = await connection.fetchval(statement("meta/read_rebuild"))
    return _NEVER if text is None else RebuildView.model_validate_json(text)


async def write_state(connection: Connection, view: RebuildView) -> None:
    """Say how it stands now."""
    await connection.execute(statement("meta/write_rebuild"), view.model_dump_json())
