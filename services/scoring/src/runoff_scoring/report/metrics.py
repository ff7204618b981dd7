"""The metrics of one contender over some of its run's entries."""

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.report import Metric
from runoff_contracts.scorers import higher_is_better
from runoff_scoring.report.calibration import calibration_error
from runoff_scoring.report.classes import f1_metrics
from runoff_scoring.report.evidence import Evidence, Places
from runoff_scoring.report.probabilities import probability_metrics

HIGH_CONFIDENCE = 0.9
MEDIUM_CONFIDENCE = 0.7


def metrics_of(
    evidence: Evidence, contender: int, places: Places, *, of_class: bool = False
) -> list[Metric]:
    """All but average precision, which is computed for every group at once.

    Over entries of one class, F1 over classes says nothing and is left out.
    """
    found = _scorer_means(evidence, contender, places)
    if evidence.created.task == "classification":
        if not of_class:
            found += f1_metrics(evidence, contender, places)
        found += probability_metrics(evidence, contender, places)
    found += calibration_error(evidence, contender, places)
    found.append(_failed_share(evidence, contender, places))
    found += _latency(evidence, contender, places)
    found += _spending(evidence, contender, places)
    return found + _confidence_bands(evidence, contender, places)


def _scorer_means(evidence: Evidence, contender: int, places: Places) -> list[Metric]:
    found = []
    whole = len(places) == evidence.cards.n_entries
    for used in evidence.created.scorers:
        values = _known(evidence.cards.scores[used.name][contender], places)
        reason = evidence.unscored.words(contender, used.name) if whole else None
        found.append(
            Metric(
                contender=contender,
                name=used.name,
                value=_mean(values),
                n=len(values),
                higher_is_better=higher_is_better(used.name, used.params),
                reason=reason or (None if len(values) else "nothing was scored"),
            )
        )
    return found


def _failed_share(evidence: Evidence, contender: int, places: Places) -> Metric:
    answered = evidence.columns.answered[contender][places]
    return Metric(
        contender=contender,
        name="failed_share",
        value=float(1 - answered.mean()) if len(places) else None,
        n=len(places),
        higher_is_better=False,
        reason=None if len(places) else "no entry",
    )


def _latency(evidence: Evidence, contender: int, places: Places) -> list[Metric]:
    """Of answers that a model gave in this run or in the one they are taken from; none cached."""
    values = _known(evidence.columns.latency_s[contender], places)
    found = {
        "latency_mean_s": float(np.mean(values)) if len(values) else None,
        "latency_median_s": float(np.median(values)) if len(values) else None,
    }
    return [
        Metric(
            contender=contender,
            name=name,
            value=value,
            n=len(values),
            higher_is_better=False,
            reason=None if len(values) else "no answer has a latency",
        )
        for name, value in found.items()
    ]


def _spending(evidence: Evidence, contender: int, places: Places) -> list[Metric]:
    """Totals; left out in runs where nobody counts tokens or cost."""
    columns = evidence.columns
    if np.isnan(columns.cost_usd).all() and np.isnan(columns.n_input).all():
        return []
    found = [_total(contender, "cost_usd", columns.cost_usd[contender], places, better=False)]
    for name, values in (("tokens_input", columns.n_input), ("tokens_output", columns.n_output)):
        found.append(_total(contender, name, values[contender], places, better=None))
    return found


def _total(
    contender: int, name: str, column: NDArray[np.float64], places: Places, *, better: bool | None
) -> Metric:
    values = _known(column, places)
    n_unknown = len(places) - len(values)
    return Metric(
        contender=contender,
        name=name,
        value=float(values.sum()) if len(values) else None,
        n=len(values),
        higher_is_better=better,
        reason=f"not known of {n_unknown} entries" if n_unknown else None,
    )


def _confidence_bands(evidence: Evidence, contender: int, places: Places) -> list[Metric]:
    """Shares of answers that are sure, less sure and unsure, of those that say how sure."""
    if np.isnan(evidence.columns.confidence).all():
        return []
    values = _known(evidence.columns.confidence[contender], places)
    high = values >= HIGH_CONFIDENCE
    low = values < MEDIUM_CONFIDENCE
    bands = {"high": high, "medium": ~(high | low), "low": low}
    return [
        Metric(
            contender=contender,
            name=f"confidence_{name}_share",
            value=_mean(band.astype(np.float64)),
            n=len(values),
            higher_is_better=None,
            reason=None if len(values) else "no answer has a confidence",
        )
        for name, band in bands.items()
    ]


def _known(column: NDArray[np.float64], places: Places) -> NDArray[np.float64]:
    values = column[places]
    return values[~np.isnan(values)]


def _mean(values: NDArray[np.float64]) -> float | None:
    return float(values.mean()) if len(values) else None
