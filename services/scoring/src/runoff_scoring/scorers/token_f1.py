"""Token F1: how many words answer and target share, as precision and recall in one number.

Source: the F1 of the SQuAD evaluation (Rajpurkar et al. 2016, arXiv:1606.05250, section 6.1) over
the words of `runoff_scoring.text.words`; where one of the two has no words, 1 if the other has
none either, else 0, as in SQuAD 2.0.
"""

from collections import Counter

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.scorers import NoParams
from runoff_scoring.scorers.scorer import Scorer
from runoff_scoring.scorers.targets import best
from runoff_scoring.text.words import words


def score(prediction: Prediction, target: Target, _: NoParams) -> float | str:
    """From 0 to 1, against the target that suits best."""
    answered = Counter(words(prediction.text or ""))
    return best(target, lambda text: _f1(answered, Counter(words(text))))


def _f1(answered: Counter[str], wanted: Counter[str]) -> float:
    n_both = answered.total() + wanted.total()
    if not answered or not wanted:
        return float(n_both == 0)
    return 2 * (answered & wanted).total() / n_both


SCORER = Scorer.of("token_f1", score)
