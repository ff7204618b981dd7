"""Comparisons through every surface: command, API, SDK and a test of somebody's own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runoff import Client, ProblemError
from runoff_contracts.comparison import digest_of
from runoff_testkit.live import LiveStack
from tests.e2e.using import (
    MODULE,
    facts_of,
    launch,
    more_processes,
    register_texts,
    scores_digest,
    wait_settled,
)
from tests.unit.client.calling import Runoff, command_in

JSON = {"Content-Type": "application/json"}
COMMAND = [sys.executable, "-m", "runoff", "compare"]
N = 60
FIRST, LAST = (f"{MODULE}:{name}_letter" for name in ("first", "last"))


@dataclass(frozen=True)
class Compared:
    """Two runs over the same texts: one that is always right, and one that seldom is."""

    right: str
    wrong: str
    both: str
    client: Client


@pytest.fixture(scope="module")
def runs(stack: LiveStack) -> Iterator[Compared]:
    register_texts(stack, name="compared", n=N)
    ids = [
        launch(stack, dataset="compared", models=models, labels={"team": team})
        for team, models in (
            ("a", ["first_letter"]),
            ("b", ["last_letter"]),
            ("c", ["first_letter", "last_letter"]),
        )
    ]
    for run_id in ids:
        wait_settled(stack, run_id)
    with Client(stack.api_url) as client:
        right, wrong, both = ids
        yield Compared(right, wrong, both, client)


@pytest.fixture
def runoff(stack: LiveStack, tmp_path: Path) -> Runoff:
    return command_in(tmp_path, {"RUNOFF_API_URL": stack.api_url})


def test_the_bytes_are_equal_through_command_api_and_sdk(
    stack: LiveStack, runs: Compared, runoff: Runoff
) -> None:
    """One document, and the digest is of these bytes, whoever asks first."""
    view = runs.client.comparisons.create(runs=[runs.right, runs.wrong], margin=0.02)
    api = stack.http.get(f"/api/comparisons/{view.digest}")
    command = runoff("compare", runs.right, runs.wrong, "--margin", "0.02", "--json")
    process = subprocess.run(
        [*COMMAND, runs.right, runs.wrong, "--margin", "0.02", "--json", "--url", stack.api_url],
        capture_output=True,
        check=True,
        timeout=60,
    )

    asked = view.document.asked.model_dump(mode="json")
    again = stack.http.post("/api/comparisons", json=asked)

    assert again.json()["id"] == view.digest, again.text
    assert api.content == view.raw == process.stdout == command.stdout.encode()
    assert digest_of(process.stdout) == view.digest
    assert [each.run_id for each in view.document.contenders] == [runs.right, runs.wrong]


def test_a_check_ends_with_100_and_writes_its_page(
    runs: Compared, runoff: Runoff, tmp_path: Path
) -> None:
    """The page is there whether the check holds or not; what cannot be compared is 1."""
    page = tmp_path / "pr.md"
    asked = ("--fail-on", "regression", "--markdown", "--entries", "3", "-o", str(page))

    failed = runoff("compare", runs.right, runs.wrong, *asked)
    written = page.read_text()
    holds = runoff("compare", runs.wrong, runs.right, *asked)
    unknown = runoff("compare", runs.right, "00000000-0000-7000-8000-000000000000", *asked)

    assert failed.code == 100, failed.stderr
    assert "Failed the check regression" in failed.stderr
    assert written.startswith("**")
    assert "Entries that changed most" in written
    assert (holds.code, unknown.code) == (0, 1), holds.stderr + unknown.stderr


def test_a_person_sees_words_tables_and_entries(runs: Compared, runoff: Runoff) -> None:
    """By prefixes, by model within a run, by label, and the newest ones."""
    done = runoff("compare", runs.right, f"{runs.both}/{LAST}", "--entries", "2")
    within = runoff("compare", runs.both, "--baseline", LAST)
    labelled = runoff("compare", "--last", "3", "--dataset", "compared", "--by", "label:team")
    newest = runoff("compare", "--last", "3", "--dataset", "compared", "--json")

    assert done.code == 0, done.stderr
    assert "The entries whose scores changed most" in done.stdout
    assert within.code == 0, within.stderr
    assert "baseline" in within.stdout
    assert labelled.code == 0, labelled.stderr
    assert f"team = a: run {runs.right[:13]}" in labelled.stderr
    contenders = newest.document["contenders"]
    assert isinstance(contenders, list)
    assert len(contenders) == 4


def test_the_same_work_by_more_processes_shows_the_same_digest(
    stack: LiveStack, runs: Compared
) -> None:
    """Another worker, another scoring process, other batches and slices: the same answers."""
    models = ["first_letter", "last_letter"]
    with more_processes(stack):
        other = launch(
            stack,
            dataset="compared",
            models=models,
            # So slow that no worker has it all, in slices of a few entries.
            config={"batch_size": 1, "concurrency": 1, "sleep_s": 0.02},
        )
        wait_settled(stack, other)
        facts = facts_of(stack, other)

    assert len({each.worker for each in facts}) == 2
    assert {each.worker for each in facts if each.environment} == {each.worker for each in facts}
    assert scores_digest(stack, other) == scores_digest(stack, runs.both)
    same = runs.client.comparisons.of_run(other).document.same
    assert "worker.packages.numpy" in same


def test_runs_of_a_label_are_pooled(runs: Compared, runoff: Runoff, stack: LiveStack) -> None:
    """Each entry's mean over the runs, by command and API in the same bytes."""
    again = launch(stack, dataset="compared", models=["last_letter"], labels={"team": "b"})
    wait_settled(stack, again)
    words = (runs.right, runs.wrong, again, "--by", "label:team", "--baseline", "b")
    done = runoff("compare", *words)
    asked = runoff("compare", *words, "--json").document["asked"]
    by_api = stack.http.post("/api/comparisons", json=asked)
    document = runs.client.comparisons.get(by_api.json()["id"]).document

    assert done.code == 0, done.stderr
    assert "team = b: runs" in done.stderr
    assert "pooled of 2 runs" in done.stdout
    one, both = document.contenders
    assert (one.name, both.name) == ("team = a", "team = b")
    assert document.baseline == 1
    assert [each.run_id for each in both.pooled] == [again, runs.wrong]
    assert {each.value for each in both.pooled} == {document.primary.estimates[1].value}
    refused = stack.http.post(
        "/api/comparisons",
        json={"contenders": [{"run": runs.both, "repeats": [{"run": again}]}, {"run": again}]},
    )
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "contenders.0"


def test_entries_and_what_changed_are_read_through_the_sdk(runs: Compared) -> None:
    """Regressions of one side are improvements of the other; as of then is another document."""
    comparisons = runs.client.comparisons
    both = [f"{runs.right}#0", f"{runs.wrong}#0"]
    now = comparisons.create(contenders=both, baseline=both[0])
    seq = max(runs.client.runs.show(each).seq for each in (runs.right, runs.wrong))
    then = comparisons.create(contenders=both, baseline=both[0], as_of=seq)
    changes = comparisons.diff(then.digest, now.digest)
    worse = list(comparisons.entries(now.digest, only="regressions", page_size=7))
    better = comparisons.entries_page(now.digest, only="improvements", contender=0, versus=1)

    assert [each.name for each in changes.fields] == ["asked.as_of"]
    assert (changes.n_entries_both, changes.n_moved, changes.same_scores) == (N, 0, True)
    assert len(worse) == better.n_matching > 0
    assert len({each.entry_id for each in worse}) == len(worse)
    assert all(each.change == -1 for each in worse)
    assert all(each.answers[0].prediction is not None for each in worse)
    listed = comparisons.list(run=runs.wrong, dataset="compared").items
    assert now.digest in {each.digest for each in listed}


def test_what_cannot_be_compared_is_a_problem_with_its_field(runs: Compared) -> None:
    """Whoever refuses it, the request's field is named."""
    for field, asked in (
        ("runs", {"runs": [runs.right]}),
        ("runs", {"runs": [runs.right, runs.right]}),
        ("contenders", {"contenders": [f"{runs.right}#0"]}),
        ("metrics", {"runs": [runs.both], "metrics": ["f1"]}),
        ("plan", {"runs": [runs.both], "plan": f"sha256:{0:064}"}),
        ("clusters", {"runs": [runs.both], "clusters": "metadata.none"}),
        ("as_of", {"runs": [runs.both], "as_of": 1}),
        ("as_of", {"runs": [runs.both], "as_of": 10**9}),
        ("contenders.0", {"contenders": [{"run": runs.both, "name": "both"}]}),
        ("contenders.0.name", {"contenders": [{"run": runs.right, "name": "a\n\u202eb"}]}),
    ):
        with pytest.raises(ProblemError) as refused:
            runs.client.comparisons.create(**asked)
        problem = refused.value.problem
        assert problem.status < 500
        assert field in {each.field for each in problem.errors}, (asked, problem)


words = st.sampled_from(["", "x", "0" * 8, "last", "\x00", "é" * 50, "01931b6c/a", "a" * 300])
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), words, st.text(max_size=9)
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
FIELDS = [
    "runs",
    "contenders",
    "baseline",
    "family",
    "adjust",
    "missing",
    "margin",
    "metrics",
    "by",
    "clusters",
    "methods",
    "confidence",
    "alpha",
    "seed",
    "plan",
    "as_of",
]


@settings(max_examples=60)
@given(
    body=st.dictionaries(st.sampled_from(FIELDS), anything, max_size=5),
    named=st.booleans(),
    query=st.dictionaries(
        st.sampled_from(
            ["sort", "order", "contender", "versus", "only", "metric", "section", "cursor", "limit"]
        ),
        st.one_of(words, st.integers().map(str)),
        max_size=3,
    ),
)
def test_no_request_is_an_error_of_the_server(
    stack: LiveStack, runs: Compared, body: dict[str, Any], named: bool, query: dict[str, str]
) -> None:
    """Whatever is asked for is answered, or refused with a problem document."""
    digest = runs.client.comparisons.of_run(runs.both).digest
    if named:
        body = {**body, "runs": [runs.right, runs.wrong], "contenders": None}

    for answer in (
        stack.http.post("/api/comparisons", content=json.dumps(body), headers=JSON),
        stack.http.get(f"/api/comparisons/{digest}/entries", params=query),
    ):
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"


TESTS = """
import pytest

def test_right_is_better(runoff):
    result = runoff.compare(baseline="{wrong}", candidate="{both}/{first}")
    result.assert_better()
    result.assert_not_worse()
    result.assert_at_least(1.0)

def test_wrong_is_not_worse(runoff):
    runoff.compare(baseline="{right}", candidate="{wrong}", margin=0.02).assert_not_worse()

@pytest.mark.runoff(dataset="compared", models=["{last}", "{first}"])
class TestOneRun:
    def test_models_are_evaluated(self, runoff_result):
        runoff_result.assert_better()
        pytest.run_digest = runoff_result.comparison.digest

    def test_the_same_is_asked_once(self, runoff_result):
        assert runoff_result.comparison.digest == pytest.run_digest

    @pytest.mark.runoff(margin=0.02)
    def test_a_test_narrows_its_class(self, runoff_result):
        assert runoff_result.document.asked.margin == 0.02

def test_nothing_is_asked_for(runoff_result): ...
"""


def test_a_test_of_somebodys_own_compares(stack: LiveStack, runs: Compared, tmp_path: Path) -> None:
    """It fails with verdict and link, and the report has what was compared."""
    names = {"right": runs.right, "wrong": runs.wrong, "both": runs.both}
    (tmp_path / "test_models.py").write_text(TESTS.format(**names, first=FIRST, last=LAST))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--junitxml=report.xml"]
    done = subprocess.run(
        [*command, "--runoff-url", stack.api_url],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    # Between these may stand how many warnings other plugins gave.
    assert re.search(r"1 failed, 4 passed, .*1 error in", done.stdout), done.stdout + done.stderr
    assert "runoff_result needs @pytest.mark.runoff" in done.stdout
    assert f"{stack.api_url}/api/comparisons/sha256" in done.stdout
    report = ElementTree.parse(tmp_path / "report.xml")
    properties = {each.get("name") for each in report.iter("property")}
    assert {"runoff_comparison", "runoff_verdict", "runoff_run"} <= properties
