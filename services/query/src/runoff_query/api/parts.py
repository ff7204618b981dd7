"""What the routes work with: made once, in `app.py`, and passed to each by FastAPI."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from nats.aio.client import Client
from nats.errors import MaxPayloadError

from runoff_contracts.commands import Accepted, Command
from runoff_objects.store import Objects
from runoff_query.api.ahead import Ahead
from runoff_query.api.entry_ids import EntryIds
from runoff_query.api.live import Changes, LiveRuns
from runoff_query.api.places import EntryLists
from runoff_query.api.problems import ProblemRaised, refuse
from runoff_query.api.progress import Progress
from runoff_query.api.run_cells import RunGrids
from runoff_query.api.watched import WatchedRuns
from runoff_query.api.workers import Workers
from runoff_query.compared.opened import ComparedTables
from runoff_query.database import Pool
from runoff_query.settings import ApiSettings
from runoff_runtime.commands import ask

_ANSWER_S = 10.0


@dataclass(frozen=True)
class Parts:
    """Everything that outlives a request."""

    settings: ApiSettings
    pool: Pool
    objects: Objects
    entry_ids: EntryIds
    entry_lists: EntryLists
    ahead: Ahead
    compared: ComparedTables
    progress: Progress
    live: LiveRuns
    grids: RunGrids
    changes: Changes
    watched: WatchedRuns
    workers: Workers
    client: Callable[[], Client]
    """The NATS connection; there is none before the start."""

    def nats(self) -> Client:
        """The connection, if it is up.

        Raises:
            ProblemRaised: 503 when it is not: what is sent now would arrive at some later time.
        """
        nc = self.client()
        if not nc.is_connected:
            raise refuse("server-unavailable", "The event log is not reachable", 503, "Try again.")
        return nc

    async def order(self, command: Command, *, timeout_s: float = _ANSWER_S) -> Accepted:
        """Have a service carry out a command.

        Raises:
            ProblemRaised: With what the service says against it.
            NoAnswer: When no service answered.
        """
        try:
            outcome = (await ask(self.nats(), command, timeout_s=timeout_s)).outcome
        except MaxPayloadError as error:
            raise refuse(
                "content-too-large", "The order is too large", 413, "Send it in several parts."
            ) from error
        if isinstance(outcome, Accepted):
            return outcome
        raise ProblemRaised(outcome.problem)


async def _parts_of(request: Request) -> Parts:
    # Asynchronous, or FastAPI would hand each request to a thread for it.
    # Starlette's state is an untyped bag; `app.py` puts exactly this there.
    return cast(Parts, request.app.state.parts)


PartsOf = Annotated[Parts, Depends(_parts_of)]
