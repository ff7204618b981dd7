"""Numbers in texts: 1,234.5 and 1 234.5 (no-break), -3, .5, 6.02e23, 6.02×10^23, 10⁵, $5, 50 %.

Digits that are part of a name (x2, v1.2) are no numbers, and a dash between two numbers is no
sign. A comma is never a decimal point: 3,14 is two numbers. Values are decimals, so that long
whole numbers are told apart. Time is linear in the length of the text.
"""

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Literal

_NUMBER = re.compile(
    r"(?<![\w.])(?P<sign>(?<![)\]%])[-+])?[$€£¥]?(?:10\^\(?\{?(?P<bare>[-+]?\d{1,4})|(?P<digits>"
    r"(?:\d{1,3}(?:[,'’_\u00a0\u202f\u2009]\d{3}){1,12}+(?!\d)|\d++)(?:\.\d++)?|\.\d++)"
    r"(?:[eE](?P<e>[-+]?\d{1,4})(?!\w)|\s?[x×*·]\s?10\^\(?\{?(?P<power>[-+]?\d{1,4}))?)"
    r"(?P<percent>\s?%)?"
)
_SEPARATORS = str.maketrans("", "", ",'’_\u00a0\u202f\u2009")
_ASCII = str.maketrans("−－％⁰¹²³⁴⁵⁶⁷⁸⁹", "--%0123456789")
_RAISED = re.compile(r"10(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]{1,4})")
_BEFORE_DIGITS = frozenset("+-−－.$€£¥")
_MOST_DIGITS = 400
"""Of a number that is read: more than any float has, few enough to be quick."""
_EXACT = Context(prec=2 * _MOST_DIGITS, Emax=999_999, Emin=-999_999, traps=[])


@dataclass(frozen=True)
class Number:
    """What a text says in digits."""

    value: Decimal
    """Of 50 %: 50."""
    percent: bool = False

    def readings(self) -> tuple[Decimal, ...]:
        """The value, and of a percentage its share too."""
        if self.percent:
            return self.value, _EXACT.divide(self.value, Decimal(100))
        return (self.value,)


def picked_number(text: str, pick: Literal["first", "last"]) -> Number | None:
    """The number that the text is, else the first or last one in it; none where there is none."""
    whole = whole_number(text)
    if whole is not None:
        return whole
    matches = _NUMBER.finditer(_plain(text))
    in_order = matches if pick == "first" else reversed(list(matches))
    return next((found for each in in_order if (found := _number(each)) is not None), None)


def whole_number(text: str) -> Number | None:
    """The number that the text is, a full stop behind it aside; none where it is anything else."""
    text = text.strip()
    if not text or len(text) > 2 * _MOST_DIGITS:
        return None
    if not (text[0].isdecimal() or text[0] in _BEFORE_DIGITS):
        return None  # most texts: the pattern need not be tried
    match = _NUMBER.fullmatch(_plain(text.removesuffix(".")))
    return _number(match) if match else None


def close(answer: Number, target: Number, *, tolerance: float, relative: bool) -> bool:
    """Whether two numbers are at most `tolerance` apart, or that share of the target's size.

    Where one of them is a percentage and the other is not, 50 % is both 50 and 0.5.
    """
    if answer.percent == target.percent:
        return _close(answer.value, target.value, tolerance, relative)
    return any(
        _close(one, other, tolerance, relative)
        for one in answer.readings()
        for other in target.readings()
    )


def _close(answer: Decimal, target: Decimal, tolerance: float, relative: bool) -> bool:
    # As people write it: Decimal(0.1) is a little more than a tenth.
    most = Decimal(repr(tolerance))
    if relative:
        most = _EXACT.multiply(most, target.copy_abs())
    return _EXACT.subtract(answer, target).copy_abs() <= most


def _plain(text: str) -> str:
    return _RAISED.sub(r"10^\1\2", text).replace("⁻", "-").translate(_ASCII)


def _number(match: re.Match[str]) -> Number | None:
    digits = (match["digits"] or "1").translate(_SEPARATORS)
    if len(digits) > _MOST_DIGITS:
        return None
    exponent = match["e"] or match["power"] or match["bare"]
    value = Decimal(f"{match['sign'] or ''}{digits}{f'e{exponent}' if exponent else ''}")
    return Number(value, percent=match["percent"] is not None)
