"""What lists of probabilities say over a whole run: as the scorers, entry by entry."""

from __future__ import annotations

import numpy as np
import pytest

from runoff_contracts.events.entry import EntryProcessed
from runoff_scoring.report.listed import Probabilities
from runoff_scoring.scorers import SCORERS
from tests.unit.scoring import given

TEN = {f"l{place}": 0.1 for place in range(10)}
LISTS: dict[str, dict[str, float] | None] = {
    "whole": {"a": 0.7, "b": 0.2, "c": 0.1},
    "certain": {"a": 1.0},
    "certain of another": {"b": 1.0},
    "cut off": {"a": 0.5, "b": 0.3},
    "cut off, long": {"a": 0.05, **{f"l{place}": 0.05 for place in range(9)}},
    "the target is not listed": {"b": 0.6, "c": 0.4},
    "the target is cut off": {"b": 0.5, "c": 0.3},
    "ten without the target": TEN,
    "independent labels": {"a": 0.9, "b": 0.8},
    "the target comes sixth": {**{f"l{place}": 0.18 for place in range(5)}, "a": 0.1},
    "equally likely, fifth": {**{f"l{place}": 0.2 for place in range(4)}, "a": 0.2},
    "equally likely, sixth": {**{f"l{place}": 1 / 6 for place in range(5)}, "a": 1 / 6},
    "nothing listed": {},
    "no list": None,
}


@pytest.mark.parametrize("target", ["a", None])
def test_every_list_says_what_the_scorers_say_of_it(target: str | None) -> None:
    """Where they give a reason, it is not known."""
    entries: list[EntryProcessed] = []
    for index, listed in enumerate(LISTS.values()):
        entry = given.processed(index, (target, ["b"]))
        prediction = entry.predictions[0].model_copy(update={"probabilities": listed})
        entries.append(entry.model_copy(update={"predictions": [prediction]}))
    columns = Probabilities(1, len(entries))
    columns.add(given.parts(entries))

    if target is None:
        assert columns.values == {}
    for (name, values), scorer in zip(
        columns.values.items(), ("log_loss", "brier", "top_k"), strict=bool(columns.values)
    ):
        ready = SCORERS[scorer, 1].with_params({})
        expected = [ready(each.predictions[0], target).value for each in entries]
        found = [None if np.isnan(value) else float(value) for value in values[0]]
        assert dict(zip(LISTS, found, strict=True)) == pytest.approx(
            dict(zip(LISTS, expected, strict=True)), abs=1e-12
        ), name
