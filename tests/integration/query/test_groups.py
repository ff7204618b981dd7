"""What runs are searched and grouped by, and what an edit or a deletion leaves of it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from runoff_contracts.views import GroupView
from runoff_query.api.finding.fields import Every, Words
from runoff_query.api.finding.groups import find_groups, parse_by
from runoff_query.api.finding.page import find_runs
from runoff_query.api.finding.parse import parse_filter
from runoff_query.database import Pool
from runoff_query.projections.finding.words import words_of
from tests.integration.query.finding import Runs, a_few


@pytest.fixture
def runs(pool: Pool) -> Runs:
    return Runs(pool)


async def test_an_edit_is_found_and_what_it_replaced_is_not(runs: Runs) -> None:
    """Labels go with every edit, parameters only where it names them."""
    await runs.add("a", alias="old", labels={"team": "vision"}, params={"lr": 1, "note": "first"})
    await runs.edit("a", "new", labels={"team": "speech"})
    kept = await runs.found("params.lr = 1 and tags.team = 'speech' and alias = 'new'")
    words = [await searched(runs, text) for text in ("new", "old", "vision", "speech", "first")]
    await runs.edit("a", params={"lr": 2})

    assert kept == ["a"]
    assert words == [["a"], [], [], ["a"], ["a"]]
    assert await runs.found("params.lr = 2 and params.note is null and tags.team is null") == ["a"]
    assert await searched(runs, "first") == []


async def test_a_deleted_run_leaves_no_row(runs: Runs, pool: Pool) -> None:
    """A metric or label that only it had is an unknown name then."""
    await runs.add("a", metrics={"m": 1}, labels={"t": "x"}, params={"p": 1})
    await runs.delete("a")
    await runs.edit("a", "late", labels={"t": "x"}, params={"p": 1})

    tables = ("runs", "run_ranges", "run_metrics", "run_labels", "run_params", "run_words")
    counts = {each: await pool.fetchval(f"SELECT count(*) FROM {each}") for each in tables}
    assert counts == dict.fromkeys(tables, 0)


async def searched(runs: Runs, text: str) -> list[str]:
    found = await find_runs(runs.pool, Words(tuple(words_of(text))), [], None, 100)
    names = {run_id: name for name, run_id in runs.ids.items()}
    return [names[str(row["run_id"])] for row in found.rows]


async def test_words_find_a_run_by_anything_that_it_is_called(runs: Runs) -> None:
    """Id, alias, labels, parameters, dataset and models: by their beginnings, in any case."""
    await runs.add(
        "a",
        alias="Nightly Überprüfung",
        labels={"team": "Vision-Core"},
        params={"prompt": "Answer in one word.", "lr": 0.001},
        models=("openai/gpt-4o-mini",),
        dataset="street-signs",
    )
    await runs.add("b", models=("onnx/net_2",))
    a = runs.ids["a"]

    for text in (
        *("nightly", "NIGHT", "überp", "core vision", "answer", "gpt 4o", "signs street", "0.001"),
        *(a, a[:13], a.replace("-", "")[:20]),
    ):
        assert await searched(runs, text) == ["a"], text
    assert await searched(runs, "net 2") == ["b"]
    assert await searched(runs, "nightly net") == []
    # In the middle of a word nothing begins; a single letter is a whole word.
    assert await searched(runs, "ightly") == await searched(runs, "n") == []


async def groups(runs: Runs, by: str, *metrics: str, filter: str = "") -> list[GroupView]:
    """All groups, two a part."""
    found: list[GroupView] = []
    cursor: str | None = None
    condition: Every = parse_filter(filter)
    while True:
        part = await find_groups(runs.pool, condition, parse_by(by), metrics, cursor, 2)
        found += part.items
        cursor = part.next_cursor
        if cursor is None:
            return found


async def test_one_number_is_one_group_however_it_is_written(runs: Runs) -> None:
    """Programs write 1 or 1.0 by chance; true is none of them."""
    for name, value in (("a", 1), ("b", 1.0), ("c", True), ("d", 1.5)):
        await runs.add(name, params={"p": value})

    made = await groups(runs, "param:p")
    assert {each.key: each.n_runs for each in made} == {"1": 2, "true": 1, "1.5": 1}
    assert sorted(await runs.found("params.p = 1")) == ["a", "b"]


async def test_groups_have_means_with_intervals_over_their_runs(runs: Runs) -> None:
    """Student's t over runs, as scipy has it; one run alone shows no spread."""
    chance = np.random.default_rng(5)
    values = {"x": chance.random(7), "y": chance.random(4), "z": np.array([0.5])}
    for key, each in values.items():
        for place, value in enumerate(each):
            await runs.add(f"{key}{place}", labels={"t": key}, metrics={"m": float(value)})
    await runs.add("none", labels={"t": "z"})
    await runs.add("without", metrics={"m": 1})

    found = await groups(runs, "label:t", "m")
    assert [(group.key, group.n_runs) for group in found] == [
        ("x", 7),
        ("y", 4),
        ("z", 2),
        (None, 1),
    ]
    for group in found[:2]:
        each = values[str(group.key)]
        wanted = stats.t.interval(0.95, len(each) - 1, each.mean(), stats.sem(each))
        metric = group.metrics["m"]
        assert metric.mean == pytest.approx(each.mean(), abs=1e-12)
        assert metric.interval == pytest.approx(wanted, abs=1e-9)
        assert (metric.lowest, metric.highest, metric.n_runs) == (each.min(), each.max(), len(each))
    assert found[2].metrics["m"].interval is None
    assert found[2].metrics["m"].reason == "one value alone shows no spread"
    assert found[3].metrics["m"].mean == 1


async def test_a_run_counts_once_in_a_group_and_by_model_with_that_contender(runs: Runs) -> None:
    """Contenders of one run answered the same entries: they are not independent."""
    await runs.add("both", models=("a/good", "a/bad"), metrics={"m": [0.9, 0.1]}, alias="s")
    await runs.add("good", models=("a/good",), metrics={"m": 0.7}, alias="s")

    (series,) = await groups(runs, "alias", "m")
    models = {each.key: each for each in await groups(runs, "model", "m")}
    assert (series.n_runs, series.metrics["m"].n_runs) == (2, 2)
    assert series.metrics["m"].mean == pytest.approx((0.5 + 0.7) / 2)
    assert models["a/good"].metrics["m"].mean == pytest.approx(0.8)
    assert (models["a/bad"].n_runs, models["a/bad"].metrics["m"].mean) == (1, 0.1)


async def test_groups_are_of_the_runs_that_fit(runs: Runs) -> None:
    """By parameter as well, however long its values are."""
    await a_few(runs)

    first, *long = await groups(runs, "param:prompt")
    assert (first.key, first.n_runs) == (None, 2)
    assert {each.key for each in long} == {"x" * 300 + "a", "x" * 300 + "b"}
    assert [(each.key, each.n_runs) for each in await groups(runs, "kind")] == [
        ("analyze", 3),
        ("upload", 1),
    ]
    fit = await groups(runs, "dataset", filter="metrics.accuracy > 0.5")
    assert [(each.key, each.n_runs) for each in fit] == [("digits", 1), ("letters", 1)]
