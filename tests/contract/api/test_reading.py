"""What all reads have in common, and what stands before every request."""

from __future__ import annotations

import httpx
import pytest
from structlog.testing import capture_logs

from runoff_contracts.ids import new_run_id
from runoff_testkit.waiting import eventually
from tests.contract.api.running import IN_SHARED_LOOP, World, problem, wrong_fields


@IN_SHARED_LOOP
async def test_a_reader_sees_its_own_write(idle_world: World) -> None:
    """`?after=` waits for the projector; without it a read may be too early."""
    for seed in range(20):
        run_id = await idle_world.scribe.whole_run(n_entries=2, seed=seed)
        seq = await idle_world.scribe.log.last_seq()
        answer = await idle_world.http.get(f"/api/runs/{run_id}", params={"after": seq})
        assert answer.status_code == 200
        assert answer.json()["seq"] == seq
        assert int(answer.headers["runoff-seq"]) >= seq


async def test_a_sequence_that_does_not_come_is_a_timeout(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bounded, with how far the views are."""
    monkeypatch.setattr("runoff_query.api.reading.AFTER_S", 0.2)
    found = problem(await world.http.get("/api/runs?after=999"), 504, "not-projected-yet")

    assert "999 behind 999" in found["detail"]


@IN_SHARED_LOOP
async def test_a_reader_that_has_it_already_is_told_so(idle_world: World) -> None:
    """Until the next event is projected."""
    run_id = await idle_world.scribe.whole_run(n_entries=2)
    await idle_world.get("/api/runs")
    first = await idle_world.http.get(f"/api/runs/{run_id}")
    etag = {"If-None-Match": f'"other", {first.headers["etag"]}'}
    same = await idle_world.http.get(f"/api/runs/{run_id}", headers=etag)
    await idle_world.scribe.registry()
    await idle_world.get("/api/runs")
    changed = await idle_world.http.get(f"/api/runs/{run_id}", headers=etag)

    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == first.headers["etag"]
    assert changed.status_code == 200


async def test_health_tells_how_far_each_projection_is(world: World) -> None:
    """Workers by name, and what could not be projected."""
    await world.start_worker()
    await world.scribe.log.js.publish("runoff.model.x", b"nonsense")
    await world.scribe.whole_run(n_entries=2)
    await world.get("/api/runs")

    async def worker_heard() -> httpx.Response | None:
        answer = await world.http.get("/api/health/ready")
        return answer if answer.json()["workers"] else None

    answer = await eventually(worker_heard, what="a worker's sign of life")
    assert answer is not None
    health = answer.json()
    assert health["status"] == "ready"
    assert health["log_seq"] == await world.scribe.log.last_seq()
    assert {each["projection"]: each["lag"] for each in health["projections"]} == {
        "registry": 0,
        "runs": 0,
        "provenance": 0,
        "finding": 0,
        "entries": 0,
        "versions": 0,
        "reviews": 0,
        "comparisons": 0,
        "plans": 0,
    }
    assert health["workers"] == ["worker-1"]
    assert (health["n_parked"], health["parked"][0]["seq"]) == (1, 1)
    for path in ("/health/live", "/health/ready", "/api/health/live"):
        assert (await world.http.get(path)).status_code == 200


@IN_SHARED_LOOP
async def test_paths_and_methods_that_are_none_are_problems(idle_world: World) -> None:
    """Also outside of the API's own routes."""
    problem(await idle_world.http.get("/api/none"), 404, "not-found")
    problem(await idle_world.http.get("/"), 404, "not-found")
    answer = await idle_world.http.put("/api/runs")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"]


@IN_SHARED_LOOP
async def test_parameters_out_of_range_are_named(idle_world: World) -> None:
    """4xx, with the field; never a 5xx."""
    for path, field in (
        ("/api/runs?limit=0", "limit"),
        ("/api/runs?limit=1001", "limit"),
        ("/api/runs?limit=x", "limit"),
        ("/api/runs?after=-1", "after"),
        ("/api/runs?status=done", "status.0"),
        (f"/api/runs/{new_run_id()}/entries?sort=size", "sort"),
        ("/api/datasets/x/entries?version=0", "version"),
        ("/api/runs?model=onnx/a@b", "model"),
    ):
        answer = await idle_world.http.get(path)
        assert answer.status_code == 422, (path, answer.text)
        assert field in wrong_fields(answer.json()), (path, answer.text)


@IN_SHARED_LOOP
async def test_values_that_no_row_can_have_are_no_server_error(idle_world: World) -> None:
    """A null character, a number over 64 bits."""
    for path in (
        "/api/runs?dataset=%00",
        "/api/datasets/%00",
        "/api/models/onnx/%00",
        "/api/comparisons/%00",
        "/api/runs?model=onnx/a@99999999999999999999",
        "/api/runs?after=99999999999999999999999",
        "/api/runs/%00",
    ):
        answer = await idle_world.http.get(path)
        assert 400 <= answer.status_code < 500, (path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


@IN_SHARED_LOOP
async def test_an_error_of_our_own_tells_nothing_but_an_id(
    idle_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What went wrong stands in the log, under that id."""

    def broken(_: str) -> str:
        raise ZeroDivisionError("secret inside")

    monkeypatch.setattr("runoff_query.api.listing.parse_filter", broken)
    with capture_logs() as logged:
        found = problem(await idle_world.http.get("/api/runs?filter=x"), 500, "internal")

    assert "secret" not in str(found)
    assert [each["error_id"] in found["detail"] for each in logged if "error_id" in each] == [True]


@IN_SHARED_LOOP
async def test_pages_of_other_sites_are_kept_out(idle_world: World) -> None:
    """By the name that they call us by, and by where they come from."""
    for host, status in (
        ("evil.example", 421),
        ("evil.example:8700", 421),
        ("", 421),
        ("localhost:8700", 200),
        ("127.0.0.1", 200),
        ("[::1]:8700", 200),
    ):
        answer = await idle_world.http.get("/api/health/live", headers={"Host": host})
        assert answer.status_code == status, host
    body = {"runs": ["x"]}
    foreign = await idle_world.http.post(
        "/api/comparisons", json=body, headers={"Origin": "https://evil.example"}
    )
    own = await idle_world.http.post(
        "/api/comparisons", json=body, headers={"Origin": str(idle_world.http.base_url)}
    )
    problem(foreign, 403, "cross-origin")
    assert own.status_code != 403
    assert "access-control-allow-origin" not in foreign.headers


@IN_SHARED_LOOP
async def test_every_answer_has_its_security_headers(idle_world: World) -> None:
    """Errors as well."""
    for path in ("/api/runs", "/api/none", "/api/openapi.json"):
        headers = (await idle_world.http.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers or "uvicorn" in headers["server"]


@IN_SHARED_LOOP
async def test_the_api_describes_itself(idle_world: World) -> None:
    """OpenAPI 3.1, every route with a summary and a problem as its error."""
    document = (await idle_world.http.get("/api/openapi.json")).json()

    assert document["openapi"].startswith("3.1")
    assert "Problem" in document["components"]["schemas"]
    routes = {(path, verb) for path, verbs in document["paths"].items() for verb in verbs}
    assert {
        ("/api/datasets", "post"),
        ("/api/models", "post"),
        ("/api/runs", "post"),
        ("/api/runs/{run_id}/entries", "get"),
        ("/api/events", "get"),
        ("/api/rebuild", "post"),
    } <= routes
    for path, verb in routes:
        described = document["paths"][path][verb]
        assert described["description"], (path, verb)
        assert "application/problem+json" in described["responses"]["4XX"]["content"], path
