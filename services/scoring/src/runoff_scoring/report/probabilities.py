"""Log loss, Brier score and top-5 accuracy of runs whose answers have probabilities."""

import numpy as np

from runoff_contracts.report import Metric
from runoff_scoring.report.evidence import Evidence, Places
from runoff_scoring.report.listed import MEASURES, TOP

_SCORERS = {"log_loss": "log_loss", "brier": "brier", f"top_{TOP}": "top_k"}
"""Which scorer says the same, entry by entry."""


def probability_metrics(evidence: Evidence, contender: int, places: Places) -> list[Metric]:
    """Means over entries; none where no answer has probabilities, or a scorer says it already."""
    scorers = {each.name for each in evidence.created.scorers}
    found = []
    for name, column in evidence.columns.probabilities.values.items():
        if _SCORERS[name] in scorers:
            continue
        values = column[contender][places]
        values = values[~np.isnan(values)]
        n_unknown = len(places) - len(values)
        found.append(
            Metric(
                contender=contender,
                name=name,
                value=float(values.mean()) if len(values) else None,
                n=len(values),
                higher_is_better=MEASURES[name],
                reason=f"not known of {n_unknown} entries" if n_unknown else None,
            )
        )
    return found
