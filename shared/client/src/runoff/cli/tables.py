"""Views as tables for a person; every name and answer in them is cleaned."""

from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from runoff.cli import words
from runoff.cli.output import clean, safe
from runoff_contracts.answers import target_words
from runoff_contracts.events.entry import Difference, Prediction
from runoff_contracts.task import Status
from runoff_contracts.views import DatasetView, EntryView, ModelView, RunView

STYLES = {
    Status.COMPLETED: "green",
    Status.FAILED: "red",
    Status.CANCELED: "yellow",
}
ANSWER_LIMIT = 60


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


def runs_table(runs: Sequence[RunView]) -> Table:
    """One row a run."""
    table = plain_table(
        "run", "status", "scored", "dataset", "models", "launched", right=["scored"]
    )
    for run in runs:
        models = ", ".join(
            f"{each.model} {words.percent(each.accuracy)}" for each in run.contenders
        )
        table.add_row(
            run.run_id,
            safe(run.status, style=STYLES.get(run.status, "")),
            f"{run.n_scored} of {run.n_entries}",
            safe(f"{run.dataset}@{run.dataset_version}"),
            safe(models),
            words.ago(run.created_at),
        )
    return table


def contenders_table(run: RunView) -> Table:
    """One row a contender of a run."""
    table = plain_table(
        "model", "accuracy", "right", "scored", "failed", "time an entry",
        right=["accuracy", "right", "scored", "failed", "time an entry"],
    )  # fmt: skip
    for each in run.contenders:
        mean_s = each.latency_mean_s
        table.add_row(
            safe(f"{each.model}@{each.number}" if each.number else each.model),
            words.percent(each.accuracy),
            str(each.n_correct),
            str(each.n_scored),
            str(each.n_failed),
            "–" if mean_s is None else f"{mean_s * 1000:.2f} ms",
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
        target = "–" if entry.target is None else target_words(entry.target)
        cells: list[Text | str] = [
            safe(entry.entry_id),
            safe(target, limit=ANSWER_LIMIT),
            *answers,
            agreement(entry),
        ]
        table.add_row(*pictures[number : number + 1], *cells)
    return table


def answer(prediction: Prediction, *, right: bool | None) -> Text:
    """An answer with its confidence, green where right, red where wrong; or why there is none."""
    if prediction.label is None:
        error = prediction.attempts[-1].error
        reason = f"{error.error_class}: {error.message}" if error else "no answer"
        return safe(reason, style="red", limit=ANSWER_LIMIT)
    style = {True: "green", False: "red", None: ""}[right]
    text = safe(prediction.label, style=style, limit=ANSWER_LIMIT)
    if prediction.confidence is not None:
        text.append(f"  {prediction.confidence * 100:.0f} %", style="dim")
    return text


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
