"""The verdict in words. It never reads 'no difference found' as 'equal'."""

from collections.abc import Sequence
from dataclasses import dataclass

from runoff_contracts.compared import ComparedMetric, ComparedPair, FamilyTested
from runoff_contracts.comparison import PlanBound
from runoff_contracts.sequential import StoppedRun
from runoff_scoring.comparing import words


@dataclass(frozen=True)
class Case:
    """What the verdict is spoken about."""

    names: Sequence[str]
    """Of the contenders."""
    metric: ComparedMetric
    """The primary one."""
    family: FamilyTested
    confidence: float
    baseline: int | None
    against_baseline: bool
    """Contenders are held against the baseline alone."""
    n_partial: int
    """Runs of which a part is compared."""
    plan: PlanBound | None
    stopped: Sequence[StoppedRun] = ()
    """Runs that ended when they were decided."""
    n_runs: Sequence[int] = ()
    """That each contender is pooled of."""
    counts_missing: bool = False
    """What was not answered has the worst score, and is among the entries."""

    @property
    def compared(self) -> str:
        """Which entries a pair is compared on."""
        if self.counts_missing:
            return "with unanswered ones counted as wrong"
        return "that both answered"


def verdict(case: Case) -> str:
    """One or two sentences: who is better, by how much, and how sure that is.

    Further ones are said where runs were pooled or did not complete, and where a plan was not kept
    to.
    """
    said = _said(case)
    if any(each > 1 for each in case.n_runs):
        pooled = [f"{n} of {name}" for n, name in zip(case.n_runs, case.names, strict=True)]
        said += (
            f" Each entry's score is its mean over the runs ({words.listed(pooled)}): what is said "
            f"holds for these, and not for further ones."
        )
    if case.n_partial:
        runs = "One run is" if case.n_partial == 1 else f"{case.n_partial} runs are"
        said += f" {runs} not complete: this is of what is scored."
    for run in case.stopped:
        said += (
            f" Stopped when decided, with {run.n_entries:,} of {run.n_planned:,} entries asked; "
            f"p-values and intervals above do not allow for that, this does: {run.watched.sentence}"
        )
    if case.plan is not None and case.plan.deviations:
        said = f"Exploratory, since it is not what was planned: {said}"
    return said


def _said(case: Case) -> str:
    if len(case.names) == 2:
        return _of_pair(case, case.metric.pairs[0])
    estimates = zip(case.names, case.metric.estimates, strict=True)
    scored = [name for name, each in estimates if each.value is not None]
    if len(scored) < 2:
        only = f"only {scored[0]} has scores" if scored else "no entry was scored"
        return f"Nothing can be said: {only}."
    if case.against_baseline and case.baseline is not None:
        said, held = _of_baseline(case, case.baseline), case.baseline
    else:
        said, held = _of_many(case), case.metric.winner.contenders[0]
    return f"{said}{_of_margins(case, held)}{_of_unscored(case, held)}"


def _of_pair(case: Case, pair: ComparedPair) -> str:
    a, b, metric = case.names[pair.a], case.names[pair.b], case.metric
    if pair.outcome == "nothing_shared" or pair.difference is None:
        return f"Nothing can be said of {a} and {b}: no entry is scored for both."
    what = "entry" if pair.n_both == 1 else "entries"
    entries = f"on {pair.n_both} {what} {case.compared}"
    if pair.margin is not None:
        return _of_margin(case, pair, entries)
    if pair.p_value is None:
        why = f": {pair.reason}" if pair.reason else ""
        return (
            f"{a} and {b} differ by {words.difference(metric, pair.difference)} {entries}, and "
            f"whether that is chance cannot be said{why}."
        )
    if pair.outcome == "not_separable":
        return _open(case, pair, entries)
    a, b, difference, interval = _better_first(case, pair)
    told = _told(case, pair, interval)
    baseline = " the baseline" if b == _baseline_name(case) else ""
    return (
        f"{a} is better than{baseline} {b} by {words.difference(metric, difference)}"
        f"{_direction(metric)} {entries} ({told})."
    )


def _open(case: Case, pair: ComparedPair, entries: str) -> str:
    a, b, metric = case.names[pair.a], case.names[pair.b], case.metric
    assert pair.difference is not None
    assert pair.p_value is not None
    return (
        f"{a} and {b} cannot be told apart {entries}: {words.differing(metric)} is "
        f"{words.signed_whole(metric, pair.difference)}{_fitting(case, pair)}. "
        f"That does not make them equal."
    )


def _fitting(case: Case, pair: ComparedPair) -> str:
    """What the difference may be as well. An interval is of one test: it may leave 0 out where the
    p-value has paid for several.
    """
    if pair.interval is None:
        return f" ({_p_told(case, pair)}{_without_interval(pair)})"
    span, level = words.span(case.metric, pair.interval), words.level(case.confidence)
    if pair.interval[0] <= 0 <= pair.interval[1]:
        return f", and anything from {span} fits ({level} interval; {_p_told(case, pair)})"
    return (
        f"; by itself its {level} interval, {span}, leaves 0 out, but as one of several tests it "
        f"may be chance ({_p_told(case, pair)})"
    )


def _of_margin(case: Case, pair: ComparedPair, entries: str) -> str:
    """What is asked with a margin: as good as equal, or at least not worse."""
    margin, metric = pair.margin, case.metric
    assert margin is not None
    assert pair.difference is not None
    a, b = case.names[pair.a], case.names[pair.b]
    within = words.margin(metric, margin.margin)
    level = words.level(1 - 2 * case.family.alpha)
    told = ""
    if margin.interval is not None:
        told = f" ({level} interval {words.span(metric, margin.interval)})"
    better = ""
    if pair.outcome in {"a_better", "b_better"}:
        first, second, difference, _ = _better_first(case, pair)
        by = words.difference(metric, difference)
        better = f" {first} is better than {second} by {by}."
    if margin.equivalent is None:
        reason = margin.reason or pair.reason
        why = f": {reason}" if reason else ""
        said = f"Whether {a} and {b} differ by less than {within} cannot be said {entries}{why}."
        return f"{said}{better}"
    if margin.equivalent:
        said = f"{a} and {b} are equivalent: they differ by less than {within} {entries}{told}."
    elif margin.not_inferior:
        said = f"{a} is not worse than {b} by {within} or more {entries}{told}."
    else:
        less = f"{a} is less than {within} worse than {b} {entries}{told}"
        open_ = "" if better else ", which does not show that it is worse"
        said = f"It is not shown that {less}{open_}."
    return f"{said}{better}"


def _of_baseline(case: Case, baseline: int) -> str:
    """Each against the baseline, several of them."""
    metric, name = case.metric, case.names[baseline]
    better, worse, open_ = [], [], []
    for pair in metric.pairs:
        other = case.names[pair.a if pair.b == baseline else pair.b]
        won = "a_better" if pair.b == baseline else "b_better"
        if pair.outcome == won:
            better.append(f"{other} (by {words.difference(metric, pair.difference or 0.0)})")
        elif pair.outcome in {"a_better", "b_better"}:
            worse.append(f"{other} (by {words.difference(metric, pair.difference or 0.0)})")
        elif pair.outcome != "nothing_shared":
            open_.append(other)
    said = []
    if better:
        said.append(f"{words.listed(better)} {_are(better)} better than the baseline {name}")
    if worse:
        said.append(f"{words.listed(worse)} {_are(worse)} worse than the baseline {name}")
    head = f"{', and '.join(said)} ({case.metric.test}, {_adjusted(case)})." if said else ""
    if open_:
        tail = (
            f"Whether {words.listed(open_)} {_are(open_)} better than the baseline {name} "
            f"cannot be told from these entries, which does not make them equal."
        )
        return f"{head} {tail}".strip()
    return head


def _of_many(case: Case) -> str:
    metric = case.metric
    top = metric.winner.contenders
    best, estimate = case.names[top[0]], metric.estimates[top[0]]
    most = "highest" if metric.higher_is_better else "lowest"
    shown = words.value(metric, estimate.value)
    if len(top) > 1:
        names = words.listed([case.names[each] for each in top])
        said = [f"{names} have the {most} {words.named(metric)}, {shown}."]
    else:
        within = ""
        if estimate.interval is not None:
            low, high = (words.value(metric, each) for each in estimate.interval)
            within = f"{words.level(case.confidence)} interval {low} to {high}, "
        what = "entry" if estimate.n == 1 else "entries"
        said = [
            f"{best} has the {most} {words.named(metric)}, {shown} ({within}{estimate.n} {what})."
        ]
    beaten, beaten_by, open_ = _sorted_out(case, top[0])
    test = f"({case.metric.test}, {_adjusted(case)})"
    tail = []
    if beaten:
        tail.append(f"{best} is better than {words.listed(beaten)} {test}")
    if beaten_by:
        # Values are of all that a contender answered, tests of what both did.
        others = f"{words.listed(beaten_by)} {_are(beaten_by)}"
        tail.append(f"{'on' if tail else 'On'} entries {case.compared}, {others} better {test}")
    if open_:
        tail.append(
            f"{'whether' if tail else 'Whether'} {best} is better than {words.listed(open_)} "
            f"cannot be told from these entries, which does not make them equal"
        )
    return " ".join([*said, f"{'; '.join(tail)}."]) if tail else said[0]


def _of_unscored(case: Case, held: int) -> str:
    """Of several: who has fewer scores than others, and who none that the one in front has too."""
    estimates, said = case.metric.estimates, ""
    n_most = max(each.n for each in estimates)
    fewer = [
        f"{name} {f'{each.n:,} of {n_most:,}' if each.n else 'none'}"
        for name, each in zip(case.names, estimates, strict=True)
        if each.n < n_most
    ]
    if fewer:
        said = (
            f" Not every contender has as many scores ({', '.join(fewer)}); pairs are compared on "
            f"entries {case.compared}."
        )
    apart = [
        case.names[pair.b if pair.a == held else pair.a]
        for pair in case.metric.pairs
        if held in {pair.a, pair.b}
        and pair.outcome == "nothing_shared"
        and estimates[pair.a].n
        and estimates[pair.b].n
    ]
    if apart:
        said += f" No entry is scored for {case.names[held]} and for {words.either(apart)}."
    return said


def _of_margins(case: Case, held: int) -> str:
    """Who of several is as good as this one: within the margin that was asked with."""
    margin = next((each.margin for each in case.metric.pairs if each.margin is not None), None)
    if margin is None:
        return ""
    found: dict[str, list[str]] = {"equal": [], "not_worse": [], "open": [], "unknown": []}
    for pair in case.metric.pairs:
        if held in {pair.a, pair.b} and pair.margin is not None:
            other = case.names[pair.b if pair.a == held else pair.a]
            found.setdefault(_within(case, pair, held), []).append(other)
    name, level = case.names[held], words.level(1 - 2 * case.family.alpha)
    by = f"({level} interval of each pair by itself)"
    ends = {
        "equal": f"equivalent to {name} {by}",
        "not_worse": f"not worse than {name} {by}",
        "open": f"not shown to be equivalent to {name}, nor to be no worse {by}",
    }
    said = [
        f"{words.listed(found[each])} {_are(found[each])} {end}"
        for each, end in ends.items()
        if found[each]
    ]
    if found["unknown"]:
        reasons = [each.margin.reason for each in case.metric.pairs if each.margin is not None]
        why = next((f": {each}" for each in reasons if each), "")
        said.append(f"of {words.listed(found['unknown'])} it cannot be said{why}")
    within = words.margin(case.metric, margin.margin)
    return f" Within {within}, {'; '.join(said)}." if said else ""


def _within(case: Case, pair: ComparedPair, held: int) -> str:
    """What a margin says of the other one of a pair; who is better is no worse, and said before."""
    margin, won = pair.margin, "a_better" if pair.b == held else "b_better"
    assert margin is not None
    if margin.equivalent is None:
        return "unknown"
    if margin.equivalent:
        return "equal"
    if pair.outcome == won:
        return "better"
    not_worse = margin.not_inferior
    if pair.a == held and margin.interval is not None:
        # The pair says it of a, the interval of both: it is of a minus b.
        low, high = margin.interval
        upward = case.metric.higher_is_better
        not_worse = high < margin.margin if upward else low > -margin.margin
    if not_worse:
        return "not_worse"
    return "open" if pair.outcome == "not_separable" else "worse"


def _sorted_out(case: Case, best: int) -> tuple[list[str], list[str], list[str]]:
    """Contenders that the best one beats, that beat it, and of which neither can be told."""
    beaten: list[str] = []
    beaten_by: list[str] = []
    open_: list[str] = []
    for pair in case.metric.pairs:
        if best not in {pair.a, pair.b}:
            continue
        other = case.names[pair.b if pair.a == best else pair.a]
        won, lost = ("a_better", "b_better") if pair.a == best else ("b_better", "a_better")
        if pair.outcome != "nothing_shared":
            {won: beaten, lost: beaten_by}.get(pair.outcome, open_).append(other)
    return beaten, beaten_by, open_


def _better_first(
    case: Case, pair: ComparedPair
) -> tuple[str, str, float, tuple[float, float] | None]:
    """The better one, the other, and the difference the way round in which they stand now."""
    assert pair.difference is not None
    a, b = case.names[pair.a], case.names[pair.b]
    if pair.outcome == "a_better":
        return a, b, pair.difference, pair.interval
    turned = None if pair.interval is None else (-pair.interval[1], -pair.interval[0])
    return b, a, -pair.difference, turned


def _told(case: Case, pair: ComparedPair, interval: tuple[float, float] | None) -> str:
    if interval is None:
        return f"{_p_told(case, pair)}{_without_interval(pair)}"
    level = words.level(case.confidence)
    return f"{level} interval {words.span(case.metric, interval)}; {_p_told(case, pair)}"


def _without_interval(pair: ComparedPair) -> str:
    return f"; no interval, since {pair.reason}" if pair.reason else ""


def _p_told(case: Case, pair: ComparedPair) -> str:
    """The p-value that the pair is judged by, and what it paid for."""
    p = pair.p_value if pair.p_adjusted is None else pair.p_adjusted
    assert p is not None
    after = "" if case.family.n_tests == 1 else f" after {_method(case)}"
    return f"{words.test(case.metric, pair)} p {words.p_value(p)}{after}"


def _method(case: Case) -> str:
    method = "Holm" if case.family.adjust == "holm" else "Benjamini-Hochberg"
    return f"{method} over {case.family.n_tests} test{'s' if case.family.n_tests > 1 else ''}"


def _adjusted(case: Case) -> str:
    return f"{_method(case)}, {100 * case.family.alpha:g} %"


def _direction(metric: ComparedMetric) -> str:
    return "" if metric.higher_is_better else " (lower is better)"


def _baseline_name(case: Case) -> str | None:
    return None if case.baseline is None else case.names[case.baseline]


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"
