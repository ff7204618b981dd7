"""Where an answer's time went, as one small bar: waits, attempts in vain, the model itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from runoff_contracts.events.entry import Prediction

_WIDTH: Final = 240
_HEIGHT: Final = 8


@dataclass(frozen=True)
class Part:
    """A stretch of time."""

    name: str
    """`queue`, `in vain`, `model` or `other`."""
    seconds: float


def parts_of(prediction: Prediction) -> list[Part]:
    """The times that are known, in the order in which they passed.

    `model` is the call that answered, as long as it took; `other` is what of the total none of
    them explains. Nothing where the answer was kept from before: no time was spent on it.
    """
    if prediction.cached:
        return []
    *vain, last = prediction.attempts
    queue = sum(each.queue_s or 0.0 for each in prediction.attempts)
    lost = sum(each.duration_s + (each.retry_delay_s or 0.0) for each in vain)
    known = queue + lost + last.duration_s
    other = max((prediction.total_s or 0.0) - known, 0.0)
    found = (("queue", queue), ("in vain", lost), ("model", last.duration_s), ("other", other))
    return [Part(name, seconds) for name, seconds in found if seconds > 0]


def waits_bar(parts: Sequence[Part]) -> Markup:
    """The bar; what it shows stands beside it in numbers."""
    total = sum(each.seconds for each in parts)
    if total <= 0:
        return Markup("")
    at, drawn = 0.0, Markup("")
    for each in parts:
        width = each.seconds / total * _WIDTH
        drawn += Markup('<rect class="w-{}" x="{}" y="0" width="{}" height="{}"/>').format(
            each.name.replace(" ", "-"), round(at, 2), round(width, 2), _HEIGHT
        )
        at += width
    return Markup(
        '<svg class="waits" viewBox="0 0 {w} {h}" preserveAspectRatio="none" aria-hidden="true">'
        "{drawn}</svg>"
    ).format(w=_WIDTH, h=_HEIGHT, drawn=drawn)
