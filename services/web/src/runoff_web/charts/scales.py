"""From values to places on a chart."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """A straight line from values to places."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value, kept within the chart, to a tenth of a unit."""
        if not math.isfinite(value):
            return self.start
        share = (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
        return round(self.start + min(max(share, 0.0), 1.0) * (self.end - self.start), 1)


def spanning(
    values: list[float], *, start: float, end: float, room: float = 0.04, least: float = 1e-9
) -> Scale:
    """A scale that shows all of these with some room; it works for none and for equals."""
    finite = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    # Halves: the difference of two very large numbers is none.
    half = max((high / 2 - low / 2) * 2 * room, least, abs(high) * 1e-6, abs(low) * 1e-6)
    return Scale(low - half, high + half, start, end)


def around(values: list[float], *, start: float, end: float, least: float = 1e-9) -> Scale:
    """A scale that shows all of these and zero with some room; it works for none and for equals."""
    finite = [value for value in values if math.isfinite(value)]
    low, high = min([0.0, *finite]), max([0.0, *finite])
    room = max((high - low) * 0.08, least)
    return Scale(low - room, high + room, start, end)


def powers(scale: Scale) -> list[float]:
    """Logarithms of round values within a scale of logarithms: powers of ten, and where these are
    few 3 times them, or 2 and 5 times.
    """
    span = scale.high - scale.low
    factors = (1, 2, 5) if span < 1.5 else (1, 3) if span < 4 else (1,)
    whole = range(math.floor(scale.low), math.ceil(scale.high) + 1)
    found = [power + math.log10(factor) for power in whole for factor in factors]
    return [each for each in found if scale.low <= each <= scale.high] or [scale.low, scale.high]


def ticks(scale: Scale, *, n: int = 5) -> list[float]:
    """Round values within the scale, about `n` of them."""
    span = scale.high - scale.low
    raw = span / max(n, 1)
    power = 10 ** math.floor(math.log10(raw))
    step = next(each * power for each in (1, 2, 5, 10) if each * power >= raw)
    first = math.ceil(scale.low / step)
    last = math.floor(scale.high / step)
    return [round(each * step, 12) for each in range(first, last + 1)]
