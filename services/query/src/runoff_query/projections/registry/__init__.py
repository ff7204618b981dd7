"""The registry: datasets and models with their versions."""

from runoff_query.projections.projection import Projection
from runoff_query.projections.registry.project import project

REGISTRY = Projection("registry", project)

__all__ = ["REGISTRY"]
