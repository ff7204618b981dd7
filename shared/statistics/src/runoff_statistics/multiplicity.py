"""Several tests at once: what each p-value is worth when it had company."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from runoff_statistics.errors import InvalidProbability
from runoff_statistics.validation import closed_probability


def holm(p_values: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Holm's adjusted p-values, in the order given, shape (n_tests,).

    Calling the tests with an adjusted value at or below alpha significant keeps the
    chance of even one false alarm in the family at or below alpha, whatever the
    dependence between the tests.

    Args:
        p_values: From 0 to 1, shape (n_tests,). The whole family, also the tests that
            nobody means to show; none gives an empty array.

    Raises:
        InvalidProbability: One of them is NaN, masked or out of range, or they are not
            one-dimensional.

    Source: Holm, Scandinavian Journal of Statistics 6 (1979) 65-70.
    """
    if np.ma.is_masked(p_values):
        raise InvalidProbability("p_values", p_values, allowed="without masked values")
    family = np.asarray(p_values)
    if family.ndim != 1:
        raise InvalidProbability("p_values", family.shape, allowed="of shape (n_tests,)")
    checked = [closed_probability(f"p_values[{i}]", p) for i, p in enumerate(family)]
    # statsmodels.multipletests gives the same, but collects garbage at each call: 20 ms and up.
    by_size = np.argsort(checked, kind="stable")
    n_still_open = np.arange(len(checked), 0, -1)
    raised = np.maximum.accumulate(np.array(checked)[by_size] * n_still_open)
    adjusted = np.empty(len(checked))
    adjusted[by_size] = np.minimum(raised, 1.0)
    return adjusted
