"""Intervals and paired tests, as pure functions."""

from runoff_statistics.errors import (
    InvalidCount,
    InvalidProbability,
    NoEntries,
    StatisticsError,
    UnpairedOutcomes,
)
from runoff_statistics.interval import Interval
from runoff_statistics.multiplicity import holm
from runoff_statistics.paired import (
    PairedDifference,
    PairedTable,
    mcnemar_p_value,
    paired_difference,
    paired_table,
)
from runoff_statistics.power import detectable_difference
from runoff_statistics.proportions import wilson_interval

__all__ = [
    "Interval",
    "InvalidCount",
    "InvalidProbability",
    "NoEntries",
    "PairedDifference",
    "PairedTable",
    "StatisticsError",
    "UnpairedOutcomes",
    "detectable_difference",
    "holm",
    "mcnemar_p_value",
    "paired_difference",
    "paired_table",
    "wilson_interval",
]
