"""Routes of runs, over runs that the log holds."""

from __future__ import annotations

from typing import Any

from runoff_contracts import subjects
from runoff_contracts.comparison import digest_of
from runoff_contracts.events.entry import Difference, Prediction
from runoff_contracts.ids import new_run_id
from tests.contract.api.running import IN_SHARED_LOOP, World, problem, wrong_fields
from tests.integration.query import facts

RUN = "01931b6c-0000-7000-8000-000000000001"
UNKNOWN = "00000000-0000-7000-8000-000000000000"


@IN_SHARED_LOOP
async def test_a_run_is_shown_with_its_contenders(idle_world: World) -> None:
    """The numbers of each contender, and the sequence that they are of."""
    run_id = await idle_world.scribe.whole_run(n_entries=10)

    run = await idle_world.get(f"/api/runs/{run_id}")
    assert run["status"] == "completed"
    assert (run["n_entries"], run["n_processed"], run["n_scored"]) == (10, 10, 10)
    assert [each["model"] for each in run["contenders"]] == ["onnx/net-0", "onnx/net-1"]
    first = run["contenders"][0]
    assert first["accuracy"] == first["n_correct"] / first["n_scored"]
    assert run["comparison_digest"] == facts.computed(run_id).digest
    assert run["seq"] == await idle_world.scribe.log.last_seq()


@IN_SHARED_LOOP
async def test_a_run_is_shown_with_what_it_cost_and_how_it_is_scored(idle_world: World) -> None:
    """Of each contender; nothing is said of a price that nobody knows."""
    run_id = new_run_id()
    start_at = "2026-11-21T20:00:00Z"
    more: dict[str, Any] = {
        "task": "coordinates",
        "scorers": [{"name": "within", "version": 1, "params": {"px": 5}}],
        "start_at": start_at,
        "answers_from": {"run_id": RUN, "what": "answered"},
    }
    await idle_world.scribe.run(run_id, facts.created(run_id, 2, **more), facts.started(run_id))
    entries = [facts.processed(run_id, n, "zero", "one", target={"x": 1, "y": n}) for n in (0, 1)]
    await idle_world.scribe.processed(run_id, 0, *(facts.paid(e, cost_usd=0.25) for e in entries))

    run = await idle_world.get(f"/api/runs/{run_id}")
    first, second = run["contenders"]
    assert (first["primary"], first["cost_usd"], first["n_priced"]) == ("within", 0.5, 2)
    assert (first["n_input_tokens"], first["n_output_tokens"]) == (200, 1)
    assert first["metrics"]["cost_usd"] == 0.5
    assert (second["cost_usd"], second["n_input_tokens"]) == (None, None)
    assert (run["scorers"], run["start_at"], run["answers_from"], run["report_digest"]) == (
        more["scorers"],
        start_at,
        more["answers_from"],
        None,
    )
    page = await idle_world.get(f"/api/runs/{run_id}/entries")
    assert [each["target"] for each in page["items"]] == [{"x": 1, "y": 0}, {"x": 1, "y": 1}]


@IN_SHARED_LOOP
async def test_an_entry_of_boxes_is_answered_where_nothing_is_found(idle_world: World) -> None:
    """Looked and found nothing is an answer; how far answers differ is said in its own measure."""
    run_id = new_run_id()
    box = {"label": "cat", "x": 1.0, "y": 2.0, "width": 3.0, "height": 4.0, "confidence": 0.5}
    answers = [
        Prediction.model_validate({"contender": n, "boxes": boxes, "attempts": [facts.attempt()]})
        for n, boxes in enumerate([[], [box]])
    ]
    entry = facts.processed(run_id, 0, "x", target=[]).model_copy(update={"predictions": answers})
    difference = Difference(
        kind="all_different", n_agree=1, n_answers=2, value=1, distance_px=7.5, iou=0.25
    )
    scored = facts.scored(run_id, 0, "a", "b", target=[]).model_copy(
        update={"difference": difference}
    )
    await idle_world.scribe.run(run_id, facts.created(run_id, 1, task="detection"))
    await idle_world.scribe.processed(run_id, 0, entry)
    await idle_world.scribe.scored(run_id, 0, scored)

    found = await idle_world.get(f"/api/runs/{run_id}/entries/entry-0")
    assert (found["status"], found["target"]) == ("answered", [])
    assert [each["boxes"] for each in found["predictions"]] == [[], [box]]
    assert Difference.model_validate(found["difference"]) == difference


async def test_the_beginning_of_an_id_is_enough(world: World) -> None:
    """People copy the first characters; too few or those of several runs are refused."""
    run_id = await world.scribe.whole_run(n_entries=1)
    other = run_id[:-4] + ("0000" if run_id[-4:] != "0000" else "1111")
    await world.scribe.run(other, facts.created(other, 1))

    problem(await world.http.get(f"/api/runs/{run_id[:7]}"), 404, "unknown-run")
    found = problem(
        await world.http.get(f"/api/runs/{run_id[:20]}?after={await world.scribe.log.last_seq()}"),
        422,
        "ambiguous-run",
    )
    assert run_id in wrong_fields(found)["run_id"]
    assert (await world.get(f"/api/runs/{run_id[:-1]}"))["run_id"] == run_id


@IN_SHARED_LOOP
async def test_unknown_runs_are_said_to_be_unknown(idle_world: World) -> None:
    """On every route below a run."""
    for path in ("", "/entries", "/entries/x", "/comparison", "/events"):
        problem(await idle_world.http.get(f"/api/runs/{UNKNOWN}{path}"), 404, "unknown-run")
    problem(await idle_world.http.get("/api/runs/no-run-at-all"), 404, "unknown-run")


async def test_runs_are_listed_newest_first_page_by_page(world: World) -> None:
    """Every run once, whatever the size of the page."""
    made = [new_run_id() for _ in range(5)]
    for each in made:
        await world.scribe.run(each, facts.created(each, 1))
    seen: list[str] = []
    page = await world.get("/api/runs", limit=2)
    while True:
        seen += [run["run_id"] for run in page["items"]]
        if page["next_cursor"] is None:
            break
        page = await world.get("/api/runs", limit=2, cursor=page["next_cursor"])

    assert seen == made[::-1]


async def test_runs_are_listed_by_status_model_and_dataset(world: World) -> None:
    """Each condition by itself, and several statuses at once."""
    done = await world.scribe.whole_run(n_entries=1)
    waiting, stopped = new_run_id(), new_run_id()
    await world.scribe.run(waiting, facts.created(waiting, 1, n_contenders=1))
    await world.scribe.run(stopped, facts.created(stopped, 1), facts.canceled(stopped))

    async def listed(**params: object) -> set[str]:
        return {run["run_id"] for run in (await world.get("/api/runs", **params))["items"]}

    assert await listed(status="completed") == {done}
    assert await listed(status=["completed", "canceled"]) == {done, stopped}
    assert await listed(model="onnx/net-1") == {done, stopped}
    assert await listed(model="onnx/net-0@1") == {done, waiting, stopped}
    assert await listed(model="onnx/net-0@2") == set()
    assert await listed(dataset="digits", status="pending") == {waiting}
    assert await listed(dataset="other") == set()


@IN_SHARED_LOOP
async def test_pages_of_entries_are_in_order_and_whole(idle_world: World) -> None:
    """Every entry once in each order; those that are not scored stand last."""
    run = new_run_id()
    await idle_world.scribe.run(run, facts.created(run, 8))
    labels = [(n, "zero", "zero" if n % 2 else "one") for n in range(6)]
    await idle_world.scribe.processed(run, 0, *(facts.processed(run, *each) for each in labels))
    await idle_world.scribe.scored(run, 0, *(facts.scored(run, *each) for each in labels))
    late = [(n, "zero", None) for n in (6, 7)]
    await idle_world.scribe.processed(run, 1, *(facts.processed(run, *each) for each in late))

    assert await _indexes(idle_world, run, sort="index") == [0, 1, 2, 3, 4, 5, 6, 7]
    assert await _indexes(idle_world, run, sort="difference") == [0, 2, 4, 1, 3, 5, 6, 7]
    assert await _indexes(idle_world, run, sort="confidence_difference") == [0, 1, 2, 3, 4, 5, 6, 7]
    assert await _indexes(idle_world, run, sort="difference", section="odd") == [1, 3, 5, 7]
    assert await _indexes(idle_world, run, sort="difference", status="failed") == [6, 7]
    assert await _indexes(idle_world, run, status="answered", split="test") == [0, 2, 4, 1, 3, 5]
    assert await _indexes(idle_world, run, split="train") == []


@IN_SHARED_LOOP
async def test_any_part_of_a_list_is_found_by_its_place(idle_world: World) -> None:
    """A table that is scrolled asks for a part and for the length of the whole, in each order."""
    run = new_run_id()
    await idle_world.scribe.run(run, facts.created(run, 8))
    labels = [(n, "zero", "zero" if n % 2 else "one") for n in range(6)]
    await idle_world.scribe.processed(run, 0, *(facts.processed(run, *each) for each in labels))
    await idle_world.scribe.scored(run, 0, *(facts.scored(run, *each) for each in labels))
    late = [(n, "zero", None) for n in (6, 7)]
    await idle_world.scribe.processed(run, 1, *(facts.processed(run, *each) for each in late))

    async def part(offset: int, **params: object) -> tuple[list[int], int]:
        path = f"/api/runs/{run}/entries"
        page = await idle_world.get(path, offset=offset, limit=3, **params)
        return [each["index"] for each in page["items"]], page["n_matching"]

    assert await part(1, sort="difference") == ([2, 4, 1], 8)
    assert await part(0, sort="difference") == ([0, 2, 4], 8)
    assert await part(4, sort="difference") == ([3, 5, 6], 8)
    assert await part(7, sort="difference") == ([7], 8)
    assert await part(8, sort="difference") == ([], 8)
    assert await part(5, sort="index") == ([5, 6, 7], 8)
    assert await part(1, sort="confidence_difference") == ([1, 2, 3], 8)
    assert await part(0, sort="difference", section="odd") == ([1, 3, 5], 4)
    assert await part(3, sort="difference", section="odd") == ([7], 4)
    assert await part(0, sort="index", status="failed") == ([6, 7], 2)
    assert await part(0, sort="difference", agreement="all_different") == ([0, 2, 4], 3)
    assert await part(1, sort="index", agreement="all_match") == ([3, 5], 3)
    assert await part(0, sort="difference", agreement="partial") == ([], 0)
    wanted = facts.processed(run, 5, "zero", "zero").entry_id
    assert await part(0, sort="difference", find=wanted.upper()) == ([5], 1)
    assert await part(1, sort="index", review="none") == ([1, 2, 3], 8)
    assert await part(0, review="approved") == ([], 0)
    await idle_world.scribe.scored(run, 1, *(facts.scored(run, *each) for each in late))
    assert await part(5, sort="index", section="odd") == ([], 4)
    assert await part(0, sort="difference", agreement="all_match") == ([1, 3, 5], 3)


@IN_SHARED_LOOP
async def test_a_condition_of_places_is_refused_without_one(idle_world: World) -> None:
    """A list by cursor would leave it out in silence."""
    run = await idle_world.scribe.whole_run(n_entries=2)
    path = f"/api/runs/{run}/entries"
    await idle_world.get(path)
    found = problem(await idle_world.http.get(path, params={"find": "x"}), 422, "needs-offset")
    assert "offset" in wrong_fields(found)
    for offset in ("-1", "x", str(2**40)):
        assert (await idle_world.http.get(path, params={"offset": offset})).status_code == 422


@IN_SHARED_LOOP
async def test_an_entry_is_shown_with_all_attempts(idle_world: World) -> None:
    """By the id that the dataset gave it, whatever characters are in it."""
    run = new_run_id()
    await idle_world.scribe.run(run, facts.created(run, 1))
    odd = "folder/a b%2F?#é.png"
    await idle_world.scribe.processed(run, 0, facts.processed(run, 0, "zero", None, entry_id=odd))
    await idle_world.scribe.scored(run, 0, facts.scored(run, 0, "zero", None, entry_id=odd))

    entry = await idle_world.get(f"/api/runs/{run}/entries/folder%2Fa%20b%252F%3F%23%C3%A9.png")
    assert entry["entry_id"] == odd
    assert entry["status"] == "failed"
    assert entry["difference"] is None
    assert entry["predictions"][1]["attempts"][0]["error"]["error_class"] == "exception"
    assert [score["value"] for score in entry["scores"]] == [1.0, None]
    problem(await idle_world.http.get(f"/api/runs/{run}/entries/none"), 404, "unknown-entry")


@IN_SHARED_LOOP
async def test_a_cursor_of_another_list_is_refused(idle_world: World) -> None:
    """It would begin at a place that means something else."""
    run = await idle_world.scribe.whole_run(n_entries=6)
    page = await idle_world.get(f"/api/runs/{run}/entries", limit=2, sort="index")
    for path, cursor in (
        ("/api/runs", page["next_cursor"]),
        (f"/api/runs/{run}/entries", page["next_cursor"]),
        ("/api/runs", "garbage"),
        ("/api/runs", "%%%"),
        ("/api/datasets", "WzFd"),
        ("/api/runs", "WyJydW5zIiwiMSJd"),
    ):
        found = problem(
            await idle_world.http.get(path, params={"cursor": cursor, "sort": "difference"}),
            422,
            "bad-cursor",
        )
        assert "next_cursor" in wrong_fields(found)["cursor"]


async def test_a_comparison_is_answered_byte_for_byte(world: World) -> None:
    """Its digest is of these bytes, so that anybody can check them."""
    run = await world.scribe.whole_run(n_entries=4)
    other = await world.scribe.whole_run(n_entries=4)
    digest = await world.objects.put(facts.document(run))
    await world.scribe.compared(run, other, settled=False)
    await world.get("/api/runs")

    by_digest = await world.http.get(f"/api/comparisons/{digest}")
    of_run = await world.http.get(f"/api/runs/{run}/comparison")
    listed = await world.get("/api/comparisons")
    assert digest_of(by_digest.content) == digest
    assert of_run.text == f'{{"digest":"{digest}","document":{by_digest.text}}}'
    assert digest == facts.computed(run).digest
    assert listed["items"][0]["run_ids"] == sorted([run, other])
    assert listed["items"][-1]["digest"] == digest
    assert listed["items"][-1]["models"] == ["onnx/net-0", "onnx/net-1"]
    assert listed["items"][-1]["certainty"] == "not_separable"
    lost = await world.http.get(f"/api/runs/{other}/comparison")
    problem(lost, 404, "comparison-lost")
    problem(await world.http.get(f"/api/comparisons/{facts.digest(9)}"), 404, "unknown-comparison")


@IN_SHARED_LOOP
async def test_a_first_comparison_is_answered_as_it_was(idle_world: World) -> None:
    """It was of another shape, and whoever kept its digest can still check it."""
    run = await idle_world.scribe.whole_run(n_entries=4)
    first = facts.first_computed(run)
    await idle_world.scribe.tell(subjects.comparison(first.digest), first)
    await idle_world.get("/api/runs")

    answer = await idle_world.http.get(f"/api/comparisons/{first.digest}")
    assert digest_of(answer.content) == first.digest
    for path in ("entries", f"diff/{first.digest}"):
        old = await idle_world.http.get(f"/api/comparisons/{first.digest}/{path}")
        problem(old, 409, "comparison-too-old")


@IN_SHARED_LOOP
async def test_a_missing_comparison_says_why(idle_world: World) -> None:
    """One contender has nothing to compare; two have it when they are done."""
    single, double, stopped = new_run_id(), new_run_id(), new_run_id()
    await idle_world.scribe.run(single, facts.created(single, 1, n_contenders=1))
    await idle_world.scribe.run(double, facts.created(double, 1))
    await idle_world.scribe.run(stopped, facts.created(stopped, 1), facts.canceled(stopped))
    await idle_world.get("/api/runs")

    for run, name in (
        (single, "nothing-to-compare"),
        (double, "comparison-not-ready"),
        (stopped, "nothing-to-compare"),
    ):
        problem(await idle_world.http.get(f"/api/runs/{run}/comparison"), 404, name)


async def test_the_registry_is_read_page_by_page(world: World) -> None:
    """Datasets and models by name with their versions, newest first."""
    await world.scribe.registry()
    await world.scribe.tell("runoff.dataset.digits", *facts.dataset_events(number=2))
    await world.scribe.tell("runoff.dataset.letters", *facts.dataset_events("letters"))

    page = await world.get("/api/datasets", limit=1)
    rest = await world.get("/api/datasets", limit=1, cursor=page["next_cursor"])
    model = await world.get("/api/models/onnx/net-0")
    assert [version["number"] for version in page["items"][0]["versions"]] == [2, 1]
    assert rest["items"][0]["dataset"] == "letters"
    assert rest["next_cursor"] is None
    assert model["versions"][0]["spec"]["labels"] == list(facts.LABELS)
    assert (await world.get("/api/models"))["items"] == [model]
    problem(await world.http.get("/api/models/onnx/none"), 404, "unknown-model")
    problem(await world.http.get("/api/datasets/none"), 404, "unknown-dataset")


async def _indexes(world: World, run: str, **params: object) -> list[int]:
    """Indexes of all entries, three a page."""
    found: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = await world.get(f"/api/runs/{run}/entries", limit=3, **params, **cursor)
        found += [entry["index"] for entry in page["items"]]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}
