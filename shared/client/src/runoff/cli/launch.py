"""`runoff run launch`: from a file, from options, or both."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from runoff.cli.estimating import report_estimate, say_estimate
from runoff.cli.following import report_settled, watch_run
from runoff.cli.options import Json, Url
from runoff.cli.output import for_people, print_json, safe, warn
from runoff.cli.pace import (
    BatchSize,
    Cache,
    Concurrency,
    MaxCostUsd,
    MaxEntries,
    MaxFailed,
    RequestsPerMinute,
    Retries,
    Scorers,
    SleepS,
    StopMargin,
    StopWhenDecided,
    TimeoutS,
    TokensPerMinute,
    read_scorers,
    read_share,
    read_stopping,
)
from runoff.cli.params import read_params
from runoff.cli.run_meant import run_id_of
from runoff.client import Client
from runoff.errors import ProblemError
from runoff.evaluation import Evaluation, read_yaml
from runoff.lineage import capture
from runoff_contracts.lineage import Lineage
from runoff_contracts.views import AcceptedView

Given = dict[str, object]


File = Annotated[
    Path | None,
    typer.Argument(metavar="EVAL.yaml", help="What to run, as a file.", show_default=False),
]
Dataset = Annotated[
    str | None,
    typer.Option("--dataset", help="Name, or name@version.", show_default=False),
]
Models = Annotated[
    list[str] | None,
    typer.Option("--model", help="provider/name; again for each model.", show_default=False),
]
Split = Annotated[
    str | None, typer.Option("--split", help="Only entries of it.", show_default=False)
]
Section = Annotated[
    str | None, typer.Option("--section", help="Only entries of it.", show_default=False)
]
PriorityName = Annotated[
    str | None,
    typer.Option("--priority", help="high, normal, or low (normal).", show_default=False),
]
Alias = Annotated[
    str | None, typer.Option("--alias", help="A name for people.", show_default=False)
]
Labels = Annotated[
    list[str] | None,
    typer.Option("--label", metavar="KEY=VALUE", help="Again for each.", show_default=False),
]
StartAt = Annotated[
    str | None,
    typer.Option(
        "--start-at",
        metavar="TIME",
        help="Ask nothing before: 2026-11-21T20:00, here where no offset is given.",
        show_default=False,
    ),
]
ParamPairs = Annotated[
    list[str] | None,
    typer.Option(
        "--param",
        metavar="KEY=VALUE",
        help="A boolean, number or text; again for each.",
        show_default=False,
    ),
]
Template = Annotated[
    str | None,
    typer.Option(
        "--params-from",
        metavar="RUN",
        help="Take over this run's parameters; --param goes on top.",
        show_default=False,
    ),
]
Seeds = Annotated[
    list[str] | None,
    typer.Option(
        "--seed",
        metavar="NAME=NUMBER",
        help="Of a random generator, for the lineage; again for each.",
        show_default=False,
    ),
]
NoLineage = Annotated[
    bool, typer.Option("--no-lineage", help="Say nothing of this code and machine.")
]
PlanDigest = Annotated[
    str | None,
    typer.Option("--plan", help="Digest of the sealed plan it keeps to.", show_default=False),
]
Estimate = Annotated[
    bool,
    typer.Option(
        "--estimate",
        help="Launch nothing: say what it would be refused for, can show, and costs.",
    ),
]
Watch = Annotated[bool, typer.Option("--watch", help="Follow it until it is settled.")]


def launch(
    file: File = None,
    dataset: Dataset = None,
    models: Models = None,
    split: Split = None,
    section: Section = None,
    batch_size: BatchSize = None,
    sleep_s: SleepS = None,
    concurrency: Concurrency = None,
    retries: Retries = None,
    timeout_s: TimeoutS = None,
    requests_per_minute: RequestsPerMinute = None,
    tokens_per_minute: TokensPerMinute = None,
    max_cost_usd: MaxCostUsd = None,
    max_failed: MaxFailed = None,
    cache: Cache = None,
    stop_when_decided: StopWhenDecided = False,
    stop_margin: StopMargin = None,
    max_entries: MaxEntries = None,
    scorers: Scorers = None,
    plan: PlanDigest = None,
    start_at: StartAt = None,
    priority: PriorityName = None,
    alias: Alias = None,
    labels: Labels = None,
    params: ParamPairs = None,
    template: Template = None,
    seeds: Seeds = None,
    no_lineage: NoLineage = False,
    estimate: Estimate = False,
    watch: Watch = False,
    url: Url = None,
    json: Json = False,
) -> None:
    """Launch a run: one or more models over the entries of a dataset.

    Options win over the file. With --watch the command ends when the run is settled, with 1
    when it failed or was canceled. Models are checked before anything is asked or spent; the
    smallest difference that so many entries can show, and what language models cost, are said
    first (not with --json).

    For example:

        runoff run launch eval.yaml --watch

        runoff run launch --dataset photos --model onnx/a --model onnx/b

        runoff run launch --dataset questions --model openai/gpt-4o --max-cost-usd 2

        runoff run launch eval.yaml --scorer within:px=5 --start-at 2026-11-21T20:00

        runoff run launch eval.yaml --params-from 01936f2a --param lr=0.001 --seed numpy=7

        runoff run launch eval.yaml --stop-when-decided --stop-margin 0.02 --watch
    """
    asked: Given = {
        "dataset": dataset,
        "models": models or None,
        "selection": {"split": split, "section": section},
        "config": {
            "batch_size": batch_size,
            "sleep_s": sleep_s,
            "concurrency": concurrency,
            "retries": retries,
            "timeout_s": timeout_s,
            "requests_per_minute": requests_per_minute,
            "tokens_per_minute": tokens_per_minute,
            "max_cost_usd": max_cost_usd,
            "max_failed": read_share(max_failed),
            "cache": cache,
            "stop_when_decided": read_stopping(stop_when_decided, stop_margin, max_entries),
        },
        "scorers": read_scorers(scorers),
        "plan": plan,
        "start_at": _moment(start_at),
        "priority": priority,
        "alias": alias,
        "labels": read_labels(labels),
        "params": read_params(params, "--param"),
        "template": template,
    }
    evaluation, numbers = _evaluation(file, asked), _seeds(seeds)
    if estimate:
        _say_what_it_would_be(evaluation, url=url, json=json)
        return
    files = [] if file is None else [file]
    lineage = not no_lineage and capture(command="runoff run launch", seeds=numbers, files=files)
    _start(evaluation, lineage, watch=watch, url=url, json=json)


def _say_what_it_would_be(evaluation: Evaluation, *, url: str | None, json: bool) -> None:
    with Client(url) as client:
        view = client.runs.estimate(_named(client, evaluation))
    if json:
        print_json(view)
        raise typer.Exit(1 if view.problems else 0)
    report_estimate(view, for_people(json_wanted=False))


def _named(client: Client, evaluation: Evaluation) -> Evaluation:
    """With the id of the run that parameters are taken over from."""
    if evaluation.template is None:
        return evaluation
    return evaluation.model_copy(update={"template": run_id_of(client, evaluation.template)})


def _start(
    evaluation: Evaluation,
    lineage: Lineage | bool,
    *,
    watch: bool,
    url: str | None,
    json: bool,
) -> None:
    with Client(url) as client:
        evaluation = _named(client, evaluation)
        if not json:
            say_estimate(client, evaluation, for_people(json_wanted=False))
        accepted = client.runs.launch_evaluation(evaluation, lineage=lineage)
        follow(client, accepted, watch=watch, json=json)


def follow(client: Client, accepted: AcceptedView, *, watch: bool, json: bool) -> None:
    """Say that a run was launched, and with `watch` what comes of it."""
    where = for_people(json_wanted=json)
    warn(accepted.warnings)
    if watch:
        where.print(f"Run {accepted.id}")
        run = watch_run(client, accepted.id, after=accepted.seq)
        report_settled(client, run, where, json=json)
        return
    _until_it_is_read(client, accepted)
    if json:
        print_json(accepted)
    else:
        where.print(f"Run {accepted.id} launched.\n  runoff run watch {accepted.id}")
        if pages := client.server.pages():
            where.print(safe(f"  {pages}/runs/{accepted.id}"), soft_wrap=True)


def _until_it_is_read(client: Client, accepted: AcceptedView) -> None:
    """The next command of a script asks about this run: it is there before this one ends."""
    try:
        client.runs.show(accepted.id, after=accepted.seq)
    except ProblemError as error:
        # It was launched all the same, and whoever asks is told how far the tables are.
        if error.name != "not-projected-yet":
            raise


def merged(base: Given, over: Given) -> Given:
    """`base` with everything of `over` that is given: not None, and not an empty mapping."""
    result = dict(base)
    for name, value in over.items():
        if isinstance(value, dict):
            below = base.get(name)
            inner = merged(below if isinstance(below, dict) else {}, value)
            if inner:
                result[name] = inner
        elif value is not None:
            result[name] = value
    return result


def _evaluation(file: Path | None, asked: Given) -> Evaluation:
    if file is not None:
        return Evaluation.checked(merged(read_yaml(file), asked), file.name)
    missing = [f"--{name.removesuffix('s')}" for name in ("dataset", "models") if not asked[name]]
    if missing:
        raise typer.BadParameter(f"give a file, or {' and '.join(missing)}", param_hint="EVAL.yaml")
    return Evaluation.checked(merged({}, asked), "what the options ask for")


def read_labels(pairs: list[str] | None) -> dict[str, str]:
    """What `--label KEY=VALUE` says, given any number of times."""
    labels: dict[str, str] = {}
    for pair in pairs or []:
        key, equals, value = pair.partition("=")
        if not key or not equals:
            raise typer.BadParameter(f"{pair!r} is not KEY=VALUE", param_hint="--label")
        labels[key] = value
    return labels


def _seeds(pairs: list[str] | None) -> dict[str, int]:
    """What `--seed NAME=NUMBER` says, given any number of times."""
    seeds: dict[str, int] = {}
    for pair in pairs or []:
        name, _, number = pair.partition("=")
        try:
            seeds[name] = int(number)
        except ValueError:
            name = ""
        if not name:
            raise typer.BadParameter(f"{pair!r} is not NAME=NUMBER", param_hint="--seed")
    return seeds


def _moment(text: str | None) -> datetime | None:
    """A time with its offset from UTC; that of this machine where none is written."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is no time; write 2026-11-21T20:00, or with an offset +01:00",
            param_hint="--start-at",
        ) from error
    return found if found.tzinfo else found.astimezone()
