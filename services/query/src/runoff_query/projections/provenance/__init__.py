"""What runs were launched with, and every version of their parameters."""

from runoff_query.projections.projection import Projection
from runoff_query.projections.provenance.project import project

PROVENANCE = Projection("provenance", project)

__all__ = ["PROVENANCE"]
