"""`client.versions`: ask entries of a run again, and read what came of it."""

from collections.abc import Mapping, Sequence
from typing import Literal

from runoff.transport import Transport, path_of
from runoff_contracts.views import AskedAgainView, EntryView


class Versions:
    """Further versions of answers: v2, v3 … beside the run's own v1, which alone counts."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def rerun(
        self, run_id: str, entries: Sequence[str], *, contenders: Sequence[int] | None = None
    ) -> AskedAgainView:
        """Ask entries once more, as they were.

        Args:
            entries: Ids of at most 1,000 entries.
            contenders: Positions of those that answer; all when left out.

        Raises:
            ProblemError: When the run lacks an entry or a contender.
        """
        asked = {"entries": list(entries), "contenders": _listed(contenders)}
        return self._send(asked, "runs", run_id, "rerun")

    def vary(
        self,
        run_id: str,
        entry_id: str,
        *,
        mode: Literal["lexical", "semantic"],
        contenders: Sequence[int] | None = None,
        seed_contender: int = 0,
        seed_version: int = 1,
        seed_text: str | None = None,
    ) -> AskedAgainView:
        """Ask for another answer that starts from a given one.

        Args:
            mode: `lexical` keeps its words and means something else; `semantic` keeps its meaning
                and says it in other words.
            seed_contender: Whose answer to start from.
            seed_version: Which version of it.
            seed_text: The answer to start from, in place of a contender's.

        Raises:
            ProblemError: When there is no such answer, or a contender that cannot be told of one.
        """
        asked = {
            "mode": mode,
            "contenders": _listed(contenders),
            "seed_contender": seed_contender,
            "seed_version": seed_version,
            "seed_text": seed_text,
        }
        return self._send(asked, "runs", run_id, "entries", entry_id, "variations")

    def entry(self, run_id: str, entry_id: str, *, after: int | None = None) -> EntryView:
        """An entry with every further version of its answers, oldest first."""
        path = path_of("runs", run_id, "entries", entry_id)
        return self._transport.get(EntryView, path, {"after": after})

    def _send(self, asked: Mapping[str, object], *path: str) -> AskedAgainView:
        return self._transport.send(
            AskedAgainView, "POST", path_of(*path), body=lambda: {"json": asked}, repeatable=False
        )


def _listed(contenders: Sequence[int] | None) -> list[int] | None:
    return None if contenders is None else list(contenders)
