"""What a projection is: a name, and how it writes facts of the log into its tables."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from runoff_query.database import Connection
from runoff_query.recorded import Recorded

Project = Callable[[Connection, Sequence[Recorded]], Awaitable[None]]


@dataclass(frozen=True)
class Projection:
    """One read model. It is given each fact once and in order, within an open transaction.

    Its rows may depend on nothing but the facts: no clock, no random number, no place in a batch.
    """

    name: str
    project: Project
