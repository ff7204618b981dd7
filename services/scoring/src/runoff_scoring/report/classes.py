"""Classification by class: precision, recall, F1, and which label was taken for which.

Over entries with a target and an answer. Definitions are scikit-learn's: a class is every label
that is a target or was answered; the macro F1 is the mean over classes, where a class that was
neither found nor missed counts 0; the micro F1 of single labels is the share of right answers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.report import Confusion, Metric
from runoff_scoring.report.evidence import Evidence, Places

MAX_CONFUSIONS = 10_000


@dataclass(frozen=True)
class ClassCounts:
    """For each label, shape (k,)."""

    right: NDArray[np.int64]
    """Entries of the class that were answered so."""
    answered: NDArray[np.int64]
    """Entries that were answered so."""
    wanted: NDArray[np.int64]
    """Entries of the class that were answered."""

    @property
    def f1(self) -> NDArray[np.float64]:
        """2 right / (answered + wanted); NaN for labels that do not occur."""
        occurring = (self.answered + self.wanted).astype(np.float64)
        f1 = np.full(len(occurring), np.nan)
        np.divide(2.0 * self.right, occurring, out=f1, where=occurring > 0)
        return f1


def class_counts(evidence: Evidence, contender: int, places: Places) -> ClassCounts:
    """How often each label was answered, rightly answered, and wanted."""
    targets, answers = evidence.targets[places], evidence.answers[contender][places]
    both = (targets >= 0) & (answers >= 0)
    targets, answers = targets[both], answers[both]
    k = len(evidence.labels)
    return ClassCounts(
        right=np.bincount(targets[targets == answers], minlength=k),
        answered=np.bincount(answers, minlength=k),
        wanted=np.bincount(targets, minlength=k),
    )


def f1_metrics(evidence: Evidence, contender: int, places: Places) -> list[Metric]:
    """Macro and micro F1."""
    counts = class_counts(evidence, contender, places)
    n = int(counts.wanted.sum())
    f1 = counts.f1
    values = {
        "macro_f1": float(f1[~np.isnan(f1)].mean()) if n else None,
        "micro_f1": float(counts.right.sum() / n) if n else None,
    }
    return [
        Metric(
            contender=contender,
            name=name,
            value=value,
            n=n,
            higher_is_better=True,
            reason=None if n else "no entry has both a target and an answer",
        )
        for name, value in values.items()
    ]


def class_metrics(contender: int, place: int, counts: ClassCounts) -> list[Metric]:
    """Precision, recall and F1 of the class at a place of `labels`."""
    right = int(counts.right[place])
    answered, wanted = int(counts.answered[place]), int(counts.wanted[place])
    either = answered + wanted - right
    return [
        _metric(contender, "precision", _ratio(right, answered), answered, "it was never answered"),
        _metric(contender, "recall", _ratio(right, wanted), wanted, "no answered entry is of it"),
        _metric(contender, "f1", _ratio(2 * right, either + right), either, "it does not occur"),
    ]


def confusions(evidence: Evidence) -> list[Confusion]:
    """Target and answer with their number, right answers too: the most frequent first."""
    k = len(evidence.labels)
    found: list[tuple[int, int, int, int]] = []
    for contender in range(evidence.n_contenders):
        answers = evidence.answers[contender]
        both = (evidence.targets >= 0) & (answers >= 0)
        pairs, numbers = np.unique(evidence.targets[both] * k + answers[both], return_counts=True)
        found += [
            (-n, contender, *divmod(pair, k))
            for pair, n in zip(pairs.tolist(), numbers.tolist(), strict=True)
        ]
    return [
        Confusion(
            contender=contender,
            target=evidence.labels[target],
            answer=evidence.labels[answer],
            n=-minus_n,
        )
        for minus_n, contender, target, answer in sorted(found)
    ]


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _metric(contender: int, name: str, value: float | None, n: int, undefined: str) -> Metric:
    return Metric(
        contender=contender,
        name=name,
        value=value,
        n=n,
        higher_is_better=True,
        reason=undefined if value is None else None,
    )
