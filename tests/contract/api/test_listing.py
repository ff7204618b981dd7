"""Routes that find runs: what they take, and how they refuse."""

from __future__ import annotations

import base64
import json
from typing import Any

from runoff_contracts.events.lifecycle import AnswersTaken, RunEdited
from runoff_contracts.ids import new_run_id
from tests.contract.api.running import World, problem, wrong_fields
from tests.integration.query import facts


async def three_runs(world: World) -> list[str]:
    """One good, one bad, and one that scores the good one's answers anew."""
    good, bad, again = new_run_id(), new_run_id(), new_run_id()
    taken = AnswersTaken(run_id=good, what="all")
    for run_id, labels, more in (
        (good, ("zero", "one"), {"alias": "nightly", "labels": {"team": "vision"}}),
        (bad, ("one", "one"), {"params": {"lr": 0.001, "optimizer": "adam"}}),
        (again, ("zero", "zero"), {"answers_from": taken, "labels": {"team": "vision"}}),
    ):
        await world.scribe.run(run_id, facts.created(run_id, 1, **more))
        await world.scribe.processed(run_id, 0, facts.processed(run_id, 0, *labels))
        await world.scribe.scored(run_id, 0, facts.scored(run_id, 0, *labels))
    return [good, bad, again]


async def test_runs_are_found_by_whatever_is_known_of_them(world: World) -> None:
    """All that narrows a list has to hold; a term on a metric of any contender."""
    good, bad, again = await three_runs(world)

    async def listed(**asked: Any) -> list[str]:
        return [run["run_id"] for run in (await world.get("/api/runs", **asked))["items"]]

    assert await listed() == [again, bad, good]
    assert await listed(filter="metrics.accuracy > 0.5") == [again, good]
    assert await listed(filter="metrics.accuracy=0 and metrics.accuracy >= 1.0") == [good]
    assert await listed(filter="params.lr < 0.01 or attributes.alias = 'nightly'") == [bad, good]
    assert await listed(filter="not tags.team = 'vision'", status="pending") == [bad]
    assert await listed(order_by="metrics.accuracy, attributes.alias") == [good, bad, again]
    assert await listed(order_by="metrics.accuracy desc", limit=1) == [again]
    assert await listed(kind="rescore") == [again]
    assert await listed(kind=["rescore", "analyze"], search="VISION net") == [again, good]
    assert await listed(search="adam", model="onnx/net-0@1") == [bad]
    assert await listed(filter=f"run_id = '{good}'", dataset="digits") == [good]
    assert await listed(filter="metrics.cost_usd > 0") == []
    assert (await world.get(f"/api/runs/{again}"))["kind"] == "rescore"


async def test_archived_runs_are_left_out_where_nobody_asks_for_them(world: World) -> None:
    """Of lists, pages and groups; a filter that speaks of them sees them."""
    good, bad, again = await three_runs(world)
    edited = {"run_id": bad, "edited_at": facts.NOW}
    await world.scribe.run(bad, RunEdited(**edited, archived=True), RunEdited(**edited, alias="x"))

    async def listed(**asked: Any) -> list[str]:
        return [run["run_id"] for run in (await world.get("/api/runs", **asked))["items"]]

    assert await listed() == [again, good]
    assert await listed(archived="any") == [again, bad, good]
    assert await listed(archived="yes") == await listed(filter="archived = true") == [bad]
    assert await listed(filter="not attributes.archived = 'true'") == [again, good]
    assert await listed(filter="alias = 'x' or archived != true") == [again, bad, good]
    assert await listed(order_by="archived desc", archived="any") == [bad, again, good]
    groups = (await world.get("/api/runs/groups", by="model"))["items"]
    assert {each["n_runs"] for each in groups} == {2}
    assert (await world.get(f"/api/runs/{bad}"))["archived"] is True
    problem(await world.http.get("/api/runs", params={"filter": "archived = 1"}), 422, "bad-filter")
    problem(await world.http.get("/api/runs", params={"archived": "maybe"}), 422, "invalid-request")


async def test_runs_are_grouped_page_by_page(world: World) -> None:
    """With means over each group's runs."""
    await three_runs(world)

    asked: dict[str, Any] = {"by": "label:team", "metric": "accuracy", "limit": 1}
    page = await world.get("/api/runs/groups", **asked)
    rest = await world.get("/api/runs/groups", **asked, cursor=page["next_cursor"])
    (vision,), (none,) = page["items"], rest["items"]
    assert (vision["key"], vision["n_runs"]) == ("vision", 2)
    accuracy = vision["metrics"]["accuracy"]
    assert (accuracy["mean"], accuracy["lowest"], accuracy["n_runs"]) == (0.75, 0.5, 2)
    assert accuracy["interval"][0] < 0.5
    assert (none["key"], none["metrics"]["accuracy"]["interval"]) == (None, None)
    assert rest["next_cursor"] is None
    by_model = await world.get("/api/runs/groups", by="model", kind="analyze")
    assert [(each["key"], each["n_runs"]) for each in by_model["items"]] == [
        ("onnx/net-0", 2),
        ("onnx/net-1", 2),
    ]


async def test_what_cannot_be_found_is_refused_with_what_would_be_right(world: World) -> None:
    """By its parameter and its place; near names are suggested."""
    await three_runs(world)
    await world.get("/api/runs")
    for path, name, field, told in (
        ("runs?filter=metrics.accuracy >", "bad-filter", "filter", "at character 19"),
        ("runs?filter=metrics.acuracy > 1", "bad-filter", "filter", "did you mean 'accuracy'?"),
        ("runs?filter=params.lrr > 1", "bad-filter", "filter", "did you mean 'lr'?"),
        ("runs?filter=tags.tame = 'x'", "bad-filter", "filter", "did you mean 'team'?"),
        ("runs?filter=tags.x = 'y'", "bad-filter", "filter", "there are team"),
        ("runs?order_by=metrics.f1 desc", "bad-order-by", "order_by", "no run has the metric 'f1'"),
        ("runs?order_by=alias down", "bad-order-by", "order_by", "at character 7"),
        ("runs?search=--", "bad-search", "search", "letters and digits"),
        ("runs?search=a b c d e f g h i j k", "bad-search", "search", "up to 10 words"),
        ("runs?kind=daily", "invalid-request", "kind.0", "'analyze'"),
        ("runs?model=onnx/a@99999999999999999999", "bad-model", "model", "onnx/net@2"),
        ("runs/groups", "invalid-request", "by", "required"),
        ("runs/groups?by=alia", "bad-by", "by", "did you mean 'alias'?"),
        ("runs/groups?by=label:tame", "bad-by", "by", "did you mean 'team'?"),
        ("runs/groups?by=kind&metric=x", "bad-metric", "metric", "no run has the metric 'x'"),
        ("runs/groups?by=kind&cursor=WzFd", "bad-cursor", "cursor", "next_cursor"),
        ("runs?filter=" + "(" * 10_000, "bad-filter", "filter", "20 levels"),
        ("runs?filter=" + "a" * 10_001, "invalid-request", "filter", "10000"),
        ("runs?filter=metrics.accuracy > 1e999", "bad-filter", "filter", "below 1.8e308"),
        ("runs?filter=tags.team = '%00'", "bad-filter", "filter", "U+0000"),
    ):
        found = problem(await world.http.get(f"/api/{path}"), 422, name)
        assert told in wrong_fields(found)[field], (path, found)
    # Nobody has it yet, which is what is asked.
    everything = (await world.get("/api/runs"))["items"]
    assert (await world.get("/api/runs", filter="tags.archived is null"))["items"] == everything


def keys_of(cursor: str) -> list[Any]:
    padded = cursor + "=" * (-len(cursor) % 4)
    return list(json.loads(base64.urlsafe_b64decode(padded)))


def cursor_of(keys: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")


async def test_a_cursor_that_somebody_made_up_is_no_server_error(world: World) -> None:
    """Whatever stands in it."""
    await three_runs(world)
    page = await world.get("/api/runs", order_by="metrics.accuracy", limit=1)
    kind, without, seq, value = keys_of(page["next_cursor"])
    made_up: list[object] = [
        [kind],
        [kind, without, seq],
        [kind, without, "1", value],
        [kind, without, 2**80, value],
        [kind, without, seq, "x"],
        [kind, without, seq, None],
        [kind, 1, seq, value],
        [kind, without, seq, value, value],
        [[], without, seq, value],
        {},
    ]
    for keys in made_up:
        answer = await world.http.get(
            "/api/runs", params={"order_by": "metrics.accuracy", "cursor": cursor_of(keys)}
        )
        assert answer.status_code == 422, (keys, answer.text)
