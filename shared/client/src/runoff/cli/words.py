"""Numbers and times as a person reads them."""

from datetime import UTC, datetime

Interval = tuple[float, float]


def percent(share: float | None) -> str:
    """`96.1 %`, or a dash where there is none."""
    return "–" if share is None else f"{share * 100:.1f} %"


def percent_interval(interval: Interval | None) -> str:
    """`94.1 to 97.4 %`."""
    return "–" if interval is None else f"{interval[0] * 100:.1f} to {interval[1] * 100:.1f} %"


def points(difference: float | None) -> str:
    """A difference of two shares, with its sign: `+2.4 points`."""
    return "–" if difference is None else f"{_signed(difference)} points"


def points_interval(interval: Interval | None) -> str:
    """`+0.4 to +4.5`."""
    return "–" if interval is None else f"{_signed(interval[0])} to {_signed(interval[1])}"


def minus(text: str) -> str:
    """With the sign that is as wide as a plus, as the verdict's words have it."""
    return text.replace("-", "−")  # it is meant


def _signed(share: float) -> str:
    return minus(f"{share * 100:+.1f}")


def p_value(p: float | None) -> str:
    """`0.017`; below one in ten thousand the digits say nothing more."""
    if p is None:
        return "–"
    return "< 0.0001" if p < 0.0001 else f"{p:.2g}" if p < 0.1 else f"{p:.2f}"


def number(value: float | None) -> str:
    """`0.961`, `12.4`, `1200`: four digits say what a metric can; a dash where there is none."""
    if value is None:
        return "–"
    text = f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    mantissa, e, exponent = text.partition("e")
    return minus(mantissa) + e + exponent


def money(usd: float | None) -> str:
    """`$0.0031`, `$12.40`; a dash where no price is known."""
    if usd is None:
        return "–"
    return f"${usd:.2f}" if usd >= 1 or usd == 0 else f"${usd:.2g}"


def size(n_bytes: int) -> str:
    """`11.4 KB`, in steps of 1000."""
    amount = float(n_bytes)
    for unit in ("B", "KB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def ago(then: datetime, *, now: datetime | None = None) -> str:
    """`just now`, `5 min ago`, `3 h ago`, `12 d ago`."""
    elapsed_s = ((now or datetime.now(UTC)) - then).total_seconds()
    for unit, unit_s in (("d", 86400), ("h", 3600), ("min", 60)):
        if elapsed_s >= unit_s:
            return f"{int(elapsed_s // unit_s)} {unit} ago"
    return "just now"


def duration(seconds: float) -> str:
    """`0.8 s`, `2 min 05 s`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def latency(seconds: float) -> str:
    """`0.42 ms`, `310 ms`, `2.4 s`."""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.2f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"


def counted(n: int, one: str, several: str) -> str:
    """`1 entry`, `2 entries`."""
    return f"{n} {one if n == 1 else several}"
