"""Average precision under weights is COCO's, on the data set that the weights make."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from runoff_contracts.answers import Box
from runoff_contracts.compared import ComparedMetric
from runoff_contracts.comparison import ComparisonDocument
from runoff_contracts.events.entry import EntryProcessed
from runoff_contracts.events.lifecycle import ScorerUsed
from runoff_scoring.comparing import ranked
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


def in_groups(entries: list[EntryProcessed]) -> list[EntryProcessed]:
    """Two sections, and scenes of two images."""
    return [
        each.model_copy(
            update={
                "section": "day" if index % 3 else "night",
                "metadata": {"scene": f"s{index // 2}"},
            }
        )
        for index, each in enumerate(entries)
    ]


def ranked_of(metrics: list[ComparedMetric]) -> list[ComparedMetric]:
    return [each for each in metrics if each.kind == "ranked"]


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
    joined, _ = join(named([[(run, each)] for each in run.created.contenders], [None] * 2))
    document = given.compare(run)

    found = ranked_of(document.metrics)
    assert [each.name for each in found] == list(RANKED)
    values = [each.estimates[place].value for place in range(2) for each in found]
    assert values == pytest.approx(np.ravel(reported(entries)), abs=1e-9)
    for each in found:
        (pair,) = each.pairs
        assert pair.difference is not None
        assert pair.interval is not None
        assert pair.interval[0] <= pair.difference <= pair.interval[1]
        assert pair.p_adjusted is not None
    assert found[1].pairs[0].outcome == "a_better", "the second one's boxes lie further off"
    assert joined.n_entries == N
    primary = given.compare(run, metrics=["map_50_95"])
    assert [each.name for each in primary.metrics] == ["map_50_95"]
    assert "points of map_50_95" in primary.verdict


def test_a_group_has_the_precision_of_its_images_alone() -> None:
    """As if the others had never been asked, and tested in the same family."""
    entries = in_groups(images())
    document = given.compare(run_of(entries), by=["section"])

    assert [each.value for each in document.groups] == ["day", "night"]
    for group in document.groups:
        found = ranked_of(group.metrics)
        values = [each.estimates[place].value for place in range(2) for each in found]
        expected = reported([each for each in entries if each.section == group.value])
        assert values == pytest.approx(np.ravel(expected), abs=1e-9)
        for each in found:
            (pair,) = each.pairs
            assert pair.n_both == group.n_entries
            assert pair.interval is not None
            assert pair.p_adjusted is not None
            assert all(estimate.interval is not None for estimate in each.estimates)
            assert "1,000 times" in each.why
    assert document.family.n_tests == 3 * 3
    assert document.model_dump() == given.compare(run_of(entries), by=["section"]).model_dump()


def test_a_margin_of_precision_is_shown_by_its_interval() -> None:
    """Equivalent where the 90 % interval lies within the margin, and not where it does not."""
    entries = in_groups(images())
    run = run_of(entries)
    by_margin = {
        margin: given.compare(run, metrics=["map_50"], margin=margin) for margin in (0.01, 0.5)
    }

    for margin, document in by_margin.items():
        for metric in (document.primary, *(each.metrics[0] for each in document.groups)):
            found = metric.pairs[0].margin
            assert found is not None
            assert found.interval is not None
            inside = -margin < found.interval[0] and found.interval[1] < margin
            assert found.equivalent is inside
            assert found.not_inferior is (found.interval[0] > -margin)
    assert by_margin[0.5].primary.pairs[0].margin.equivalent  # type: ignore[union-attr]  # above
    assert "equivalent" in by_margin[0.5].verdict
    assert "the margin of map_50" in " ".join(by_margin[0.5].family.outside)


def test_images_of_one_scene_are_drawn_together() -> None:
    """Each image three times over says no more than once: the interval stays as wide."""
    entries = in_groups(images())
    copies = [each for each in entries for _ in range(3)]
    asked: dict[str, Any] = {"metrics": ["map_50_95"], "by": []}
    once = given.compare(run_of(entries), clusters="metadata.scene", **asked)
    many = given.compare(run_of(copies), clusters="metadata.scene", **asked)
    forgotten = given.compare(run_of(copies), **asked)

    def width(document: ComparisonDocument) -> float:
        interval = document.primary.pairs[0].interval
        assert interval is not None
        return interval[1] - interval[0]

    assert width(many) == pytest.approx(width(once), rel=0.2)
    assert width(forgotten) < 0.8 * width(once)
    assert "clusters of images" in once.primary.why


def test_what_would_take_too_long_has_values_and_says_why_no_test(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The budget of groups is their own: they do not cost all images their test."""
    entries = in_groups(images())
    run = run_of(entries)
    # Some 170 boxes, ten thresholds, 200 resamples: enough for all images, or one of their groups.
    monkeypatch.setattr(ranked, "_WORK", 800_000)
    document = given.compare(run, metrics=["map_50"], by=["section", "metadata.scene"])

    assert document.primary.pairs[0].p_value is not None
    assert document.primary.pairs[0].interval is not None
    for group in document.groups:
        (pair,) = group.metrics[0].pairs
        assert (pair.interval, pair.p_value, pair.p_adjusted) == (None, None, None)
        assert "17 groups are too many" in (pair.reason or "")
    assert document.family.n_tests == 1
