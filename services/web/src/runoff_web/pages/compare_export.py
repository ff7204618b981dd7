"""A comparison as a file: the document's bytes, a report, tables of numbers and of entries."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from runoff.comparison import Comparison
from runoff_contracts.compared import AskedAlone
from runoff_contracts.compared_entries import ComparedEntryView
from runoff_contracts.comparison import ComparisonDocument
from runoff_web.format import answer, target
from runoff_web.parts import parts_of

_LISTED: Final = 20
"""Entries that changed most, in the report."""
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
Cell = str | int | float | None


def document(request: Request) -> Response:
    """The very bytes that the digest is of."""
    found = _found(request)
    return Response(found.raw, headers=_file(found, "json"), media_type="application/json")


def report(request: Request) -> Response:
    """Markdown, as the command writes it."""
    # Only for this: it takes the terminal's libraries along.
    from runoff.cli.markdown import markdown

    found, client = _found(request), parts_of(request).client
    listed = client.comparisons.entries_page(found.digest, sort="change", limit=_LISTED).items
    text = markdown(found, listed)
    return Response(text, headers=_file(found, "md"), media_type="text/markdown")


def numbers(request: Request) -> Response:
    """Estimates and pairs of every metric, over all entries and by group, one a row."""
    found = _found(request)
    rows = b"".join(map(_row, _numbers(found.document)))
    return Response(rows, headers=_file(found, "csv"), media_type="text/csv")


def entries(request: Request) -> Response:
    """Every compared entry, one a row, as they come from the API."""
    found, client = _found(request), parts_of(request).client

    def rows() -> Iterator[bytes]:
        yield _row(_heads(found.document))
        for each in client.comparisons.entries(found.digest, sort="index", page_size=500):
            yield _row(_entry(each))

    return StreamingResponse(rows(), headers=_file(found, "entries.csv"), media_type="text/csv")


def _found(request: Request) -> Comparison:
    return parts_of(request).client.comparisons.get(request.path_params["digest"])


def _file(found: Comparison, suffix: str) -> dict[str, str]:
    name = f"comparison-{found.digest.removeprefix('sha256:')[:12]}.{suffix}"
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


def _numbers(document: ComparisonDocument) -> Iterator[Sequence[Cell]]:
    yield (
        "what", "group", "metric", "a", "b", "n", "value", "low", "high", "p", "p_adjusted",
        "effect", "outcome", "alone_low", "alone_high", "alone_p",
    )  # fmt: skip
    parts = [("", document.metrics)]
    for group in document.groups:
        named = f"{group.by} {group.key}" if group.key else group.by
        parts.append((f"{named}: {group.value}", group.metrics))
    names = [each.name for each in document.contenders]
    for group_name, metrics in parts:
        for metric in metrics:
            for name, each in zip(names, metric.estimates, strict=True):
                low, high = each.interval or (None, None)
                yield (
                    "value", group_name, metric.name, name, "", each.n, each.value, low, high,
                    None, None, None, None, None, None, None,
                )  # fmt: skip
            for pair in metric.pairs:
                low, high = pair.interval or (None, None)
                alone = pair.asked_alone or AskedAlone()
                alone_low, alone_high = alone.interval or (None, None)
                yield (
                    "difference", group_name, metric.name, names[pair.a], names[pair.b],
                    pair.n_both, pair.difference, low, high, pair.p_value, pair.p_adjusted,
                    pair.effect, pair.outcome, alone_low, alone_high, alone.p_value,
                )  # fmt: skip


def _heads(document: ComparisonDocument) -> list[Cell]:
    heads: list[Cell] = ["index", "entry_id", "section", "split", "target"]
    for place, each in enumerate(document.contenders):
        name = f"{chr(65 + place)} {each.name}"
        heads += [f"{name}: answer", f"{name}: score", f"{name}: confidence"]
    return [*heads, "difference", "confidence_difference", "change"]


def _entry(each: ComparedEntryView) -> list[Cell]:
    row: list[Cell] = [
        each.index, each.entry_id, each.section, each.split, target(each.target)
    ]  # fmt: skip
    for given in each.answers:
        said = given.prediction
        row += [
            None if said is None else answer(said), given.score,
            None if said is None else said.confidence,
        ]  # fmt: skip
    return [*row, each.difference, each.confidence_difference, each.change]


def _row(cells: Sequence[Cell]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([_cell(each) for each in cells])
    return out.getvalue().encode()


def _cell(given: Cell) -> Cell:
    """A text that a spreadsheet would take for a formula gets a mark before it."""
    if isinstance(given, str) and given.startswith(_FORMULAS):
        return f"'{given}"
    return given


ROUTES = [
    Route("/comparisons/{digest}/document.json", document),
    Route("/comparisons/{digest}/report.md", report),
    Route("/comparisons/{digest}/numbers.csv", numbers),
    Route("/comparisons/{digest}/entries.csv", entries),
]
