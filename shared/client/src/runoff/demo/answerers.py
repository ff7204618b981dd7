"""Two models of the demo for text: they read a question and work out the answer, one with care.

`python/runoff.demo.answerers:careful` knows the order of operations, exact conversions and most
capitals. `hasty` works from left to right, rounds its factors, takes the largest city for the
capital and goes on with a sequence by its last step. Neither sees targets, and each is as sure of
its answers as it is about most things.
"""

import itertools
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Protocol, TypedDict

Answer = tuple[str, float]
"""The text and how sure the model is of it, from 0 to 1."""

_UNKNOWN = "I do not know"
_OPERATIONS: Mapping[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
_LEARNT = {
    **{"Australia": "Canberra", "Brazil": "Brasília", "Canada": "Ottawa", "Egypt": "Cairo"},
    **{"France": "Paris", "India": "New Delhi", "Italy": "Rome", "Japan": "Tokyo"},
    **{"New Zealand": "Wellington", "Norway": "Oslo", "Peru": "Lima", "Portugal": "Lisbon"},
    **{"Switzerland": "Bern", "Turkey": "Ankara", "Vietnam": "Hanoi", "Morocco": "Rabat"},
}
_LARGEST_CITY = {
    **{"Australia": "Sydney", "Brazil": "São Paulo", "Canada": "Toronto", "Egypt": "Cairo"},
    **{"France": "Paris", "India": "Mumbai", "Italy": "Rome", "Japan": "Tokyo"},
    **{"New Zealand": "Auckland", "Norway": "Oslo", "Peru": "Lima", "Portugal": "Lisbon"},
    **{"Switzerland": "Zürich", "Turkey": "Istanbul", "Vietnam": "Ho Chi Minh City"},
    **{"Morocco": "Casablanca", "Kazakhstan": "Almaty", "Ghana": "Accra"},
}
_EXACT = {
    ("kilometres", "metres"): Fraction(1000),
    ("inches", "centimetres"): Fraction("2.54"),
    ("miles", "kilometres"): Fraction("1.609344"),
    ("feet", "centimetres"): Fraction("30.48"),
    ("feet", "metres"): Fraction("0.3048"),
    ("hours", "seconds"): Fraction(3600),
    ("days", "minutes"): Fraction(1440),
    ("weeks", "hours"): Fraction(168),
    ("grams", "kilograms"): Fraction(1, 1000),
    ("litres", "millilitres"): Fraction(1000),
    ("minutes", "hours"): Fraction(1, 60),
}
_ROUGH = {
    **_EXACT,
    ("inches", "centimetres"): Fraction("2.5"),
    ("miles", "kilometres"): Fraction("1.6"),
    ("feet", "centimetres"): Fraction(30),
    ("feet", "metres"): Fraction("0.3"),
}


class TextAnswer(TypedDict):
    """What a Python function returns where the task is text."""

    text: str
    confidence: float


class Entry(Protocol):
    """What a worker hands to a Python function, as far as it is used here."""

    @property
    def text(self) -> str | None:
        """The question."""


def careful(entry: Entry) -> TextAnswer:
    """Answer a question of the demo."""
    return _answer(entry.text or "", _CAREFUL)


def hasty(entry: Entry) -> TextAnswer:
    """Answer a question of the demo, in a hurry."""
    return _answer(entry.text or "", _HASTY)


Solver = Callable[[re.Match[str]], Answer]
_QUESTIONS = {
    "expression": re.compile(r"What is ([-\d][-+*\d ]*)\?"),
    "capital": re.compile(r"What is the capital of ([A-Z][A-Za-z ]*)\?"),
    "conversion": re.compile(r"How many ([a-z ]+) are (\d+) ([a-z ]+)\?"),
    "n_words": re.compile(r"How many words are in “(.*)”\?"),
    "n_letters": re.compile(r"How often is the letter ([a-z]) in “(.*)”\?"),
    "sequence": re.compile(r"Which number comes next: ([-\d, ]+)\?"),
}


def _answer(question: str, solvers: Mapping[str, Solver]) -> TextAnswer:
    text, confidence = _UNKNOWN, 0.05
    for kind, pattern in _QUESTIONS.items():
        match = pattern.fullmatch(question)
        if match:
            text, confidence = solvers[kind](match)
    return {"text": text, "confidence": confidence}


def _with_precedence(match: re.Match[str]) -> Answer:
    first, *rest = match[1].split()
    terms = [int(first)]
    for operation, number in zip(rest[::2], rest[1::2], strict=True):
        if operation == "*":
            terms[-1] *= int(number)
        else:
            terms.append(_OPERATIONS[operation](0, int(number)))
    return str(sum(terms)), 0.99


def _left_to_right(match: re.Match[str]) -> Answer:
    first, *rest = match[1].split()
    value = int(first)
    for operation, number in zip(rest[::2], rest[1::2], strict=True):
        value = _OPERATIONS[operation](value, int(number))
    return f"{value:,}.", 0.9


def _from_memory(cities: Mapping[str, str], sure: float) -> Solver:
    def solve(match: re.Match[str]) -> Answer:
        city = cities.get(match[1])
        return (_UNKNOWN, 0.1) if city is None else (city, sure)

    return solve


def _by_factors(factors: Mapping[tuple[str, str], Fraction], sure: float) -> Solver:
    def solve(match: re.Match[str]) -> Answer:
        factor = factors.get((match[3], match[1]))
        if factor is None:
            return _UNKNOWN, 0.1
        return f"{float(int(match[2]) * factor):.10g}", sure

    return solve


def _counted_words(match: re.Match[str]) -> Answer:
    words = [word for word in match[1].split() if any(each.isalpha() for each in word)]
    return str(len(words)), 0.95


def _counted_blanks(match: re.Match[str]) -> Answer:
    return str(len(re.split("[ -]", match[1]))), 0.85


def _counted_letters(match: re.Match[str]) -> Answer:
    return str(match[2].lower().count(match[1])), 0.95


def _counted_small_letters(match: re.Match[str]) -> Answer:
    return str(match[2].count(match[1])), 0.85


def _by_rule(match: re.Match[str]) -> Answer:
    shown = _numbers(match)
    steps = [b - a for a, b in itertools.pairwise(shown)]
    if len({b - a for a, b in itertools.pairwise(steps)}) == 1:
        return str(shown[-1] + 2 * steps[-1] - steps[-2]), 0.9
    ratios = {Fraction(b, a) for a, b in itertools.pairwise(shown) if a}
    if len(ratios) == 1:
        return str(shown[-1] * ratios.pop()), 0.9
    return str(shown[-1] + steps[-1]), 0.3


def _by_last_step(match: re.Match[str]) -> Answer:
    shown = _numbers(match)
    return str(2 * shown[-1] - shown[-2]), 0.8


def _numbers(match: re.Match[str]) -> Sequence[int]:
    return [int(each) for each in match[1].split(",")]


_CAREFUL: Mapping[str, Solver] = {
    "expression": _with_precedence,
    "capital": _from_memory(_LEARNT, 0.97),
    "conversion": _by_factors(_EXACT, 0.95),
    "n_words": _counted_words,
    "n_letters": _counted_letters,
    "sequence": _by_rule,
}
_HASTY: Mapping[str, Solver] = {
    "expression": _left_to_right,
    "capital": _from_memory(_LARGEST_CITY, 0.9),
    "conversion": _by_factors(_ROUGH, 0.7),
    "n_words": _counted_blanks,
    "n_letters": _counted_small_letters,
    "sequence": _by_last_step,
}
