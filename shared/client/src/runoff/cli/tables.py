"""Views as tables for a person; every name and answer in them is cleaned."""

import json
from collections.abc import Mapping, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from runoff.cli import words
from runoff.cli.output import clean, safe
from runoff_contracts.answers import AnswerBody, Target, target_words
from runoff_contracts.events.entry import Difference, Prediction
from runoff_contracts.registry_views import DatasetView, ModelView
from runoff_contracts.task import Status
from runoff_contracts.views import EntryView, RunView, ScorerView

STYLES = {
    Status.COMPLETED: "green",
    Status.FAILED: "red",
    Status.CANCELED: "yellow",
}
ANSWER_LIMIT = 60
LINE_LIMIT = 500


def plain_table(*columns: str, right: Sequence[str] = ()) -> Table:
    """A table with a rule under its head and nothing else; `right` names the columns of numbers."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    return table


def datasets_table(datasets: Sequence[DatasetView]) -> Table:
    """One row a dataset, with its newest version."""
    table = plain_table(
        "dataset", "task", "version", "entries", "splits", right=["version", "entries"]
    )
    for each in datasets:
        newest = each.versions[0]
        splits = ", ".join(f"{name} {n}" for name, n in newest.splits.items())
        table.add_row(
            safe(each.dataset), each.task, f"@{newest.number}", str(newest.n_entries), safe(splits)
        )
    return table


def dataset_versions_table(dataset: DatasetView) -> Table:
    """One row a version, newest first."""
    table = plain_table("version", "entries", "splits", "sections", "digest", right=["entries"])
    for each in dataset.versions:
        splits, sections = (
            safe(", ".join(f"{name} {n}" for name, n in counts.items()), limit=ANSWER_LIMIT)
            for counts in (each.splits, each.sections)
        )
        table.add_row(f"@{each.number}", str(each.n_entries), splits, sections, short(each.digest))
    return table


def models_table(models: Sequence[ModelView]) -> Table:
    """One row a model, with its newest version."""
    table = plain_table("model", "task", "version", "size", "digest", right=["version", "size"])
    for each in models:
        newest = each.versions[0]
        n_bytes = words.size(newest.n_bytes) if newest.n_bytes else "–"
        table.add_row(
            safe(each.model), each.task, f"@{newest.number}", n_bytes, short(newest.digest)
        )
    return table


def model_versions_table(model: ModelView) -> Table:
    """One row a version, newest first."""
    table = plain_table("version", "size", "digest", "added", right=["size"])
    for each in model.versions:
        size = words.size(each.n_bytes) if each.n_bytes else "–"
        table.add_row(f"@{each.number}", size, short(each.digest), words.ago(each.added_at))
    return table


def declaration_lines(spec: Mapping[str, object]) -> Text:
    """A declaration as indented JSON, without what was left out."""
    given = {name: value for name, value in spec.items() if value is not None}
    lines = json.dumps(given, indent=2, ensure_ascii=False).split("\n")
    return Text("\n").join(safe(line, limit=LINE_LIMIT) for line in lines)


def scorers_table(scorers: Sequence[ScorerView]) -> Table:
    """One row a scorer."""
    table = plain_table("scorer", "tasks", "default of", "better", "values", "parameters")
    for each in scorers:
        params = each.params.get("properties")
        names = [
            f"{name}={json.dumps(about['default'])}" if "default" in about else f"{name} (needed)"
            for name, about in (params if isinstance(params, dict) else {}).items()
            if isinstance(about, dict)
        ]
        table.add_row(
            safe(f"{each.name}@{each.version}"),
            ", ".join(each.tasks),
            ", ".join(each.default_of) or "–",
            "higher" if each.higher_is_better else "lower",
            "pass or fail" if each.is_pass_fail else "a number",
            safe(", ".join(names) or "–"),
        )
    return table


def contenders_table(run: RunView) -> Table:
    """One row a contender of a run; tokens and cost where any are known."""
    primary = clean(run.contenders[0].primary) if run.contenders else "accuracy"
    paid = any(
        each.cost_usd is not None or each.n_input_tokens is not None for each in run.contenders
    )
    heads = [primary, "right", "scored", "failed", "time an entry"]
    heads += ["tokens in", "tokens out", "cost"] if paid else []
    table = plain_table("model", *heads, right=heads)
    for each in run.contenders:
        mean_s = each.latency_mean_s
        cost = [
            "–" if n_tokens is None else str(n_tokens)
            for n_tokens in (each.n_input_tokens, each.n_output_tokens)
        ]
        table.add_row(
            safe(f"{each.model}@{each.number}" if each.number else each.model),
            words.percent(each.accuracy),
            str(each.n_correct),
            str(each.n_scored),
            str(each.n_failed),
            "–" if mean_s is None else words.latency(mean_s),
            *([*cost, words.money(each.cost_usd)] if paid else []),
        )
    return table


def entries_table(
    entries: Sequence[EntryView], models: Sequence[str], *, pictures: Sequence[Text] = ()
) -> Table:
    """One row an entry, with a column of answers for each model and, where given, its picture."""
    heads = ["entry", "target", *(clean(model) for model in models), "answers"]
    table = plain_table(*([""] if pictures else []), *heads)
    table.leading = 1 if pictures else 0
    for number, entry in enumerate(entries):
        answers = [
            answer(each, right=_is_right(entry, each.contender)) for each in entry.predictions
        ]
        cells: list[Text | str] = [
            safe(entry.entry_id),
            safe(target_text(entry.target), limit=ANSWER_LIMIT),
            *answers,
            agreement(entry),
        ]
        table.add_row(*pictures[number : number + 1], *cells)
    return table


def answer(prediction: Prediction, *, right: bool | None) -> Text:
    """An answer with its confidence, green where right, red where wrong; or why there is none."""
    said = answer_text(prediction)
    if said is None:
        error = prediction.attempts[-1].error
        reason = f"{error.error_class}: {error.message}" if error else "no answer"
        return safe(reason, style="red", limit=ANSWER_LIMIT)
    style = {True: "green", False: "red", None: ""}[right]
    text = safe(said, style=style, limit=ANSWER_LIMIT)
    if prediction.confidence is not None:
        text.append(f"  {prediction.confidence * 100:.0f} %", style="dim")
    return text


def answer_text(body: AnswerBody) -> str | None:
    """An answer of any task in one line: `cat`, `2: cat, dog`, `(10.5, 20.0)`, or the text."""
    if body.boxes is not None:
        return _boxes([box.label for box in body.boxes])
    if body.point is not None:
        return _point(body.point.x, body.point.y)
    return body.label if body.label is not None else body.text


def target_text(target: Target) -> str:
    """A target in the same form as an answer; a dash where there is none."""
    if target is None:
        return "–"
    if isinstance(target, list) and all(isinstance(box, dict) and "width" in box for box in target):
        return _boxes([str(box["label"]) for box in target if isinstance(box, dict)])
    if isinstance(target, dict) and set(target) == {"x", "y"}:
        x, y = target["x"], target["y"]
        if isinstance(x, int | float) and isinstance(y, int | float):
            return _point(x, y)
    return target_words(target)


def _boxes(labels: Sequence[str]) -> str:
    """How many, and each label once: many boxes of one are no longer to read than one."""
    return f"{len(labels)}: {', '.join(dict.fromkeys(labels))}" if labels else "nothing"


def _point(x: float, y: float) -> str:
    return f"({x:.1f}, {y:.1f})"


def agreement(entry: EntryView) -> str:
    """`all match`, `2 of 3 agree`, or `all different`."""
    match entry.difference:
        case None:
            return "–"
        case Difference(kind="partial", n_agree=n_agree, n_answers=n_answers):
            return f"{n_agree} of {n_answers} agree"
        case found:
            return found.kind.replace("_", " ")


def short(digest: str) -> str:
    """The first twelve hexadecimal digits, enough to tell two apart by eye."""
    return digest.removeprefix("sha256:")[:12]


def _is_right(entry: EntryView, contender: int) -> bool | None:
    values = [score.value for score in entry.scores if score.contender == contender]
    return None if not values or values[0] is None else values[0] == 1
