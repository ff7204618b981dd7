"""Average precision under weights is COCO's, on the data set that the weights make."""

from __future__ import annotations

import numpy as np
import pytest

from runoff_contracts.answers import Box
from runoff_contracts.events.entry import EntryProcessed
from runoff_contracts.events.lifecycle import ScorerUsed
from runoff_scoring.comparing.joined import join
from runoff_scoring.comparing.matched import average_precisions, match
from runoff_scoring.comparing.metrics import RANKED
from runoff_scoring.comparing.taken import RunTaken, named
from runoff_scoring.entries import score_slice
from runoff_scoring.gathering import Gathered
from runoff_scoring.report import make_report
from tests.unit.scoring import given

N = 30
LABELS = ("cat", "dog", "eel")


def images(n_contenders: int = 2) -> list[EntryProcessed]:
    """Boxes that lie about where the targets are; the second contender's further off."""
    rng = np.random.default_rng(4)
    found = []
    for index in range(N):
        places = [(LABELS[k], *rng.uniform(0, 200, 2).tolist()) for k in rng.integers(0, 3, 3)]
        target = [
            {"label": label, "x": x, "y": y, "width": 30, "height": 30} for label, x, y in places
        ]
        if index % 7 == 0:
            target[0]["crowd"] = True
        entry = given.processed(index, (None, ("x",) * n_contenders))
        predictions = [
            each.model_copy(
                update={
                    "label": None,
                    "boxes": [
                        Box(
                            label=label if rng.random() < 0.9 else "dog",
                            x=x + rng.normal(0, 3 + 6 * place),
                            y=y + rng.normal(0, 3),
                            width=30,
                            height=30,
                            confidence=round(float(rng.random()), 2),
                        )
                        for label, x, y in places
                        if rng.random() < 0.9
                    ],
                }
            )
            for place, each in enumerate(entry.predictions)
        ]
        found.append(entry.model_copy(update={"target": target, "predictions": predictions}))
    return found


def run_of(entries: list[EntryProcessed]) -> RunTaken:
    renumbered = [
        each.model_copy(update={"index": index, "entry_id": f"image-{index}"})
        for index, each in enumerate(entries)
    ]
    used = [ScorerUsed(name="found_all", version=1)]
    return given.taken_of(given.created(len(entries), task="detection", scorers=used), renumbered)


def reported(entries: list[EntryProcessed]) -> list[list[float]]:
    """`map_50` and `map_50_95` of each contender, by hotcoco, as the report has them."""
    run = given.created(len(entries), task="detection", scorers=[])
    gathered = Gathered(run)
    renumbered = [
        each.model_copy(update={"index": index, "entry_id": f"image-{index}"})
        for index, each in enumerate(entries)
    ]
    gathered.add_processed(renumbered)
    gathered.add_scored([event for _, event in score_slice(renumbered, [])])
    report = make_report(gathered.whole()[0])
    return [
        [
            each.value or 0.0
            for each in report.metrics
            if each.contender == place and each.name == name
        ]
        for place in range(2)
        for name in RANKED
    ]


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_a_resample_has_the_precision_of_the_data_set_that_it_makes(seed: int | None) -> None:
    """Each image as often as its weight says, some not at all."""
    entries = images()
    weights = np.ones(N, dtype=int)
    if seed is not None:
        weights = np.random.default_rng(seed).multinomial(N, [1 / N] * N)
    made = [entry for entry, n in zip(entries, weights, strict=True) for _ in range(n)]
    run = run_of(entries)
    boxes = run.record.columns.boxes
    assert boxes is not None

    found = [
        average_precisions(
            [match(boxes, place, np.arange(N), list(boxes.labels))], [weights[None].astype(float)]
        )[0]
        for place in range(2)
    ]

    assert np.ravel(found) == pytest.approx(np.ravel(reported(made)), abs=1e-9)


def test_the_document_says_what_the_report_says_and_how_sure_the_difference_is() -> None:
    """The same values, an interval that holds their difference, and a test in the family."""
    entries = images()
    run = run_of(entries)
    joined, _ = join(named([(run, each) for each in run.created.contenders]))
    document = given.compare(run)

    ranked = [each for each in document.metrics if each.kind == "ranked"]
    assert [each.name for each in ranked] == list(RANKED)
    values = [each.estimates[place].value for place in range(2) for each in ranked]
    assert values == pytest.approx(np.ravel(reported(entries)), abs=1e-9)
    for each in ranked:
        (pair,) = each.pairs
        assert pair.difference is not None
        assert pair.interval is not None
        assert pair.interval[0] <= pair.difference <= pair.interval[1]
        assert pair.p_adjusted is not None
    assert ranked[1].pairs[0].outcome == "a_better", "the second one's boxes lie further off"
    assert joined.n_entries == N
    primary = given.compare(run, metrics=["map_50_95"])
    assert [each.name for each in primary.metrics] == ["map_50_95"]
    assert "points of map_50_95" in primary.verdict
