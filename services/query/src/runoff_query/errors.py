"""What can go wrong in the query service.

QueryError
├── Fenced            another projector moved the checkpoints (transient): read them again
├── Unprojectable     a message does not hold what its type says (permanent): it is parked
├── WrongDatabase     the database is not what this release can work with: an operator decides
│   ├── MigrationChanged  a migration was edited after it was applied
│   └── DatabaseTooNew    a later release has migrated this database
├── RebuildUnderWay   one rebuild runs already: wait for its end
└── ExportCut         a run was deleted while it was written out: the client sees a broken answer
"""


class QueryError(Exception):
    """Base of everything that the query service raises."""


class Fenced(QueryError):
    """Another projector moved the checkpoints: start over from where they stand now."""


class Unprojectable(QueryError):
    """A message of the log does not hold what its type says: park it and go on."""


class WrongDatabase(QueryError):
    """The database is not what this release can work with."""


class MigrationChanged(WrongDatabase):
    """A migration that was applied reads otherwise now: restore it, and add a new one instead."""

    def __init__(self, name: str) -> None:
        super().__init__(f"migration {name} was edited after it was applied")


class DatabaseTooNew(WrongDatabase):
    """A later release has migrated this database: run that release."""

    def __init__(self, number: int) -> None:
        super().__init__(f"the database has migration {number}, which this release does not know")


class RebuildUnderWay(QueryError):
    """One rebuild runs already: wait for its end."""


class ExportCut(QueryError):
    """The run was deleted while it was written out: an answer that is not whole has to break."""

    def __init__(self, run_id: str, *, n_seen: int, n_wanted: int) -> None:
        super().__init__(f"run {run_id}: {n_seen} of {n_wanted} entries were left")
