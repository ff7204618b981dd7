"""`runoff run entry`: one entry whole, with every attempt."""

import json as jsons
from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from runoff.cli import words
from runoff.cli.again import Entry, versions_table
from runoff.cli.options import Json, Run, Url
from runoff.cli.output import clean, for_people, print_json, safe
from runoff.cli.review import reviews_table
from runoff.cli.run_meant import run_id_of
from runoff.cli.tables import agreement, answer_text, plain_table, target_text
from runoff.client import Client
from runoff_contracts.events.entry import (
    Attempt,
    PairVerdict,
    PointsVerdict,
    Prediction,
    Verdict,
)
from runoff_contracts.views import EntryView, RunView

TEXT_LIMIT = 2000
N_BOXES = 20
_REASON_LIMIT = 200


def entry(run: Run, entry: Entry, url: Url = None, json: Json = False) -> None:
    """Show one entry: what was asked, every model's answer, its scores, and every attempt.

    For example:

        runoff run entry last img-0007
    """
    with Client(url) as client:
        view = client.runs.show(run_id_of(client, run))
        found = client.versions.entry(view.run_id, entry)
    if json:
        print_json(found)
        return
    print_entry(view, found, for_people(json_wanted=False))


def print_entry(run: RunView, entry: EntryView, where: Console) -> None:
    """Everything that is known of it; times are in UTC."""
    where.print(safe(entry.entry_id, style="bold"))
    where.print(_facts(entry))
    for contender in run.contenders:
        for prediction in entry.predictions:
            if prediction.contender == contender.position:
                where.print()
                where.print(safe(contender.model, style="bold"))
                where.print(Padding(_prediction(prediction), (0, 0, 0, 2)))
    for judgement in entry.judgements:
        where.print()
        where.print(safe(f"{judgement.scorer}, by {judgement.model}", style="bold"))
        for verdict in judgement.verdicts:
            where.print(Padding(_verdict(run, verdict), (0, 0, 0, 2)))
    if entry.scores:
        where.print()
        where.print(_scores(run, entry))
    if entry.versions:
        where.print(versions_table(run, entry))
    if entry.reviews:
        where.print(reviews_table(run, entry))


def _facts(entry: EntryView) -> Table:
    place = [f"index {entry.index}"]
    place += [f"{name} {value}" for name, value in (("section", entry.section),
                                                    ("split", entry.split)) if value]  # fmt: skip
    lines = {
        "text": entry.text,
        "file": entry.file,
        "target": target_text(entry.target),
        "place": ", ".join(place),
        "metadata": jsons.dumps(entry.metadata, ensure_ascii=False) if entry.metadata else None,
        "answers": _difference(entry),
    }
    return _listed({name: value for name, value in lines.items() if value is not None})


def _difference(entry: EntryView) -> str:
    said = [agreement(entry)]
    if entry.difference is not None and entry.difference.distance_px is not None:
        said.append(f"at most {entry.difference.distance_px:.1f} px apart")
    if entry.difference is not None and entry.difference.iou is not None:
        said.append(f"IoU {words.number(entry.difference.iou)}")
    if entry.confidence_difference is not None:
        said.append(f"confidence {words.points(entry.confidence_difference).lstrip('+')} apart")
    return ", ".join(said)


def _prediction(prediction: Prediction) -> Table:
    lines = {"answer": _answer(prediction)}
    if prediction.confidence is not None:
        lines["confidence"] = words.percent(prediction.confidence)
    if prediction.probabilities:
        listed = (f"{label} {words.percent(p)}" for label, p in prediction.probabilities.items())
        lines["likeliest"] = ", ".join(listed)
    times = [
        f"{words.latency(value)} {what}"
        for value, what in ((prediction.latency_s, "for it"), (prediction.total_s, "in all"))
        if value is not None
    ]
    if times:
        lines["time"] = ", ".join(times)
    if spent := _spent(prediction):
        lines["spent"] = spent
    if prediction.cached or prediction.taken_from:
        lines["from"] = f"run {prediction.taken_from}" if prediction.taken_from else "the cache"
    table = _listed(lines)
    for number, attempt in enumerate(prediction.attempts, start=1):
        table.add_row(Text(f"attempt {number}", style="dim"), _attempt(attempt))
    return table


def _answer(prediction: Prediction) -> str:
    if prediction.boxes:
        shown = [
            f"{box.label} {'' if box.confidence is None else words.percent(box.confidence) + ' '}"
            f"at ({box.x:.1f}, {box.y:.1f}), {box.width:.1f} x {box.height:.1f}"
            for box in prediction.boxes[:N_BOXES]
        ]
        more = len(prediction.boxes) - len(shown)
        return "\n".join([*shown, *([f"and {more} more (--json)"] if more else [])])
    said = answer_text(prediction)
    return "none" if said is None else said


def _spent(what: Prediction | Verdict | Attempt) -> str:
    said = []
    if what.usage is not None:
        said.append(f"{what.usage.n_input} + {what.usage.n_output} tokens")
    if what.cost_usd is not None:
        said.append(words.money(what.cost_usd))
    return ", ".join(said)


def _verdict(run: RunView, verdict: Verdict) -> Table:
    """Whom it is about and what it says, with the judge's reason and every attempt."""
    lines = {"on": _judged(run, verdict), "verdict": _said(verdict)}
    if verdict.repeat:
        lines["repeat"] = str(verdict.repeat)
    if verdict.reason:
        lines["reason"] = verdict.reason
    if spent := _spent(verdict):
        lines["spent"] = spent
    if verdict.cached or verdict.taken_from:
        lines["from"] = f"run {verdict.taken_from}" if verdict.taken_from else "the cache"
    table = _listed(lines)
    for number, attempt in enumerate(verdict.attempts, start=1):
        table.add_row(Text(f"attempt {number}", style="dim"), _attempt(attempt))
    return table


def _judged(run: RunView, verdict: Verdict) -> str:
    models = {each.position: each.model for each in run.contenders}
    if isinstance(verdict, PairVerdict):
        return f"{models.get(verdict.first)}, then {models.get(verdict.second)}"
    places = verdict.contenders if isinstance(verdict, PointsVerdict) else []
    return ", ".join(models.get(each, "?") for each in places)


def _said(verdict: Verdict) -> str:
    if isinstance(verdict, PairVerdict) and verdict.better is not None:
        better = "a tie" if verdict.better == "tie" else f"the {verdict.better} is better"
        return f"{better}, {'the same' if verdict.same_meaning else 'another'} meaning"
    if isinstance(verdict, PointsVerdict) and verdict.points is not None:
        return words.counted(verdict.points, "point", "points")
    return "none"


def _attempt(attempt: Attempt) -> Text:
    """When, by whom and how long, and what came of it in a second line."""
    facts = [f"{attempt.started_at:%Y-%m-%d %H:%M:%S.%f}"[:-3]]
    if attempt.worker:
        facts.append(attempt.worker)
    if attempt.queue_s is not None:
        facts.append(f"waited {words.latency(attempt.queue_s)}")
    facts.append(f"took {words.latency(attempt.duration_s)}")
    if attempt.n_batch > 1:
        facts.append(f"{attempt.n_batch} entries in the call")
    if attempt.n_slots is not None:
        facts.append(f"{attempt.n_slots} calls at once")
    if spent := _spent(attempt):
        facts.append(spent)
    text = safe(", ".join(facts), style="dim")
    if attempt.error is None:
        return text.append("\nanswered", style="not dim green")
    error = attempt.error
    status = f" {error.status_code}" if error.status_code else ""
    text.append(f"\n{error.error_class}{status}: ", style="not dim red")
    text.append(clean(error.message, limit=TEXT_LIMIT), style="not dim")
    if attempt.retry_delay_s is not None:
        text.append(f" (again after {words.latency(attempt.retry_delay_s)})", style="not dim")
    return text


def _scores(run: RunView, entry: EntryView) -> Table:
    """One row a scorer, one column a contender; where there is no score, the reason."""
    models = [clean(each.model) for each in run.contenders]
    table = plain_table("score", *models)
    found = {(each.scorer, each.contender): each for each in entry.scores}
    for scorer in dict.fromkeys(each.scorer for each in entry.scores):
        row = []
        for contender in run.contenders:
            score = found.get((scorer, contender.position))
            if score is None or score.value is None:
                row.append(safe((score and score.reason) or "–", style="dim", limit=_REASON_LIMIT))
            else:
                row.append(Text(words.number(score.value)))
        table.add_row(safe(scorer), *row)
    return table


def _listed(lines: dict[str, str]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, min_width=10)
    table.add_column(overflow="fold")
    for name, value in lines.items():
        table.add_row(Text(name, style="dim"), _whole(value.split("\n")))
    return table


def _whole(lines: Sequence[str]) -> Text:
    """Line breaks stay; everything else that a terminal might obey is spelled out."""
    text = Text("\n").join(safe(line) for line in lines)
    if len(text) > TEXT_LIMIT:
        text.truncate(TEXT_LIMIT)
        text.append(" … (whole: --json)", style="dim")
    return text
