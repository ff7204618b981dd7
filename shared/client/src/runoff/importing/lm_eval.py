"""Sample files of lm-evaluation-harness: `samples_<task>_<date>.jsonl` in a folder of the model.

A line is a document under one filter; documents come once for each filter, and each filter is a
contender of its own. Tasks that generate have their filtered response as answer. Tasks that choose
list a log likelihood for each choice: the answer is the likeliest, and a target that is the number
of a choice stands for its text.

Source: docs/interface.md of EleutherAI/lm-evaluation-harness, and files that lm_eval 0.4.13 wrote.
"""

import math
import re
from collections.abc import Iterator
from pathlib import Path

from runoff.importing.limits import json_rows
from runoff.importing.sample import Place, Row, Sample, Source, Wanted

_NAME = re.compile(r"samples_(?P<task>.+?)_\d{4}-\d\d-\d\dT[\d.\-]+\.jsonl")
_ONLY_FILTERS = {"none", None}


def read(path: Path, wanted: Wanted) -> Source:
    """A file of samples."""
    named = _NAME.fullmatch(path.name)
    model = path.absolute().parent.name if named else path.stem
    return Source(
        path=path,
        task=wanted.task or "text",
        samples=lambda: _samples(path, model),
        model=model,
        dataset=named["task"] if named else None,
    )


def _samples(path: Path, model: str) -> Iterator[Sample]:
    for place, row in json_rows(path):
        number = row.get("doc_id")
        if isinstance(number, bool) or not isinstance(number, int | str):
            place.refuse("doc_id", "a sample needs one")
        named = row.get("filter")
        # The commonest name of "no filter" needs no mention.
        who = model if named in _ONLY_FILTERS else f"{model} {named}"
        asked = _arguments(row, place)
        responses = row.get("filtered_resps")
        if not isinstance(responses, list) or not responses:
            place.refuse("filtered_resps", "a sample needs its responses")
        if len(asked) == len(responses) > 1 or isinstance(responses[0], list):
            entry, answer = _chosen(row, asked, responses, place)
        else:
            entry, answer = {"target": row.get("target")}, {"text": _said(responses[0])}
        yield Sample(place, str(number), {"text": asked[0][0], **entry}, answer, who)


def _chosen(
    row: Row, asked: list[tuple[str, str]], responses: list[object], place: Place
) -> tuple[Row, Row]:
    choices = [continuation.strip() for _, continuation in asked]
    likelihoods = [_likelihood(each, place) for each in responses]
    if len(choices) != len(likelihoods):
        place.refuse("filtered_resps", f"{len(likelihoods)} for {len(choices)} choices")
    best = max(range(len(choices)), key=likelihoods.__getitem__)
    highest = likelihoods[best]
    shares = [math.exp(each - highest) for each in likelihoods]
    target = row.get("target")
    if isinstance(target, str) and target.isdecimal() and int(target) < len(choices):
        target = choices[int(target)]
    return {"target": target}, {"text": choices[best], "confidence": shares[best] / sum(shares)}


def _arguments(row: Row, place: Place) -> list[tuple[str, str]]:
    """Prompt and continuation of each request."""
    found = row.get("arguments")
    each = list(found.values()) if isinstance(found, dict) else found
    pairs: list[tuple[str, str]] = []
    for one in each if isinstance(each, list) else []:
        values = list(one.values()) if isinstance(one, dict) else one
        if isinstance(values, list) and values and isinstance(values[0], str):
            second = values[1] if len(values) > 1 else ""
            pairs.append((values[0], second if isinstance(second, str) else ""))
    if not pairs:
        place.refuse("arguments", "a sample needs the prompts of its requests")
    return pairs


def _likelihood(found: object, place: Place) -> float:
    """The first of `[log likelihood, is greedy]`, which the harness writes as texts."""
    first = found[0] if isinstance(found, list) and found else found
    try:
        value = float(str(first))
    except ValueError:
        place.refuse("filtered_resps", f"{first!r} is no log likelihood")
    if not math.isfinite(value):
        place.refuse("filtered_resps", f"{first!r} is no log likelihood")
    return value


def _said(found: object) -> str:
    while isinstance(found, list) and found:
        found = found[0]
    return found if isinstance(found, str) else str(found)
