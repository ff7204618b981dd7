"""Several tests at once: what each p-value is worth when it had company."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from runoff_statistics.errors import InvalidProbability, UnknownMethod
from runoff_statistics.validation import closed_probability

Adjustment = Literal["holm", "benjamini_hochberg"]


@dataclass(frozen=True)
class FamilyMember:
    """One test of a family."""

    name: str
    p_value: float | None
    """As the test gave it; None where it could not be made."""
    p_adjusted: float | None


@dataclass(frozen=True)
class Family:
    """Tests that are judged together."""

    declared: str
    method: Adjustment
    n_tests: int
    """Those that could be made, which is what the adjustment counts."""
    tests: tuple[FamilyMember, ...]
    """In the order given."""


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
    checked = _checked(p_values)
    # statsmodels.multipletests gives the same, but collects garbage at each call: 20 ms and up.
    by_size = np.argsort(checked, kind="stable")
    n_still_open = np.arange(len(checked), 0, -1)
    raised = np.maximum.accumulate(checked[by_size] * n_still_open)
    adjusted = np.empty(len(checked))
    adjusted[by_size] = np.minimum(raised, 1.0)
    return adjusted


def benjamini_hochberg(
    p_values: Sequence[float] | NDArray[np.float64],
) -> NDArray[np.float64]:
    """Benjamini and Hochberg's adjusted p-values, in the order given, shape (n_tests,).

    Calling the tests with an adjusted value at or below alpha significant keeps the share of
    false alarms among them, on average, at or below alpha, when the tests are independent or
    positively dependent (as metrics of the same answers are). More is found than with `holm`,
    and each finding on its own is worth less.

    Args:
        p_values: As for `holm`.

    Raises:
        InvalidProbability: As for `holm`.

    Source: Benjamini and Hochberg, Journal of the Royal Statistical Society B 57 (1995)
        289-300; positive dependence: Benjamini and Yekutieli, Annals of Statistics 29 (2001)
        1165-1188.
    """
    checked = _checked(p_values)
    by_size = np.argsort(checked, kind="stable")[::-1]
    n = len(checked)
    lowered = np.minimum.accumulate(checked[by_size] * n / np.arange(n, 0, -1))
    adjusted = np.empty(n)
    adjusted[by_size] = np.minimum(lowered, 1.0)
    return adjusted


def adjusted_family(
    declared: str,
    p_values: Mapping[str, float | None],
    *,
    method: Adjustment = "holm",
) -> Family:
    """A family of tests, raw and adjusted p-values side by side.

    Args:
        declared: In words, what is in the family, such as 'all pairs x accuracy x sections'.
            Declared before the results are seen; it is part of the result.
        p_values: By the name of the test, in the order to be shown; None for a test that
            could not be made. Such a one could not have raised a false alarm: it is listed
            and does not count.
        method: `holm`, or `benjamini_hochberg`.

    Raises:
        InvalidProbability: A p-value is NaN or not from 0 to 1.
        UnknownMethod: No adjustment has this name.
    """
    if method not in get_args(Adjustment):
        raise UnknownMethod("adjustment", method, get_args(Adjustment))
    made = {name: p for name, p in p_values.items() if p is not None}
    adjust = holm if method == "holm" else benjamini_hochberg
    adjusted = dict(zip(made, adjust(list(made.values())).tolist(), strict=True))
    tests = tuple(FamilyMember(name, p, adjusted.get(name)) for name, p in p_values.items())
    return Family(declared=declared, method=method, n_tests=len(made), tests=tests)


def _checked(p_values: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    if np.ma.is_masked(p_values):
        raise InvalidProbability("p_values", p_values, allowed="without masked values")
    family = np.asarray(p_values)
    if family.ndim != 1:
        raise InvalidProbability("p_values", family.shape, allowed="of shape (n_tests,)")
    return np.array([closed_probability(f"p_values[{i}]", p) for i, p in enumerate(family)])
