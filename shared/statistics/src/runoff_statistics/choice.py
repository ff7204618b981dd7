"""Which method for which kind of score, with its name for the document; each may be overridden.

The defaults are those that keep 95 % and 5 % best in `make bench ARGS=calibration`:

- The mean difference gets Student's t, adjusted for what the entries did not show, as its test
  and as its interval: the two never contradict each other, and of all methods here it alone keeps
  95 % and 5 % on few and skewed scores. The permutation test asks another question: whether the
  differences are symmetric, of which it is exact at any n.
- Passes and failures get the exact McNemar test and the interval that is melded from the same
  exact limits: each leaves out no difference where the other finds none.
- Quantiles get order statistics, clusters the cluster-robust t.

What is asked for instead can make a comparison more careful, and never less (decision page 0043):
a method of the mean or of the share is held to the usual one of its kind, the guard, and of both
the greater p and the outer limits count. Methods of ranks, medians and quantiles answer another
question, and are used as they are.
"""

from dataclasses import dataclass
from typing import Literal

from runoff_statistics.adjusted import ADJUSTED_T
from runoff_statistics.errors import UnknownMethod

ScoreKind = Literal["pass_fail", "graded", "bounded", "error", "latency"]
"""Right or wrong; a few ordered steps; a number within bounds, such as F1; a number without an
upper bound, such as pixels or log loss; and seconds, of which quantiles are compared."""
TestName = Literal["mcnemar", "adjusted_t", "permutation", "wilcoxon", "sign", "t", "quantile"]
IntervalName = Literal[
    "melded", "tango", "adjusted_t", "t", "percentile", "bca", "studentized", "median", "quantile"
]
EffectName = Literal["odds_ratio", "cohens_dz", "rank_biserial"]

TESTS: dict[TestName, str] = {
    "mcnemar": "exact McNemar",
    "adjusted_t": ADJUSTED_T,
    "permutation": "paired permutation (sign flips)",
    "wilcoxon": "Wilcoxon signed-rank",
    "sign": "sign test",
    "t": "paired t",
    "quantile": "paired quantiles, order statistics joined by MOVER",
}
INTERVALS: dict[IntervalName, str] = {
    "melded": "melded exact interval for a paired difference",
    "tango": "Tango score interval for a paired difference",
    "adjusted_t": ADJUSTED_T,
    "t": "paired t",
    "percentile": "percentile bootstrap of the mean difference",
    "bca": "BCa bootstrap of the mean difference",
    "studentized": "studentized bootstrap of the mean difference",
    "median": "order statistics of the median difference",
    "quantile": "difference of paired quantiles, order statistics joined by MOVER",
}
CLUSTERED_T = "cluster-robust t (CR1)"

_NOT_OF_MEANS = frozenset({"wilcoxon", "sign", "median", "quantile"})
_EXACT_MCNEMAR = frozenset({"mcnemar", "sign", "permutation"})
"""Of right and wrong these are one and the same test."""
_GUARDS = {"mcnemar": "exact McNemar", "melded": "melded exact", "adjusted_t": "adjusted t"}
"""As the document calls them beside what was asked for."""


@dataclass(frozen=True)
class MethodChoice:
    """What a comparison of one score is made with."""

    kind: ScoreKind
    test: TestName
    test_name: str
    """For the document, with the guard's."""
    interval: IntervalName
    interval_name: str
    effect: EffectName
    why: str
    """One sentence for the document."""
    overridden: bool
    test_guard: TestName | None = None
    """Whose p counts where it is the greater one; None where the test is used as it is."""
    interval_guard: IntervalName | None = None
    """Whose limits count where they lie further out; None where the interval is used as it is."""


_UNSEEN = "one entry more, at the ends of what is possible, stands for what these did not show"

_DEFAULTS: dict[ScoreKind, tuple[TestName, IntervalName, EffectName, str]] = {
    "pass_fail": (
        "mcnemar",
        "melded",
        "odds_ratio",
        "right or wrong on the same entries: only those on which the two disagree tell",
    ),
    "graded": (
        "adjusted_t",
        "adjusted_t",
        "rank_biserial",
        f"a mean of few steps within bounds: {_UNSEEN}",
    ),
    "bounded": (
        "adjusted_t",
        "adjusted_t",
        "cohens_dz",
        f"a mean of scores within bounds: {_UNSEEN}",
    ),
    "error": (
        "adjusted_t",
        "adjusted_t",
        "cohens_dz",
        f"a mean without an upper bound: {_UNSEEN}",
    ),
    "latency": (
        "quantile",
        "quantile",
        "rank_biserial",
        "waiting times are told by quantiles, whose order statistics hold for any shape",
    ),
}


def choose_method(
    kind: ScoreKind,
    *,
    clustered: bool = False,
    test: TestName | None = None,
    interval: IntervalName | None = None,
) -> MethodChoice:
    """The test, interval and effect size for a score of this kind.

    Args:
        kind: Of the score.
        clustered: Entries belong together (repeats, documents, conversations). Test and
            interval are then the cluster-robust t, whatever the kind: the others would take
            entries of one cluster for independent.
        test: Instead of the chosen one.
        interval: Instead of the chosen one.

    Raises:
        UnknownMethod: No kind, test or interval has this name, or it cannot take clusters.
    """
    if kind not in _DEFAULTS:
        raise UnknownMethod("kind of score", kind, _DEFAULTS)
    if test is not None and test not in TESTS:
        raise UnknownMethod("test", test, TESTS)
    if interval is not None and interval not in INTERVALS:
        raise UnknownMethod("interval", interval, INTERVALS)
    usual_test, usual_interval, effect, why = _DEFAULTS[kind]
    if clustered:
        if test not in (None, "t"):
            raise UnknownMethod("test of clustered entries", test, ["t"])
        if interval not in (None, "t"):
            raise UnknownMethod("interval of clustered entries", interval, ["t"])
        why = "entries of one cluster are not independent: the clusters are what is counted"
        return MethodChoice(kind, "t", CLUSTERED_T, "t", CLUSTERED_T, effect, why, False)
    overridden = test not in (None, usual_test) or interval not in (None, usual_interval)
    used_test, used_interval = test or usual_test, interval or usual_interval
    test_guard, interval_guard = (
        _guard_of_test(kind, used_test),
        _guard_of_interval(kind, used_interval),
    )
    if overridden:
        guarded = test_guard is not None or interval_guard is not None
        why = "asked for, and held to the usual method" if guarded else "asked for"
    return MethodChoice(
        kind=kind,
        test=used_test,
        test_name=_named(TESTS[used_test], test_guard),
        interval=used_interval,
        interval_name=_named(INTERVALS[used_interval], interval_guard),
        effect=effect,
        why=why,
        overridden=overridden,
        test_guard=test_guard,
        interval_guard=interval_guard,
    )


def _guard_of_test(kind: ScoreKind, test: TestName) -> TestName | None:
    if kind == "pass_fail":
        # Wilcoxon's is the same question there, by a normal approximation that errs in up to 6.4 %.
        return None if test in _EXACT_MCNEMAR or test == "quantile" else "mcnemar"
    return None if test == "adjusted_t" or test in _NOT_OF_MEANS else "adjusted_t"


def _guard_of_interval(kind: ScoreKind, interval: IntervalName) -> IntervalName | None:
    usual: IntervalName = "melded" if kind == "pass_fail" else "adjusted_t"
    return None if interval == usual or interval in _NOT_OF_MEANS else usual


def _named(name: str, guard: str | None) -> str:
    return name if guard is None else f"the more careful of {name} and {_GUARDS[guard]}"
