"""What can be wrong with a question put to these functions.

StatisticsError (a ValueError)
├── InvalidCount         a count is negative, not whole, or more than there are entries
├── InvalidNumber        a margin, difference, spread or seed is not a number in its range
├── InvalidProbability   a confidence, power, rate or p-value is not a number in its range
├── InvalidScores        scores, labels or weights are not finite numbers of the wanted shape
├── NoEntries            nothing was observed, so the quantity does not exist
├── UnknownMethod        no method, kind or metric has this name
└── UnpairedOutcomes     the two sets of outcomes are not booleans about the same entries
"""

from collections.abc import Iterable


class StatisticsError(ValueError):
    """Every refusal of this package; the message names the argument and its range."""


class InvalidCount(StatisticsError):
    """A count must be a whole number within its bounds: correct the caller's counting."""

    def __init__(self, name: str, value: object, *, at_most: int | None = None) -> None:
        bound = "" if at_most is None else f" and at most {at_most}"
        super().__init__(f"{name} must be a whole number, at least 0{bound}; got {value!r}")
        self.name, self.value, self.at_most = name, value, at_most


class InvalidNumber(StatisticsError):
    """The value is NaN, infinite or outside its range: the message names the range."""

    def __init__(self, name: str, value: object, *, allowed: str) -> None:
        super().__init__(f"{name} must be {allowed}; got {value!r}")
        self.name, self.value, self.allowed = name, value, allowed


class InvalidProbability(StatisticsError):
    """The value is NaN or outside its range: fix it, or leave out what was not measured."""

    def __init__(self, name: str, value: object, *, allowed: str) -> None:
        super().__init__(f"{name} must be {allowed}; got {value!r}")
        self.name, self.value, self.allowed = name, value, allowed


class InvalidScores(StatisticsError):
    """Leave out what was not measured first (`paired_scores` does): NaN is not a score."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name} cannot be used: {reason}")
        self.name, self.reason = name, reason


class NoEntries(StatisticsError):
    """Nothing was observed: show the quantity as missing, not as 0."""

    def __init__(self, quantity: str) -> None:
        super().__init__(f"{quantity} does not exist without at least one entry")
        self.quantity = quantity


class UnknownMethod(StatisticsError):
    """Name one of those that the message lists."""

    def __init__(self, what: str, name: object, known: Iterable[str]) -> None:
        self.known = tuple(known)
        super().__init__(f"no {what} {name!r}; there are {', '.join(self.known)}")
        self.what, self.name = what, name


class UnpairedOutcomes(StatisticsError):
    """Pair the outcomes first: boolean, one row an entry, entries that both models settled."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"outcomes cannot be paired: {reason}")
        self.reason = reason
