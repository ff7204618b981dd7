"""The comparison document in words and tables: its numbers as they are, none computed here."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from runoff.cli import words
from runoff.cli.output import clean, safe
from runoff.cli.tables import entries_table, plain_table, short
from runoff.client import Client
from runoff_contracts.comparison import ComparisonDocument
from runoff_contracts.views import ComparisonView, EntryView

N_DISPUTED = 5


def print_comparison(
    view: ComparisonView,
    disputed: Sequence[EntryView],
    where: Console,
    *,
    pictures: Sequence[Text] = (),
) -> None:
    """The verdict, then the numbers behind it, then the entries to look at."""
    document = view.document
    where.print()
    where.print(Text(clean(document.verdict), style="bold"))
    where.print(contenders_table(document))
    where.print(pairs_table(document))
    where.print(Text(_methods(document), style="dim"))
    where.print()
    if disputed:
        title = f"The most disputed of {document.n_disagree} entries with different answers"
        where.print(Text(title, style="bold"))
        models = [each.model for each in document.contenders]
        where.print(entries_table(disputed, models, pictures=pictures))
    digests = f"Comparison {short(view.digest)}, scores {short(document.scores_digest)}"
    where.print(Text(digests, style="dim"))


def most_disputed(
    client: Client, document: ComparisonDocument, n: int = N_DISPUTED
) -> list[EntryView]:
    """The first entries of the document's list, with all that the run knows of them."""
    run_id = document.contenders[0].run_id
    return [client.runs.entry(run_id, each.entry_id) for each in document.disagreeing[:n]]


def contenders_table(document: ComparisonDocument) -> Table:
    """The primary metric with its interval, one row a contender."""
    metric = document.primary
    counts = metric.kind == "pass_fail"
    level = f"{document.asked.confidence * 100:g} % interval"
    table = plain_table(
        "model", clean(metric.name), level, "right", "scored", "failed",
        right=[clean(metric.name), "right", "scored", "failed"],
    )  # fmt: skip
    for each, found in zip(document.contenders, metric.estimates, strict=True):
        table.add_row(
            safe(each.name),
            words.percent(found.value) if counts else words.number(found.value),
            words.percent_interval(found.interval)
            if counts
            else words.number_interval(found.interval),
            "" if found.n_correct is None else str(found.n_correct),
            str(found.n),
            str(each.n_failed),
        )
    return table


def pairs_table(document: ComparisonDocument) -> Table:
    """Paired differences, one row a pair."""
    metric = document.primary
    counts = metric.kind == "pass_fail"
    level = f"{document.asked.confidence * 100:g} % interval"
    adjusted = document.family.n_tests > 1
    method = "Holm" if document.family.adjust == "holm" else "BH"
    table = plain_table(
        "pair", "difference", level, f"p ({method})" if adjusted else "p", "entries", "disagree",
        right=["difference", "entries", "disagree"],
    )  # fmt: skip
    for pair, agreed in zip(metric.pairs, document.agreement, strict=True):
        table.add_row(
            safe(f"{document.contenders[pair.a].name} against {document.contenders[pair.b].name}"),
            words.points(pair.difference) if counts else words.number(pair.difference),
            words.points_interval(pair.interval)
            if counts
            else words.number_interval(pair.interval),
            words.p_value(pair.p_adjusted),
            str(pair.n_both),
            str(agreed.n_disagree),
        )
    return table


def _methods(document: ComparisonDocument) -> str:
    metric, family = document.primary, document.family
    said = f"p: {clean(metric.test)}. Interval of the difference: {clean(metric.interval_method)}."
    if family.n_tests > 1:
        said += f" One family of {family.n_tests} tests: {clean(family.name)}."
    return said
