"""What a frame of each topic holds: the parts of a page that may have changed.

A part is an element with this id; a browser that shows it puts the new one in its place.
"""

from runoff.client import Client
from runoff.errors import ProblemError
from runoff_contracts.task import Status
from runoff_contracts.views import RunView
from runoff_web.asking import Documents
from runoff_web.board import MAX_CARDS, card_of, cards_of
from runoff_web.live.bridge import BOARD, RUN, RUNS
from runoff_web.live.bridge import Frames as Frame
from runoff_web.rendering import Pages

MAX_ROWS = 50


class Frames:
    """Renders topics; called in threads."""

    def __init__(self, client: Client, documents: Documents, pages: Pages) -> None:
        self._client, self._documents, self._pages = client, documents, pages

    def of(self, topic: str, moved: frozenset[str] | None) -> Frame | None:
        """The frame of a topic; None where there is nothing to show any more."""
        if topic == RUNS:
            return self._runs(moved)
        if topic == BOARD:
            return self._board(moved)
        return self._run(topic.removeprefix(RUN))

    def _runs(self, moved: frozenset[str] | None) -> Frame:
        if moved is None:
            runs = self._client.runs.list(limit=MAX_ROWS).items
        else:
            found = (self._shown(each) for each in sorted(moved)[-MAX_ROWS:])
            runs = [each for each in found if each is not None]
        parts = {
            f"run-{each.run_id}": self._pages.fragment("runs_row.html", run=each) for each in runs
        }
        return {"parts": parts}

    def _board(self, moved: frozenset[str] | None) -> Frame:
        """Cards of what is under way, or of the newest of what moved on: that may have ended."""
        if moved is None:
            cards = cards_of(self._client)
        else:
            found = (self._shown(each) for each in sorted(moved)[-MAX_CARDS:])
            made = (card_of(self._client, each) for each in found if each is not None)
            cards = [each for each in made if each is not None]
        return {
            "parts": {
                f"card-{each.run.run_id}": self._pages.fragment("run_card.html", card=each)
                for each in cards
            }
        }

    def _run(self, run_id: str) -> Frame | None:
        run = self._shown(run_id)
        if run is None:
            return None
        values = {"run": run, "comparison": self._documents.comparison(run)}
        return {
            "parts": {
                "run-actions": self._pages.fragment("run_actions.html", **values),
                "run-head": self._pages.fragment("run_head.html", **values),
                "run-verdict": self._pages.fragment("run_verdict.html", **values),
            },
            "n_entries": run.n_processed,
            "final": is_final(run),
        }

    def _shown(self, run_id: str) -> RunView | None:
        try:
            return self._client.runs.show(run_id)
        except ProblemError as error:
            if error.name == "unknown-run":
                return None
            raise


def is_final(run: RunView) -> bool:
    """Whether nothing of the run's page will change by itself any more."""
    if run.status is not Status.COMPLETED:
        return run.status.settled
    return len(run.contenders) < 2 or run.comparison_digest is not None
