"""One entry with everything that is known of it: beside the table, and as a page of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup
from pydantic import JsonValue

from runoff_contracts.answers import target_words
from runoff_contracts.events.entry import Judgement, Score
from runoff_contracts.views import AnswerVersionView, EntryView, ReviewView, RunView
from runoff_web.cells import Cell, cells_of
from runoff_web.charts.waits import Part, parts_of
from runoff_web.diff import word_diff
from runoff_web.media import Size
from runoff_web.overlay import Layer, classes_of, label_size, layers_of
from runoff_web.pages.shared import entry_of
from runoff_web.parts import Parts


@dataclass(frozen=True)
class Given:
    """Everything of one contender."""

    cell: Cell
    scores: list[Score]
    judged: list[Judgement]
    """By the models that judge: those that say something of this contender."""
    waits: list[Part]
    diff: Markup | None
    """Its text held against the reference, where both are texts."""
    versions: list[AnswerVersionView]
    reviews: list[ReviewView]
    """Oldest first, of all versions."""

    def review(self, answer_version: int) -> ReviewView | None:
        """The one that counts of a version of its answer."""
        return said_of(self.reviews, self.cell.position, answer_version)

    def seen(self, answer_version: int) -> str:
        """What a form is sent with: whatever is said of the version after it is held against it."""
        return seen_of(self.review(answer_version))


@dataclass(frozen=True)
class Detail:
    """What the template of an entry shows."""

    entry: EntryView
    given: list[Given]
    layers: list[Layer]
    classes: list[tuple[str, int]]
    size: Size | None
    """Of the image; None where the entry is none, or its file is none that can be shown."""
    label_size: float
    choices: list[str] = field(default_factory=list)
    """Between which a prompt lets choose, where its metadata says them."""

    @property
    def cells(self) -> list[Cell]:
        """What every contender gave."""
        return [each.cell for each in self.given]

    @property
    def is_under_way(self) -> bool:
        """Whether a further version is still to be answered."""
        return any(each.answered_at is None for each in self.entry.versions)


def said_of(
    reviews: Sequence[ReviewView], contender: int, answer_version: int
) -> ReviewView | None:
    """The review that counts of a version of an answer; none where it was taken back."""
    meant = (contender, answer_version)
    counted = [each for each in reviews if each.counts]
    found = [each for each in counted if (each.contender, each.answer_version) == meant]
    return found[-1] if found and found[-1].decision != "cleared" else None


def seen_of(said: ReviewView | None) -> str:
    """Names what was said of an answer last; changes whenever anybody says anything."""
    return said.reviewed_at.isoformat() if said else "none"


def detail_of(parts: Parts, run: RunView, entry_id: str) -> Detail | None:
    """Everything of one entry; None where the run has none of that id."""
    entry = entry_of(parts.client, run.run_id, entry_id)
    return None if entry is None else detail_from(parts, run, entry)


def detail_from(parts: Parts, run: RunView, entry: EntryView) -> Detail:
    """The same, of an entry that was read."""
    size = parts.media.size(entry.file) if entry.file else None
    layers = layers_of(run, entry, size) if size else []
    return Detail(
        entry=entry,
        given=[_given(entry, cell) for cell in cells_of(run.contenders, entry)],
        layers=layers,
        classes=classes_of(layers),
        size=size,
        label_size=label_size(size) if size else 0.0,
        choices=_choices((entry.metadata or {}).get("choices")),
    )


def _given(entry: EntryView, cell: Cell) -> Given:
    position, prediction = cell.position, cell.prediction
    return Given(
        cell=cell,
        scores=[each for each in entry.scores if each.contender == position],
        judged=[each for each in entry.judgements if _concerns(each, position)],
        waits=parts_of(prediction) if prediction else [],
        diff=_diff(entry, prediction.text) if prediction else None,
        versions=[each for each in entry.versions if position in each.contenders],
        reviews=[each for each in entry.reviews if each.contender == position],
    )


def _concerns(judged: Judgement, position: int) -> bool:
    return any(position in each.contenders for each in judged.points) or any(
        position in {each.first, each.second} for each in judged.pairs
    )


def _diff(entry: EntryView, text: str | None) -> Markup | None:
    reference = entry.target
    if isinstance(reference, list):
        reference = reference[0] if reference else None
    if text is None or reference is None or not isinstance(reference, str | int | float | dict):
        return None
    wanted = target_words(reference)
    return None if text == wanted else word_diff(wanted, text)


def _choices(given: JsonValue) -> list[str]:
    if isinstance(given, dict):
        return [f"{letter}: {text}" for letter, text in given.items()]
    return [str(each) for each in given] if isinstance(given, list) else []
