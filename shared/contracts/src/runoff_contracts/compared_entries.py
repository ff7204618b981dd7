"""The entries of a comparison, page by page: what each contender answered, and who was better."""

from typing import Literal

from pydantic import JsonValue

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.views import Page, View

EntrySort = Literal["index", "difference", "change", "confidence"]
"""`difference`: how far all contenders' answers differ. `change`: how far the score of one differs
from that of another. `confidence`: how far their confidences differ."""
EntryOrder = Literal["asc", "desc"]
Only = Literal["regressions", "improvements", "disagreements", "ties"]
"""`regressions`: the contender scores worse than the other. `improvements`: better. `ties`: alike.
`disagreements`: at least two of all contenders gave different answers."""


class ComparedAnswerView(View):
    """What one contender answered."""

    contender: int
    """Place in the document."""
    prediction: Prediction | None
    """None where the run has no such entry any more."""
    score: float | None
    """By the page's metric; None where there is none."""


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


class ComparedEntriesPage(Page[ComparedEntryView]):
    """Entries, and what `change` is of."""

    n_matching: int
    """Entries that fit the filter, on all pages."""
    metric: str | None
    """None where no metric of the document has scores of entries."""
    contender: int
    versus: int
