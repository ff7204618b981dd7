"""Judge: what a language model says of an answer, by the run's rubric.

The model was asked while the run was under way; its verdicts are facts in the log, so scoring
asks nobody and gives the same values whenever it is done.
"""

from statistics import fmean

from runoff_contracts.events.entry import Judgement
from runoff_contracts.scorers import JudgeParams
from runoff_scoring.judge.tally import majority, points_of, why_none
from runoff_scoring.scorers.scorer import Scorer


def score(judgement: Judgement, contender: int, params: JudgeParams) -> float | str:
    """Pass or fail by most verdicts, or the mean of points / highest; else why there is none."""
    points = points_of(judgement, contender)
    if not points:
        return why_none(each for each in judgement.points if contender in each.contenders)
    return majority(points) if params.highest == 1 else fmean(points) / params.highest


SCORER = Scorer.judged("judge", score)
