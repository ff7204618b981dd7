"""The report of a completed run: what is in it, of whom, and what is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from runoff_contracts.events.entry import EntryProcessed, Prediction, Usage
from runoff_contracts.events.lifecycle import ScorerUsed
from runoff_contracts.report import Group, Metric, Report
from runoff_scoring.entries import score_slice
from runoff_scoring.errors import IncompleteRun
from runoff_scoring.report import Columns, Evidence, Unscored, make_report
from runoff_scoring.report.groups import MAX_GROUPS_AND_CONTENDERS
from runoff_scoring.scorecards import Scorecards
from runoff_scoring.scorers import SCORERS
from tests.unit.scoring import given

Change = Callable[[int], dict[str, Any]]  # fields of a prediction or an entry, by index


def processed(
    rows: Sequence[given.Row],
    *,
    entry: Change = lambda _: {},
    prediction: Change = lambda _: {},
) -> list[EntryProcessed]:
    def changed(event: EntryProcessed) -> EntryProcessed:
        predictions = [
            Prediction.model_validate({**vars(each), **prediction(event.index)})
            for each in event.predictions
        ]
        return event.model_copy(update={"predictions": predictions, **entry(event.index)})

    return [changed(given.processed(index, row)) for index, row in enumerate(rows)]


def report_of(entries: Sequence[EntryProcessed], scorers: Sequence[str] = ("accuracy",)) -> Report:
    used = [ScorerUsed(name=name, version=1) for name in scorers]
    created = given.created(len(entries), len(entries[0].predictions), scorers=used)
    ready = [SCORERS[name, 1].with_params({}) for name in scorers]
    scored = [event for _, event in score_slice(entries, ready)]
    columns, unscored = Columns(created), Unscored()
    columns.add(given.parts(entries))
    columns.check_complete()
    unscored.add(scored)
    return make_report(Evidence(created, Scorecards.of(created, scored), columns, unscored))


def metric(metrics: Sequence[Metric], name: str, contender: int = 0) -> Metric:
    (found,) = [each for each in metrics if (each.name, each.contender) == (name, contender)]
    return found


def names(metrics: Sequence[Metric]) -> list[str]:
    return [each.name for each in metrics if each.contender == 0]


ROWS: list[given.Row] = [
    ("x", ("x", "y")),
    ("x", ("y", None)),
    ("y", ("y", "y")),
    (None, ("x", "x")),
]


def test_every_contender_has_every_metric() -> None:
    """Each by itself: a is right on two of three, b on one of two."""
    made = report_of(processed(ROWS)).metrics

    accuracies = [metric(made, "accuracy", contender) for contender in (0, 1)]
    assert [(each.value, each.n) for each in accuracies] == [(2 / 3, 3), (0.5, 2)]
    assert all(each.higher_is_better for each in accuracies)
    assert metric(made, "failed_share").value == 0.0
    assert metric(made, "failed_share", 1).value == 0.25
    assert metric(made, "failed_share", 1).higher_is_better is False


def test_what_is_not_in_a_mean_is_said_with_its_reason() -> None:
    """A mean over half of the entries is another number than one over all."""
    made = report_of(processed(ROWS)).metrics

    assert metric(made, "accuracy", 0).reason == "not scored: 1 no target"
    assert metric(made, "accuracy", 1).reason == "not scored: 1 no answer, 1 no target"


def test_a_mean_of_nothing_is_none_and_says_why() -> None:
    """Never 0, never NaN."""
    made = report_of(processed([("x", ("x", "x"))] * 3), ["accuracy", "log_loss"]).metrics

    found = metric(made, "log_loss")
    assert (found.value, found.n, found.higher_is_better) == (None, 0, False)
    assert found.reason == "not scored: 3 the model gives no probabilities"


def test_latency_is_of_answers_alone() -> None:
    """Median and mean; a cached answer has none, a failure neither."""
    latencies = [1.0, 2.0, 6.0, None, None]
    rows: list[given.Row] = [("x", ("x",))] * 4 + [("x", (None,))]
    made = report_of(processed(rows, prediction=lambda i: {"latency_s": latencies[i]})).metrics

    assert (metric(made, "latency_mean_s").value, metric(made, "latency_mean_s").n) == (3.0, 3)
    assert metric(made, "latency_median_s").value == 2.0


def test_cost_and_tokens_are_totals_of_what_is_known() -> None:
    """An unknown price is not 0: the total says of how many entries it is not known."""
    spent = [
        (0.25, Usage(n_input=10, n_output=1)),
        (None, Usage(n_input=5, n_output=2)),
        (0.5, None),
    ]
    made = report_of(
        processed(
            [("x", ("x",))] * 3,
            prediction=lambda i: {"cost_usd": spent[i][0], "usage": spent[i][1]},
        )
    ).metrics

    cost = metric(made, "cost_usd")
    assert (cost.value, cost.n, cost.reason) == (0.75, 2, "not known of 1 entries")
    assert metric(made, "tokens_input").value == 15
    assert metric(made, "tokens_output").value == 3


def test_runs_without_cost_or_confidence_have_no_metrics_of_them() -> None:
    """A local classifier's page is not to be full of empty lines."""
    assert names(report_of(processed([("x", ("x",))])).metrics) == [
        "accuracy",
        "macro_f1",
        "micro_f1",
        "failed_share",
        "latency_mean_s",
        "latency_median_s",
    ]


def test_confidences_are_parted_at_90_and_70_percent() -> None:
    """Shares of those that say how sure they are; none of the three is better."""
    said = [1.0, 0.9, 0.89, 0.7, 0.69, 0.0, None, None]
    made = report_of(
        processed([("x", ("x",))] * 8, prediction=lambda i: {"confidence": said[i]})
    ).metrics

    for name in ("high", "medium", "low"):
        found = metric(made, f"confidence_{name}_share")
        assert found.value == pytest.approx(1 / 3)
        assert (found.n, found.higher_is_better) == (6, None)


def test_calibration_is_over_answers_that_are_scored_and_sure() -> None:
    """0.8 sure and right half of the time: an error of 0.3."""
    rows: list[given.Row] = [("x", ("x",)), ("x", ("y",)), (None, ("x",)), ("x", (None,))]
    made = report_of(processed(rows, prediction=lambda _: {"confidence": 0.8}))

    found = metric(made.metrics, "calibration_error")
    assert found.value == pytest.approx(0.3)
    assert found.n == 2
    (only,) = made.calibration
    assert (only.n, only.accuracy, only.confidence_mean) == (2, 0.5, 0.8)
    assert only.low < 0.8 <= only.high


def grouped(made: Report) -> dict[tuple[str, str | None, str], Group]:
    return {(each.by, each.key, each.value): each for each in made.groups}


def test_metrics_are_given_by_split_section_class_and_metadata() -> None:
    """The means of a dimension's groups, weighted by their entries, are the mean over all."""
    rows: list[given.Row] = [
        (label, (label if i % 3 else "z",)) for i, label in enumerate("xyxyxyxy")
    ]
    entries = processed(
        rows,
        entry=lambda i: {
            "section": f"s{i % 2}",
            "split": "test" if i < 6 else "train",
            "metadata": {"camera": i % 4, "night": i > 3},
        },
    )
    made = report_of(entries)

    assert [(each.by, each.key, each.value, each.n_entries) for each in made.groups] == [
        ("split", None, "test", 6),
        ("split", None, "train", 2),
        ("section", None, "s0", 4),
        ("section", None, "s1", 4),
        ("class", None, "x", 4),
        ("class", None, "y", 4),
        ("class", None, "z", 0),
        *[("metadata", "camera", str(value), 2) for value in range(4)],
        ("metadata", "night", "false", 4),
        ("metadata", "night", "true", 4),
    ]
    whole = metric(made.metrics, "accuracy").value
    for by, key in (("split", None), ("section", None), ("class", None), ("metadata", "camera")):
        parts = [
            each for each in made.groups if (each.by, each.key) == (by, key) and each.n_entries
        ]
        sums = [(metric(each.metrics, "accuracy").value or 0) * each.n_entries for each in parts]
        assert sum(sums) / len(rows) == pytest.approx(whole)


def test_entries_without_a_value_are_in_no_group_of_it() -> None:
    """They are in the overall numbers."""
    entries = processed(ROWS, entry=lambda i: {"section": "s"} if i == 0 else {})

    assert grouped(report_of(entries))["section", None, "s"].n_entries == 1


def test_a_class_that_was_only_answered_has_a_precision_of_zero() -> None:
    """And no recall, since no entry is of it."""
    group = grouped(report_of(processed([("x", ("z",)), ("x", ("x",))])))["class", None, "z"]

    assert group.n_entries == 0
    assert metric(group.metrics, "precision").value == 0.0
    assert metric(group.metrics, "recall").value is None
    assert metric(group.metrics, "f1").value == 0.0


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (lambda i: f"file-{i}", "metadata key: more than 50 values"),
        (lambda i: [i], "metadata key: values that are no single text, number or truth value"),
        (lambda _: "x" * 201, "metadata key: values longer than 200 characters"),
    ],
    ids=["too many", "no scalars", "too long"],
)
def test_metadata_that_makes_no_groups_is_said_to_be_left_out(
    value: Callable[[int], Any], said: str
) -> None:
    """A file name parts entries into groups of one."""
    made = report_of(
        processed([("x", ("x",))] * 60, entry=lambda i: {"metadata": {"key": value(i), "ok": 1}})
    )

    assert made.left_out == [said]
    assert [each.key for each in made.groups if each.by == "metadata"] == ["ok"]


def test_more_keys_than_are_kept_are_said_to_be_left_out() -> None:
    """Each entry may bring keys of its own."""
    made = report_of(
        processed(
            [("x", ("x",))] * 3, entry=lambda i: {"metadata": {f"k{i}-{j}": 1 for j in range(50)}}
        )
    )

    assert made.left_out == ["metadata …: more than 100 keys"]


def test_a_report_stays_of_a_size_that_can_be_sent() -> None:
    """Sixteen contenders have room for 500 groups: metadata comes last and is left out."""
    n = MAX_GROUPS_AND_CONTENDERS // 16
    rows: list[given.Row] = [(f"{i % n:03}", (f"{i % n:03}",) * 16) for i in range(n)]
    made = report_of(processed(rows, entry=lambda i: {"metadata": {"k": i % 2}}))

    assert len(made.groups) == n
    assert made.left_out == ["metadata k: 2 values, and this report has room for 0 more"]


def test_the_order_in_which_slices_come_does_not_show() -> None:
    """The report is named by its digest, so the same work gives the same bytes."""
    entries = processed(
        ROWS * 25,
        entry=lambda i: {"section": f"s{i % 7}", "metadata": {"b": i % 3, "a": i % 2}},
        prediction=lambda i: {"confidence": (i % 10) / 10},
    )

    made = [report_of(each).model_dump_json() for each in (entries, entries[::-1])]

    assert made[0] == made[1]


def test_a_report_comes_back_as_it_was_stored() -> None:
    """Readers parse the object."""
    made = report_of(processed(ROWS, prediction=lambda _: {"confidence": 0.5}))

    assert Report.model_validate_json(made.model_dump_json()) == made


def test_a_run_with_entries_missing_has_no_report() -> None:
    """Numbers over what happens to be there would look like numbers over all."""
    columns = Columns(given.created(3))
    columns.add(given.parts(processed(ROWS[:2])))

    with pytest.raises(IncompleteRun):
        columns.check_complete()
