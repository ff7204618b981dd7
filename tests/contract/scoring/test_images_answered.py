"""Average precision where contenders failed images: what is said of whom is of whose answers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from runoff_contracts.compared import ComparedMetric
from runoff_contracts.comparison import ComparisonDocument
from runoff_contracts.events.entry import EntryProcessed
from runoff_contracts.events.lifecycle import ScorerUsed
from runoff_contracts.ids import new_run_id
from runoff_scoring.comparing import ranked
from runoff_scoring.comparing.taken import RunTaken
from runoff_scoring.entries import score_slice
from runoff_scoring.errors import NotComparable
from runoff_scoring.gathering import Gathered
from runoff_scoring.report import make_report
from tests.contract.scoring.test_resampled_precision import N, images, in_groups, ranked_of
from tests.unit.scoring import given

FAILED = ({3, 4, 11}, {4, 20}, {7})
"""Images that each of three contenders failed."""


def failing(*failed: Collection[int]) -> list[EntryProcessed]:
    """Three contenders' boxes, in two sections; none where one failed."""
    return [
        each.model_copy(
            update={
                "predictions": [
                    given.prediction(None, contender=place) if index in failed[place] else answer
                    for place, answer in enumerate(each.predictions)
                ]
            }
        )
        for index, each in enumerate(in_groups(images(3)))
    ]


def of_contenders(entries: list[EntryProcessed], *places: int) -> list[EntryProcessed]:
    """Of some of them alone, numbered anew."""
    return [
        each.model_copy(
            update={
                "predictions": [
                    each.predictions[place].model_copy(update={"contender": number})
                    for number, place in enumerate(places)
                ]
            }
        )
        for each in entries
    ]


def renumbered(entries: list[EntryProcessed]) -> list[EntryProcessed]:
    return [each.model_copy(update={"index": index}) for index, each in enumerate(entries)]


def run_of(entries: list[EntryProcessed]) -> RunTaken:
    run = given.created(
        len(entries),
        len(entries[0].predictions),
        task="detection",
        scorers=[ScorerUsed(name="found_all", version=1)],
        run_id=new_run_id(now_s=0),
    )
    return given.taken_of(run, renumbered(entries))


def compared(entries: list[EntryProcessed], **asked: Any) -> ComparisonDocument:  # any option
    return given.compare(run_of(entries), **asked)


def all_ranked(document: ComparisonDocument) -> list[ComparedMetric]:
    """Over all images, and by group."""
    groups = [metric for each in document.groups for metric in each.metrics]
    return ranked_of([*document.metrics, *groups])


def reported(entries: list[EntryProcessed], name: str) -> list[float | None]:
    """Each contender's value in the report of its run."""
    k = len(entries[0].predictions)
    gathered = Gathered(given.created(len(entries), k, task="detection", scorers=[]))
    gathered.add_processed(renumbered(entries))
    gathered.add_scored([event for _, event in score_slice(renumbered(entries), [])])
    values = {
        each.contender: each.value
        for each in make_report(gathered.whole()[0]).metrics
        if each.name == name
    }
    return [values[place] for place in range(k)]


def test_images_that_all_answered_are_told_as_ever() -> None:
    """One set of images: the numbers are those of before each had its own."""
    document = compared(in_groups(images(3)), by=["section"])
    half, range_ = ranked_of(document.metrics)

    values = [0.8441336197111774, 0.3877052280713438, 0.1526886205104027]
    assert [each.value for each in half.estimates] == pytest.approx(values, abs=1e-12)
    assert half.estimates[2].interval == pytest.approx(
        (0.09151096364332881, 0.2600367545601608), abs=1e-12
    )
    assert range_.pairs[2].interval == pytest.approx(
        (0.004614649849029875, 0.14651289611014862), abs=1e-12
    )
    assert [each.p_value for each in range_.pairs] == [0.001, 0.001, 0.032]


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("clusters", [None, "metadata.scene"])
def test_who_fails_every_image_takes_nothing_from_the_others(
    place: int, clusters: str | None
) -> None:
    """To the last bit as if it had not been there, also in groups and by clusters."""
    failed = [range(N) if each == place else () for each in range(3)]
    others = [each for each in range(3) if each != place]
    entries = failing(*failed)
    asked: dict[str, Any] = {"by": ["section"], "margin": 0.3, "metrics": ["map_50", "map_50_95"]}
    document = compared(entries, clusters=clusters, **asked)
    alone = compared(of_contenders(entries, *others), clusters=clusters, **asked)

    assert len(all_ranked(alone)) == 6
    for found, expected in zip(all_ranked(document), all_ranked(alone), strict=True):
        assert found.why == expected.why
        assert [found.estimates[each] for each in others] == expected.estimates
        (pair,) = (each for each in found.pairs if place not in {each.a, each.b})
        assert pair.model_copy(update={"a": 0, "b": 1}) == expected.pairs[0]
        nothing = found.estimates[place]
        assert (nothing.n, nothing.value, nothing.interval) == (0, None, None)
        assert nothing.reason == "no target box in an image that it answered"
        for each in (each for each in found.pairs if place in {each.a, each.b}):
            assert (each.outcome, each.n_both, each.p_value) == ("nothing_shared", 0, None)
            assert each.reason == "no target box in an image of both"
    assert document.family.n_tests == alone.family.n_tests


def test_who_fails_every_image_of_a_run_of_its_own_takes_nothing_either() -> None:
    """Its run has targets and no boxes."""
    entries = failing((), (), range(N))
    two, third = of_contenders(entries, 0, 1), of_contenders(entries, 2)
    alone = compared(two)
    document = given.compare(run_of(two), run_of(third))

    for found, expected in zip(all_ranked(document), all_ranked(alone), strict=True):
        assert found.estimates[:2] == expected.estimates
        assert found.pairs[0] == expected.pairs[0]


def test_each_value_is_that_of_the_report() -> None:
    """Of all images that the contender itself answered, whatever others failed."""
    entries = failing(*FAILED)
    document = compared(entries, by=["section"])

    for metric in ranked_of(document.metrics):
        values = [each.value for each in metric.estimates]
        assert values == pytest.approx(reported(entries, metric.name), abs=1e-9)
        assert [each.n for each in metric.estimates] == [N - len(each) for each in FAILED]
    for group in document.groups:
        here = [each for each in entries if each.section == group.value]
        for metric in ranked_of(group.metrics):
            values = [each.value for each in metric.estimates]
            assert values == pytest.approx(reported(here, metric.name), abs=1e-9)


def test_a_pair_is_compared_on_the_images_of_both() -> None:
    """Difference, interval, test and margin, as if the two had been asked these alone."""
    asked: dict[str, Any] = {"metrics": ["map_50", "map_50_95"], "by": [], "margin": 0.3}
    document = compared(failing(*FAILED), **asked)

    for number, (a, b) in enumerate([(0, 1), (0, 2), (1, 2)]):
        shared = [each for each in failing(*FAILED) if each.index not in FAILED[a] | FAILED[b]]
        alone = compared(of_contenders(shared, a, b), **asked)
        for metric, expected in zip(document.metrics, alone.metrics, strict=True):
            pair, other = metric.pairs[number], expected.pairs[0]
            assert (pair.n_both, pair.n_missing) == (len(shared), N - len(shared))
            same = ("n_both", "difference", "interval", "p_value", "margin", "reason")
            assert [getattr(pair, name) for name in same] == [getattr(other, name) for name in same]


def test_two_that_share_no_image_have_values_and_no_difference() -> None:
    """One answered the even ones, the other the odd ones."""
    entries = failing(range(0, N, 2), range(1, N, 2), ())
    document = compared(of_contenders(entries, 0, 1), by=[])

    for metric in ranked_of(document.metrics):
        assert all(each.value is not None and each.interval for each in metric.estimates)
        (pair,) = metric.pairs
        assert (pair.n_both, pair.difference, pair.outcome) == (0, None, "nothing_shared")


def without_boxes(entries: list[EntryProcessed]) -> list[EntryProcessed]:
    """Answers without boxes in place of none."""

    def answered(entry: EntryProcessed) -> EntryProcessed:
        empty = [
            given.prediction("x", contender=place).model_copy(update={"label": None, "boxes": []})
            for place in range(len(entry.predictions))
        ]
        pairs = zip(entry.predictions, empty, strict=True)
        predictions = [one if one.boxes is not None else other for one, other in pairs]
        return entry.model_copy(update={"predictions": predictions})

    return [answered(each) for each in entries]


def test_what_counts_as_wrong_is_an_image_without_boxes() -> None:
    """All of its targets are missed: of a contender that failed every image, that is 0."""
    for failed in (FAILED, ((), {1, 2}, range(N))):
        entries = failing(*failed)
        counted = compared(entries, missing="count_as_wrong", metrics=["map_50", "map_50_95"])
        answered = compared(without_boxes(entries), metrics=["map_50", "map_50_95"])

        for metric, expected in zip(all_ranked(counted), all_ranked(answered), strict=True):
            assert metric == expected
            assert all(pair.n_missing == 0 for pair in metric.pairs)
    assert counted.metrics[0].estimates[2].value == 0
    two = compared(of_contenders(entries, 0, 1), missing="count_as_wrong", metrics=["map_50"])
    assert "with unanswered ones counted as wrong" in two.verdict


def test_missing_answers_are_refused_where_that_is_asked_for() -> None:
    """Also where average precision alone is compared by: the scorers know what is missing."""
    with pytest.raises(NotComparable) as refused:
        compared(failing((), {3}, ()), metrics=["map_50"], missing="refuse")

    assert refused.value.problem.type.endswith("scores-missing")


@pytest.mark.parametrize(("work", "n"), [(4_000_000, 269), (1_000_000, 0)])
def test_all_sets_of_images_share_one_budget(
    work: int, n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many resamples for each; where there are none, every contender and pair says why."""
    monkeypatch.setattr(ranked, "_WORK", work)
    (metric,) = compared(failing(*FAILED), metrics=["map_50"], by=[]).metrics

    told = f"{n:,} times" if n else "nothing is drawn"
    assert told in metric.why
    told_of = [(each.interval, each.reason) for each in metric.estimates]
    told_of += [(each.interval, each.reason) for each in metric.pairs]
    for interval, reason in told_of:
        assert (interval is not None) == bool(n)
        assert ("too many" in (reason or "")) == (not n)
    assert all((each.p_value is not None) == bool(n) for each in metric.pairs)
    assert all(each.value is not None for each in metric.estimates)
    assert all(each.difference is not None for each in metric.pairs)
