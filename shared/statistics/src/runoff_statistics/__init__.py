"""Intervals, paired tests, effect sizes and planning, as pure functions (docs/statistics.md)."""

from runoff_statistics.adjusted import adjusted_interval, adjusted_moments, adjusted_test
from runoff_statistics.agreement import cohens_kappa, krippendorffs_alpha
from runoff_statistics.bootstrap import bootstrap_interval
from runoff_statistics.choice import MethodChoice, choose_method
from runoff_statistics.compared import AskedAlone, PairedComparison, compare_scores
from runoff_statistics.effects import (
    cliffs_delta,
    cohens_dz,
    cohens_h,
    discordant_odds_ratio,
    rank_biserial,
)
from runoff_statistics.equivalence import (
    WithinMargin,
    mean_within_margin,
    means_within_margin,
    proportions_within_margin,
    within_margin_of,
)
from runoff_statistics.errors import (
    InvalidCount,
    InvalidNumber,
    InvalidProbability,
    InvalidScores,
    NoEntries,
    StatisticsError,
    UnknownMethod,
    UnpairedOutcomes,
)
from runoff_statistics.guarding import more_careful_interval, more_careful_test
from runoff_statistics.interval import Interval
from runoff_statistics.means import mean_interval, t_test
from runoff_statistics.multiplicity import (
    Family,
    FamilyMember,
    adjusted_family,
    benjamini_hochberg,
    holm,
)
from runoff_statistics.paired import (
    PairedDifference,
    PairedTable,
    mcnemar_p_value,
    paired_difference,
    paired_table,
)
from runoff_statistics.pairs import PairedScores, paired_scores
from runoff_statistics.power import (
    detectable_difference,
    entries_for_proportions,
    power_of_proportions,
)
from runoff_statistics.power_means import (
    Spread,
    detectable_mean_difference,
    entries_for_mean,
    power_of_mean,
)
from runoff_statistics.proportions import wilson_interval
from runoff_statistics.quantiles import (
    quantile_difference,
    quantile_interval,
    quantile_test,
    sign_test,
)
from runoff_statistics.ranks import signed_rank_test
from runoff_statistics.resampling import resampled_difference, swap_test
from runoff_statistics.results import Estimate, Significance
from runoff_statistics.retries import RetryEffect, retry_effect
from runoff_statistics.sequential import AnytimeDifference
from runoff_statistics.signflip import SignFlips, sign_flip_test

__all__ = [
    "AnytimeDifference",
    "AskedAlone",
    "Estimate",
    "Family",
    "FamilyMember",
    "Interval",
    "InvalidCount",
    "InvalidNumber",
    "InvalidProbability",
    "InvalidScores",
    "MethodChoice",
    "NoEntries",
    "PairedComparison",
    "PairedDifference",
    "PairedScores",
    "PairedTable",
    "RetryEffect",
    "SignFlips",
    "Significance",
    "Spread",
    "StatisticsError",
    "UnknownMethod",
    "UnpairedOutcomes",
    "WithinMargin",
    "adjusted_family",
    "adjusted_interval",
    "adjusted_moments",
    "adjusted_test",
    "benjamini_hochberg",
    "bootstrap_interval",
    "choose_method",
    "cliffs_delta",
    "cohens_dz",
    "cohens_h",
    "cohens_kappa",
    "compare_scores",
    "detectable_difference",
    "detectable_mean_difference",
    "discordant_odds_ratio",
    "entries_for_mean",
    "entries_for_proportions",
    "holm",
    "krippendorffs_alpha",
    "mcnemar_p_value",
    "mean_interval",
    "mean_within_margin",
    "means_within_margin",
    "more_careful_interval",
    "more_careful_test",
    "paired_difference",
    "paired_scores",
    "paired_table",
    "power_of_mean",
    "power_of_proportions",
    "proportions_within_margin",
    "quantile_difference",
    "quantile_interval",
    "quantile_test",
    "rank_biserial",
    "resampled_difference",
    "retry_effect",
    "sign_flip_test",
    "sign_test",
    "signed_rank_test",
    "swap_test",
    "t_test",
    "wilson_interval",
    "within_margin_of",
]
