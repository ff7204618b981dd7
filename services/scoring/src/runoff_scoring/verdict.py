"""The verdict in words. It never reads 'no difference found' as 'equal'."""

from collections.abc import Sequence

from runoff_contracts.comparison import ComparedContender, ComparedPair


def verdict(contenders: Sequence[ComparedContender], pairs: Sequence[ComparedPair]) -> str:
    """One or two sentences: which contender is better, by how much, and how sure that is."""
    if len(pairs) == 1:
        return _of_pair(contenders, pairs[0])
    ranked = [each for each in contenders if each.accuracy is not None]
    if not ranked:
        return "Nothing can be said: no entry was scored."
    best = max(ranked, key=lambda each: each.accuracy or 0.0)
    place = contenders.index(best)
    beaten, open_ = _sorted_out(contenders, pairs, place)
    head = (
        f"{best.model} has the highest accuracy, {_percent(best.accuracy)} "
        f"(95 % interval {_percent_range(best.interval)}, {best.n} entries)."
    )
    said = [head]
    if beaten:
        said.append(
            f"It is better than {_and(beaten)} (exact McNemar, Holm over {len(pairs)} pairs, 5 %)."
        )
    if open_:
        said.append(
            f"Whether it is better than {_and(open_)} cannot be told from these entries, "
            f"which does not make them equal."
        )
    return " ".join(said)


def _of_pair(contenders: Sequence[ComparedContender], pair: ComparedPair) -> str:
    a, b = contenders[pair.a].model, contenders[pair.b].model
    if pair.interval is None or pair.difference is None or pair.p_value is None:
        return f"Nothing can be said of {a} and {b}: no entry is scored for both."
    low, high = pair.interval
    entries = f"on {pair.n_both} entries that both answered"
    if pair.outcome == "not_separable":
        return (
            f"{a} and {b} cannot be told apart {entries}: the difference in accuracy is "
            f"{_points(pair.difference)} points, and anything from {_points(low)} to "
            f"{_points(high)} fits (95 % interval; exact McNemar p {_p(pair.p_value)}). "
            f"That does not make them equal."
        )
    if pair.outcome == "b_better":
        a, b, low, high = b, a, -high, -low
    return (
        f"{a} is better than {b} by {100 * abs(pair.difference):.1f} points of accuracy {entries} "
        f"(95 % interval {_points(low)} to {_points(high)}; "
        f"exact McNemar p {_p(pair.p_value)})."
    )


def _sorted_out(
    contenders: Sequence[ComparedContender], pairs: Sequence[ComparedPair], best: int
) -> tuple[list[str], list[str]]:
    """Models that the best one beats, and those of which that cannot be told."""
    beaten: list[str] = []
    open_: list[str] = []
    for pair in pairs:
        if best not in {pair.a, pair.b}:
            continue
        other = contenders[pair.b if pair.a == best else pair.a].model
        won = pair.outcome == ("a_better" if pair.a == best else "b_better")
        (beaten if won else open_).append(other)
    return beaten, open_


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
