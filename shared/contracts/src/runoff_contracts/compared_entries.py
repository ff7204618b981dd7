"""The entries of a comparison, page by page: what each contender answered, and who was better."""

from typing import Literal

from pydantic import Field, JsonValue

from runoff_contracts.answers import Target
from runoff_contracts.events.again import Mode
from runoff_contracts.events.entry import Prediction
from runoff_contracts.views import Page, ReviewView, View

EntrySort = Literal["index", "difference", "change", "confidence"]
"""`difference`: how far all contenders' answers differ. `change`: how far the score of one differs
from that of another. `confidence`: how far their confidences differ."""
EntryOrder = Literal["asc", "desc"]
Only = Literal["regressions", "improvements", "disagreements", "ties"]
"""`regressions`: the contender scores worse than the other. `improvements`: better. `ties`: alike.
`disagreements`: at least two of all contenders gave different answers."""


PointsOf = Literal["score", "confidence", "latency"]


class ComparedVersionView(View):
    """A further version of one contender's answer."""

    answer_version: int
    mode: Mode
    prediction: Prediction | None
    """None while it is under way."""


class ComparedAnswerView(View):
    """What one contender answered."""

    contender: int
    """Place in the document."""
    prediction: Prediction | None
    """None where the run has no such entry any more."""
    score: float | None
    """By the page's metric; None where there is none."""
    review: ReviewView | None = None
    """The one that counts of its own answer; as the versions, only where details are asked for."""
    versions: list[ComparedVersionView] = Field(default_factory=list)
    """Further ones, oldest first."""


class ComparedEntryView(View):
    """One compared entry."""

    index: int
    """Place among the compared entries."""
    entry_id: str
    target: Target
    section: str | None
    split: str | None
    metadata: dict[str, JsonValue] | None
    difference: float | None
    confidence_difference: float | None
    change: float | None
    """Score of the page's `contender` minus that of `versus`; None where one has none."""
    answers: list[ComparedAnswerView]
    """One a contender, in the document's order."""
    text: str | None = None
    """Beginning of what was asked; as the file, only where details are asked for."""
    file: str | None = None
    """Digest of its image, at `/api/objects/<digest>`."""


class ComparedEntriesPage(Page[ComparedEntryView]):
    """Entries, and what `change` is of."""

    n_matching: int
    """Entries that fit the filter, on all pages."""
    start: int = 0
    """How many of them come before these."""
    previous_cursor: str | None = None
    """To the page before this one; none on the first."""
    metric: str | None
    """None where no metric of the document has scores of entries."""
    contender: int
    versus: int


class ComparedPoint(View):
    """One entry: what the one contender has of it, and what the other."""

    index: int
    entry_id: str
    x: float
    """Of `versus`."""
    y: float
    """Of `contender`."""


class PointCells(View):
    """How many entries lie where, in place of very many points."""

    x_edges: list[float]
    y_edges: list[float]
    counts: list[list[int]]
    """Of rows from the lowest y up, each from the lowest x on."""


class ComparedPoints(View):
    """Two contenders' numbers of the same entries, held against each other."""

    of: PointsOf
    metric: str | None
    """Of scores."""
    unit: str | None
    contender: int
    versus: int
    n: int
    """Entries of which both have such a number."""
    points: list[ComparedPoint] | None
    """None where there are more than 5,000."""
    cells: PointCells | None
    """Only then; of times, edges are equally far apart on a logarithmic axis."""
