"""Judge, pairwise: how often a language model prefers an answer to those of the others.

Each pair was shown in both orders. An answer wins only where it is preferred at both places; what
does not hold when the order is swapped is a tie.
"""

from runoff_contracts.events.entry import Judgement
from runoff_contracts.scorers import JudgePairwiseParams
from runoff_scoring.judge.tally import why_none, win_rate
from runoff_scoring.scorers.scorer import Scorer


def score(judgement: Judgement, contender: int, _: JudgePairwiseParams) -> float | str:
    """Mean of 1 for a win, 0.5 for a tie, 0 for a loss; else why there is none."""
    rate = win_rate(judgement, contender)
    if rate is not None:
        return rate
    own = [each for each in judgement.pairs if contender in {each.first, each.second}]
    return why_none(own) if own else "no other contender answered"


SCORER = Scorer.judged("judge_pairwise", score)
