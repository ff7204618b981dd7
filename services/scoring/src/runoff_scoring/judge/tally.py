"""What a judge's verdicts on one entry come to.

A verdict whose attempts all failed says nothing, and is left out of everything here.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations
from statistics import fmean

from runoff_contracts.events.entry import Judgement, PairVerdict, Verdict

Pair = tuple[int, int]
"""Two contenders, the lower position first."""


def points_of(judgement: Judgement, contender: int) -> list[int]:
    """Points of all repeats for a contender's answer, in order of the repeats."""
    return [
        each.points
        for each in judgement.points
        if contender in each.contenders and each.points is not None
    ]


def majority(points: Sequence[int]) -> float:
    """1 where more than half of the verdicts pass, else 0.

    Args:
        points: 0 or 1 each, at least one.
    """
    return float(2 * sum(points) > len(points))


def outcomes(judgement: Judgement) -> dict[Pair, list[float]]:
    """For each pair and repeat: 1 where the first of the two is better, 0 the second, else 0.5.

    A contender wins only if the judge prefers it at both places: judges favour a place, most of
    them the first. Two verdicts for one place say nothing of the answers, so they are a tie, and
    so is a win beside a tie. A repeat without both verdicts is left out.

    Source: Zheng et al., Judging LLM-as-a-judge with MT-Bench and Chatbot Arena (2023,
    arXiv:2306.05685), section 3.4.
    """
    found: dict[Pair, list[float]] = {}
    for pair, verdicts in _by_pair(judgement).items():
        for one, other in verdicts:
            found.setdefault(pair, []).append(_outcome(pair[0], one, other))
    return found


def n_place_bound(judgement: Judgement) -> tuple[int, int]:
    """How often the judge named the same place in both orders, and how often it saw both."""
    asked = [
        (one, other)
        for verdicts in _by_pair(judgement).values()
        for one, other in verdicts
        if one is not other
    ]
    return sum(one.better == other.better != "tie" for one, other in asked), len(asked)


def win_rate(judgement: Judgement, contender: int) -> float | None:
    """Mean outcome of a contender against the others, over repeats and then over the others.

    None where it was held against nobody.
    """
    rates = []
    for (a, b), found in outcomes(judgement).items():
        if contender == a:
            rates.append(fmean(found))
        elif contender == b:
            rates.append(1 - fmean(found))
    return fmean(rates) if rates else None


def same_meaning(judgement: Judgement) -> dict[Pair, bool]:
    """Whether two contenders say the same, by more than half of the verdicts on them.

    Pairs on which the verdicts are split evenly, or that have none, are left out.
    """
    said: dict[Pair, list[bool]] = {}
    for each in judgement.pairs:
        if each.same_meaning is not None:
            said.setdefault(_pair(each), []).append(each.same_meaning)
    return {
        pair: 2 * sum(votes) > len(votes)
        for pair, votes in said.items()
        if 2 * sum(votes) != len(votes)
    }


def agreement(values: Sequence[float]) -> float | None:
    """How far repeats agree: 1 - the mean distance between two of them. None below two.

    Args:
        values: From 0 to 1, a repeat each. Of values that are 0 or 1 this is the share of pairs
            of repeats that are equal.
    """
    if len(values) < 2:
        return None
    return 1 - fmean(abs(a - b) for a, b in combinations(values, 2))


def why_none(verdicts: Iterable[Verdict]) -> str:
    """In words why there is no verdict, by the last attempt at each."""
    classes = sorted(
        {
            last.error_class
            for each in verdicts
            if each.attempts and (last := each.attempts[-1].error) is not None
        }
    )
    return f"the judge gave no verdict ({', '.join(classes)})" if classes else "not judged"


def _by_pair(judgement: Judgement) -> dict[Pair, list[tuple[PairVerdict, PairVerdict]]]:
    """For each pair and repeat the verdicts in both orders.

    Of equal answers nobody was asked: their one verdict stands for both orders.
    """
    by_order: dict[tuple[Pair, int], list[PairVerdict]] = {}
    for each in judgement.pairs:
        if each.better is not None:
            by_order.setdefault((_pair(each), each.repeat), []).append(each)
    found: dict[Pair, list[tuple[PairVerdict, PairVerdict]]] = {}
    for (pair, _), verdicts in by_order.items():
        if len(verdicts) == 2:
            found.setdefault(pair, []).append((verdicts[0], verdicts[1]))
        elif not verdicts[0].attempts:
            found.setdefault(pair, []).append((verdicts[0], verdicts[0]))
    return found


def _outcome(contender: int, one: PairVerdict, other: PairVerdict) -> float:
    preferred = {_preferred(one), _preferred(other)}
    if len(preferred) > 1 or None in preferred:
        return 0.5
    return 1.0 if contender in preferred else 0.0


def _preferred(verdict: PairVerdict) -> int | None:
    if verdict.better == "first":
        return verdict.first
    return verdict.second if verdict.better == "second" else None


def _pair(verdict: PairVerdict) -> Pair:
    return min(verdict.first, verdict.second), max(verdict.first, verdict.second)
