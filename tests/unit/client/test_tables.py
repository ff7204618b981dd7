"""Tables that a person reads: any task's answers, any scorer's numbers."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from runoff.cli.judging import judges_table
from runoff.cli.report import print_report
from runoff.cli.tables import answer_text, contenders_table, scorers_table, target_text
from runoff_contracts.answers import AnswerBody
from runoff_contracts.report import Confusion, Group, JudgeReport, Metric, Report
from runoff_contracts.run_config import RunConfig
from runoff_contracts.task import Status
from runoff_contracts.views import ContenderView, JudgeView, ReportView, RunView, ScorerView

NOW = datetime(2026, 11, 21, tzinfo=UTC)
CAT, DOG = (
    {"label": each, "x": 1.0, "y": 2.0, "width": 3.0, "height": 4.0} for each in ("cat", "dog")
)


def shown(*things: Any) -> str:
    where = Console(file=io.StringIO(), width=200)
    for each in things:
        where.print(each)
    assert isinstance(where.file, io.StringIO)
    return where.file.getvalue()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"label": "cat"}, "cat"),
        ({"boxes": [CAT, DOG]}, "2: cat, dog"),
        ({"boxes": [CAT, CAT, CAT]}, "3: cat"),
        ({"boxes": []}, "nothing"),
        ({"point": {"x": 10.5, "y": 20}}, "(10.5, 20.0)"),
        ({"text": ""}, ""),
        ({"text": "Paris", "data": {"city": "Paris"}}, "Paris"),
        ({}, None),
    ],
)
def test_an_answer_of_any_task_is_one_line(answer: dict[str, Any], said: str | None) -> None:
    """Nothing found is an answer, no answer is none."""
    assert answer_text(AnswerBody.model_validate(answer)) == said


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (None, "–"),
        ("cat", "cat"),
        ([CAT, DOG], "2: cat, dog"),
        ([], "nothing"),
        ({"x": 1, "y": 2.25}, "(1.0, 2.2)"),
        (42, "42"),
        (["Paris", "paris"], '["Paris","paris"]'),
        ({"city": "Paris"}, '{"city":"Paris"}'),
    ],
)
def test_a_target_reads_as_an_answer_would(target: Any, said: str) -> None:
    """So that the eye can hold one against the other."""
    assert target_text(target) == said


def a_run(**fields: Any) -> RunView:
    contender = ContenderView(
        position=0,
        model="openai/gpt",
        number=None,
        digest="sha256:0",
        primary="within",
        n_scored=4,
        n_correct=3,
        n_failed=1,
        accuracy=0.75,
        latency_mean_s=2.5,
        **fields,
    )
    return RunView(
        run_id="r",
        status=Status.RUNNING,
        task="coordinates",
        dataset="d",
        dataset_version=1,
        dataset_digest="sha256:1",
        selection=None,
        entries_digest="sha256:2",
        n_entries=5,
        n_processed=5,
        n_scored=4,
        n_failed=1,
        contenders=[contender],
        config=RunConfig(),
        priority="normal",
        alias=None,
        labels={},
        reason=None,
        created_at=NOW,
        started_at=NOW,
        settled_at=None,
        comparison_digest=None,
        seq=1,
    )


def test_a_run_is_shown_by_its_primary_scorer() -> None:
    """Accuracy is the name of one of them."""
    table = shown(contenders_table(a_run()))

    assert "within" in table
    assert "accuracy" not in table
    assert "75.0 %" in table
    assert "2.5 s" in table


def test_tokens_and_cost_are_shown_where_they_are_known() -> None:
    """A run of local models has no column for what it has not; an unknown price is no 0."""
    paid = shown(contenders_table(a_run(cost_usd=0.0031, n_input_tokens=1200, n_output_tokens=80)))
    unknown = shown(contenders_table(a_run(n_input_tokens=1200, n_output_tokens=80)))

    assert "cost" not in shown(contenders_table(a_run()))
    assert "$0.0031" in paid
    assert "$" not in unknown
    assert "1200" in unknown


def test_a_scorer_says_which_parameters_it_needs() -> None:
    """With the value that it has where none is given."""
    view = ScorerView(
        name="numeric",
        version=2,
        tasks=["text"],
        default_of=[],
        higher_is_better=True,
        is_pass_fail=True,
        params={"properties": {"tolerance": {"default": 0.5}, "rubric": {"type": "string"}}},
    )
    table = shown(scorers_table([view]))

    assert "numeric@2" in table
    assert "tolerance=0.5, rubric (needed)" in table
    assert "pass or fail" in table


def test_a_report_has_a_table_of_all_entries_and_one_a_dimension() -> None:
    """With what is better, and a dash where there is no value."""

    def metric(contender: int, name: str, value: float | None) -> Metric:
        better = name == "map_50"
        return Metric(contender=contender, name=name, value=value, n=4, higher_is_better=better)

    view = ReportView(
        run_id="r",
        digest="sha256:abc",
        models=["onnx/a", "onnx/\x1b[2Jb"],
        report=Report(
            metrics=[metric(0, "map_50", 0.75), metric(1, "map_50", None), metric(0, "loss", 1.5)],
            groups=[
                Group(by="section", value="night", n_entries=2, metrics=[metric(0, "loss", 2.5)]),
                Group(
                    by="metadata", key="camera", value="3", n_entries=2,
                    metrics=[metric(1, "map_50", 0.125)],
                ),
            ],
            confusions=[
                Confusion(contender=0, target="cat", answer="cat", n=9),
                Confusion(contender=0, target="cat", answer="dog", n=7),
            ],
        ),
    )  # fmt: skip
    where = Console(file=io.StringIO(), width=200)
    print_report(view, where)
    print_report(view, where, by=["metadata"], metrics=["map_50"])
    assert isinstance(where.file, io.StringIO)
    whole, _, part = where.file.getvalue().partition("Report abc")

    assert "map_50 ↑" in whole
    assert "loss ↓" in whole
    assert "By section" in whole
    assert "By metadata camera" in whole
    assert "night" in whole
    assert "dog" in whole
    assert "\x1b" not in whole
    assert "0.125" in part
    assert "loss" not in part
    assert "By section" not in part


def test_a_judge_stands_apart_from_the_contenders() -> None:
    """Its cost is nobody's answer's, and a model's table says nothing of it."""
    judge = JudgeView(
        scorer="judge",
        model="openai/gpt-4o",
        number=2,
        digest="sha256:" + "0" * 64,
        n_verdicts=60,
        n_failed=1,
        cost_usd=0.0031,
        n_input_tokens=600,
        n_output_tokens=70,
    )
    run = a_run().model_copy(update={"judges": [judge]})
    told = shown(judges_table(run))

    for part in ("openai/gpt-4o@2", "60", "1", "600", "70", "$0.0031"):
        assert part in told
    assert "$0.0031" not in shown(contenders_table(run))


def test_a_report_says_how_far_its_judges_can_be_relied_on() -> None:
    """One that names a place, not an answer, shows at once."""
    judge = JudgeReport(
        scorer="judge_pairwise",
        model="openai/gpt-4o",
        n_verdicts=60,
        n_failed=0,
        n_repeated=15,
        agreement=0.925,
        n_swapped=30,
        place_bound=0.4,
    )
    report = Report(metrics=[], groups=[], judges=[judge])
    view = ReportView(run_id="r", digest="sha256:" + "0" * 64, models=["a"], report=report)
    where = Console(file=io.StringIO(), width=200)
    print_report(view, where)

    assert isinstance(where.file, io.StringIO)
    told = where.file.getvalue()
    assert all(part in told for part in ("judge_pairwise", "92.5 %", "40.0 %"))
