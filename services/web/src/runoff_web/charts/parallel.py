"""Parallel coordinates: a line a contender through its place on every axis."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from runoff_web.charts.marks import cut
from runoff_web.format import middle, tick, told_apart

_WIDTH: Final = 1080
_HEIGHT: Final = 400
_TOP: Final = 44
_BOTTOM: Final = 384
_SIDE: Final = 60
_NAME: Final = 20
_WORD: Final = 16
_HALF: Final = 12
"""Of the width within which an axis is taken hold of."""


@dataclass(frozen=True)
class ParallelAxis:
    """What a number's place on an axis is."""

    name: str
    low: float
    high: float
    is_log: bool
    words: tuple[str, ...] = ()
    """Of an axis of words, whose numbers are places in here."""

    @property
    def label(self) -> str:
        """The name without what all of its kind begin with."""
        return self.name.removeprefix("params.").removeprefix("metrics.")

    def share(self, value: float | None) -> float | None:
        """From 0 at the lower end to 1 at the upper one; None where there is no value."""
        if value is None or not math.isfinite(value) or (self.is_log and value <= 0):
            return None
        at, low, high = (
            (math.log10(each) for each in (value, self.low, self.high))
            if self.is_log
            else (value, self.low, self.high)
        )
        span = high / 2 - low / 2
        return min(max((at / 2 - low / 2) / span, 0.0), 1.0) if span else 0.5

    def value(self, share: float) -> float:
        """The other way."""
        if self.is_log:
            return float(self.low * (self.high / self.low) ** share)
        return self.low * (1 - share) + self.high * share


@dataclass(frozen=True)
class Line:
    """One contender."""

    key: str
    values: Sequence[float | None]
    """One an axis."""
    is_in: bool
    """Whether it lies within all ranges."""


def parallel(
    axes: Sequence[ParallelAxis],
    lines: Sequence[Line],
    brushes: dict[str, tuple[float, float]],
    *,
    title: str,
) -> Markup:
    """The picture; `x-parcoords` lets ranges be drawn on its axes."""
    if not axes:
        return Markup("")
    step = (_WIDTH - 2 * _SIDE) / max(len(axes) - 1, 1)
    places = [round(_SIDE + step * at, 1) for at in range(len(axes))]
    parts = [
        Markup(
            '<svg class="chart parallel" viewBox="0 0 {} {}" role="group" aria-label="{}">'
            '<g class="lines alpha{}">'
        ).format(_WIDTH, _HEIGHT, title, _alpha(len(lines)))
    ]
    parts += [_line(each, axes, places) for each in sorted(lines, key=lambda each: each.is_in)]
    parts.append(Markup("</g>"))
    for axis, x in zip(axes, places, strict=True):
        parts.append(_axis(axis, x, brushes.get(axis.name)))
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def _alpha(n: int) -> int:
    """The more lines, the fainter: 0 to 2."""
    return 0 if n <= 40 else 1 if n <= 200 else 2


def _y(share: float) -> float:
    return round(_BOTTOM - share * (_BOTTOM - _TOP), 1)


def _line(line: Line, axes: Sequence[ParallelAxis], places: Sequence[float]) -> Markup:
    path, shares, before = [], [], False
    for axis, x, value in zip(axes, places, line.values, strict=True):
        share = axis.share(value)
        shares.append("" if share is None else f"{share:.4f}".rstrip("0").rstrip("."))
        if share is None:
            before = False
            continue
        path.append(f"{'L' if before else 'M'}{x} {_y(share)}")
        before = True
    return Markup('<path data-line="{}" data-at="{}"{} d="{}"/>').format(
        line.key, ",".join(shares), Markup("") if line.is_in else Markup(' class="out"'),
        "".join(path),
    )  # fmt: skip


def _axis(axis: ParallelAxis, x: float, brush: tuple[float, float] | None) -> Markup:
    low, high = (0.0, 0.0) if brush is None else _range(axis, brush)
    hidden = Markup(' visibility="hidden"') if brush is None else Markup("")
    return Markup(
        '<g data-axis="{name}" data-low="{low}" data-high="{high}"{log} tabindex="0" role="group"'
        ' aria-label="Axis {name}: arrow keys choose a range, Escape clears it">'
        '<text class="name" x="{x}" y="16" text-anchor="middle">{label}</text>'
        '<line class="axis" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>{ticks}'
        '<rect class="brush" data-brush="" x="{left}" width="{width}" y="{y}" height="{height}"'
        "{hidden}/>"
        '<rect class="hit" data-hit="" x="{left}" width="{width}" y="{top}" height="{whole}"/></g>'
    ).format(
        name=axis.name,
        low=repr(axis.low),
        high=repr(axis.high),
        log=Markup(' data-log=""') if axis.is_log else Markup(""),
        label=cut(axis.label, _NAME),
        x=x,
        top=_TOP,
        bottom=_BOTTOM,
        whole=_BOTTOM - _TOP,
        left=x - _HALF,
        width=2 * _HALF,
        y=_y(high),
        height=round(_y(low) - _y(high), 1),
        hidden=hidden,
        ticks=Markup("").join(_ticks(axis, x)),
    )


def _range(axis: ParallelAxis, brush: tuple[float, float]) -> tuple[float, float]:
    low, high = (axis.share(each) for each in brush)
    return (0.0 if low is None else low, 1.0 if high is None else high)


def _ticks(axis: ParallelAxis, x: float) -> list[Markup]:
    if axis.words:
        # What a name of a model begins with says little; a slash within any other word says all.
        said = told_apart(axis.words) if axis.name == "model" else axis.words
        marks = [(axis.share(float(at)) or 0.0, middle(word, _WORD))
                 for at, word in enumerate(said)]  # fmt: skip
    else:
        marks = [(share, tick(axis.name, axis.value(share))) for share in (0.0, 0.5, 1.0)]
    return [
        Markup('<text class="tick" x="{}" y="{}">{}</text>').format(
            x + 5, _y(share) + (-4 if share < 0.05 else 10 if share > 0.95 else 4), word
        )
        for share, word in marks
    ]
