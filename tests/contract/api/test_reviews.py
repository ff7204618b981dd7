"""Routes of reviews and parameters, with run-manager behind them."""

from __future__ import annotations

import json
from typing import Any

import httpx

from runoff_contracts.lineage import Lineage
from tests.contract.api.running import FUNCTIONS, World, problem, wrong_fields
from tests.contract.api.test_steering import compared
from tests.contract.api.test_uploads import settled

FIRST, OF_A = f"python/{FUNCTIONS}:first_letter", f"python/{FUNCTIONS}:first_letter_of_a"
LAST = f"python/{FUNCTIONS}:last_letter"
LATER = "2100-01-01T00:00:00Z"
HOSTILE = "<script>alert(1)</script>\u202e\u0007\x00"
LINEAGE = {
    "git": {"commit": "4f1c2aa", "branch": "main", "dirty": True, "remote": "example.org/a"},
    "python": "CPython 3.11.9",
    "platform": "Linux",
    "packages": {"numpy": "2.3.0", "scipy": "1.16"},
    "command": "runoff run launch",
    "seeds": {"numpy": 7},
    "files": {"eval.yaml": f"sha256:{7:064x}"},
}


async def launched(world: World, *models: str, **asked: Any) -> str:
    body = {"dataset": "texts", "models": list(models), "config": {"retries": 0}, **asked}
    answer = await world.http.post("/api/runs", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_answers_are_approved_rejected_and_corrected(world: World) -> None:
    """The rate follows, everything that was said is kept, and the model's answer stays."""
    await world.start_everything()
    await world.register_texts("texts", "aa", "bb", "ab", "ba")
    run_id = await launched(world, FIRST, OF_A)
    await compared(world, run_id)
    path = f"/api/runs/{run_id}"

    async def review(entry: str, **body: Any) -> httpx.Response:
        return await world.http.post(f"{path}/entries/{entry}/review", json=body)

    first = await review("e0", contender=0, decision="rejected", note=HOSTILE, by=HOSTILE)
    second = await review("e0", contender=0, decision="approved")
    edit = {"entry": "e1", "contender": 0, "edited": {"label": "a"}}
    other = {"entry": "e2", "contender": 0, "decision": "approved"}
    bulk = {"reviews": [edit, other], "by": "a person"}
    headers = {"Idempotency-Key": "k", "Runoff-By": "somebody else"}
    many = [await world.http.post(f"{path}/review", json=bulk, headers=headers) for _ in range(3)]

    assert [first.status_code, second.status_code] == [200, 200], first.text
    assert {(each.status_code, each.json()["n_reviews"]) for each in many} == {(200, 2)}
    run = await world.get(path)
    own, others = run["contenders"]
    assert (own["n_approved"], own["n_rejected"], own["approval_rate"]) == (2, 1, 2 / 3)
    assert (others["n_approved"], others["n_rejected"], others["approval_rate"]) == (0, 0, None)
    entry = await world.get(f"{path}/entries/e0")
    assert [(each["decision"], each["counts"]) for each in entry["reviews"]] == [
        ("rejected", False),
        ("approved", True),
    ]
    assert entry["reviews"][0]["note"] == entry["reviews"][0]["by"] == HOSTILE.replace("\0", "�")
    (corrected,) = (await world.get(f"{path}/entries/e1"))["reviews"]
    assert (corrected["decision"], corrected["by"]) == ("rejected", "a person")
    assert corrected["edited"]["label"] == "a"
    assert (await world.get(f"{path}/entries/e1"))["predictions"][0]["label"] == "b"
    for state, ids in (("approved", ["e0", "e2"]), ("rejected", ["e1"]), ("none", ["e3"])):
        for sort in ("index", "difference"):
            page = await world.get(f"{path}/entries", review=state, sort=sort)
            assert sorted(each["entry_id"] for each in page["items"]) == ids
    listed = await world.get(f"{path}/entries")
    assert [len(each["reviews"]) for each in listed["items"]] == [1, 1, 1, 0]
    after = await world.scribe.log.last_seq()
    exported = await world.http.get(f"{path}/export", params={"format": "jsonl", "after": after})
    rows = [json.loads(line) for line in exported.text.splitlines()]
    told = {(row["entry_id"], row["contender"]): row for row in rows if "review" in row}
    assert {key: row["review"] for key, row in told.items()} == {
        ("e0", 0): "approved",
        ("e1", 0): "rejected",
        ("e2", 0): "approved",
    }
    assert told["e1", 0]["review_edited"] == {"label": "a"}
    assert (told["e1", 0]["reviewed_by"], told["e1", 0]["reviewed_at"][:2]) == ("a person", "20")
    assert (await review("e1", contender=0, decision="cleared")).status_code == 200
    assert (await world.get(path))["contenders"][0]["approval_rate"] == 1.0


async def test_a_review_of_what_is_not_there_is_refused(world: World) -> None:
    """By its field, and of several none is taken."""
    await world.start_everything()
    await world.register_texts("texts", "aa", "bb", "ab", "ba")
    run_id = await launched(world, FIRST, OF_A)
    await compared(world, run_id)
    path = f"/api/runs/{run_id}"
    fine = {"entry": "e0", "contender": 0, "decision": "approved"}

    for wrong, name, field in (
        ({"entry": "e9"}, "unknown-entry", "entry"),
        ({"contender": None}, "contender-missing", "contender"),
        ({"contender": 2}, "unknown-contender", "contender"),
        ({"entry": "e1", "contender": 1}, "no-answer", "answer_version"),
        ({"answer_version": 2}, "no-answer", "answer_version"),
        ({"edited": {"label": "a"}}, "edit-not-rejected", "edited"),
        ({"decision": None, "edited": {"text": "a"}}, "bad-edit", "edited"),
        ({"decision": None, "edited": {"label": "c"}}, "unknown-label", "edited"),
    ):
        second = {**fine, "entry": "e2", **wrong}
        answer = await world.http.post(f"{path}/review", json={"reviews": [fine, second]})
        assert set(wrong_fields(problem(answer, 422, name))) == {f"reviews.1.{field}"}
        if name != "unknown-entry":
            entry = second.pop("entry")
            answer = await world.http.post(f"{path}/entries/{entry}/review", json=second)
            assert set(wrong_fields(problem(answer, 422, name))) == {field}
    for body in ({}, {"decision": "loved"}, {"decision": "approved", "note": "x" * 2001}):
        answer = await world.http.post(f"{path}/entries/e0/review", json=body)
        problem(answer, 422, "invalid-request")
    missing = await world.http.post(f"{path}/entries/no/review", json={"decision": "approved"})
    problem(missing, 404, "unknown-entry")
    too_many = await world.http.post(f"{path}/review", json={"reviews": [fine] * 1001})
    problem(too_many, 422, "invalid-request")
    long = {**fine, "decision": "rejected", "edited": {"text": "x" * 100_000}}
    too_large = await world.http.post(f"{path}/review", json={"reviews": [long] * 60})
    problem(too_large, 413, "content-too-large")
    strange = {**fine, "decision": "rejected", "edited": {"label": "c"}}
    answer = await world.http.post(
        f"{path}/review", json={"reviews": [strange], "new_labels": True}
    )
    assert answer.status_code == 200, answer.text
    assert (await world.get(path))["contenders"][0]["n_rejected"] == 1


async def test_parameters_are_edited_copied_reset_and_downloaded(world: World) -> None:
    """Who changed what, and when, can be read; an outdated edit is refused and shows both."""
    await world.start_run_manager()
    await world.start_worker()
    await world.register_texts("texts", "aa", "bb", "ab", "ba")
    params = {"lr": 0.1, "warm": True, "text": HOSTILE}
    run_id = await launched(world, FIRST, params=params, lineage=LINEAGE, start_at=LATER)
    path = f"/api/runs/{run_id}"
    shown = await world.get(path)
    tag = (await world.http.get(f"{path}/params")).headers["etag"]

    async def edit(**asked: Any) -> httpx.Response:
        headers = asked.pop("headers", {})
        return await world.http.patch(path, json=asked, headers=headers)

    headers = {"If-Match": tag, "Runoff-By": "a person"}
    done = await edit(set_params={"lr": 0.2}, unset_params=["text"], headers=headers)
    outdated = await edit(params={"lr": 0.3}, headers=headers)
    stale = await edit(set_params={"lr": 0.3}, params_version=1)
    other = await launched(world, FIRST, template=run_id, params={"b": 2}, start_at=LATER)
    copied = await edit(template=other, by="another")
    reset = await edit(reset_params=True)

    assert (shown["params"], shown["params_version"]) == (params, 1)
    assert [each.status_code for each in (done, copied, reset)] == [200] * 3, done.text
    for refused in (outdated, stale):
        errors = wrong_fields(problem(refused, 412, "params-changed"))
        assert errors["params.lr"] == "now 0.2, asked for 0.3"
    history = (await world.get(f"{path}/params/history"))["items"]
    assert [(each["params_version"], each["how"], each["by"]) for each in history] == [
        (4, "reset", ""),
        (3, "copied", "another"),
        (2, "edited", "a person"),
        (1, "launched", ""),
    ]
    assert (history[1]["template"], history[1]["set"]) == (other, {"b": 2})
    changed = {each: history[2][each] for each in ("set", "unset", "before")}
    assert changed == {"set": {"lr": 0.2}, "unset": {"text": HOSTILE}, "before": {"lr": 0.1}}
    first = await world.get(f"{path}/params/history", limit=1)
    rest = await world.get(f"{path}/params/history", cursor=first["next_cursor"])
    assert [*first["items"], *rest["items"]] == history
    file = await world.http.get(f"{path}/params.json")
    assert file.json() == params
    assert file.headers["content-disposition"] == (
        f'attachment; filename="run-{run_id}-params.json"'
    )
    assert (await world.get(f"/api/runs/{other}"))["params"] == {"lr": 0.2, "warm": True, "b": 2}


async def test_what_is_no_parameter_is_refused_by_its_name(world: World) -> None:
    """At launch and in an edit; a template that nobody knows is one, too."""
    await world.start_run_manager()
    await world.start_worker()
    await world.register_texts("texts", "aa", "bb", "ab", "ba")
    body: dict[str, Any] = {
        "dataset": "texts",
        "models": [FIRST],
        "start_at": LATER,
    }
    none = "00000000-0000-7000-8000-000000000000"

    launches: list[tuple[dict[str, Any], str, str]] = [
        ({"params": {"a": None}}, "invalid-request", "params.a"),
        ({"params": {"a": [1]}}, "invalid-request", "params.a"),
        ({"params": {"a": 2**70}}, "invalid-request", "params.a"),
        ({"params": {"a": "x" * 6001}}, "invalid-request", "params.a"),
        ({"template": none}, "unknown-template", "template"),
        ({"template": "no run"}, "unknown-template", "template"),
        ({"lineage": {"git": {"commit": "$(rm)"}}}, "invalid-request", "lineage.git.commit"),
    ]
    for wrong, name, field in launches:
        answer = await world.http.post("/api/runs", json={**body, **wrong})
        assert set(wrong_fields(problem(answer, 422, name))) == {field}
    run_id = str((await world.http.post("/api/runs", json=body)).json()["id"])
    edits: list[tuple[dict[str, Any], str, str]] = [
        ({"set_params": {"a": {}}}, "invalid-request", "set_params.a"),
        ({"params": {}, "reset_params": True}, "params-twice", "reset_params"),
        ({"template": run_id}, "own-template", "template"),
        ({"template": none}, "unknown-template", "template"),
        ({"by": "me"}, "invalid-request", "body"),
    ]
    for wrong, name, field in edits:
        answer = await world.http.patch(f"/api/runs/{run_id}", json=wrong)
        assert set(wrong_fields(problem(answer, 422, name))) == {field}
    answer = await world.http.patch(
        f"/api/runs/{run_id}", json={"params": {}}, headers={"If-Match": '"7"'}
    )
    problem(answer, 422, "bad-etag")


async def test_a_run_says_where_it_comes_from(world: World) -> None:
    """In short beside the run, whole on a route of its own, with the server's part."""
    await world.start_run_manager()
    await world.start_worker()
    await world.register_texts("texts", "aa", "bb", "ab", "ba")
    run_id = await launched(world, FIRST, lineage=LINEAGE, start_at=LATER)
    without = await launched(world, FIRST, start_at=LATER)

    short = (await world.get(f"/api/runs/{run_id}"))["lineage"]
    whole = await world.get(f"/api/runs/{run_id}/lineage")
    nothing = await world.get(f"/api/runs/{without}/lineage")
    assert (short["commit"], short["dirty"], short["n_packages"]) == ("4f1c2aa", True, 2)
    assert whole["digest"] == short["digest"]
    assert Lineage.model_validate(whole["lineage"]) == Lineage.model_validate(LINEAGE)
    assert whole["server"]["python"].startswith("CPython")
    assert (nothing["lineage"], nothing["digest"]) == (None, None)
    assert (await world.get(f"/api/runs/{without}"))["lineage"] is None


async def test_several_runs_are_archived_restored_and_deleted_at_once(world: World) -> None:
    """Those that allow it; of each of the others it is said why not."""
    await world.start_everything()
    await world.register_texts("texts", "aa", "bb")
    done, waiting = await launched(world, FIRST), await launched(world, FIRST, start_at=LATER)
    await settled(world, done)
    begun = await launched(world, FIRST, config={"retries": 0, "sleep_s": 30.0})

    async def order(verb: str, *run_ids: str) -> dict[str, Any]:
        answer = await world.http.post(f"/api/runs/{verb}", json={"run_ids": list(run_ids)})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def listed() -> set[str]:
        return {each["run_id"] for each in (await world.get("/api/runs"))["items"]}

    archived = await order("archive", done[:13], begun, "0" * 32, "x")
    assert archived["done"] == [done, begun]
    assert [each["problem"]["status"] for each in archived["refused"]] == [404, 404]
    assert await listed() == {waiting}
    restored = await order("restore", begun, begun, waiting)
    assert restored["done"] == [begun, waiting]
    assert await listed() == {waiting, begun}
    deleted = await order("delete", done, waiting, begun)
    assert deleted["done"] == [done, waiting]
    (refused,) = deleted["refused"]
    assert (refused["run_id"], refused["problem"]["type"][-10:]) == (begun, "run-active")
    assert (await world.get("/api/runs", archived="any"))["items"][0]["run_id"] == begun
    bad: list[dict[str, Any]] = [
        {"run_ids": []},
        {"run_ids": ["x"] * 1001},
        {},
        {"run_ids": [1], "more": 2},
    ]
    for body in bad:
        problem(await world.http.post("/api/runs/delete", json=body), 422, "invalid-request")


async def test_a_launch_is_estimated_before_it_is_made(world: World) -> None:
    """What is wrong by field, what so many entries can show, what it costs; nothing is launched."""
    await world.start_everything()
    await world.register_texts("texts", *(f"{letter}a" for letter in "abcdefghij" * 5))
    models = [FIRST, LAST]

    async def estimated(**asked: Any) -> dict[str, Any]:
        answer = await world.http.post("/api/runs/estimate", json={"dataset": "texts", **asked})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    before = await estimated(models=models)
    run_id = await launched(world, *models)
    await compared(world, run_id)
    await world.get(f"/api/runs/{run_id}")
    after = await estimated(models=models)
    wrong = await estimated(models=["onnx/none"], template="0" * 32, plan="abcdefgh")

    assert (before["n_entries"], before["scorers"]) == (50, ["accuracy@1"])
    assert (before["problems"], before["cost_usd"], before["costs"]) == ([], 0.0, [])
    assert [each["discordance"] for each in before["differences"]] == [0.05, 0.1, 0.2]
    assert after["differences"][0]["from_run"] == run_id
    assert after["differences"][0]["metric"] == "accuracy"
    fields = {error["field"] for each in wrong["problems"] for error in each["errors"]}
    assert fields == {"models.0", "plan"}
    assert len((await world.get("/api/runs"))["items"]) == 1
    answer = await world.http.post("/api/runs/estimate", json={"dataset": "texts", "models": []})
    assert "models" in wrong_fields(problem(answer, 422, "invalid-request"))
