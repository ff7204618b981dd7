"""What can be wrong with a question put to these functions.

StatisticsError (a ValueError)
├── InvalidCount         a count is negative, not whole, or more than there are entries
├── InvalidProbability   a confidence, power, rate or p-value is not a number in its range
├── NoEntries            nothing was observed, so the quantity does not exist
└── UnpairedOutcomes     the two sets of outcomes are not booleans about the same entries
"""


class StatisticsError(ValueError):
    """Every refusal of this package; the message names the argument and its range."""


class InvalidCount(StatisticsError):
    """A count must be a whole number within its bounds: correct the caller's counting."""

    def __init__(self, name: str, value: object, *, at_most: int | None = None) -> None:
        bound = "" if at_most is None else f" and at most {at_most}"
        super().__init__(f"{name} must be a whole number, at least 0{bound}; got {value!r}")
        self.name, self.value, self.at_most = name, value, at_most


class InvalidProbability(StatisticsError):
    """The value is NaN or outside its range: fix it, or leave out what was not measured."""

    def __init__(self, name: str, value: object, *, allowed: str) -> None:
        super().__init__(f"{name} must be {allowed}; got {value!r}")
        self.name, self.value, self.allowed = name, value, allowed


class NoEntries(StatisticsError):
    """Nothing was observed: show the quantity as missing, not as 0."""

    def __init__(self, quantity: str) -> None:
        super().__init__(f"{quantity} does not exist without at least one entry")
        self.quantity = quantity


class UnpairedOutcomes(StatisticsError):
    """Pair the outcomes first: boolean, one row an entry, entries that both models settled."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"outcomes cannot be paired: {reason}")
        self.reason = reason
