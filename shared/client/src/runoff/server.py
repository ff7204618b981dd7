"""`client.server`: how the server is, the rebuild of its read models, stored content."""

import time
from collections.abc import Iterator

from runoff.transport import Transport, path_of
from runoff_contracts.finding_views import Hits
from runoff_contracts.health_views import HealthView, RebuildView

POLL_S = 0.2


class Server:
    """The server itself."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def health(self) -> HealthView:
        """Whether it can serve, and how fresh what it serves is; also when it is not ready."""
        return self._transport.send(
            HealthView, "GET", path_of("health", "ready"), repeatable=True, statuses=[503]
        )

    def pages(self) -> str | None:
        """Where people find its pages; none where it does not know."""
        found = self.health().web_url
        return found.rstrip("/") if found else None

    def rebuild(self) -> Iterator[RebuildView]:
        """Project the whole log into fresh tables; yields until they are swapped or it failed."""
        view = self._transport.send(RebuildView, "POST", path_of("rebuild"), repeatable=False)
        yield view
        while view.state == "running":
            time.sleep(POLL_S)
            view = self.rebuild_state()
            yield view

    def rebuild_state(self) -> RebuildView:
        """How the last rebuild stands or ended."""
        return self._transport.get(RebuildView, path_of("rebuild"))

    def search(self, words: str, *, limit: int | None = None) -> Hits:
        """Runs, datasets, models and comparisons that have all of these words.

        Args:
            limit: Of each kind; five when left out.
        """
        return self._transport.get(Hits, path_of("search"), {"q": words, "limit": limit})

    def content(self, digest: str) -> bytes:
        """The stored file with this digest."""
        return self._transport.get_bytes(path_of("objects", digest))
