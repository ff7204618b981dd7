"""The client: one object, the same nouns and verbs as the command."""

from types import TracebackType
from typing import Self

import httpx

from runoff.address import resolve
from runoff.comparisons import Comparisons
from runoff.datasets import Datasets
from runoff.events import Events
from runoff.exports import Exports
from runoff.models import Models
from runoff.params import Params
from runoff.plans import Plans
from runoff.predictions import Predictions
from runoff.reviews import Reviews
from runoff.runs import Runs
from runoff.scorers import Scorers
from runoff.server import Server
from runoff.transport import Transport
from runoff.versions import Versions


class Client:
    """A Runoff server.

    Args:
        url: Its address. When left out: RUNOFF_API_URL, else the stack that runs in this folder,
            else http://127.0.0.1:8700.
        timeout_s: Longest silence within one answer.
        wire: What carries requests, for whoever counts or times them.
        n_kept: How many runs and parts of their entries are kept, for whoever reads the same ones
            over and over: the server then says that they still stand, and no more.

    No connection is made before the first call. Every call raises `RunoffError` or one below it.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        timeout_s: float = 60.0,
        wire: httpx.BaseTransport | None = None,
        n_kept: int = 0,
    ) -> None:
        self._transport = Transport(resolve(url), timeout_s=timeout_s, wire=wire, n_kept=n_kept)
        self.datasets = Datasets(self._transport)
        self.models = Models(self._transport)
        self.predictions = Predictions(self._transport)
        self.plans = Plans(self._transport)
        self.runs = Runs(self._transport)
        self.params = Params(self._transport)
        self.reviews = Reviews(self._transport)
        self.versions = Versions(self._transport)
        self.exports = Exports(self._transport)
        self.scorers = Scorers(self._transport)
        self.comparisons = Comparisons(self._transport)
        self.events = Events(self._transport)
        self.server = Server(self._transport)

    @property
    def url(self) -> str:
        """The address in use."""
        return self._transport.address.url

    def close(self) -> None:
        """End all connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
