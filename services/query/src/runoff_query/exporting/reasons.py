"""Why an answer has the scores that it has: what judges said of it, and why a score is missing."""

from collections.abc import Iterator

from runoff_contracts.events.entry import Judgement, PairVerdict, Verdict
from runoff_contracts.views import EntryView, RunView

Said = dict[str, object]


def missing(entry: EntryView, contender: int) -> dict[str, str]:
    """By scorer, why there is no value."""
    return {
        score.scorer: score.reason
        for score in entry.scores
        if score.contender == contender and score.reason is not None
    }


def judged(entry: EntryView, contender: int, run: RunView) -> list[Said]:
    """The verdicts on one contender's answer; what is not known is left out.

    `points` are of the answer by itself. `better` names the answer that was found so, `this` or
    `other`, or says `tie`; `against` is the contender of the other one, and `shown` the place in
    which this one was shown.
    """
    return [
        {key: value for key, value in said.items() if value is not None}
        for judgement in entry.judgements
        for said in _verdicts(judgement, contender, run)
    ]


def words_of(said: list[Said], scorer: str) -> str | None:
    """What the judge of one scorer gave for its reasons, a line a verdict; none without any."""
    lines = [str(each["reason"]) for each in said if each["scorer"] == scorer and "reason" in each]
    return "\n".join(lines) or None


def _verdicts(judgement: Judgement, contender: int, run: RunView) -> Iterator[Said]:
    for alone in judgement.points:
        if contender in alone.contenders:
            yield {**_shared(judgement, alone), "points": alone.points}
    for pair in judgement.pairs:
        if contender in {pair.first, pair.second}:
            yield {**_shared(judgement, pair), **_paired(pair, contender, run)}


def _shared(judgement: Judgement, verdict: Verdict) -> Said:
    error = verdict.attempts[-1].error if verdict.attempts else None
    return {
        "scorer": judgement.scorer,
        "judge": judgement.model,
        "repeat": verdict.repeat,
        "reason": verdict.reason,
        "error": error.message if error else None,
        "cost_usd": verdict.cost_usd,
    }


def _paired(pair: PairVerdict, contender: int, run: RunView) -> Said:
    shown = "first" if pair.first == contender else "second"
    other = pair.second if pair.first == contender else pair.first
    better = {None: None, "tie": "tie", shown: "this"}.get(pair.better, "other")
    return {
        "against": other,
        "against_model": run.contenders[other].model,
        "shown": shown,
        "better": better,
        "same_meaning": pair.same_meaning,
    }
