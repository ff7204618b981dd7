"""What people said of answers."""

from runoff_query.projections.projection import Projection
from runoff_query.projections.reviews.project import project

REVIEWS = Projection("reviews", project)

__all__ = ["REVIEWS"]
