"""`scores_digest`: names what was asked, answered, scored and tested, and nothing else.

No run ids, times, latencies, costs or confidences, so that the same work done again has the same
one, whichever processes did it. Scores that are made of confidences, boxes or points are left out
with their tests: their last bits follow from how entries fell into batches (decision page 0007).
So are adjusted p-values, which hang on all tests of the family.
"""

import hashlib
from collections.abc import Sequence

import numpy as np

from runoff_contracts.compared import ComparedMetric, ComparedPair
from runoff_contracts.comparison import canonical, digest_of
from runoff_contracts.comparison_asked import ComparisonAsked
from runoff_scoring.comparing.joined import Joined
from runoff_scoring.comparing.metrics import Metric
from runoff_scoring.comparing.taken import ContenderTaken

_DIGITS = 12
_SETTINGS = {"family", "adjust", "missing", "margin", "metrics", "by", "clusters", "methods",
             "confidence", "alpha", "seed"}  # fmt: skip
_TESTED = {"a", "b", "n_both", "n_missing", "both_right", "only_a_right", "only_b_right",
           "both_wrong", "n_disagree"}  # fmt: skip


def scores_digest(
    joined: Joined,
    asked: ComparisonAsked,
    baseline: int | None,
    metrics: Sequence[Metric],
    compared: Sequence[ComparedMetric],
) -> str:
    """The digest; `compared` are the metrics over all entries, in the order of `metrics`."""
    exact = [each for each in metrics if each.is_exact]
    names = {each.name for each in exact}
    content: dict[str, object] = {
        "task": joined.first.created.task,
        "datasets": sorted({each.run.created.dataset.digest for each in joined.contenders}),
        "entries": sorted({each.run.created.entries for each in joined.contenders}),
        "models": [_models(each) for each in joined.contenders],
        "scorers": [each.scorer for each in metrics],
        "baseline": baseline,
        "asked": asked.model_dump(mode="json", include=_SETTINGS),
        "answers": _answers(joined),
        "scores": {each.name: _hash(each.of_members.astype("<f8").tobytes()) for each in exact},
        "tests": {
            each.name: {
                "estimates": [[found.n, found.n_correct] for found in each.estimates],
                "pairs": [_pair(pair) for pair in each.pairs],
            }
            for each in compared
            if each.name in names
        },
    }
    return digest_of(canonical(content))


def _models(taken: ContenderTaken) -> str | list[str]:
    digests = [each.contender.digest for each in taken.members]
    return digests if taken.repeats else digests[0]


def _answers(joined: Joined) -> str:
    """Hash of every answer's words: codes are places among all words that were given, sorted."""
    codes = joined.members_labels
    given = np.flatnonzero(np.bincount(codes[codes >= 0]))
    words = "\0".join(joined.all_labels[each] for each in given.tolist())
    places = np.searchsorted(given, codes).astype("<i4")
    places[codes < 0] = -1
    return _hash(words.encode(errors="replace") + b"\0\0" + places.tobytes())


def _pair(pair: ComparedPair) -> dict[str, object]:
    rounded = {
        name: None if value is None else round(value, _DIGITS)
        for name, value in (
            ("difference", pair.difference),
            ("p_value", pair.p_value),
        )
    }
    return {**pair.model_dump(include=_TESTED), **rounded}


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
