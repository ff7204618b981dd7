"""A comparison document as tables of 80 columns: contenders are letters, named once."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from runoff.cli import measured, words
from runoff.cli.measured import letter
from runoff.cli.output import clean, safe
from runoff.cli.params import shown as written
from runoff.cli.tables import answer_text, plain_table, target_text
from runoff_contracts.compared import ComparedContender, ComparedGroup, ComparedMetric, ComparedPair
from runoff_contracts.compared_entries import ComparedEntryView
from runoff_contracts.comparison import ComparisonDocument

MAX_ROWS = 20
MAX_COLUMNS = 4
"""Contenders with a column each; more do not fit 80 columns."""
CELL = 24


def contenders_table(document: ComparisonDocument) -> Table:
    """Who is compared, with the primary metric's value and interval."""
    metric = document.primary
    level = f"{document.asked.confidence * 100:g} % interval"
    name = measured.metric_name(metric)
    table = plain_table("", "contender", "run", name, level, "n", right=[name, "n"])
    runs = measured.run_words(document)
    for place, (each, found) in enumerate(zip(document.contenders, metric.estimates, strict=True)):
        called = safe(each.name)
        if place == document.baseline:
            called.append("  baseline", style="dim")
        table.add_row(
            letter(place),
            called,
            runs[place],
            measured.value(metric, found.value),
            measured.interval(metric, found.interval),
            str(found.n),
        )
    return table


def pairs_table(document: ComparisonDocument) -> Table:
    """The primary metric's differences; `B - A` is that of B minus A."""
    metric, head = document.primary, measured.p_head(document)
    level = f"{document.asked.confidence * 100:g} % interval"
    table = plain_table("pair", "difference", level, head, "effect", "", right=["difference"])
    for pair in metric.pairs:
        table.add_row(
            _pair(pair),
            measured.difference(metric, pair.difference),
            measured.difference_interval(metric, pair.interval),
            measured.p_shown(document, pair),
            words.number(pair.effect),
            measured.outcome(pair),
        )
    return table


def metrics_table(document: ComparisonDocument) -> Table:
    """Every metric, one row each, with who is best by it and whether that can be told."""
    return _values_table(
        document, "metric", [(measured.metric_name(each), each) for each in document.metrics]
    )


def group_tables(document: ComparisonDocument) -> list[tuple[str, Table, int]]:
    """The primary metric by what entries share: a title, a table, and how many rows are not in it.

    Groups stand in the document's order.
    """
    found: dict[str, list[ComparedGroup]] = {}
    for group in document.groups:
        found.setdefault(f"{group.by} {group.key}" if group.key else group.by, []).append(group)
    name = document.primary.name
    tables = []
    for title, groups in found.items():
        rows = [
            (f"{clean(group.value, limit=CELL)} ({group.n_entries})", metric)
            for group in groups
            for metric in group.metrics
            if metric.name == name
        ]
        table = _values_table(document, title, rows[:MAX_ROWS])
        tables.append((f"{clean(name)} by {clean(title)}", table, len(rows[MAX_ROWS:])))
    return tables


def effort_table(document: ComparisonDocument) -> Table:
    """Time, tokens and money of each contender."""
    heads = ["median", "95 % below", "run took", "tokens", "cost", "failed"]
    table = plain_table("", *heads, right=heads)
    for place, each in enumerate(document.contenders):
        n_tokens, latency = each.spending.n_total_tokens, each.latency
        table.add_row(
            letter(place),
            "–" if latency is None else words.latency(latency.p50_s),
            "–" if latency is None else words.latency(latency.p95_s),
            "–" if each.duration_s is None else words.duration(each.duration_s),
            "–" if n_tokens is None else str(n_tokens),
            words.money(each.spending.cost_usd),
            str(each.n_failed),
        )
    return table


def differing_table(document: ComparisonDocument) -> Table:
    """Params, config, labels, lineage: what is not the same for all."""
    shown = document.contenders[:MAX_COLUMNS]
    table = plain_table("differs", *(letter(place) for place in range(len(shown))))
    for each in document.differing[:MAX_ROWS]:
        cells = [_field(value) for value in each.values[: len(shown)]]
        table.add_row(safe(each.name), *cells)
    return table


def entries_table(document: ComparisonDocument, entries: Sequence[ComparedEntryView]) -> Table:
    """Compared entries, one row each: target, answers, and the change."""
    shown = document.contenders[:MAX_COLUMNS]
    heads = [letter(place) for place in range(len(shown))]
    table = plain_table("entry", "target", *heads, "change", right=["change"])
    for entry in entries:
        answers = [_answer(entry, place) for place in range(len(shown))]
        change = "–" if entry.change is None else f"{entry.change:+.3g}"
        target = safe(target_text(entry.target), limit=CELL)
        table.add_row(safe(entry.entry_id, limit=CELL), target, *answers, change)
    return table


def _values_table(
    document: ComparisonDocument, what: str, rows: Sequence[tuple[str, ComparedMetric]]
) -> Table:
    """Values of each contender (of the few that fit), difference where there is one, and winner."""
    n_shown = min(len(document.contenders), MAX_COLUMNS)
    heads = [letter(place) for place in range(n_shown)]
    pair = _single_pair(document)
    beside = [] if pair is None else [_pair(pair), measured.p_head(document)]
    table = plain_table(what, *heads, *beside, "best", right=[*heads, *beside[:1]])
    for name, metric in rows:
        values = [measured.value(metric, each.value) for each in metric.estimates[:n_shown]]
        table.add_row(
            safe(name),
            *values,
            *(_difference(document, metric) if beside else []),
            measured.winner(metric.winner),
        )
    return table


def _single_pair(document: ComparisonDocument) -> ComparedPair | None:
    """The pair of two contenders, which stands the same way round in every metric."""
    pairs = document.primary.pairs
    return pairs[0] if len(document.contenders) == 2 and pairs else None


def _difference(document: ComparisonDocument, metric: ComparedMetric) -> list[str]:
    if not metric.pairs:
        return ["–", "–"]
    pair = metric.pairs[0]
    return [measured.difference(metric, pair.difference), measured.p_shown(document, pair)]


def _pair(pair: ComparedPair) -> str:
    return f"{letter(pair.a)} - {letter(pair.b)}"


def _field(value: str | float | bool | None) -> Text:
    return safe("–" if value is None else written(value), limit=CELL)


def _answer(entry: ComparedEntryView, place: int) -> Text:
    answer = next((each for each in entry.answers if each.contender == place), None)
    if answer is None or answer.prediction is None:
        return safe("–")
    said = answer_text(answer.prediction)
    style = {1.0: "green", 0.0: "red"}.get(-1.0 if answer.score is None else answer.score, "")
    return safe("no answer" if said is None else said, style=style, limit=CELL)


def is_timed(contenders: Sequence[ComparedContender]) -> bool:
    """Whether anything is known of time, tokens or money."""
    return any(
        each.latency is not None
        or each.duration_s is not None
        or each.spending.n_total_tokens is not None
        or each.spending.cost_usd is not None
        for each in contenders
    )
