"""Who of one comparison is who in another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runoff_contracts.comparison import ComparisonDocument
from runoff_contracts.comparison_changes import ContenderMatched


@dataclass(frozen=True)
class PairMatched:
    """A pair of two matched contenders, whichever way round each document has it."""

    a: ContenderMatched
    b: ContenderMatched


def matched(before: ComparisonDocument, after: ComparisonDocument) -> list[ContenderMatched]:
    """Contenders that stand in both: by run and position, and else by model and version in order.

    The order is that of the second document.
    """
    left = dict(enumerate(before.contenders))
    found: dict[int, ContenderMatched] = {}
    for same_run in (True, False):
        for place, each in enumerate(after.contenders):
            if place in found:
                continue
            twin = next(
                (
                    old
                    for old, other in left.items()
                    if (
                        (other.run_id, other.position) == (each.run_id, each.position)
                        if same_run
                        else (other.model, other.number) == (each.model, each.number)
                    )
                ),
                None,
            )
            if twin is not None:
                del left[twin]
                found[place] = ContenderMatched(
                    name=each.name, before=twin, after=place, same_run=same_run
                )
    return [found[place] for place in sorted(found)]


def pairs_of(both: Sequence[ContenderMatched]) -> Iterable[PairMatched]:
    """Each with each: a stands behind b in the second document."""
    for at, a in enumerate(both):
        for b in both[:at]:
            yield PairMatched(a, b)
