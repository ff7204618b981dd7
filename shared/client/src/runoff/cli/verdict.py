"""The comparison document in words and tables: its numbers as they are, none computed here."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from runoff.cli import words
from runoff.cli.output import clean, safe
from runoff.cli.tables import entries_table, plain_table, short
from runoff.client import Client
from runoff_contracts.comparison import ComparedPair, ComparisonDocument
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
    """The primary scorer's mean with its interval, one row a contender."""
    level = f"{document.confidence_level * 100:g} % interval"
    primary = clean(document.scorers[0].partition("@")[0]) if document.scorers else "accuracy"
    table = plain_table(
        "model", primary, level, "right", "scored", "failed",
        right=[primary, "right", "scored", "failed"],
    )  # fmt: skip
    for each in document.contenders:
        table.add_row(
            safe(each.model),
            words.percent(each.accuracy),
            words.percent_interval(each.interval),
            str(each.n_correct),
            str(each.n),
            str(each.n_failed),
        )
    return table


def pairs_table(document: ComparisonDocument) -> Table:
    """Paired differences, one row a pair."""
    level = f"{document.confidence_level * 100:g} % interval"
    several = len(document.pairs) > 1
    table = plain_table(
        "pair", "difference", level, "p (Holm)" if several else "p", "entries", "disagree",
        right=["difference", "entries", "disagree"],
    )  # fmt: skip
    for pair in document.pairs:
        table.add_row(
            safe(_pair_name(document, pair)),
            words.points(pair.difference),
            words.points_interval(pair.interval),
            words.p_value(pair.p_adjusted if several else pair.p_value),
            str(pair.n_both),
            str(pair.n_disagree),
        )
    return table


def _methods(document: ComparisonDocument) -> str:
    tests = " / ".join(sorted({clean(pair.test) for pair in document.pairs}))
    intervals = " / ".join(sorted({clean(pair.interval_method) for pair in document.pairs}))
    return f"p: {tests}. Interval of the difference: {intervals}."


def _pair_name(document: ComparisonDocument, pair: ComparedPair) -> str:
    a, b = document.contenders[pair.a], document.contenders[pair.b]
    return f"{a.model} against {b.model}"
