"""Runs with their contenders and metrics."""

from runoff_query.projections.projection import Projection
from runoff_query.projections.runs.project import project

RUNS = Projection("runs", project)

__all__ = ["RUNS"]
