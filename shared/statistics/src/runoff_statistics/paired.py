"""Two models on the same entries: how far their accuracies differ, and whether that is chance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runoff_statistics.errors import NoEntries, UnpairedOutcomes
from runoff_statistics.interval import Interval
from runoff_statistics.melded import melded_interval
from runoff_statistics.special import bdtr
from runoff_statistics.validation import open_probability, whole_count


@dataclass(frozen=True)
class PairedTable:
    """How many entries both models, one of them, or neither got right.

    Raises:
        InvalidCount: A count is negative or not whole.
    """

    both_right: int
    only_a: int
    only_b: int
    both_wrong: int

    def __post_init__(self) -> None:
        for name in ("both_right", "only_a", "only_b", "both_wrong"):
            # A numpy count becomes an int here, so that sums of counts cannot overflow.
            object.__setattr__(self, name, whole_count(name, getattr(self, name)))

    @property
    def n(self) -> int:
        """All entries that both models settled."""
        return self.both_right + self.only_a + self.only_b + self.both_wrong

    @property
    def n_discordant(self) -> int:
        """Entries that exactly one of the two got right: all the evidence there is."""
        return self.only_a + self.only_b


@dataclass(frozen=True)
class PairedDifference:
    """Accuracy of A minus accuracy of B on the same entries."""

    estimate: float
    """From -1 to 1; positive when A is the better one."""
    interval: Interval


def paired_table(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> PairedTable:
    """The 2x2 table of two models' outcomes.

    Args:
        a: Whether A got each entry right, shape (n_entries,).
        b: The same for B, in the same order of entries. An entry that either model did not
            settle is left out of both by the caller: missing is not wrong.

    Raises:
        UnpairedOutcomes: Not boolean (scores that may hold NaN, say), with masked entries, not
            one-dimensional, or of different lengths.
    """
    for name, outcomes in (("a", a), ("b", b)):
        if np.ma.is_masked(outcomes):
            raise UnpairedOutcomes(f"{name} has masked entries")
    a, b = np.asarray(a), np.asarray(b)
    for name, outcomes in (("a", a), ("b", b)):
        if outcomes.dtype != np.bool_:
            raise UnpairedOutcomes(f"{name} holds {outcomes.dtype}, not bool")
        if outcomes.ndim != 1:
            raise UnpairedOutcomes(f"{name} has shape {outcomes.shape}, not (n_entries,)")
    if len(a) != len(b):
        raise UnpairedOutcomes(f"a has {len(a)} entries and b has {len(b)}")
    return PairedTable(
        both_right=int(np.count_nonzero(a & b)),
        only_a=int(np.count_nonzero(a & ~b)),
        only_b=int(np.count_nonzero(~a & b)),
        both_wrong=int(np.count_nonzero(~a & ~b)),
    )


def paired_difference(table: PairedTable, confidence: float = 0.95) -> PairedDifference:
    """Accuracy of A minus accuracy of B, with the interval that fits the exact test (see `melded`).

    Args:
        table: At least one entry.
        confidence: At least this is held, above 0 and below 1.

    Raises:
        NoEntries: The table is empty.
        InvalidProbability: The confidence is out of range.
    """
    confidence = open_probability("confidence", confidence)
    if table.n == 0:
        raise NoEntries("a paired difference")
    return PairedDifference(
        estimate=(table.only_a - table.only_b) / table.n,
        interval=melded_interval(table.only_a, table.only_b, table.n, confidence),
    )


def mcnemar_p_value(table: PairedTable) -> float:
    """Two-sided p-value of the exact McNemar test that the two accuracies are equal.

    Under that hypothesis each discordant entry is the toss of a fair coin. Where no entry
    is discordant nothing speaks against it, and the p-value is 1.

    It is at most 0.05 exactly where the 95 % interval of `paired_difference` leaves out 0.

    Raises:
        NoEntries: The table is empty.

    Source: McNemar, Psychometrika 12 (1947) 153-157; the exact form is the sign test.
    """
    if table.n == 0:
        raise NoEntries("a paired test")
    if table.n_discordant == 0:
        return 1.0
    lighter = min(table.only_a, table.only_b)
    return min(1.0, 2 * float(bdtr(lighter, table.n_discordant, 0.5)))
