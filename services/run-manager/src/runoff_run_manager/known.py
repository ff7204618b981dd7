"""What the log has of datasets and models, by the names that launches call them by."""

from collections.abc import Sequence

from runoff_contracts import subjects
from runoff_contracts.commands import ScorerAsked
from runoff_run_manager import judges
from runoff_run_manager.book import Book
from runoff_run_manager.evolve import Dataset, Model


class Known:
    """Looks them up."""

    def __init__(self, book: Book) -> None:
        self._book = book

    async def dataset(self, name: str) -> Dataset | None:
        """A dataset; none where there is none."""
        return Dataset.of((await self._book.read(subjects.dataset(name))).events)

    async def model(self, reference: str) -> Model | None:
        """A registered model, named with or without its version; none where there is none."""
        name = reference.partition("@")[0]
        return Model.of((await self._book.read(subjects.model(name))).events)

    async def judge_models(self, asked: Sequence[ScorerAsked] | None) -> judges.Models:
        """The models that scorers are to judge by."""
        names = {each.partition("@")[0] for each in judges.models_asked(asked)}
        return {name: await self.model(name) for name in names}
