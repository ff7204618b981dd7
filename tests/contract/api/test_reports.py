"""Routes of metrics: reports, scorers, and filters by whatever a report measured."""

from __future__ import annotations

from runoff_contracts import subjects
from runoff_contracts.ids import new_run_id
from runoff_contracts.report import Group, Metric, Report
from runoff_contracts.scorers import KNOWN_SCORERS
from runoff_objects.store import Objects
from tests.contract.api.running import World, problem, wrong_fields
from tests.integration.query import facts

METRIC = Metric(contender=0, name="map_50", value=0.75, n=4, higher_is_better=True)
REPORT = Report(
    metrics=[METRIC],
    groups=[Group(by="section", value="night", n_entries=2, metrics=[METRIC])],
)


async def a_run(world: World, metrics: dict[str, float], *, report: str | None = None) -> str:
    run = new_run_id()
    await world.scribe.run(run, facts.created(run, 4, task="detection"), facts.started(run))
    await world.scribe.tell(subjects.scorecards(run), facts.stored(run, metrics, report))
    await world.scribe.run(run, facts.completed(run, 4))
    return run


async def test_a_report_is_served_with_the_names_of_its_contenders(world: World) -> None:
    """Contenders are numbers in it: whoever reads it needs their models."""
    objects = Objects.open(str(world.folder / "objects"))
    digest = await objects.put(REPORT.model_dump_json().encode())
    run = await a_run(world, {}, report=digest)

    view = await world.get(f"/api/runs/{run[:23]}/report")
    assert (view["run_id"], view["digest"]) == (run, digest)
    assert view["models"] == ["onnx/net-0", "onnx/net-1"]
    assert Report.model_validate(view["report"]) == REPORT


async def test_a_missing_report_says_why(world: World) -> None:
    """It may come yet, it will never come, or the store lost it."""
    running, stopped = new_run_id(), new_run_id()
    await world.scribe.run(running, facts.created(running, 1), facts.started(running))
    await world.scribe.run(stopped, facts.created(stopped, 1), facts.canceled(stopped))
    lost = await a_run(world, {})
    await world.get("/api/runs")

    for run, name in (
        (running, "report-not-ready"),
        (stopped, "no-report"),
        (lost, "report-lost"),
        (new_run_id(), "unknown-run"),
    ):
        problem(await world.http.get(f"/api/runs/{run}/report"), 404, name)


async def test_runs_are_filtered_by_any_metric_that_a_report_gave(world: World) -> None:
    """Of custom scorers as well; one that no run has is a typing error."""
    good = await a_run(world, {"map_50": 0.75, "grading:tone": 4.0})
    await a_run(world, {"map_50": 0.25})

    async def found(text: str) -> list[str]:
        page = await world.get("/api/runs", filter=text)
        return [run["run_id"] for run in page["items"]]

    assert await found("metrics.map_50 > 0.5") == [good]
    assert await found("metrics.'grading:tone' >= 4 and attributes.task = 'detection'") == [good]
    assert len(await found("metrics.map_50 > 0")) == 2
    assert await found("metrics.cost_usd > 0") == []
    answer = await world.http.get("/api/runs", params={"filter": "metrics.map50 > 0.5"})
    told = wrong_fields(problem(answer, 422, "bad-filter"))["filter"]
    assert "'map50'" in told
    assert "map_50" in told


async def test_a_list_of_runs_has_their_metrics(world: World) -> None:
    """So that a table of many runs needs no report of each."""
    await a_run(world, {"map_50": 0.75})

    (run,) = (await world.get("/api/runs"))["items"]
    assert [each["metrics"].get("map_50") for each in run["contenders"]] == [None, 0.75]
    assert run["report_digest"] == facts.digest(41)


async def test_every_scorer_is_listed_with_its_parameters(world: World) -> None:
    """A form can be made of it."""
    items = (await world.get("/api/scorers"))["items"]
    by_name = {each["name"]: each for each in items}

    assert set(by_name) == set(KNOWN_SCORERS)
    within = by_name["within"]
    assert (within["tasks"], within["default_of"]) == (["coordinates"], ["coordinates"])
    assert within["is_pass_fail"]
    assert within["params"]["properties"]["px"]["default"] == 10.0
    assert by_name["pixel_distance"]["higher_is_better"] is False
