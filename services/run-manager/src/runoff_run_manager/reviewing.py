"""Carries out ReviewEntries: all reviews of a command are appended in one go, or none."""

from datetime import UTC, datetime

from runoff_contracts.commands import Accepted, EntryMeant, ReviewEntries
from runoff_objects.entry_set import open_entry_set
from runoff_objects.store import Objects
from runoff_run_manager import review
from runoff_run_manager.book import Book
from runoff_run_manager.errors import refusal
from runoff_run_manager.evolve import Run, known


class Reviewing:
    """Checks that the entries are those of the run, and appends."""

    def __init__(self, book: Book, objects: Objects) -> None:
        self._book, self._objects = book, objects

    async def review(self, command: ReviewEntries) -> Accepted:
        """Take reviews."""
        run = known(command.run_id, await self._book.run(command.run_id))
        made = review.review_entries(command, run, now=datetime.now(UTC))
        await self._check(run, [each.entry for each in command.reviews])
        log, done = self._book.log, {"run_id": run.run_id, "n_reviews": len(made)}
        # Sent again after its reply was lost: all of it is there when the first one is.
        if command.command_id in (await self._book.read(made[0][0])).commands:
            return Accepted(seq=await log.last_seq(), data={**done})
        appended = await log.append_each(
            made,
            append_id=command.command_id,
            expected_seqs=await log.last_seqs([subject for subject, _ in made]),
            correlation_id=run.run_id,
            causation_id=command.command_id,
        )
        return Accepted(seq=appended.seq, data={**done})

    async def _check(self, run: Run, meant: list[EntryMeant]) -> None:
        entries = await open_entry_set(self._objects, run.created.entries)
        # In their order each chunk of the set is read once.
        for each in sorted(meant, key=lambda entry: entry.index):
            rows = await entries.rows(each.index, 1)
            if not rows or rows[0].id != each.entry_id:
                raise refusal(
                    "unknown-entry",
                    f"Entry {each.entry_id!r} does not stand at place {each.index} of the run",
                    422,
                    field="reviews",
                )
