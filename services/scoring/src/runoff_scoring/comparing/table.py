"""The table of compared entries: what pages sort and filter by, as one object of arrays.

For c contenders, n compared entries (in the document's order) and the document's metrics:

- `index`, int32 (c, n): the entry's place in each contender's run, by which its run shows it;
- `score.<metric>`, float64 (c, n): NaN where there is none; no entry has one of average precision;
- `answered`, bool (c, n);
- `latency_s`, `confidence`, float32 (c, n): NaN where not known; left out where nobody's are;
- `difference`, `confidence_difference`, float64 (n,): NaN where there is none;
- `n_agree`, int16 (n,): contenders behind the most frequent answer, 0 where nobody answered;
- `by.section`, `by.split`, int32 (n,), -1 for none, with `values.section`, `values.split` (texts):
  left out where no entry has one;
- `entry_ids` (texts).

`meta` is `{"contenders": [{"run_id", "position"}], "metrics": [{"name", "higher_is_better"}],
"baseline": place or null}`.
"""

from collections.abc import Sequence

import numpy as np

from runoff_objects.arrays import Array, Texts, pack
from runoff_scoring.comparing.agreement import Agreement
from runoff_scoring.comparing.groups import coded_by
from runoff_scoring.comparing.joined import Joined
from runoff_scoring.comparing.metrics import Metric


def table_bytes(
    joined: Joined, metrics: Sequence[Metric], agreement: Agreement, baseline: int | None
) -> bytes:
    """The object; the same comparison gives the same bytes."""
    arrays: dict[str, Array] = {
        "index": joined.index,
        "answered": joined.answered,
        "difference": agreement.difference,
        "confidence_difference": agreement.confidence_difference,
        "n_agree": agreement.n_agree,
        **joined.entry_ids.arrays("entry_ids"),
        **{f"score.{each.name}": each.values for each in metrics},
    }
    for name in ("latency_s", "confidence"):
        numbers = joined.number(name)
        if numbers is not None:
            arrays[name] = numbers.astype(np.float32)
    for dimension in ("section", "split"):
        coded = coded_by(joined, dimension)
        if coded is not None:
            arrays[f"by.{dimension}"] = coded[1].astype(np.int32)
            arrays |= Texts.of(coded[0]).arrays(f"values.{dimension}")
    meta = {
        "contenders": [
            {"run_id": each.run.run_id, "position": each.position} for each in joined.contenders
        ],
        "metrics": [
            {"name": each.name, "higher_is_better": each.higher_is_better} for each in metrics
        ],
        "baseline": baseline,
    }
    return pack(arrays, meta)
