"""One share with its interval as a small bar, for a cell of a table."""

import math
from typing import Final

from markupsafe import Markup

from runoff_web.charts.marks import hue, shape

_WIDTH: Final = 160
_HEIGHT: Final = 18


def interval_bar(
    value: float | None, interval: tuple[float, float] | None, position: int
) -> Markup:
    """A line from 0 to 1 with the value's mark and its interval; nothing where there is no value.

    Args:
        value: From 0 to 1.
    """
    if value is None or not math.isfinite(value):
        return Markup("")
    y = _HEIGHT / 2
    line = Markup("")
    if interval is not None:
        low, high = (round(5 + _clip(each) * (_WIDTH - 10), 1) for each in interval)
        line = Markup('<line x1="{}" x2="{}" y1="{y}" y2="{y}" stroke-width="2"/>').format(
            low, high, y=y
        )
    mark = shape(position, round(5 + _clip(value) * (_WIDTH - 10), 1), y)
    # What it shows stands beside it in numbers.
    return Markup(
        '<svg class="chart spark" viewBox="0 0 {w} {h}" aria-hidden="true">'
        '<line class="axis" x1="5" x2="{end}" y1="{y}" y2="{y}"/>'
        '<g class="r{hue}">{drawn}</g></svg>'
    ).format(w=_WIDTH, h=_HEIGHT, y=y, end=_WIDTH - 5, hue=hue(position), drawn=line + mark)


def _clip(value: float) -> float:
    return min(max(value, 0.0), 1.0)
