"""Whether the right classes were seen: Jaccard index of the classes answered and those wanted.

Classes that the target has in crowds only are left out of both sides.
"""

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.scorers import BoxParams
from runoff_scoring.scorers.matching import BAD_TARGET, NO_BOXES, answered_boxes, wanted_boxes
from runoff_scoring.scorers.scorer import Scorer


def score(prediction: Prediction, target: Target, params: BoxParams) -> float | str:
    """From 0 to 1; 1 where nothing was to be seen and nothing was answered."""
    answered = answered_boxes(prediction, params)
    if answered is None:
        return NO_BOXES
    boxes = wanted_boxes(target)
    if boxes is None:
        return BAD_TARGET
    wanted = {box.label for box in boxes if not box.crowd}
    crowds = {box.label for box in boxes} - wanted
    seen = {box.label for box in answered} - crowds
    return len(seen & wanted) / len(seen | wanted) if seen | wanted else 1.0


SCORER = Scorer.of("class_agreement", score)
