"""What pages ask the API: several things at once, and what never changes once only."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import lru_cache
from http import HTTPStatus
from typing import Final, TypeVar

from runoff.client import Client
from runoff.comparison import Comparison
from runoff.errors import ProblemError
from runoff_contracts.views import RunView

First = TypeVar("First")
Second = TypeVar("Second")
_KEPT: Final = 32
_N_AT_ONCE: Final = 16


class AtOnce:
    """Asks in threads of its own: those of the pages may all wait, and these end by themselves."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_N_AT_ONCE, thread_name_prefix="ask")

    def both(
        self, first: Callable[[], First], second: Callable[[], Second]
    ) -> tuple[First, Second]:
        """What the two answer; one of them is asked in this thread.

        Raises:
            RunoffError: Of the first one, where both fail.
        """
        # The context holds whose requests are counted.
        asked = self._threads.submit(copy_context().run, second)
        try:
            answer = first()
        finally:
            # It uses the client, which may not be closed before.
            failed = asked.exception()
        if failed is not None:
            raise failed
        return answer, asked.result()

    def close(self) -> None:
        """Nothing is under way any more."""
        self._threads.shutdown()


class Documents:
    """What is kept under a digest, or a number, and never changes.

    A page that is shown again and again, and each frame of a run that is watched, reads them here.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._comparison = lru_cache(_KEPT)(client.comparisons.get)
        self._known = lru_cache(_KEPT)(client.runs.show)
        self._groups = lru_cache(_KEPT)(self._read_groups)

    def comparison(self, run: RunView) -> Comparison | None:
        """How the contenders of a run differ; None where there is no such document (any more)."""
        if run.comparison_digest is None:
            return None
        return _or_none(lambda: self._comparison(run.comparison_digest))

    def known(self, run_id: str) -> RunView:
        """Who is asked in a run, about what, and by what each passes: all that never changes. Its
        status and its counts are those of some moment.
        """
        return self._known(run_id)

    def groups(self, run: RunView) -> tuple[Sequence[str], Sequence[str]]:
        """Sections and splits of the dataset version that a run asks about, in order."""
        return _or_none(lambda: self._groups(run.dataset, run.dataset_version)) or ((), ())

    def _read_groups(self, dataset: str, number: int) -> tuple[Sequence[str], Sequence[str]]:
        versions = self._client.datasets.show(dataset).versions
        found = next((each for each in versions if each.number == number), None)
        return (sorted(found.sections), sorted(found.splits)) if found else ((), ())


def _or_none(read: Callable[[], First]) -> First | None:
    """What is not there is not kept either: it may come."""
    try:
        return read()
    except ProblemError as error:
        if error.problem.status == HTTPStatus.NOT_FOUND:
            return None
        raise
