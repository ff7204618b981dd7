"""Every term of the filter language against PostgreSQL, and orders under ties and arrivals."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest

from runoff_query.api.finding import fetching, few
from runoff_query.api.finding.fields import ATTRIBUTES
from runoff_query.api.finding.parse import parse_filter
from runoff_query.api.problems import ProblemRaised
from runoff_query.database import Pool
from tests.integration.query.finding import Runs, a_few


@pytest.fixture
def runs(pool: Pool) -> Runs:
    return Runs(pool)


@pytest.fixture(params=[few.MAX_FEW, -1], ids=["looked up", "walked"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the runs of a metric known before the list is walked, and without."""
    monkeypatch.setattr(few, "MAX_FEW", request.param)


ON_METRICS = {
    "metrics.accuracy > 0.9": "b",
    "metrics.accuracy >= 0.9": "ab",
    "metrics.accuracy < 0.9": "bc",
    "metrics.accuracy <= 0.2": "c",
    "metrics.accuracy = 0.7": "b",
    "metrics.accuracy = 0.8": "",
    "metrics.accuracy != 0.9": "bc",
    "metrics.accuracy in (0.9, 0.95)": "ab",
    "metrics.accuracy not in (0.9, 0.7)": "bc",
    "metrics.accuracy not in (0.7, 0.95)": "ac",
    "metrics.accuracy is null": "d",
    "metrics.`map@50` is not null": "a",
    "not metrics.accuracy > 0.5": "cd",
    "metrics.accuracy > 0.8 and metrics.accuracy < 0.8": "b",
}


@pytest.mark.usefixtures("either_way")
async def test_terms_on_metrics(runs: Runs) -> None:
    """Of any contender; `not` is of the run as a whole, those without the metric included."""
    await a_few(runs)

    found = {text: "".join(sorted(await runs.found(text))) for text in ON_METRICS}
    assert found == ON_METRICS


@pytest.mark.usefixtures("either_way")
async def test_a_contender_between_two_others_counts(runs: Runs) -> None:
    """A run's row knows its lowest and its highest."""
    await runs.add("three", metrics={"accuracy": [0.1, 0.5, 0.9]}, models=("a/a", "a/b", "a/c"))
    await runs.add("two", metrics={"accuracy": [0.1, 0.9]}, models=("a/a", "a/b"))

    assert await runs.found("metrics.accuracy = 0.5") == ["three"]
    assert await runs.found("metrics.accuracy in (0.4, 0.5)") == ["three"]
    assert await runs.found("metrics.accuracy not in (0.1, 0.9)") == ["three"]
    assert await runs.found("not metrics.accuracy in (0.4, 0.5)") == ["two"]


ON_PARAMS = {
    "params.lr = 0.001": "a",
    "params.lr = '0.001'": "a",
    "params.lr > 0.005": "cd",
    "params.lr <= 0.01": "ad",
    "params.lr != 1": "abd",
    "params.lr != '1'": "abd",
    "params.lr in (1, 0.01)": "cd",
    "params.lr not in (1, 0.01)": "ab",
    "params.lr in ('auto', '1')": "bc",
    "params.lr not in ('auto', '1')": "ad",
    "params.warm = true": "a",
    "params.warm = 'false'": "b",
    "params.optimizer like 'adam%'": "c",
    "params.optimizer ilike 'adam%'": "ac",
    "params.optimizer is null": "bd",
    "not params.optimizer is null": "ac",
    f"params.prompt = '{'x' * 300}a'": "a",
    f"params.prompt != '{'x' * 300}a'": "b",
}


async def test_terms_on_parameters(runs: Runs) -> None:
    """Numbers as numbers, also those that came as texts; texts by the letter."""
    await a_few(runs)

    found = {text: "".join(sorted(await runs.found(text))) for text in ON_PARAMS}
    assert found == ON_PARAMS


ON_THE_REST = {
    "tags.team = 'vision'": "a",
    "labels.team != 'vision'": "bc",
    "tags.team like '%i%'": "a",
    "tags.team ilike 'SPEE%'": "b",
    "tags.team like '100\\%\\_%'": "c",
    "tags.team in ('vision', 'speech')": "ab",
    "tags.team not in ('vision', 'speech')": "c",
    "tags.team is null": "d",
    "tags.`odd key` = 'it''s'": "a",
    "alias = 'nightly'": "a",
    "alias like '_'": "bcd",
    "status = 'pending'": "cd",
    "status in ('completed', 'failed')": "ab",
    "kind = 'upload'": "d",
    "priority != 'normal'": "c",
    "dataset = 'letters'": "b",
    "dataset not in ('letters', 'x')": "acd",
    "dataset_version = 1": "abcd",
    "n_entries >= 500": "b",
    "duration_s > 100": "b",
    "duration_s is null": "cd",
    "not duration_s > 100": "acd",
    "settled_at > '2026-11-21T12:30:00Z'": "b",
    "created_at = '2026-11-21T12:00:00Z'": "abcd",
    "model = 'onnx/large'": "bc",
    "model = 'onnx/large@2'": "b",
    "model != 'onnx/large@2'": "abcd",
    "not model = 'onnx/large@2'": "acd",
    "model like 'upload/%'": "cd",
    "model in ('onnx/net', 'upload/old')": "abcd",
    "model is null": "",
    "task = 'classification' and (alias = 'b' or tags.team = 'vision')": "ab",
    "not (alias = 'b' or not params.lr > 0)": "acd",
}


async def test_terms_on_tags_and_attributes(runs: Runs) -> None:
    """With what null means: a comparison does not hold, its negation does."""
    await a_few(runs)

    found = {text: "".join(sorted(await runs.found(text))) for text in ON_THE_REST}
    assert found == ON_THE_REST


async def test_a_run_is_found_by_its_id(runs: Runs) -> None:
    """And by several."""
    await a_few(runs)
    a, c = runs.ids["a"], runs.ids["c"]

    assert await runs.found(f"run_id = '{a}'") == ["a"]
    assert await runs.found(f"run_id in ('{a}', '{c}')") == ["c", "a"]


NUMBERS = ("0", "-0.0", "1e308", "-5e-324", "123456789012345678901234567890")
TEXTS = ("''", "'it''s $1 {x} \\\\'", "'%_%'", "'漢 🙂 é'", "'a\nb\t'")
TIMES = ("'0001-01-01'", "'9999-12-31T23:59:59.999999Z'")
IDS = ("'00000000-0000-0000-0000-000000000000'",)
VALUES = {
    **dict.fromkeys(["metrics.accuracy", "n_entries", "dataset_version", "duration_s"], NUMBERS),
    **dict.fromkeys(["tags.team", "alias", "dataset", "model"], TEXTS),
    **dict.fromkeys(["created_at", "started_at", "settled_at"], TIMES),
    "params.lr": (*NUMBERS, *TEXTS, "true"),
    "status": ("'completed'",),
    "kind": ("'upload'",),
    "run_id": IDS,
}


@pytest.mark.usefixtures("either_way")
async def test_postgres_takes_every_operator_with_every_sort_of_value(runs: Runs) -> None:
    """Whatever the parser lets through is a statement with values that fit their types."""
    await a_few(runs)
    n_taken = 0
    for name, values in VALUES.items():
        for operator in ("=", "!=", ">", "<=", "like", "ilike", "in", "not in"):
            for value in values:
                written = f"({value})" if operator.endswith("in") else value
                text = f"{name} {operator} {written}"
                try:
                    parse_filter(text)
                except ProblemRaised:
                    continue
                fit, others = await runs.found(text), await runs.found(f"not ({text})")
                n_taken += 1
                assert sorted(fit + others) == list("abcd"), text

    assert n_taken > 150


Row = dict[str, float | str | None]


@pytest.mark.usefixtures("either_way")
async def test_any_joining_of_terms_is_what_it_says(runs: Runs) -> None:
    """Random filters against the same in plain Python, over runs with gaps."""
    chance = random.Random(11)
    rows: dict[str, Row] = {}
    for number in range(24):
        row: Row = {
            "m": chance.choice([None, 0.0, 0.5, 1.0]),
            "p": chance.choice([None, 1.0, 2.0]),
            "t": chance.choice([None, "x", "y"]),
            "n": float(chance.randrange(1, 4)),
        }
        rows[f"r{number}"] = row
        await runs.add(
            f"r{number}",
            metrics={"m": float(row["m"])} if row["m"] is not None else None,
            params={"p": float(row["p"])} if row["p"] is not None else None,
            labels={"t": str(row["t"])} if row["t"] is not None else None,
            n_entries=int(row["n"] or 1),
        )
    for _ in range(60):
        text, holds = a_condition(chance, 3)
        fit = [name for name, row in rows.items() if holds(row)]
        assert sorted(await runs.found(text)) == sorted(fit), text


def a_condition(chance: random.Random, depth: int) -> tuple[str, Callable[[Row], bool]]:
    """A filter, and the same in Python."""
    match chance.choice(["and", "or", "not", "term", "term"]) if depth else "term":
        case "not":
            text, holds = a_condition(chance, depth - 1)
            return f"not ({text})", lambda row: not holds(row)
        case "and" | "or" as word:
            (one, first), (other, second) = (a_condition(chance, depth - 1) for _ in range(2))
            join = all if word == "and" else any
            return f"({one} {word} {other})", lambda row: join((first(row), second(row)))
    name, written, value = chance.choice(
        [
            ("m", "metrics.m", 0.5),
            ("p", "params.p", 1.0),
            ("t", "tags.t", "x"),
            ("n", "n_entries", 2.0),
        ]
    )
    if chance.random() < 0.2:
        return f"{written} is null", lambda row: row[name] is None
    operator = chance.choice(["=", "!="] if name == "t" else ["=", "!=", ">", "<="])
    bound = value if isinstance(value, float) else 0.0
    compare: dict[str, Callable[[object], bool]] = {
        "=": lambda seen: seen == value,
        "!=": lambda seen: seen != value,
        ">": lambda seen: isinstance(seen, float) and seen > bound,
        "<=": lambda seen: isinstance(seen, float) and seen <= bound,
    }
    return (
        f"{written} {operator} {value!r}",
        lambda row: row[name] is not None and compare[operator](row[name]),
    )


ORDERS = {
    "": [],
    "metrics.m desc": [("m", True)],
    "metrics.m, tags.t desc": [("m", False), ("t", True)],
    "tags.t": [("t", False)],
    "tags.t desc, metrics.m desc": [("t", True), ("m", True)],
    "params.p, metrics.m": [("p", False), ("m", False)],
    "n_entries desc, params.p desc": [("n", True), ("p", True)],
    "duration_s desc": [("d", True)],
    "duration_s, tags.t": [("d", False), ("t", False)],
}


async def test_every_order_is_whole_and_right_under_ties(runs: Runs) -> None:
    """Part by part and at once; runs without a value last in either direction, the newest first
    among equals.
    """
    chance = random.Random(3)
    rows: dict[str, Row] = {}
    for number in range(30):
        row = rows[f"r{number}"] = {
            "m": chance.choice([None, 0.25, 0.5]),
            "t": chance.choice([None, "x", "y"]),
            "p": chance.choice([None, 1.0, 2.0]),
            "n": float(chance.randrange(1, 4)),
            "d": chance.choice([None, 5.0, 6.0]),
            "place": float(number),
        }
        await runs.add(
            f"r{number}",
            metrics=None if row["m"] is None else {"m": float(row["m"])},
            labels=None if row["t"] is None else {"t": str(row["t"])},
            params=None if row["p"] is None else {"p": float(row["p"])},
            n_entries=int(row["n"] or 1),
            duration_s=None if row["d"] is None else float(row["d"]),
        )
    for order, keys in ORDERS.items():
        wanted = sorted(rows, key=lambda name: -(rows[name]["place"] or 0))  # type: ignore[operator]
        for key, descending in reversed(keys):
            there = [name for name in wanted if rows[name][key] is not None]
            there.sort(key=lambda name: rows[name][key], reverse=descending)  # type: ignore[arg-type, return-value]  # one type a key
            wanted = there + [name for name in wanted if rows[name][key] is None]
        for limit in (1, 4, 7, 100):
            assert await runs.found("", order, limit=limit) == wanted, (order, limit)


async def test_runs_are_sorted_by_every_attribute(runs: Runs) -> None:
    """In both directions, part by part; those that have none stand last."""
    await a_few(runs)
    wanted = {"alias": "bcda", "model": "cbad", "duration_s": "abdc", "priority": "cdba"}

    for name in ATTRIBUTES:
        up, down = [await runs.found("", f"{name} {way}", limit=3) for way in ("asc", "desc")]
        assert sorted(up) == sorted(down) == list("abcd"), name
        assert "".join(up) == wanted.get(name, "".join(up)), name
    assert await runs.found("", "duration_s desc", limit=1) == list("badc")


async def test_a_filter_that_takes_too_long_is_refused(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would hold up the others."""
    await a_few(runs)
    monkeypatch.setattr(fetching, "FIND_S", 0.05)

    async with runs.pool.acquire() as other, other.transaction():
        await other.execute("LOCK TABLE run_labels")
        with pytest.raises(ProblemRaised, match="too long"):
            await runs.found("tags.team = 'vision'")
    monkeypatch.undo()
    assert await runs.found("tags.team = 'vision'") == ["a"]


async def test_a_metric_orders_runs_by_their_best_contender(runs: Runs) -> None:
    """The best in the direction that is asked for."""
    await runs.add("wide", models=("a/a", "a/b"), metrics={"m": [0.1, 0.9]})
    await runs.add("middle", metrics={"m": 0.5})

    assert await runs.found("", "metrics.m desc") == ["wide", "middle"]
    assert await runs.found("", "metrics.m") == ["wide", "middle"]
    assert await runs.found("metrics.m > 0", "metrics.m asc, alias", limit=1) == ["wide", "middle"]


async def test_parameters_are_sorted_as_numbers_and_then_as_texts(runs: Runs) -> None:
    """10 stands behind 9, and `auto` behind both."""
    for name, value in {"a": 10, "b": "auto", "c": 9.5, "d": "9", "e": True}.items():
        await runs.add(name, params={"p": value})  # type: ignore[dict-item]
    await runs.add("f")

    assert await runs.found("", "params.p", limit=2) == ["d", "c", "a", "b", "e", "f"]
    assert await runs.found("", "params.p desc", limit=2) == ["a", "c", "d", "e", "b", "f"]


async def test_runs_that_arrive_or_go_between_two_parts_shift_none(runs: Runs) -> None:
    """Each that was there from first to last is seen once, in every order."""
    for order in ("", "metrics.m desc", "tags.t, metrics.m"):
        await _read_while_runs_change(runs, order)


async def _read_while_runs_change(runs: Runs, order: str) -> None:
    for name in list(runs.ids):
        await runs.delete(name)
    for number in range(12):
        await runs.add(f"r{number}", metrics={"m": number % 3}, labels={"t": "xy"[number % 2]})
    seen: list[str] = []
    cursor: str | None = None
    for part in itertools.count():
        names, cursor = await runs.part("", order, cursor, limit=3)
        seen += names
        if cursor is None:
            break
        await runs.add(f"new{part}", metrics={"m": part % 3}, labels={"t": "y"})
        if part == 1:
            await runs.delete(seen[-1])

    assert len(seen) == len(set(seen))
    assert {name for name in seen if name.startswith("r")} == {f"r{n}" for n in range(12)}


async def test_a_cursor_of_another_order_or_list_is_refused(runs: Runs) -> None:
    """It would begin at a place that means something else."""
    for number in range(4):
        await runs.add(f"r{number}", metrics={"m": number}, labels={"t": "x"})
    _, newest = await runs.part("", "", None, limit=1)
    _, by_metric = await runs.part("", "metrics.m", None, limit=1)

    for order, cursor in (("metrics.m", newest), ("metrics.m desc", by_metric), ("", by_metric)):
        with pytest.raises(ProblemRaised, match="cursor"):
            await runs.part("", order, cursor, limit=1)
