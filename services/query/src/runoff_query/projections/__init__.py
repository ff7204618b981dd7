"""The read models: adding one is a folder here and a line in this table.

Each has a checkpoint of its own, so that a new one starts at the beginning of the log while the
others keep what they have. The order is that of their writes within one transaction.
"""

from runoff_query.projections.comparisons import COMPARISONS
from runoff_query.projections.entries import ENTRIES
from runoff_query.projections.finding import FINDING
from runoff_query.projections.plans import PLANS
from runoff_query.projections.projection import Projection
from runoff_query.projections.provenance import PROVENANCE
from runoff_query.projections.registry import REGISTRY
from runoff_query.projections.reviews import REVIEWS
from runoff_query.projections.runs import RUNS
from runoff_query.projections.versions import VERSIONS

PROJECTIONS: tuple[Projection, ...] = (
    REGISTRY,
    RUNS,
    PROVENANCE,
    FINDING,
    ENTRIES,
    VERSIONS,
    REVIEWS,
    COMPARISONS,
    PLANS,
)

__all__ = ["PROJECTIONS", "Projection"]
