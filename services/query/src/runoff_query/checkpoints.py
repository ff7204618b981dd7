"""How far each projection has come, and whether the log is still the one that it read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from runoff_eventlog.bootstrap import Checkpoint, LogState
from runoff_eventlog.errors import LogBehind, LogGone, LogReplaced
from runoff_query.database import Connection
from runoff_query.errors import Fenced
from runoff_query.statements import statement


@dataclass(frozen=True)
class Checkpoints:
    """Each projection's last sequence, and the log that it counts in."""

    log_id: str = ""
    seqs: Mapping[str, int] = field(default_factory=dict)

    @property
    def lowest(self) -> int:
        """Everything up to here is in every read model."""
        return min(self.seqs.values(), default=0)

    @property
    def highest(self) -> int:
        """Nothing behind here is in any read model."""
        return max(self.seqs.values(), default=0)

    def moved(self, seq: int) -> "Checkpoints":
        """As they stand once everything up to `seq` is projected."""
        return Checkpoints(self.log_id, {name: max(held, seq) for name, held in self.seqs.items()})

    def guard(self) -> Checkpoint | None:
        """What the log is held against; none where nothing was projected yet."""
        return Checkpoint(self.log_id, self.highest) if self.highest else None


async def read_checkpoints(connection: Connection, *, lock: bool = False) -> Checkpoints:
    """The checkpoints as they stand; locked, nobody moves them until the transaction ends."""
    rows = await connection.fetch(statement("checkpoints/lock" if lock else "checkpoints/read"))
    log_ids = {str(row["log_id"]) for row in rows}
    return Checkpoints(
        max(log_ids, default=""), {row["projection"]: row["last_seq"] for row in rows}
    )


async def start_checkpoints(
    connection: Connection, projections: Iterable[str], log_id: str
) -> None:
    """Give projections that are new a checkpoint before the first message."""
    await connection.execute(statement("checkpoints/start"), list(projections), log_id)


async def move_checkpoints(connection: Connection, held: Checkpoints, seq: int) -> Checkpoints:
    """Move what is behind `seq` to it, if all stand where they were.

    Raises:
        Fenced: When another projector moved one of them.
    """
    behind = {name: last for name, last in held.seqs.items() if last < seq}
    rows = await connection.fetch(
        statement("checkpoints/move"), list(behind), list(behind.values()), seq, held.log_id
    )
    if len(rows) != len(behind):
        raise Fenced
    return held.moved(seq)


def check_log(state: LogState | None, checkpoint: Checkpoint | None) -> None:
    """Hold the log that is there against what read models were built from.

    Raises:
        LogGone, LogBehind, LogReplaced: When it is not the same log, or lost its end.
    """
    if checkpoint is None:
        return
    if state is None:
        raise LogGone(checkpoint_seq=checkpoint.seq)
    if state.log_id != checkpoint.log_id:
        raise LogReplaced(log_id=state.log_id, checkpoint_log_id=checkpoint.log_id)
    if state.last_seq < checkpoint.seq:
        raise LogBehind(last_seq=state.last_seq, checkpoint_seq=checkpoint.seq)
