"""`client.scorers`: what answers can be scored by."""

from runoff.transport import Transport, path_of
from runoff_contracts.views import Page, ScorerView


class Scorers:
    """Read the table of scorers."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> Page[ScorerView]:
        """Every scorer that comes with the server; custom ones are named `module:function`."""
        return self._transport.get(Page[ScorerView], path_of("scorers"))
