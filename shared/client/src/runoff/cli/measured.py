"""Values, differences and outcomes of a comparison in words, each in its metric's unit."""

from runoff.cli import words
from runoff.cli.output import clean
from runoff_contracts.compared import ComparedMetric, ComparedPair, Interval, Outcome, Winner
from runoff_contracts.comparison import ComparisonDocument
from runoff_contracts.ids import short_id

LETTERS = "ABCDEFGHIJKLMNOP"
ADJUSTED = {"holm": "Holm", "benjamini_hochberg": "B-H"}


def letter(place: int) -> str:
    """How tables call a contender: `A` is the first."""
    return LETTERS[place] if place < len(LETTERS) else f"#{place}"


def run_words(document: ComparisonDocument) -> list[str]:
    """The short id of each contender's run; the whole ones where two of them are of one moment."""
    runs = [each.run_id for each in document.contenders]
    short = [short_id(each) for each in runs]
    return short if len(set(short)) == len(set(runs)) else runs


def value(metric: ComparedMetric, number: float | None) -> str:
    """`93.0 %` of what passes or fails, `12.4 px`, `0.81`."""
    if metric.kind == "pass_fail":
        return words.percent(number)
    return words.number(number) + _unit(metric, number)


def interval(metric: ComparedMetric, bounds: Interval | None) -> str:
    """Of a value: `91.5 to 94.5 %`."""
    if bounds is None:
        return "–"
    if metric.kind == "pass_fail":
        return words.percent_interval(bounds)
    return f"{words.number(bounds[0])} to {words.number(bounds[1])}{_unit(metric, bounds[0])}"


def difference(metric: ComparedMetric, number: float | None) -> str:
    """With its sign: `+2.5 points`, `-1.2 px`."""
    if metric.kind == "pass_fail":
        return words.points(number)
    return "–" if number is None else f"{_signed(number)}{_unit(metric, number)}"


def difference_interval(metric: ComparedMetric, bounds: Interval | None) -> str:
    """`+0.9 to +4.1`, in the unit of the difference beside it."""
    if metric.kind == "pass_fail":
        return words.points_interval(bounds)
    return "–" if bounds is None else f"{_signed(bounds[0])} to {_signed(bounds[1])}"


def outcome(pair: ComparedPair) -> str:
    """`B is better`, with letters; what is not separable is not called equal."""
    return {
        "a_better": f"{letter(pair.a)} is better",
        "b_better": f"{letter(pair.b)} is better",
        "not_separable": "not separable",
        "nothing_shared": "nothing shared",
    }[pair.outcome]


def outcome_words(said: Outcome, a: str, b: str) -> str:
    """The same with names."""
    return {
        "a_better": f"{a} is better",
        "b_better": f"{b} is better",
        "not_separable": "not separable",
        "nothing_shared": "nothing shared",
    }[said]


def winner(found: Winner) -> str:
    """`B`, `B, not separable`, `tie of A and B`, or a dash."""
    letters = [letter(place) for place in found.contenders]
    if not letters or found.certainty == "nothing":
        return "–"
    if found.certainty == "tie":
        return f"tie of {' and '.join(letters)}"
    named = ", ".join(letters)
    return named if found.certainty == "separable" else f"{named}, not separable"


def metric_name(metric: ComparedMetric) -> str:
    """With an arrow that says which way is better."""
    return f"{clean(metric.name)} {'↑' if metric.higher_is_better else '↓'}"


def p_head(document: ComparisonDocument) -> str:
    """`p (Holm)` where several tests share one rate."""
    if document.family.n_tests < 2:
        return "p"
    return f"p ({ADJUSTED[document.family.adjust]})"


def p_shown(document: ComparisonDocument, pair: ComparedPair) -> str:
    """The adjusted one where several tests share one rate."""
    return words.p_value(pair.p_value if document.family.n_tests < 2 else pair.p_adjusted)


def alone_words(document: ComparisonDocument) -> str | None:
    """Why an interval may leave out 0 where nothing is separable; None where none does."""
    pairs = [pair for pair in document.primary.pairs if pair.differs_alone]
    if not pairs:
        return None
    guarded = any(pair.asked_alone and pair.asked_alone.test for pair in pairs)
    return (
        "Not separable although an interval leaves out 0: each interval stands by itself, "
        f"{p_head(document)} {'is the greater of two tests and ' if guarded else ''}reckons with "
        f"all {document.family.n_tests} tests."
    )


def margin_words(metric: ComparedMetric, pair: ComparedPair) -> str | None:
    """What the margin says of a pair, or none where no margin was asked for."""
    tested = pair.margin
    if tested is None:
        return None
    a, b = letter(pair.a), letter(pair.b)
    margin = difference(metric, tested.margin).lstrip("+")
    equal = {True: "shown", False: "not shown", None: "cannot be said"}[tested.equivalent]
    not_worse = {True: "shown", False: "not shown", None: "cannot be said"}[tested.not_inferior]
    return (
        f"{a} and {b} equal within {margin}: {equal}. "
        f"{a} not worse than {b} by {margin}: {not_worse}."
    )


def cautions(document: ComparisonDocument) -> list[str]:
    """What a reader has to know before relying on a number."""
    said = [*document.pairing.notes]
    if document.plan is not None:
        said += [f"Deviates from the plan: {each}" for each in document.plan.deviations]
    for place, each in enumerate(document.contenders):
        name = f"{letter(place)} ({each.name})"
        if each.n_failed:
            said.append(f"{name} did not answer {words.counted(each.n_failed, 'entry', 'entries')}")
        retried = each.retried
        if retried is not None and retried.p_value is not None and retried.p_value < 0.05:
            said.append(
                f"{name}: the {retried.n_retried} entries that needed another attempt score "
                f"otherwise (p {words.p_value(retried.p_value)})"
            )
    for metric in document.metrics:
        for place, estimate in enumerate(metric.estimates):
            if estimate.value is None and estimate.reason:
                said.append(f"{metric.name} of {letter(place)}: {estimate.reason}")
    for pair in document.primary.pairs:
        if pair.reason:
            said.append(f"{letter(pair.a)} against {letter(pair.b)}: {pair.reason}")
    return [clean(each, limit=500) for each in said]


def _signed(number: float) -> str:
    """Three digits, and all of those before the point."""
    return f"{number:+.0f}" if abs(number) >= 100 else f"{number:+.3g}"


def _unit(metric: ComparedMetric, number: float | None) -> str:
    return f" {clean(metric.unit)}" if metric.unit and number is not None else ""
