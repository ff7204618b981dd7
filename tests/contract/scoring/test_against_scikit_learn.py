"""Numbers of classification and calibration are scikit-learn's on the same data."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    accuracy_score,
    brier_score_loss,
    confusion_matrix,
    f1_score,
    log_loss,
    precision_recall_fscore_support,
    top_k_accuracy_score,
)

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.report import Report
from tests.contract.scoring.evidence import answer, named, report, value


def exactly(expected: object) -> Any:  # as `pytest.approx`, which says no more of what it gives
    return pytest.approx(expected, rel=1e-12, abs=1e-12)


@dataclass(frozen=True)
class Answers:
    """Probabilities of shape (n, k) for labels "0" to "k-1", and the targets' places."""

    probabilities: NDArray[np.float64]
    targets: NDArray[np.int64]

    @property
    def labels(self) -> list[str]:
        return [str(place) for place in range(self.probabilities.shape[1])]

    @property
    def wanted(self) -> list[str]:
        return [str(place) for place in self.targets]

    @property
    def answered(self) -> list[str]:
        return [str(place) for place in self.probabilities.argmax(axis=1)]

    @property
    def confidence(self) -> NDArray[np.float64]:
        return np.asarray(self.probabilities.max(axis=1))

    def rows(self) -> list[tuple[Target, Prediction]]:
        found: list[tuple[Target, Prediction]] = []
        for row, target, label in zip(self.probabilities, self.wanted, self.answered, strict=True):
            likeliest = np.argsort(-row, kind="stable")[:10]
            listed = {str(place): float(row[place]) for place in likeliest}
            prediction = answer(label=label, confidence=float(row.max()), probabilities=listed)
            found.append((target, prediction))
        return found


def drawn(seed: int, *, n: int = 400, k: int = 7, spread: float = 0.4) -> Answers:
    """Right more often than not; a small spread makes confident answers, down to exact zeros."""
    rng = np.random.default_rng(seed)
    targets = rng.integers(k, size=n)
    weights = np.full((n, k), spread)
    weights[np.arange(n), targets] += 0.5
    drawn_ = rng.gamma(weights) + 1e-300
    return Answers(drawn_ / drawn_.sum(axis=1, keepdims=True), targets)


CASES = {
    "even": drawn(1, spread=1.0),
    "confident": drawn(2, spread=0.005),
    "two labels": drawn(3, k=2),
    "ten labels": drawn(4, k=10),
    "one entry": drawn(5, n=1),
    "certain and wrong": Answers(np.eye(3)[[0, 1, 2, 0]], np.array([1, 1, 0, 2])),
    "one class never answered": Answers(
        np.array([[0.9, 0.1, 0.0], [0.6, 0.3, 0.1]] * 5), np.array([0, 2] * 5)
    ),
}


@pytest.fixture(params=list(CASES.values()), ids=list(CASES))
def case(request: pytest.FixtureRequest) -> Answers:
    found: Answers = request.param
    return found


@pytest.fixture
def made(case: Answers) -> Report:
    return report("classification", case.rows())


def test_accuracy_is_scikit_learns(case: Answers, made: Report) -> None:
    """And the micro F1 of single labels is the same number."""
    expected = accuracy_score(case.wanted, case.answered)

    assert value(made.metrics, "accuracy") == exactly(expected)
    assert value(made.metrics, "micro_f1") == exactly(expected)


def test_log_loss_is_scikit_learns(case: Answers, made: Report) -> None:
    """With its clipping: certain and wrong costs 36.04, not infinity."""
    expected = log_loss(case.targets, case.probabilities, labels=np.arange(len(case.labels)))

    assert value(made.metrics, "log_loss") == exactly(expected)


def test_the_brier_score_is_scikit_learns(case: Answers, made: Report) -> None:
    """Over all labels, not halved."""
    truth = np.eye(len(case.labels))[case.targets]
    expected = (
        brier_score_loss(
            case.targets,
            case.probabilities,
            labels=np.arange(len(case.labels)),
            scale_by_half=False,
        )
        if len(case.labels) > 2
        else ((case.probabilities - truth) ** 2).sum(axis=1).mean()
    )

    assert value(made.metrics, "brier") == exactly(expected)


def test_top_5_is_scikit_learns(case: Answers, made: Report) -> None:
    """Where there are more than five labels; with fewer every target is among them."""
    k = len(case.labels)
    expected = (
        top_k_accuracy_score(case.targets, case.probabilities, k=5, labels=np.arange(k))
        if k > 5
        else 1.0
    )

    assert value(made.metrics, "top_k") == exactly(expected)


def test_macro_and_micro_f1_are_scikit_learns(case: Answers, made: Report) -> None:
    """Over labels that are a target or were answered."""
    for average in ("macro", "micro"):
        expected = f1_score(case.wanted, case.answered, average=average, zero_division=0)

        assert value(made.metrics, f"{average}_f1") == exactly(expected)


def test_precision_recall_and_f1_of_each_class_are_scikit_learns(
    case: Answers, made: Report
) -> None:
    """Undefined ones are none here and NaN there."""
    labels = sorted({*case.wanted, *case.answered})
    precision, recall, f1, support = precision_recall_fscore_support(
        case.wanted, case.answered, labels=labels, zero_division=np.nan
    )

    groups = {group.value: group for group in made.groups if group.by == "class"}
    assert list(groups) == labels
    for place, label in enumerate(labels):
        metrics = groups[label].metrics
        assert groups[label].n_entries == support[place]
        for name, expected in (("precision", precision), ("recall", recall), ("f1", f1)):
            found = named(metrics, name).value
            assert found == (None if np.isnan(expected[place]) else exactly(expected[place]))


def test_confusion_counts_are_scikit_learns(case: Answers, made: Report) -> None:
    """Zeros are not listed."""
    matrix = confusion_matrix(case.wanted, case.answered, labels=case.labels)

    found = {(each.target, each.answer): each.n for each in made.confusions}
    assert found == {
        (case.labels[i], case.labels[j]): int(n) for (i, j), n in np.ndenumerate(matrix) if n
    }
    counts = [each.n for each in made.confusions]
    assert counts == sorted(counts, reverse=True)


def test_calibration_bins_are_scikit_learns(case: Answers, made: Report) -> None:
    """Fifteen of equal width; those without an answer are not listed."""
    right = np.array(case.wanted) == np.array(case.answered)
    accuracy, confidence = calibration_curve(right, case.confidence, n_bins=15, strategy="uniform")

    bins = made.calibration
    assert [each.accuracy for each in bins] == exactly(accuracy.tolist())
    assert [each.confidence_mean for each in bins] == exactly(confidence.tolist())
    gaps = [each.n * abs(each.accuracy - each.confidence_mean) for each in bins]
    assert sum(each.n for each in bins) == len(case.targets)
    assert value(made.metrics, "calibration_error") == exactly(sum(gaps) / len(case.targets))


def test_a_confidence_on_an_edge_falls_into_the_lower_bin() -> None:
    """As scikit-learn has it: bins are open below and closed above, and 0 is in the first."""
    confidences = [0.0, 1 / 15, 0.2, 7 / 15, 0.8, 14 / 15, 1.0]
    rows: list[tuple[Target, Prediction]] = [
        ("a", answer(label="a" if place % 2 else "b", confidence=each))
        for place, each in enumerate(confidences)
    ]
    right = np.arange(len(confidences)) % 2
    accuracy, confidence = calibration_curve(right, confidences, n_bins=15, strategy="uniform")

    bins = report("classification", rows).calibration

    assert [each.accuracy for each in bins] == accuracy.tolist()
    assert [each.confidence_mean for each in bins] == confidence.tolist()


def test_a_group_has_scikit_learns_numbers_of_its_own_entries() -> None:
    """By section, here; the other dimensions are parted by the same code."""
    case = drawn(6)
    sections = ["even" if place % 2 == 0 else "odd" for place in range(len(case.targets))]
    made = report("classification", case.rows(), sections)

    for group in made.groups[:2]:
        places = [place for place, each in enumerate(sections) if each == group.value]
        part = Answers(case.probabilities[places], case.targets[places])
        with warnings.catch_warnings(action="ignore"):
            expected = {
                "accuracy": accuracy_score(part.wanted, part.answered),
                "log_loss": log_loss(part.targets, part.probabilities, labels=np.arange(7)),
                "macro_f1": f1_score(part.wanted, part.answered, average="macro"),
            }
        assert (group.by, group.n_entries) == ("section", len(places))
        for name, number in expected.items():
            assert value(group.metrics, name) == exactly(number)


def test_figures_without_scorers_are_those_of_the_scorers(case: Answers, made: Report) -> None:
    """A run of accuracy alone says log loss, Brier score and top-5 accuracy all the same."""
    bare = report("classification", case.rows(), scorers=["accuracy"])

    for name, scorer in (("log_loss", "log_loss"), ("brier", "brier"), ("top_5", "top_k")):
        whole, own = (
            next(each for each in metrics if each.name == wanted)
            for metrics, wanted in ((bare.metrics, name), (made.metrics, scorer))
        )
        assert (whole.value, whole.n) == (exactly(own.value), own.n)
        assert whole.higher_is_better == own.higher_is_better
