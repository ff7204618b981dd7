"""Routes of comparisons: whom people name, and what is refused before anything is compared."""

from __future__ import annotations

from typing import Any

import numpy as np

from runoff_contracts import subjects
from runoff_contracts.comparison import ComparisonDocument, canonical
from runoff_contracts.events.comparison import ComparisonComputed
from runoff_contracts.ids import new_run_id
from runoff_objects.arrays import Texts, pack
from runoff_testkit.compared import a_contender, a_document
from tests.contract.api.running import IN_SHARED_LOOP, World, problem, wrong_fields
from tests.integration.query import facts

UNKNOWN = "00000000-0000-7000-8000-000000000000"


async def compared(
    world: World,
    run_id: str,
    *,
    n: int,
    task: str = "classification",
    n_contenders: int = 2,
    **changes: Any,  # any field of the document
) -> str:
    """A comparison of a run's two contenders, as often as it takes, as the scoring service tells
    it; its digest.
    """
    others = [[float(place % 2) for place in range(n)]] * (n_contenders - 1)
    scores = np.array([[1.0] * n, *others])
    table = pack(
        {
            "index": np.tile(np.arange(n, dtype=np.int32), (n_contenders, 1)),
            "score.accuracy": scores,
            "latency_s": np.array(
                [[0.25] * n] + [[0.5] * n] * (n_contenders - 1), dtype=np.float32
            ),
            "difference": 1 - scores[1],
            "confidence_difference": np.full(n, np.nan),
            **Texts.of([f"entry-{place}" for place in range(n)]).arrays("entry_ids"),
        },
        {
            "contenders": [
                {"run_id": run_id, "position": place % 2} for place in range(n_contenders)
            ],
            "metrics": [{"name": "accuracy", "higher_is_better": True}],
            "baseline": 0,
        },
    )
    contenders = [
        a_contender(place, f"onnx/net-{place}", run_id=run_id, position=place % 2)
        for place in range(n_contenders)
    ]
    entries = await world.objects.put(table)
    document = a_document(contenders=contenders, entries=entries, task=task, **changes)
    return await told(world, document)


async def told(world: World, document: ComparisonDocument) -> str:
    digest = await world.objects.put(canonical(document))
    event = ComparisonComputed(
        digest=digest,
        scores_digest=document.scores_digest,
        run_ids=sorted({each.run_id for each in document.contenders}),
        task=document.task,
        dataset=document.datasets[0].dataset,
        models=[each.model for each in document.contenders],
        measure=document.primary.name,
        verdict=document.verdict,
        settled=False,
        computed_at=facts.NOW,
    )
    await world.scribe.tell(subjects.comparison(digest), event)
    return digest


@IN_SHARED_LOOP
async def test_compared_entries_are_paged_with_answers(idle_world: World) -> None:
    """By change, the losses first; every entry once, and a cursor of no other question."""
    run = await idle_world.scribe.whole_run(n_entries=10)
    digest = await compared(idle_world, run, n=10)
    path = f"/api/comparisons/{digest}/entries"
    seen: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = await idle_world.get(path, limit=3, **cursor)
        assert len(page["items"]) == min(3, 10 - len(seen))
        assert page["start"] == len(seen)
        seen += [each["index"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}

    before = await idle_world.get(path, limit=3, cursor=page["previous_cursor"])
    assert [each["index"] for each in before["items"]] == seen[6:9]
    first = await idle_world.get(path, limit=6, cursor=before["previous_cursor"])
    assert (first["start"], first["previous_cursor"] is None) == (3, False)
    assert seen == [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]
    assert (page["n_matching"], page["metric"], page["contender"], page["versus"]) == (
        10,
        "accuracy",
        1,
        0,
    )
    worse = await idle_world.get(path, only="regressions", limit=1)
    (entry,) = worse["items"]
    stored = await idle_world.get(f"/api/runs/{run}/entries/entry-0")
    assert (worse["n_matching"], entry["entry_id"], entry["change"]) == (5, "entry-0", -1)
    assert [each["prediction"] for each in entry["answers"]] == stored["predictions"]
    assert [each["score"] for each in entry["answers"]] == [1, 0]
    assert (entry["section"], entry["target"]) == (stored["section"], stored["target"])
    for asked in (
        {**cursor, "only": "ties"},
        {**cursor, "sort": "difference"},
        {"cursor": "WyJjb21wYXJlZCIsMV0"},
    ):
        problem(await idle_world.http.get(path, params=asked), 422, "bad-cursor")


@IN_SHARED_LOOP
async def test_compared_entries_have_what_was_said_of_them_since(idle_world: World) -> None:
    """Reviews that count and further versions, by contender; only where they are asked for."""
    run = await idle_world.scribe.whole_run(n_entries=3)
    digest = await compared(idle_world, run, n=3)
    await idle_world.scribe.reviews(run, 1, "approved", "rejected", contender=1)
    await idle_world.get("/api/runs")
    path = f"/api/comparisons/{digest}/entries"
    page = await idle_world.get(path, sort="index", details=True)
    plain = await idle_world.get(path, sort="index")

    said = [[each["review"] for each in entry["answers"]] for entry in page["items"]]
    assert said[0] == [None, None]
    assert said[1][0] is None
    assert said[1][1]["decision"] == "rejected"
    assert plain["items"][1]["answers"][1]["review"] is None
    answer = await idle_world.http.get(path, params={"details": True, "limit": 101})
    assert "limit" in wrong_fields(problem(answer, 422, "invalid-request"))


@IN_SHARED_LOOP
async def test_two_contenders_are_held_against_each_other_entry_by_entry(idle_world: World) -> None:
    """Scores by a metric, or times; what no entry has is refused and says why."""
    digest = await compared(idle_world, await idle_world.scribe.whole_run(n_entries=4), n=4)
    await idle_world.get("/api/comparisons")
    path = f"/api/comparisons/{digest}/points"
    scores, times = await idle_world.get(path), await idle_world.get(path, of="latency")

    assert (scores["metric"], scores["contender"], scores["versus"]) == ("accuracy", 1, 0)
    assert [(each["x"], each["y"]) for each in scores["points"]] == [(1, 0), (1, 1), (1, 0), (1, 1)]
    assert (times["unit"], times["points"][0]["x"], times["points"][0]["y"]) == ("s", 0.25, 0.5)
    refused = await idle_world.http.get(path, params={"of": "confidence"})
    problem(refused, 404, "no-such-numbers")


@IN_SHARED_LOOP
async def test_entries_that_a_comparison_has_not_are_refused(idle_world: World) -> None:
    """With the field, and what there is."""
    digest = await compared(idle_world, await idle_world.scribe.whole_run(n_entries=2), n=2)
    await idle_world.get("/api/comparisons")

    for field, asked in (
        ("sort", {"sort": "score"}),
        ("only", {"only": "wins"}),
        ("contender", {"contender": 2}),
        ("versus", {"versus": 99}),
        ("contender", {"contender": 0, "versus": 0}),
        ("metric", {"metric": "f1"}),
        ("limit", {"limit": 1001}),
        ("order", {"order": "up"}),
        ("contender", {"contender": "9" * 30}),
    ):
        params: dict[str, Any] = {**asked}
        answer = await idle_world.http.get(f"/api/comparisons/{digest}/entries", params=params)
        assert answer.status_code == 422, answer.text
        assert field in wrong_fields(answer.json())


@IN_SHARED_LOOP
async def test_a_comparison_is_kept_for_ever_by_who_read_it(idle_world: World) -> None:
    """Its address names its bytes; the digest is checked before anything is looked for."""
    digest = await compared(idle_world, await idle_world.scribe.whole_run(n_entries=2), n=2)
    await idle_world.get("/api/comparisons")
    path = f"/api/comparisons/{digest}"

    answer = await idle_world.http.get(path)
    again = await idle_world.http.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert answer.headers["etag"] == f'"{digest}"'
    assert "immutable" in answer.headers["cache-control"]
    assert (again.status_code, again.content) == (304, b"")
    for hostile in ("x", "sha256:..%2F..%2Fetc", f"{digest}0", digest.upper(), "%00", "a" * 3000):
        for rest in ("", "/entries", f"/diff/{digest}"):
            refused = await idle_world.http.get(f"/api/comparisons/{hostile}{rest}")
            assert refused.status_code == 404, refused.text
            assert refused.headers["content-type"] == "application/problem+json"


async def test_comparisons_are_listed_by_run_task_and_dataset(world: World) -> None:
    """Each condition by itself; a cursor of another filter begins nowhere."""
    first, second = [await world.scribe.whole_run(n_entries=2, seed=seed) for seed in (1, 2)]
    one = await compared(world, first, n=2)
    two = await compared(world, second, n=2, task="detection")

    async def listed(**asked: object) -> list[str]:
        return [each["digest"] for each in (await world.get("/api/comparisons", **asked))["items"]]

    assert (await listed())[:2] == [two, one]
    assert one in await listed(run=first)
    assert two not in await listed(run=first)
    assert await listed(task="detection") == [two]
    assert await listed(task="text") == []
    assert one in await listed(dataset="photos", run=first)
    assert await listed(dataset="other") == []
    page = await world.get("/api/comparisons", limit=1)
    other = {"cursor": page["next_cursor"], "task": "detection"}
    problem(await world.http.get("/api/comparisons", params=other), 422, "bad-cursor")
    problem(await world.http.get(f"/api/comparisons?run={UNKNOWN[:12]}"), 404, "unknown-run")
    assert await listed(run=UNKNOWN) == []


@IN_SHARED_LOOP
async def test_what_changed_between_two_comparisons_is_told(idle_world: World) -> None:
    """Sides of entries from their tables; without common contenders there is nothing to tell."""
    run = await idle_world.scribe.whole_run(n_entries=4)
    before, after = await compared(idle_world, run, n=4), await compared(idle_world, run, n=3)
    strangers = await told(
        idle_world, a_document(contenders=[a_contender(0, "onnx/a"), a_contender(1, "onnx/b")])
    )
    found = await idle_world.get(f"/api/comparisons/{before}/diff/{after}")

    assert (found["before"], found["after"]) == (before, after)
    assert (found["n_entries_both"], found["n_moved"]) == (3, 0)
    assert [each["same_run"] for each in found["contenders"]] == [True, True]
    answer = await idle_world.http.get(f"/api/comparisons/{before}/diff/{strangers}")
    problem(answer, 422, "nothing-in-common")


async def test_whom_nobody_is_is_refused_with_the_field(world: World) -> None:
    """Before the service that compares is asked, which is not even there."""
    run = new_run_id()
    twin = facts.created(run, 2).contenders[0].model_copy(update={"position": 2})
    both = [*facts.created(run, 2).contenders, twin]
    await world.scribe.run(run, facts.created(run, 2, contenders=both))
    await world.get("/api/runs")

    for body, status, field in (
        ({}, 422, "runs"),
        ({"runs": []}, 422, "runs"),
        ({"runs": [run], "contenders": [{"run": run}]}, 422, "runs"),
        ({"runs": ["x"]}, 404, "runs.0"),
        ({"runs": [run, UNKNOWN]}, 404, "runs.1"),
        ({"runs": [run[:7]]}, 404, "runs.0"),
        ({"contenders": [{"run": run, "model": "onnx/net-9"}]}, 422, "contenders.0.model"),
        ({"contenders": [{"run": run, "model": "onnx/net-0"}]}, 422, "contenders.0.model"),
        ({"contenders": [{"run": run, "position": 3}]}, 422, "contenders.0.position"),
        ({"contenders": [{"run": run, "model": "a/b", "position": 0}]}, 422, "contenders.0"),
        ({"runs": [run], "baseline": {"run": run}}, 422, "baseline"),
        ({"runs": [run], "baseline": {"run": UNKNOWN}}, 404, "baseline.run"),
        ({"runs": [run], "baseline": {"run": run, "model": "x/y"}}, 422, "baseline.model"),
        ({"runs": [run], "family": "baseline"}, 422, "body"),
        ({"runs": [run], "margin": 0}, 422, "margin"),
        ({"runs": [run], "margin": "NaN"}, 422, "margin"),
        ({"runs": [run], "margin": True}, 422, "margin"),
        ({"runs": [run], "by": ["color"]}, 422, "by.0"),
        ({"runs": [run], "unknown": 1}, 422, "unknown"),
        ({"runs": [run], "as_of": 2**70}, 422, "as_of"),
    ):
        answer = await world.http.post("/api/comparisons", json=body)
        assert answer.status_code == status, (body, answer.text)
        assert field in wrong_fields(answer.json()), (body, answer.text)
    twice = await world.http.post("/api/comparisons?as_of=1", json={"runs": [run], "as_of": 2})
    assert "as_of" in wrong_fields(problem(twice, 422, "invalid-request"))
