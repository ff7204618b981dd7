"""One entry with everything that is known of it: beside the table, and as a page of its own."""

from dataclasses import dataclass

from markupsafe import Markup

from runoff_contracts.answers import target_words
from runoff_contracts.views import EntryView, RunView
from runoff_web.cells import Cell, cells_of
from runoff_web.diff import word_diff
from runoff_web.media import Size
from runoff_web.overlay import Layer, label_size, layers_of
from runoff_web.pages.shared import entry_of
from runoff_web.parts import Parts


@dataclass(frozen=True)
class Detail:
    """What the template of an entry shows."""

    entry: EntryView
    cells: list[Cell]
    layers: list[Layer]
    size: Size | None
    """Of the image; None where the entry is none, or its file is none that can be shown."""
    label_size: float
    diffs: dict[int, Markup]
    """Each contender's text held against the reference, where both are texts."""


def detail_of(parts: Parts, run: RunView, entry_id: str) -> Detail | None:
    """Everything of one entry; None where the run has none of that id."""
    entry = entry_of(parts.client, run.run_id, entry_id)
    if entry is None:
        return None
    size = parts.media.size(entry.file) if entry.file else None
    return Detail(
        entry=entry,
        cells=cells_of(run, entry),
        layers=layers_of(run, entry) if size else [],
        size=size,
        label_size=label_size(size) if size else 0.0,
        diffs=_diffs(entry),
    )


def _diffs(entry: EntryView) -> dict[int, Markup]:
    reference = entry.target
    if isinstance(reference, list):
        reference = reference[0] if reference else None
    if reference is None or not isinstance(reference, str | int | float | dict):
        return {}
    wanted = target_words(reference)
    return {
        each.contender: word_diff(wanted, each.text)
        for each in entry.predictions
        if each.text is not None and each.text != wanted
    }
