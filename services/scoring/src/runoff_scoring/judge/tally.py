"""What several verdicts come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from runoff_scoring.judge.verdict import PairVerdict, PointsVerdict


@dataclass(frozen=True)
class Judged:
    """A score by points, from 0 to 1."""

    value: float
    explanation: str
    """The reason of the verdict closest to the mean, the first of equally close ones."""
    n_verdicts: int
    spread: float
    """Largest minus smallest verdict, from 0 to 1: 0 where the judge agrees with itself."""


def judged(verdicts: Sequence[PointsVerdict], highest: int) -> Judged | str:
    """The mean of a judge's verdicts on one answer; in words why not where there are none.

    Args:
        verdicts: Those of all repeats that gave one; a repeat that failed is missing.
        highest: Points of a perfect answer.
    """
    if not verdicts:
        return "the judge gave no verdict"
    shares = [each.points / highest for each in verdicts]
    value = fmean(shares)
    closest = min(range(len(shares)), key=lambda place: abs(shares[place] - value))
    spread = max(shares) - min(shares)
    return Judged(value, verdicts[closest].reason, len(verdicts), spread)


def pair_outcome(as_given: PairVerdict, swapped: PairVerdict) -> float:
    """1 where the first contender is better, 0 where the second is, 0.5 where neither.

    A contender wins only if the judge prefers it at both places: judges favour a place, most of
    them the first. Two verdicts for one place say nothing of the answers, so they are a tie, and
    so is a win beside a tie.

    Source: Zheng et al., Judging LLM-as-a-judge with MT-Bench and Chatbot Arena (2023,
    arXiv:2306.05685), section 3.4.

    Args:
        as_given: The verdict with the first contender's answer at place 1.
        swapped: The verdict with it at place 2.
    """
    if as_given.better == "1" and swapped.better == "2":
        return 1.0
    if as_given.better == "2" and swapped.better == "1":
        return 0.0
    return 0.5


def pair_mean(verdicts: Sequence[tuple[PairVerdict, PairVerdict]]) -> float | str:
    """The mean outcome over the repeats of a pair; in words why not where there are none."""
    if not verdicts:
        return "the judge gave no verdict in both orders"
    return fmean(pair_outcome(as_given, swapped) for as_given, swapped in verdicts)


def prefers_a_place(verdicts: Sequence[tuple[PairVerdict, PairVerdict]]) -> float | None:
    """Share of pairs in which the judge named the same place twice: how biased it is by order.

    None where there are no pairs.
    """
    if not verdicts:
        return None
    return fmean(one.better == other.better != "tie" for one, other in verdicts)
