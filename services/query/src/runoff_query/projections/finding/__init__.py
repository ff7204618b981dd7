"""What runs are found by: their parameters, labels and words."""

from runoff_query.projections.finding.project import project
from runoff_query.projections.projection import Projection

FINDING = Projection("finding", project)

__all__ = ["FINDING"]
