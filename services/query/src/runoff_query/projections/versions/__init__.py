"""Further versions of entries' answers: re-runs and variations."""

from runoff_query.projections.projection import Projection
from runoff_query.projections.versions.project import project

VERSIONS = Projection("versions", project)

__all__ = ["VERSIONS"]
