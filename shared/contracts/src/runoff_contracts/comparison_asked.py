"""What is compared, and how: asked for by people, defaults where they say nothing."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from runoff_contracts.ids import Digest, RunId
from runoff_contracts.run_config import Asked

MAX_COMPARED = 16
"""Contenders of one comparison: 120 pairs."""
MAX_POOLED = 100
"""Of all contenders of a comparison together: as many runs are read."""
MAX_DIMENSIONS = 20

Missing = Literal["paired_only", "count_as_wrong", "refuse"]
"""What becomes of entries that a contender has no score for. `paired_only`: a pair is compared on
the entries that both have. `count_as_wrong`: what a contender failed to answer has the worst
score, 0, of every scorer whose scores have a worst, and no boxes in average precision. `refuse`:
there is no comparison then."""
FamilyKind = Literal["all_pairs", "baseline"]
"""The pairs that are tested: each with each, or each with the baseline alone."""
Adjustment = Literal["holm", "benjamini_hochberg"]
TestName = Literal["mcnemar", "adjusted_t", "permutation", "wilcoxon", "sign", "t"]
IntervalName = Literal[
    "melded", "tango", "adjusted_t", "t", "percentile", "bca", "studentized", "median"
]
Dimension = Annotated[
    str, StringConstraints(pattern=r"^(section|split|class|metadata\..{1,200})$", max_length=210)
]


ContenderName = Annotated[
    str,
    StringConstraints(
        # No control characters, line ends or marks that turn the direction of what follows.
        pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]{1,200}$",
        max_length=200,
    ),
]


class RepeatMeant(Asked):
    """A contender of another run that is one with it: the same thing, done again."""

    run_id: RunId
    position: int = Field(ge=0)


class ContenderMeant(Asked):
    """A contender of a run, or of several runs together."""

    run_id: RunId
    position: int = Field(ge=0)
    repeats: list[RepeatMeant] = Field(default_factory=list, max_length=99)
    """Its further runs. The score of an entry is then the mean over all of them that have one:
    entries are what is counted, however often each was asked."""
    name: ContenderName | None = None
    """What the verdict is to call it; by its model where none is given."""

    @property
    def place(self) -> tuple[RunId, int]:
        """Of its first run: what names it."""
        return self.run_id, self.position

    @property
    def places(self) -> list[tuple[RunId, int]]:
        """Of all its runs."""
        return [self.place, *((each.run_id, each.position) for each in self.repeats)]


class MethodAsked(Asked):
    """In place of what the kind of score would choose."""

    test: TestName | None = None
    interval: IntervalName | None = None


class ComparisonOptions(Asked):
    """How contenders are compared; the defaults are what a completed run is compared by."""

    baseline: ContenderMeant | None = None
    """Whom the others are held against; none where each is held against each."""
    family: FamilyKind | None = None
    """`baseline` where there is one, `all_pairs` where there is none."""
    adjust: Adjustment = "holm"
    missing: Missing = "paired_only"
    margin: float | None = Field(default=None, gt=0, allow_inf_nan=False, strict=True)
    """Of the primary metric, in its unit (0.02: two points of accuracy): what is asked then is
    whether contenders are equivalent, and whether one is not inferior."""
    metrics: list[Annotated[str, StringConstraints(min_length=1, max_length=200)]] | None = Field(
        default=None, min_length=1, max_length=50
    )
    """Scorers to compare by, the primary one first; all that the runs share where left out."""
    by: list[Dimension] | None = Field(default=None, max_length=MAX_DIMENSIONS)
    """What entries are grouped by. Section and split where left out; an empty list is none."""
    clusters: Dimension | None = None
    """Entries that share this value belong together: repeats, pages of a document, turns."""
    methods: dict[str, MethodAsked] = Field(default_factory=dict, max_length=50)
    """By scorer."""
    confidence: float = Field(default=0.95, ge=0.5, lt=1)
    alpha: float = Field(default=0.05, ge=1e-9, le=0.5)
    seed: int = Field(default=0, ge=0, lt=2**32)
    """Of everything that is drawn at random."""
    plan: Digest | None = None
    """A sealed plan; options that differ from it are told as deviations."""
    as_of: int | None = Field(default=None, ge=1, le=2**62)
    """Log sequence: what the log said then, and nothing of later."""
    allow_partial: bool = False
    """Compare what is scored by now of runs that go on: `as_of` becomes the end of the log. Of runs
    that failed or were canceled the scored part is compared without asking; the pairing says so."""

    @model_validator(mode="after")
    def _a_baseline_family_has_one(self) -> "ComparisonOptions":
        if self.family == "baseline" and self.baseline is None:
            raise ValueError("family `baseline` needs a baseline")
        return self


class ComparisonAsked(ComparisonOptions):
    """Whom to compare, and how."""

    contenders: list[ContenderMeant] = Field(min_length=1)
    """In the order in which they are listed. Whether they are too few or too many is told by
    whoever compares, with a problem that names the limit."""
