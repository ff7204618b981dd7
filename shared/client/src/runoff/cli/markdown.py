"""A comparison as Markdown for a pull request: the verdict and its numbers.

Names come from files and models of others. In Markdown they could open a table cell, a link, a tag,
or call a person: every character that could begin such a thing is escaped.
"""

import html
import re
from collections.abc import Sequence
from urllib.parse import quote

from runoff.cli import measured
from runoff.cli.measured import letter
from runoff.cli.output import clean
from runoff.cli.params import shown as written
from runoff.cli.tables import answer_text, short, target_text
from runoff.comparison import Comparison
from runoff_contracts.compared import ComparedMetric
from runoff_contracts.compared_entries import ComparedEntryView
from runoff_contracts.comparison import ComparisonDocument

MAX_ROWS = 20
MAX_CELL = 200
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~$]")
_AUTOMATIC = re.compile(r"(?<=:)//|(?i:(?<=www)\.)|&|@")
_ENTITY = {"//": "&#47;&#47;", ".": "&#46;", "&": "&amp;", "@": "&#64;"}


def markdown(view: Comparison, entries: Sequence[ComparedEntryView] | None = None) -> str:
    """The whole page.

    Args:
        entries: The compared entries that changed most, to be listed.
    """
    document = view.document
    parts = [f"**{escaped(document.verdict)}**", _contenders(document), _pairs(document)]
    if len(document.metrics) > 1:
        rows = [(measured.metric_name(each), each) for each in document.metrics]
        parts.append(_folded("Every metric", _values(document, "metric", rows)))
    parts += _groups(document)
    if document.differing:
        parts.append(_folded("What is not the same for all", _differing(document)))
    if entries:
        parts.append(_folded("Entries that changed most", _entries(document, entries)))
    said = measured.cautions(document)
    if said:
        parts.append("\n".join(["Beware:", *(f"- {escaped(each)}" for each in said)]))
    address = quote(view.url, safe=":/?#@=&%")
    parts.append(f"<sub>Runoff comparison [{short(view.digest)}](<{address}>)</sub>")
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """One line that Markdown shows as it is: no markup, link, tag, entity or mention in it."""
    plain = _AUTOMATIC.sub(lambda match: _ENTITY[match.group()], clean(text, limit=1000))
    return _SPECIAL.sub(
        # The `#` of the entities that were just made stays.
        lambda match: match.group() if _is_entity(plain, match) else f"\\{match.group()}",
        plain,
    )


def _is_entity(text: str, match: re.Match[str]) -> bool:
    return match.group() == "#" and text[: match.start()].endswith("&")


def _contenders(document: ComparisonDocument) -> str:
    metric = document.primary
    level = f"{document.asked.confidence * 100:g} % interval"
    rows, runs = [], measured.run_words(document)
    for place, (each, found) in enumerate(zip(document.contenders, metric.estimates, strict=True)):
        baseline = " (baseline)" if place == document.baseline else ""
        rows.append(
            [
                letter(place),
                f"{each.name}{baseline}",
                runs[place],
                measured.value(metric, found.value),
                measured.interval(metric, found.interval),
                str(found.n),
            ]
        )
    heads = ["", "contender", "run", measured.metric_name(metric), level, "n"]
    return _table(heads, rows)


def _pairs(document: ComparisonDocument) -> str:
    metric = document.primary
    level = f"{document.asked.confidence * 100:g} % interval"
    heads = ["pair", "difference", level, measured.p_head(document), "outcome", "within margin"]
    with_margin = any(pair.margin for pair in metric.pairs)
    rows = [
        [
            f"{letter(pair.a)} - {letter(pair.b)}",
            measured.difference(metric, pair.difference),
            measured.difference_interval(metric, pair.interval),
            measured.p_shown(document, pair),
            measured.outcome(pair),
            measured.margin_words(metric, pair) or "",
        ][: 6 if with_margin else 5]
        for pair in metric.pairs
    ]
    table = _table(heads[: 6 if with_margin else 5], rows)
    alone = measured.alone_words(document)
    return f"{table}\n\n{escaped(alone)}" if alone else table


def _groups(document: ComparisonDocument) -> list[str]:
    found: dict[str, list[tuple[str, ComparedMetric]]] = {}
    for group in document.groups:
        for metric in group.metrics:
            if metric.name == document.primary.name:
                title = f"{group.by} {group.key}" if group.key else group.by
                row = (f"{group.value} ({group.n_entries})", metric)
                found.setdefault(title, []).append(row)
    return [
        _folded(f"{document.primary.name} by {title}", _values(document, title, rows))
        for title, rows in found.items()
    ]


def _values(
    document: ComparisonDocument, what: str, rows: Sequence[tuple[str, ComparedMetric]]
) -> str:
    heads = [what, *(letter(place) for place in range(len(document.contenders))), "best"]
    cells = [
        [
            name,
            *(measured.value(metric, each.value) for each in metric.estimates),
            measured.winner(metric.winner),
        ]
        for name, metric in rows[:MAX_ROWS]
    ]
    return _table(heads, cells, n_more=len(rows) - MAX_ROWS)


def _differing(document: ComparisonDocument) -> str:
    heads = ["", *(letter(place) for place in range(len(document.contenders)))]
    rows = [
        [each.name, *("–" if value is None else written(value) for value in each.values)]
        for each in document.differing[:MAX_ROWS]
    ]
    return _table(heads, rows, n_more=len(document.differing) - MAX_ROWS)


def _entries(document: ComparisonDocument, entries: Sequence[ComparedEntryView]) -> str:
    heads = ["entry", "target", *map(letter, range(len(document.contenders))), "change"]
    rows = []
    for entry in entries:
        said = {each.contender: each.prediction for each in entry.answers}
        answers = [said.get(place) for place in range(len(document.contenders))]
        words = ["–" if each is None else answer_text(each) or "no answer" for each in answers]
        change = "–" if entry.change is None else f"{entry.change:+.3g}"
        rows.append([entry.entry_id, target_text(entry.target), *words, change])
    return _table(heads, rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, n_more: int = 0) -> str:
    lines = [_row(heads), "|" + " --- |" * len(heads), *map(_row, rows)]
    if n_more > 0:
        lines.append(f"\n… and {n_more} more")
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(escaped(clean(each, limit=MAX_CELL)) for each in cells) + " |"


def _folded(title: str, content: str) -> str:
    # Markdown is not read between these tags: backslashes would escape nothing there.
    said = html.escape(clean(title, limit=MAX_CELL)).replace("@", "&#64;")
    return f"<details><summary>{said}</summary>\n\n{content}\n\n</details>"
