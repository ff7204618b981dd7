"""Numbers, times and answers as people read them: the one place that puts them into words."""

import json
import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from markupsafe import Markup, escape
from pydantic import JsonValue

from runoff_contracts.answers import AnswerBody, Target
from runoff_contracts.bands import band

MINUS: Final = "−"
NOTHING: Final = "–"
_DIGITS: Final = 3
_HIDDEN: Final = {
    "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff",
    *(chr(code) for code in range(0x202A, 0x202F)),
    *(chr(code) for code in range(0x2066, 0x206A)),
    "\u200e", "\u200f", "\u061c",
}  # fmt: skip
"""Characters of no width, and those that turn the direction of what follows."""
_ODD: Final = re.compile(f"[{''.join(sorted(_HIDDEN))}\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""These and control characters: most texts have none, and need not be looked at one by one."""
_JOINERS: Final = "\u200c\u200d"
_VIRAMA: Final = 9
"""Its combining class."""
MAX_SHOWN: Final = 20_000
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_CHEAPEST: Final = 10
"""Places after the point that a price has less than."""


def number(value: float | None, *, digits: int = _DIGITS) -> str:
    """Three significant digits, a real minus, no exponent where people write none."""
    if value is None or math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    magnitude = abs(value)
    if magnitude and (magnitude < 1e-4 or magnitude >= 1e9):
        text = f"{value:.{digits - 1}e}"
    elif float(value).is_integer() and magnitude < 1e6:
        text = f"{int(value)}"
    else:
        places = digits if magnitude == 0 else digits - 1 - math.floor(math.log10(magnitude))
        text = f"{value:.{max(places, 0)}f}"
    return text.replace("-", MINUS)


def setting(value: float | None) -> str:
    """A number that a person chose, as one would write it: `0.02`, not `0.0200`."""
    return NOTHING if value is None else f"{value:g}".replace("-", MINUS)


def adjustment(name: str) -> str:
    """By whom p-values are adjusted."""
    return {"holm": "Holm", "benjamini_hochberg": "Benjamini-Hochberg"}.get(name, name)


def count(value: int | None) -> str:
    """A whole number with thin gaps between thousands."""
    return NOTHING if value is None else f"{value:,}".replace(",", "\u202f").replace("-", MINUS)


def percent(value: float | None, *, places: int = 1) -> str:
    """A share as `81.3 %`."""
    if value is None or math.isnan(value):
        return NOTHING
    return f"{value * 100:.{places}f}\u202f%".replace("-", MINUS)


def points(value: float | None) -> str:
    """A difference of shares as `+4.8 pp`."""
    if value is None or math.isnan(value):
        return NOTHING
    text = f"{value * 100:+.1f}"
    return f"{text if text.strip('+-0.') else '0'}\u202fpp".replace("-", MINUS)


def value(given: float | None, kind: str, unit: str | None = None) -> str:
    """A metric's value: what passes or fails as a share, others as a number with their unit."""
    if kind == "pass_fail":
        return percent(given)
    return f"{number(given)}\u202f{unit}" if unit and given is not None else number(given)


def difference(given: float | None, kind: str, unit: str | None = None) -> str:
    """A difference of two values of a metric, with its sign."""
    if kind == "pass_fail" or given is None:
        return points(given)
    sign = "+" if given > 0 else ""
    return f"{sign}{value(given, kind, unit)}"


def seconds(value: float | None) -> str:
    """A duration in the unit that people would say it in."""
    if value is None or math.isnan(value):
        return NOTHING
    if value < 0:
        return f"{MINUS}{seconds(-value)}"
    if value < 1e-3:
        return f"{number(round(value * 1e6, 6))}\u202fµs" if value else "0\u202fs"
    if value < 1:
        return f"{number(round(value * 1e3, 6))}\u202fms"
    if value < _MINUTE:
        return f"{number(value)}\u202fs"
    whole = round(value)
    if whole < _HOUR:
        return f"{whole // _MINUTE}\u202fm {whole % _MINUTE:02d}\u202fs"
    if whole < _DAY:
        return f"{whole // _HOUR}\u202fh {whole % _HOUR // _MINUTE:02d}\u202fm"
    return f"{whole // _DAY}\u202fd {whole % _DAY // _HOUR}\u202fh"


def dollars(value: float | None) -> str:
    """A price; small ones keep their digits, and none has an exponent."""
    if value is None:
        return NOTHING
    if value >= 1 or value <= 0:
        return f"${value:.2f}"
    digits = _DIGITS if value >= 0.001 else 2
    places = digits - 1 - math.floor(math.log10(value))
    return f"${value:.{places}f}" if places < _CHEAPEST else "< $0.00000001"


def p_value(value: float | None) -> str:
    """`p = 0.0032`, `p < 0.0001`: as verdicts say it."""
    if value is None:
        return NOTHING
    return "p < 0.0001" if value < 1e-4 else f"p = {value:.2g}"


def ago(moment: datetime | None, *, now: datetime | None = None) -> str:
    """How long ago, roughly: `3 m ago`."""
    if moment is None:
        return NOTHING
    passed = ((now or datetime.now(UTC)) - moment).total_seconds()
    if passed < 0:
        return f"in {_rough(-passed)}"
    return "just now" if passed < 5 else f"{_rough(passed)} ago"


def exactly(moment: datetime | None) -> str:
    """The moment itself, in UTC."""
    return NOTHING if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def duration(start: datetime | None, end: datetime | None) -> str:
    """From one moment to the other, or until now."""
    if start is None:
        return NOTHING
    return seconds(max(((end or datetime.now(UTC)) - start).total_seconds(), 0.0))


def short_model(model: str) -> str:
    """The model without its provider, and a function without the packages of its module."""
    provider, _, name = model.partition("/")
    if provider == "python" and ":" in name:
        module, _, function = name.rpartition(":")
        return f"{module.rpartition('.')[2]}:{function}"
    return name or model


def told_apart(models: Sequence[str]) -> list[str]:
    """As little of each name as tells these models apart, where there is little room."""
    shortened = [short_model(each) for each in models]
    last = [each.rpartition("/")[2].rpartition(":")[2] for each in shortened]
    for names in (last, shortened):
        if all(names) and len(set(names)) == len(set(models)):
            return names
    return list(models)


def named_shortly(text: str, models: Sequence[str]) -> str:
    """A sentence of a document with the models' names as short as tells them apart.

    Beside it stands which models are meant; the document itself has their whole names.
    """
    short = dict(zip(models, told_apart(models), strict=True))
    whole = sorted(short, key=len, reverse=True)
    if not whole:
        return text
    found = re.compile("|".join(rf"(?<![\w/:.-]){re.escape(each)}(?![\w/-]|:\S)" for each in whole))
    return found.sub(lambda match: short[match[0]], text)


def path_segment(text: str) -> str:
    """An id as one piece of an address: a browser takes `/../` out of a path, and no `%2F`.

    An id of two dots alone has no such piece, however it is written.
    """
    return quote(text, safe="")


def by_name(name: str, given: float | None) -> str:
    """A number whose name has its unit, as `latency_mean_s`; one that a person chose as written."""
    if name.endswith("_s"):
        return seconds(given)
    if name.endswith("_usd"):
        return dollars(given)
    return setting(given) if name.startswith(("params.", "config.")) else number(given)


def tick(name: str, given: float) -> str:
    """The same beside an axis: `0.5`, not `0.500`."""
    text = by_name(name, given) if name.endswith(("_s", "_usd")) else number(given)
    return text.rstrip("0").rstrip(".") if re.fullmatch(rf"{MINUS}?\d+\.\d+", text) else text


def middle(text: str, limit: int = 32) -> str:
    """An id or path with its middle left out."""
    if len(text) <= limit:
        return text
    tail = limit // 2 - 1
    return f"{text[: limit - tail - 1]}…{text[-tail:]}"


def shown(text: str | None, limit: int = MAX_SHOWN) -> Markup:
    """Text from outside: escaped, with marks where it holds characters that nobody sees.

    Characters that turn the direction of text could make a page say what it does not.
    """
    if text is None:
        return escape(NOTHING)
    cut = text[:limit]
    if _ODD.search(cut) is None:
        return escape(cut)
    parts: list[Markup] = []
    plain: list[str] = []
    for place, character in enumerate(cut):
        if _ODD.match(character) and not _joins(cut, place):
            parts += [escape("".join(plain)), _marked(character)]
            plain = []
        else:
            plain.append(character)
    parts.append(escape("".join(plain)))
    return Markup("").join(parts)


def _joins(text: str, place: int) -> bool:
    """Whether a joiner of no width does what it is there for: in Arabic script and behind a virama
    it shapes letters (RFC 5892, appendix A.1 and A.2), and one emoji is made of several by it.
    """
    if text[place] not in _JOINERS or not 0 < place < len(text) - 1:
        return False
    before, behind = text[place - 1], text[place + 1]
    if unicodedata.bidirectional(before) == "AL" or unicodedata.combining(before) == _VIRAMA:
        return unicodedata.category(behind)[0] in "LM"
    is_emoji = unicodedata.category(before) in {"So", "Sk"} or before == "\ufe0f"
    return text[place] == "\u200d" and is_emoji and unicodedata.category(behind) == "So"


def one_line(text: str | None, limit: int = 120) -> Markup:
    """The beginning of a text, for a cell of a table."""
    if text is None:
        return escape(NOTHING)
    flat = " ".join(text[: limit * 4].split())
    cut = flat if len(flat) <= limit else f"{flat[: limit - 1]}…"
    return shown(cut)


def direction(text: str | None) -> Markup:
    """For the cell of a table that cuts off what is too long: Arabic loses its end, and not its
    beginning, where the cell reads as its words do. Of `dir=auto` the browser would not look into
    what stands isolated in there.
    """
    if text is None or text.isascii():
        return Markup("")
    kinds = (unicodedata.bidirectional(each) for each in text)
    first = next((kind for kind in kinds if kind in {"L", "R", "AL"}), "L")
    return Markup("") if first == "L" else Markup(' dir="rtl"')


def answer(given: AnswerBody, *, most: int = 4) -> str | None:
    """An answer in a few words, with so many labels at most; None where there is none."""
    if given.boxes is not None:
        return _boxes([box.label for box in given.boxes], most)
    if given.point is not None:
        return f"({number(given.point.x)}, {number(given.point.y)})"
    return given.words


def target(wanted: Target, *, most: int = 4) -> str | None:
    """What was to be answered, in a few words, with so many labels at most."""
    if wanted is None:
        return None
    if isinstance(wanted, list):
        if all(isinstance(each, dict) for each in wanted):
            return _boxes([str(e.get("label", "")) for e in wanted if isinstance(e, dict)], most)
        return " | ".join(map(str, wanted))
    if isinstance(wanted, dict) and set(wanted) == {"x", "y"}:
        return f"({wanted['x']}, {wanted['y']})"
    return str(wanted)


def without_nothing(given: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """What was said in a declaration, without what was left open."""
    return {name: value for name, value in given.items() if value is not None}


def tojson_text(value: JsonValue) -> str:
    """JSON for people; what it holds is escaped like every other text."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def written(value: JsonValue) -> str:
    """A value of somebody's, as JSON has it (`true`, not `True`); texts without their quotes."""
    if value is None:
        return NOTHING
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def confidence_band(difference: float | None) -> str:
    """`low`, `medium` or `high`; nothing where there is no difference."""
    return "" if difference is None else band(difference)


def _marked(character: str) -> Markup:
    code = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "control character").lower()
    return Markup('<span class="glyph" title="{}">{}</span>').format(name, code)


def _boxes(labels: Sequence[str], most: int) -> str:
    if not labels:
        return "nothing found"
    kinds: dict[str, int] = {}
    for label in labels:
        kinds[label] = kinds.get(label, 0) + 1
    named = [f"{n} × {label}" if n > 1 else label for label, n in list(kinds.items())[:most]]
    return ", ".join(named) + (", …" if len(kinds) > most else "")


def _rough(passed_s: float) -> str:
    if passed_s < _MINUTE:
        return f"{passed_s:.0f}\u202fs"
    if passed_s < _HOUR:
        return f"{passed_s / _MINUTE:.0f}\u202fm"
    if passed_s < _DAY:
        return f"{passed_s / _HOUR:.0f}\u202fh"
    return f"{passed_s / _DAY:.0f}\u202fd"
