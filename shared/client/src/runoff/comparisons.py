"""`client.comparisons`: the documents that say how contenders differ."""

import time

from runoff.errors import NotServed, ProblemError
from runoff.transport import Transport, path_of
from runoff_contracts.views import ComparisonView

POLL_S = 0.1


class Comparisons:
    """Read comparison documents; they are computed on the server, once."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def show(self, digest: str) -> ComparisonView:
        """The document that this digest names."""
        return self._transport.get(ComparisonView, path_of("comparisons", digest))

    def of_run(
        self, run_id: str, *, after: int | None = None, wait_s: float = 0.0
    ) -> ComparisonView:
        """How the contenders of a run differ.

        Args:
            wait_s: How long to wait for a document that is not there yet: it follows a moment
                behind the run's completion.

        Raises:
            ProblemError: When the run is unknown, or has nothing to compare.
            NotServed: When the document is not there within `wait_s`.
        """
        deadline = time.monotonic() + wait_s
        path = path_of("runs", run_id, "comparison")
        while True:
            try:
                return self._transport.get(ComparisonView, path, {"after": after})
            except ProblemError as error:
                if error.name != "comparison-not-ready":
                    raise
                if time.monotonic() >= deadline:
                    raise NotServed("The comparison", waited_s=wait_s) from error
            time.sleep(POLL_S)
