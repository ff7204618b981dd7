"""The comparison document in words and tables: its numbers as they are, none computed here."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from runoff.cli import comparing_tables as compared
from runoff.cli import measured, words
from runoff.cli.output import clean, safe
from runoff.cli.tables import entries_table, short
from runoff.client import Client
from runoff.comparison import Comparison
from runoff_contracts.compared_entries import ComparedEntryView
from runoff_contracts.comparison import ComparisonDocument
from runoff_contracts.views import EntryView

N_DISPUTED = 5


def print_comparison(
    view: Comparison,
    disputed: Sequence[EntryView],
    where: Console,
    *,
    pages: str | None,
    pictures: Sequence[Text] = (),
) -> None:
    """A run's own comparison: what is said of it, the entries to look at, and the page of it.

    Args:
        pages: Where the pages are; none leads to the API.
        pictures: Of the disputed entries.
    """
    document = view.document
    print_document(document, where)
    if disputed:
        title = f"The most disputed of {document.n_disagree} entries with different answers"
        where.print(Text(title, style="bold"))
        models = [each.model for each in document.contenders]
        where.print(entries_table(disputed, models, pictures=pictures))
    print_digests(view, where, pages=pages)


def print_document(document: ComparisonDocument, where: Console) -> None:
    """The verdict, then the numbers behind it, then what differs, then what to beware of."""
    where.print()
    where.print(Text(clean(document.verdict), style="bold"))
    where.print(Text(_entries_words(document), style="dim"))
    where.print(compared.contenders_table(document))
    where.print(compared.pairs_table(document))
    if alone := measured.alone_words(document):
        where.print(safe(alone, style="dim"))
    for pair in document.primary.pairs:
        if said := measured.margin_words(document.primary, pair):
            where.print(safe(said))
    if len(document.metrics) > 1:
        where.print(Text("Every metric by itself", style="bold"))
        where.print(compared.metrics_table(document))
    for title, table, n_more in compared.group_tables(document):
        where.print(Text(title, style="bold"))
        where.print(table)
        if n_more:
            where.print(Text(f"… and {n_more} more: --json has them all", style="dim"))
    if compared.is_timed(document.contenders):
        where.print(Text("Time and money", style="bold"))
        where.print(compared.effort_table(document))
    _print_differing(document, where)
    _print_cautions(document, where)
    where.print(Text(_methods(document), style="dim"))
    where.print()


def print_entries(
    document: ComparisonDocument, entries: Sequence[ComparedEntryView], title: str, where: Console
) -> None:
    """Compared entries under a title."""
    where.print(safe(title, style="bold"))
    where.print(compared.entries_table(document, entries) if entries else Text("None."))


def print_digests(view: Comparison, where: Console, *, pages: str | None) -> None:
    """What names the document, and where it is looked at."""
    digests = f"Comparison {short(view.digest)}, scores {short(view.document.scores_digest)}"
    where.print(Text(digests, style="dim"))
    address = f"{pages}/comparisons/{view.digest}" if pages else view.url
    where.print(safe(address, style="dim"), soft_wrap=True)


def most_disputed(
    client: Client, document: ComparisonDocument, n: int = N_DISPUTED
) -> list[EntryView]:
    """The first entries of a run's own document's list, with all that the run knows of them."""
    run_id = document.contenders[0].run_id
    return [client.runs.entry(run_id, each.entry_id) for each in document.disagreeing[:n]]


def _entries_words(document: ComparisonDocument) -> str:
    pairing = document.pairing
    datasets = ", ".join(clean(f"{each.dataset}@{each.number}") for each in document.datasets)
    shared = f"{pairing.n_shared} entries of {datasets}"
    if not pairing.same_entries:
        shared += f", of {pairing.n_union} that at least one was asked about"
    return f"{shared}; {document.n_disagree} with different answers."


def _print_differing(document: ComparisonDocument, where: Console) -> None:
    if not document.differing:
        return
    where.print(Text("What is not the same for all", style="bold"))
    where.print(compared.differing_table(document))
    n_more = len(document.differing) - compared.MAX_ROWS
    if n_more > 0:
        where.print(Text(f"… and {n_more} more: --json has them all", style="dim"))


def _print_cautions(document: ComparisonDocument, where: Console) -> None:
    said = measured.cautions(document)
    if not said:
        return
    where.print(Text("Beware", style="bold yellow"))
    for each in said:
        where.print(safe(f"- {each}"))


def _methods(document: ComparisonDocument) -> str:
    metric, family = document.primary, document.family
    detectable = [each.detectable for each in metric.pairs if each.detectable is not None]
    said = (
        f"Test: {metric.test}. Interval of the difference: {metric.interval_method}. "
        f"Effect: {metric.effect.replace('_', ' ')}. Why these: {metric.why.rstrip('.')}. "
        f"{words.counted(family.n_tests, 'test', 'tests')} at alpha {family.alpha:g}."
    )
    if detectable:
        shown = measured.difference(metric, max(detectable)).lstrip("+")
        said += f" So many entries show a difference of {shown} four times in five."
    if document.left_out:
        said += f" Left out: {'; '.join(document.left_out)}."
    return clean(said, limit=2000)
