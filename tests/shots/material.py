"""What the pages show while they are shot: the demo's three tasks, many runs, one under way."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runoff import Client
from runoff_contracts.run_config import RunConfig, Selection
from runoff_contracts.views import AcceptedView
from runoff_testkit.live import LiveStack
from runoff_testkit.waiting import wait_until
from tests.e2e.pages.conftest import Material
from tests.e2e.using import MODULE, run_demo, wait_settled

MODULES = "tests.e2e.functions,runoff.demo.answerers"
"""Where the worker may take models from."""
DEMOS = ("classification", "detection", "text")
_RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03)
_DEPTHS = (2, 4, 8)
_COLUMNS = (
    (
        "postcode",
        "Postal code of the address.",
        "Normalised postal code of the address: upper case, blanks removed.",
        "Postal code in its canonical form, used as the join key to the table of towns.",
    ),
    (
        "net_amount",
        "Net amount of the order.",
        "Net amount of the order.",
        "Net value of the order before tax, in the currency of the order.",
    ),
    (
        "born_on",
        "Date of birth.",
        "Date of birth.",
        "Date on which the person was born; empty where it is not known.",
    ),
    ("surname", "Family name.", "Family name.", "Family name."),
)
"""Column, target, one description and another."""


@dataclass(frozen=True)
class Shown:
    """Runs that are there, by what they are for."""

    made: Material
    demos: dict[str, str]
    """Run ids by the demo's task."""
    sealed: str
    """Digest of a plan."""
    planned: str
    marks: str
    """A run in sections, with reviews, versions and a failure."""
    told: str
    """Texts that two models tell in other words, one of them reviewed and varied."""
    retried: str
    """Calls of a language model that were refused and cut off, and some that failed at last."""
    places: str
    """Points in images."""
    six: str
    """One entry set, six models."""
    active: str


def make(stack: LiveStack, scratch: Path) -> Shown:
    """Fill the stack; a minute's work."""
    squares = scratch / "squares"
    squares.mkdir()
    made = Material(stack, squares)
    demos = {each: _demo(stack, scratch / each, each) for each in DEMOS}
    with Client(stack.api_url) as client:
        prompt = {"task": "classification", "model": "gpt-4o-mini", "choices": ["a", "b"]}
        client.models.add(name="openai/first-letter", spec=prompt)
        _sweep(stack, client)
        sealed, planned = _planned(stack, client)
        marks = _marks(stack, client)
        told, retried = _told(stack, client), _retried(stack, client)
        places, six = _places(stack, client, squares), _six(stack, client)
        models = [f"{MODULE}:paced_first", f"{MODULE}:paced_last"]
        slowly = RunConfig(concurrency=1, batch_size=1, sleep_s=0.6)
        active = client.runs.launch(dataset="letters", models=models, alias="slow", config=slowly)
        client.runs.show(active.id, after=active.seq)
        wait_until(lambda: client.runs.show(active.id).n_processed > 0, deadline_s=60)
    return Shown(made, demos, sealed, planned, marks, told, retried, places, six, active.id)


def paths(shown: Shown) -> list[str]:
    """Every page with something on it."""
    with Client(shown.made.stack.api_url) as client:
        digests = {
            task: client.runs.show(run).comparison_digest for task, run in shown.demos.items()
        }
        digits = client.datasets.show("digits").dataset
    run, found = shown.demos["detection"], shown.demos["text"]
    disputed = [first_entry(shown.made.stack, each) for each in (run, found, shown.marks)]
    rate, depth = "params.rate", "params.depth"
    return [
        f"/runs/{shown.active}",
        f"/runs/{shown.made.texts}",
        *(f"/runs/{each}" for each in shown.demos.values()),
        *(f"/runs/{shown.marks}{each}" for each in ("", *RUN_TABS)),
        f"/runs/{shown.planned}/plan",
        f"/runs/{run}/entries/{disputed[0]}",
        f"/runs/{found}/entries/{disputed[1]}",
        f"/runs/{shown.marks}/entries/{disputed[2]}",
        f"/runs/compare?run={shown.made.texts}&run={shown.planned}",
        f"/runs/compare?run={shown.made.texts}&run={shown.made.boxes}",
        "/runs/compare",
        *(f"/comparisons/{each}" for each in digests.values()),
        "/runs/explore",
        f"/runs/explore?view=scatter&x={rate}&y={depth}&z=metrics.accuracy&log=x",
        "/runs/explore?view=groups&by=param%3Adepth",
        "/runs?q=metrics.accuracy+%3E+nothing",
        "/search?q=letters",
        "/datasets/letters",
        "/datasets/letters?layout=table&split=train",
        f"/datasets/{digits}",
        "/datasets/canvases/entries/1",
        "/datasets/squares/entries/1",
        "/datasets/letters/entries/3",
        "/models/openai/first-letter",
        f"/plans/{shown.sealed}",
        "/plans/size?n_entries=400&discordance=0.1",
        f"/runs/new?from={shown.planned}",
        "/runs/new?dataset=squares%401&entry=s-1&entry=s-2",
    ]


RUN_TABS = ("/attempts", "/parameters", "/lineage", "/history")


def first_entry(stack: LiveStack, run: str) -> str:
    """The one that a run's models disagree most on."""
    answer = stack.http.get(f"/api/runs/{run}/entries", params={"limit": 1})
    return str(answer.json()["items"][0]["entry_id"])


def _demo(stack: LiveStack, folder: Path, task: str) -> str:
    folder.mkdir()
    return str(run_demo(folder, "--task", task, "--url", stack.api_url)["run_id"])


def _sweep(stack: LiveStack, client: Client) -> None:
    """Runs whose accuracy has a highest place among two parameters.

    They differ in which entries they ask: of some the last letter is the right one, too.
    """
    launched = []
    for rate in _RATES:
        for depth in _DEPTHS:
            far = abs(math.log10(rate) + 2.5) / 1.6 + abs(math.log2(depth) - 2) / 2.5
            n_right = round(20 * max(0.95 - 0.4 * far, 0.1))
            right = [f"text-{each:05}" for each in range(600) if each % 26 == each % 25]
            wrong = [f"text-{each:05}" for each in range(600) if each % 26 != each % 25]
            asked = right[:n_right] + wrong[: 20 - n_right]
            accepted = client.runs.launch(
                dataset="letters",
                models=[f"{MODULE}:last_letter"],
                selection=Selection(ids=asked),
                alias=f"depth-{depth}",
                params={"rate": rate, "depth": depth, "scheduler": "cosine" if depth > 3 else "no"},
                labels={"sweep": "autumn"},
            )
            launched.append(accepted.id)
    for each in launched:
        wait_settled(stack, each)
    client.runs.archive(*launched[:4])


def _planned(stack: LiveStack, client: Client) -> tuple[str, str]:
    models = [f"{MODULE}:{each}" for each in ("first_letter", "last_letter")]
    sealed = client.plans.seal(
        {
            "title": "Does the first letter say more?",
            "hypothesis": "It is the target.",
            "dataset": "letters",
            "models": models,
            "metric": "accuracy",
            "margin": 0.02,
        }
    )
    run = client.runs.launch(
        dataset="letters",
        models=models,
        alias="planned",
        params={"lr": 0.001, "seed": 7, "augmented": True},
        labels={"team": "letters"},
        plan=sealed.id,
    )
    return sealed.id, wait_settled(stack, run.id).run_id


def _marks(stack: LiveStack, client: Client) -> str:
    rows = [
        {"id": f"m-{n}", "text": f"{letter} mark", "target": letter, "section": f"s{n % 3}"}
        for n, letter in enumerate("abcdefghijkl")
    ]
    _register(stack, "marks", "classification", rows)
    models = [f"{MODULE}:{each}" for each in ("paraphrased", "last_letter", "always_raises")]
    config = RunConfig(retries=0)
    run = client.runs.launch(
        dataset="marks", models=models, alias="marks", seeds={"numpy": 7}, config=config
    )
    return _settled(client, run)


def _told(stack: LiveStack, client: Client) -> str:
    rows = [
        {
            "id": f"told-{n}",
            "text": f"Describe the column {column}.",
            "target": target,
            "metadata": {"a": a, "b": b},
            "section": "sales" if n % 2 else "people",
        }
        for n, (column, target, a, b) in enumerate(_COLUMNS)
    ]
    _register(stack, "columns", "text", rows)
    models = [f"{MODULE}:{each}" for each in ("said_a", "said_b")]
    run = _settled(client, client.runs.launch(dataset="columns", models=models, alias="columns"))
    client.reviews.approve(run, "told-0", contender=0, by="reviewer")
    client.reviews.reject(run, "told-0", contender=1, by="reviewer")
    return run


def _retried(stack: LiveStack, client: Client) -> str:
    orders = ("#429:0.2", "#reset", "#500 #500", "", "#429:0.1 #reset #500 #500 #500", "#400")
    rows = [
        {"id": f"city-{n}", "text": f"Which city? {order} <<Paris>>", "target": "Paris"}
        for n, order in enumerate(orders)
    ]
    _register(stack, "cities", "text", rows)
    models = ["openai/gpt-4o-mini", "openai/gpt-4o"]
    config = RunConfig(concurrency=1)
    return _settled(
        client, client.runs.launch(dataset="cities", models=models, alias="cities", config=config)
    )


def _places(stack: LiveStack, client: Client, folder: Path) -> str:
    rows = [
        {"id": f"p-{n}", "file": f"{n}.png", "target": {"x": 30, "y": 20 + n}} for n in range(4)
    ]
    (folder / "manifest.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    client.datasets.add(folder, name="places", task="coordinates")
    models = [f"{MODULE}:{each}" for each in ("points_at", "points_beside")]
    return _settled(client, client.runs.launch(dataset="places", models=models, alias="places"))


def _six(stack: LiveStack, client: Client) -> str:
    names = ("first_letter", "last_letter", "slow_first", "slow_last", "paraphrased", "echoes")
    models = [f"{MODULE}:{each}" for each in names]
    selection = Selection(ids=[f"text-{each:05}" for each in range(60)])
    run = client.runs.launch(dataset="letters", models=models, alias="six", selection=selection)
    return wait_settled(stack, run.id).run_id


def _register(stack: LiveStack, name: str, task: str, rows: Sequence[Mapping[str, object]]) -> None:
    stack.http.post(
        "/api/datasets",
        params={"name": name, "task": task},
        content="\n".join(map(json.dumps, rows)).encode(),
        headers={"Content-Type": "application/x-ndjson"},
    ).raise_for_status()


def _settled(client: Client, run: AcceptedView) -> str:
    client.runs.show(run.id, after=run.seq)
    wait_until(lambda: client.runs.show(run.id).status.settled, deadline_s=60)
    return run.id
