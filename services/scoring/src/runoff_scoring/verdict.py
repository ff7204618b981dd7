"""The verdict in words. It never reads 'no difference found' as 'equal'."""

from collections.abc import Sequence

from runoff_contracts.comparison import ComparedContender, ComparedPair


def verdict(
    contenders: Sequence[ComparedContender], pairs: Sequence[ComparedPair], measure: str
) -> str:
    """One or two sentences: which contender is better, by how much, and how sure that is.

    Args:
        measure: The scorer that passes or fails; the share that passes it is what is compared.
    """
    named = measure if measure == "accuracy" else f"{measure} share"
    if len(pairs) == 1:
        return _of_pair(contenders, pairs[0], named)
    ranked = [each for each in contenders if each.accuracy is not None]
    if not ranked:
        return "Nothing can be said: no entry was scored."
    best = max(ranked, key=lambda each: each.accuracy or 0.0)
    top = [each.model for each in ranked if each.accuracy == best.accuracy]
    head = (
        f"{best.model} has the highest {named}, {_percent(best.accuracy)} "
        f"(95 % interval {_percent_range(best.interval)}, {best.n} entries)."
    )
    if len(top) > 1:
        head = f"{_and(top)} have the highest {named}, {_percent(best.accuracy)}."
    said = [head]
    test = f"(exact McNemar, Holm over {len(pairs)} pairs, 5 %)"
    beaten, beaten_by, open_ = _sorted_out(contenders, pairs, best.position)
    if beaten:
        said.append(f"{best.model} is better than {_and(beaten)} {test}.")
    if beaten_by:
        # Shares are of all that a contender answered, tests of what both did.
        are = "is" if len(beaten_by) == 1 else "are"
        said.append(f"On entries that both answered, {_and(beaten_by)} {are} better {test}.")
    if open_:
        said.append(
            f"Whether {best.model} is better than {_and(open_)} cannot be told from these "
            f"entries, which does not make them equal."
        )
    return " ".join(said)


def _of_pair(contenders: Sequence[ComparedContender], pair: ComparedPair, named: str) -> str:
    a, b = contenders[pair.a].model, contenders[pair.b].model
    if pair.interval is None or pair.difference is None or pair.p_value is None:
        return f"Nothing can be said of {a} and {b}: no entry is scored for both."
    low, high = pair.interval
    entries = f"on {pair.n_both} entries that both answered"
    if pair.outcome == "not_separable":
        return (
            f"{a} and {b} cannot be told apart {entries}: the difference in {named} is "
            f"{_points(pair.difference)} points, and anything from {_points(low)} to "
            f"{_points(high)} fits (95 % interval; exact McNemar p {_p(pair.p_value)}). "
            f"That does not make them equal."
        )
    if pair.outcome == "b_better":
        a, b, low, high = b, a, -high, -low
    return (
        f"{a} is better than {b} by {100 * abs(pair.difference):.1f} points of {named} {entries} "
        f"(95 % interval {_points(low)} to {_points(high)}; "
        f"exact McNemar p {_p(pair.p_value)})."
    )


def _sorted_out(
    contenders: Sequence[ComparedContender], pairs: Sequence[ComparedPair], best: int
) -> tuple[list[str], list[str], list[str]]:
    """Models that the best one beats, that beat it, and of which neither can be told."""
    beaten: list[str] = []
    beaten_by: list[str] = []
    open_: list[str] = []
    for pair in pairs:
        if best not in {pair.a, pair.b}:
            continue
        other = contenders[pair.b if pair.a == best else pair.a].model
        won, lost = ("a_better", "b_better") if pair.a == best else ("b_better", "a_better")
        {won: beaten, lost: beaten_by}.get(pair.outcome, open_).append(other)
    return beaten, beaten_by, open_


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{100 * value:.1f} %"


def _percent_range(interval: tuple[float, float] | None) -> str:
    if interval is None:
        return "unknown"
    return f"{100 * interval[0]:.1f} to {100 * interval[1]:.1f} %"


def _points(value: float) -> str:
    return f"{100 * value:+.1f}".replace("-", "−")


def _p(value: float) -> str:
    return "< 0.0001" if value < 1e-4 else f"= {value:.2g}"


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
