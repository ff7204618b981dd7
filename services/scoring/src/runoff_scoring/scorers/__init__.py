"""Scorers by name and version: adding one is a file here and a line in the table."""

from runoff_scoring.scorers import accuracy
from runoff_scoring.scorers.scorer import ReadyScorer, Scored, Scorer

SCORERS = {(each.name, each.version): each for each in (accuracy.SCORER,)}

__all__ = ["SCORERS", "ReadyScorer", "Scored", "Scorer"]
