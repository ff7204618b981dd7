"""A run under watch in one sentence. 'Not decided yet' is never said as 'equal'."""

from runoff_contracts.scorers import KNOWN_SCORERS
from runoff_contracts.sequential import WatchedPair, WatchedRun


def sentence(watched: WatchedRun) -> str:
    """How far the run is, and what may be said of its models for good."""
    head = f"After {watched.n:,} of {watched.n_entries:,} entries"
    if not watched.shuffled:
        head += ", in the dataset's order,"
    if len(watched.pairs) == 1:
        return f"{head} {_of_pair(watched, watched.pairs[0])}"
    open_ = [each for each in watched.pairs if each.decided is None]
    settled = [each for each in watched.pairs if each.decided is not None]
    if not settled:
        return f"{head} none of {len(open_)} pairs is decided."
    said = "; ".join(_outcome(watched, each) for each in settled)
    if not open_:
        return f"{head} every pair is decided: {said}."
    return f"{head} {len(settled)} of {len(watched.pairs)} pairs are decided: {said}."


def _of_pair(watched: WatchedRun, pair: WatchedPair) -> str:
    if pair.interval is None or pair.difference is None:
        return "nothing can be said: no entry is scored for both."
    low, high = (_amount(watched, each) for each in pair.interval)
    interval = f"{low} to {high}{_unit(watched)}"
    if pair.decided is None:
        a, b = watched.models[pair.a], watched.models[pair.b]
        return (
            f"it is not decided: {watched.metric} of {a} minus {b} is "
            f"{_amount(watched, pair.difference)}, and anything from {interval} fits."
        )
    if not watched.shuffled:
        return f"{_outcome(watched, pair)} ({interval}, if the others are like these)."
    return f"{_outcome(watched, pair)} ({interval}, however often one looks)."


def _outcome(watched: WatchedRun, pair: WatchedPair) -> str:
    a, b = watched.models[pair.a], watched.models[pair.b]
    if pair.decided == "equivalent":
        margin = _amount(watched, watched.margin or 0.0).lstrip("+")
        verb = "are equal" if watched.shuffled else "agree so far"
        return f"{a} and {b} {verb} within ±{margin}{_unit(watched)} of {watched.metric}"
    if pair.decided == "b_better":
        a, b = b, a
    size = _amount(watched, abs(pair.difference or 0.0)).lstrip("+")
    verb = "is better than" if watched.shuffled else "is ahead of"
    return f"{a} {verb} {b} by {size}{_unit(watched)} of {watched.metric}"


def _amount(watched: WatchedRun, value: float) -> str:
    text = f"{value:+.3g}" if _unit(watched) == "" else f"{100 * value:+.1f}"
    return text.replace("-", "−")


def _unit(watched: WatchedRun) -> str:
    """Points of a hundred where scores are shares."""
    return "" if watched.metric not in KNOWN_SCORERS or watched.metric == "brier" else " points"
