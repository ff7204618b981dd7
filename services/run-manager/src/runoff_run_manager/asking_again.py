"""Carries out AskAgain: a further version of each entry that is meant, on a subject of its own."""

from datetime import UTC, datetime

from pydantic import JsonValue

from runoff_contracts import subjects
from runoff_contracts.commands import Accepted, AskAgain, EntryMeant
from runoff_contracts.events.again import EntryAskedAgain
from runoff_objects.entry_set import open_entry_set
from runoff_objects.store import Objects
from runoff_run_manager import again
from runoff_run_manager.book import Book
from runoff_run_manager.errors import refusal
from runoff_run_manager.evolve import Run


class AskingAgain:
    """Looks up what is meant, and appends that it was asked for."""

    def __init__(self, book: Book, objects: Objects) -> None:
        self._book, self._objects = book, objects

    async def ask(self, command: AskAgain) -> Accepted:
        """Ask for a further version of each entry that is meant."""
        page = await self._book.read(subjects.lifecycle(command.run_id))
        run, seq = Run.of(page.events), page.seq
        contenders = again.contenders_meant(command, run)
        assert run is not None, "it would have been refused"
        entries = await open_entry_set(self._objects, run.created.entries)
        versions: dict[str, JsonValue] = {}
        for entry in command.entries:
            rows = await entries.rows(entry.index, 1)
            if not rows or rows[0].id != entry.entry_id:
                raise refusal(
                    "unknown-entry",
                    f"Entry {entry.entry_id!r} does not stand at place {entry.index} of the run",
                    422,
                    field="entries",
                )
        for entry in command.entries:
            version, entry_seq = await self._ask(command, entry, contenders)
            versions[entry.entry_id], seq = version, max(seq, entry_seq)
        return Accepted(seq=seq, data={"run_id": command.run_id, "versions": versions})

    async def _ask(
        self, command: AskAgain, entry: EntryMeant, contenders: list[int]
    ) -> tuple[int, int]:
        """Number of the entry's new version, and the log's sequence of it."""
        page = await self._book.read(subjects.entry(command.run_id, entry.index))
        asked = again.Asked([each for each in page.events if isinstance(each, EntryAskedAgain)])
        made = again.ask_again(command, entry, asked, contenders, now=datetime.now(UTC))
        seq = await self._book.append(page, made, command, part=f":{entry.index}")
        known = asked.by_command(command.command_id)
        return known.answer_version if known else asked.newest + 1, seq
