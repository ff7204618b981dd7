"""Calibration: whether answers of 80 % confidence are right 80 % of the time.

Expected calibration error over 15 bins of equal width, each open below and closed above, as in
Guo et al., On Calibration of Modern Neural Networks (ICML 2017), section 2. The bins are those of
`sklearn.calibration.calibration_curve(strategy="uniform")`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.report import CalibrationBin, Metric
from runoff_scoring.report.evidence import Evidence, Places

N_BINS = 15
_EDGES = np.linspace(0, 1, N_BINS + 1)


@dataclass(frozen=True)
class _Binned:
    """Of each bin, shape (15,): answers, and sums of their confidences and of the right ones."""

    n: NDArray[np.float64]
    confidence: NDArray[np.float64]
    right: NDArray[np.float64]


def calibration_error(evidence: Evidence, contender: int, places: Places) -> list[Metric]:
    """One metric; none in runs without confidences or without a scorer that passes or fails."""
    if evidence.primary is None or np.isnan(evidence.columns.confidence).all():
        return []
    binned = _binned(evidence, contender, places)
    n = int(binned.n.sum())
    gaps = np.abs(binned.confidence - binned.right)
    return [
        Metric(
            contender=contender,
            name="calibration_error",
            value=float(gaps.sum() / n) if n else None,
            n=n,
            higher_is_better=False,
            reason=None if n else "no scored answer has a confidence",
        )
    ]


def calibration_bins(evidence: Evidence, contender: int) -> list[CalibrationBin]:
    """The bins that hold answers, over all entries."""
    if evidence.primary is None:
        return []
    binned = _binned(evidence, contender, evidence.everything)
    return [
        CalibrationBin(
            contender=contender,
            low=float(_EDGES[place]),
            high=float(_EDGES[place + 1]),
            n=int(binned.n[place]),
            confidence_mean=float(binned.confidence[place] / binned.n[place]),
            accuracy=float(binned.right[place] / binned.n[place]),
        )
        for place in np.flatnonzero(binned.n)
    ]


def _binned(evidence: Evidence, contender: int, places: Places) -> _Binned:
    confidence = evidence.columns.confidence[contender][places]
    right = evidence.cards.scores[str(evidence.primary)][contender][places]
    both = ~np.isnan(confidence) & ~np.isnan(right)
    confidence, right = confidence[both], right[both]
    bins = np.searchsorted(_EDGES[1:-1], confidence)
    return _Binned(
        n=np.bincount(bins, minlength=N_BINS).astype(np.float64),
        confidence=np.asarray(np.bincount(bins, weights=confidence, minlength=N_BINS), np.float64),
        right=np.asarray(np.bincount(bins, weights=right, minlength=N_BINS), np.float64),
    )
