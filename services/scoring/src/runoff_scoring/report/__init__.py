"""The report of a completed run: every metric of each contender, overall and by group."""

from runoff_scoring.report.columns import Columns
from runoff_scoring.report.evidence import Evidence
from runoff_scoring.report.judges import Judges
from runoff_scoring.report.make import make_report
from runoff_scoring.report.parts import EntryPart, parts_of
from runoff_scoring.report.unscored import Unscored

__all__ = [
    "Columns",
    "EntryPart",
    "Evidence",
    "Judges",
    "Unscored",
    "make_report",
    "parts_of",
]
