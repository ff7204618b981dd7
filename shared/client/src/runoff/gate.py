"""When a comparison fails a check: what `--fail-on` and the assertions of the pytest plugin mean.

All read the primary metric's pairs over all entries, each of another contender against the
baseline. Absence of evidence never passes a check that asks for evidence: `not_separable` is not
equivalent, and not better.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from runoff_contracts.compared import ComparedPair
from runoff_contracts.comparison import ComparisonDocument

FailOn = Literal["regression", "maybe-worse", "not-equivalent", "not-better"]


@dataclass(frozen=True)
class Side:
    """One contender against the baseline, whichever way round the document has the pair."""

    pair: ComparedPair
    candidate: int
    """Place in the document."""
    baseline: int

    @property
    def is_better(self) -> bool:
        """Shown to be better, after adjustment."""
        return self.pair.outcome == ("a_better" if self.candidate == self.pair.a else "b_better")

    @property
    def is_worse(self) -> bool:
        """Shown to be worse, after adjustment."""
        return self.pair.outcome == ("b_better" if self.candidate == self.pair.a else "a_better")

    @property
    def is_not_inferior(self) -> bool | None:
        """Shown to be worse by less than the margin, if at all; None without a margin.

        The document says it of a against b, so it cannot be read where the candidate is b.
        """
        margin = self.pair.margin
        return None if margin is None or self.candidate != self.pair.a else margin.not_inferior


def sides(document: ComparisonDocument, baseline: int | None = None) -> list[Side]:
    """Every other contender against the baseline, in the document's order.

    Args:
        baseline: The document's own, else its first contender, when left out.
    """
    against = document.baseline if baseline is None else baseline
    against = 0 if against is None else against
    found = [
        Side(pair, pair.b if pair.a == against else pair.a, against)
        for pair in document.primary.pairs
        if against in (pair.a, pair.b)
    ]
    return sorted(found, key=lambda side: side.candidate)


def is_regression(side: Side) -> bool:
    """Shown to be worse, and not shown to stay within the margin; or nothing could be measured."""
    if side.pair.outcome == "nothing_shared":
        return True
    return side.is_worse and side.is_not_inferior is not True


def is_not_equivalent(side: Side) -> bool:
    """Not shown to be equal within the margin."""
    return side.pair.margin is None or side.pair.margin.equivalent is not True


def is_not_better(side: Side) -> bool:
    """Not shown to be better."""
    return not side.is_better


def may_be_worse(side: Side) -> bool:
    """With a margin: not shown to stay within it. Without one: a regression."""
    if side.is_better:
        return False
    return is_regression(side) if side.pair.margin is None else side.is_not_inferior is not True


FAILS: Final[Mapping[FailOn, Callable[[Side], bool]]] = MappingProxyType(
    {
        "regression": is_regression,
        "maybe-worse": may_be_worse,
        "not-equivalent": is_not_equivalent,
        "not-better": is_not_better,
    }
)


def failing(
    document: ComparisonDocument, fail_on: FailOn, *, baseline: int | None = None
) -> list[Side]:
    """The contenders that fail the check; all of it failed where there is nobody to check."""
    return [side for side in sides(document, baseline) if FAILS[fail_on](side)]
