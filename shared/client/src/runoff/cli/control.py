"""What is done with a run that is there: pause, resume, cancel, retry, rescore, edit."""

from typing import Annotated

import typer
from pydantic import ValidationError

from runoff.cli.launch import Alias, Labels, Watch, follow, merged, read_labels
from runoff.cli.options import Json, Run, Url
from runoff.cli.output import for_people, print_json, safe
from runoff.cli.pace import (
    BatchSize,
    Concurrency,
    MaxCostUsd,
    MaxFailed,
    RequestsPerMinute,
    Retries,
    Scorers,
    SleepS,
    TimeoutS,
    TokensPerMinute,
    read_scorers,
    read_share,
)
from runoff.cli.run_meant import run_id_of
from runoff.client import Client
from runoff.errors import InvalidInput
from runoff.validation import field_errors
from runoff_contracts.run_config import RunConfig
from runoff_contracts.views import AcceptedView, RunView


def pause(run: Run, url: Url = None, json: Json = False) -> None:
    """Halt a run: what is under way ends, nothing new begins until `runoff run resume`."""
    with Client(url) as client:
        accepted = client.runs.pause(run_id_of(client, run))
        _say_status(client, accepted, json=json)


def resume(run: Run, url: Url = None, json: Json = False) -> None:
    """Let a paused run go on where it was; nothing is asked twice."""
    with Client(url) as client:
        accepted = client.runs.resume(run_id_of(client, run))
        _say_status(client, accepted, json=json)


def cancel(run: Run, url: Url = None, json: Json = False) -> None:
    """Stop a run; what was answered until then stays."""
    with Client(url) as client:
        accepted = client.runs.cancel(run_id_of(client, run))
        _say_status(client, accepted, json=json)


def retry(
    run: Run,
    batch_size: BatchSize = None,
    sleep_s: SleepS = None,
    concurrency: Concurrency = None,
    retries: Retries = None,
    timeout_s: TimeoutS = None,
    requests_per_minute: RequestsPerMinute = None,
    tokens_per_minute: TokensPerMinute = None,
    max_cost_usd: MaxCostUsd = None,
    max_failed: MaxFailed = None,
    scorers: Scorers = None,
    watch: Watch = False,
    url: Url = None,
    json: Json = False,
) -> None:
    """Ask the failed entries of a settled run anew, in a new run that keeps what was answered.

    The settled run stays as it is. Pace and patience are the old run's where no option says
    otherwise.

    For example:

        runoff run retry last --timeout 120 --watch
    """
    changes: dict[str, object] = {
        "batch_size": batch_size,
        "sleep_s": sleep_s,
        "concurrency": concurrency,
        "retries": retries,
        "timeout_s": timeout_s,
        "requests_per_minute": requests_per_minute,
        "tokens_per_minute": tokens_per_minute,
        "max_cost_usd": max_cost_usd,
        "max_failed": read_share(max_failed),
    }
    with Client(url) as client:
        old = client.runs.show(run_id_of(client, run))
        accepted = client.runs.retry(
            old.run_id, config=_config(old, changes), scorers=read_scorers(scorers)
        )
        follow(client, accepted, watch=watch, json=json)


def rescore(
    run: Run, scorers: Scorers = None, watch: Watch = False, url: Url = None, json: Json = False
) -> None:
    """Score the answers of a settled run anew, in a new run; no model is asked.

    Without --scorer the old run's scorers are used, in their newest versions.

    For example:

        runoff run rescore last --scorer within:px=5 --watch
    """
    with Client(url) as client:
        accepted = client.runs.rescore(run_id_of(client, run), scorers=read_scorers(scorers))
        follow(client, accepted, watch=watch, json=json)


def edit(
    run: Run,
    alias: Alias = None,
    labels: Labels = None,
    no_labels: Annotated[bool, typer.Option("--no-labels", help="Take all labels away.")] = False,
    url: Url = None,
    json: Json = False,
) -> None:
    """Give a run another alias (an empty one takes it away) or other labels, in place of all.

    For example:

        runoff run edit last --alias nightly --label commit=4f1c2aa
    """
    if alias is None and not labels and not no_labels:
        raise typer.BadParameter("give --alias, --label, or --no-labels")
    given = read_labels(labels) if labels or no_labels else None
    with Client(url) as client:
        accepted = client.runs.edit(run_id_of(client, run), alias=alias, labels=given)
        view = client.runs.show(accepted.id, after=accepted.seq)
    if json:
        print_json(view)
        return
    told = ", ".join(f"{key}={value}" for key, value in view.labels.items()) or "no labels"
    words = f"Run {view.run_id}: {view.alias or 'no alias'}, {told}."
    for_people(json_wanted=False).print(safe(words))


def _say_status(client: Client, accepted: AcceptedView, *, json: bool) -> None:
    view = client.runs.show(accepted.id, after=accepted.seq)
    if json:
        print_json(view)
        return
    words = f"Run {view.run_id}: {view.status}, {view.n_scored} of {view.n_entries} entries scored."
    for_people(json_wanted=False).print(safe(words))


def _config(old: RunView, changes: dict[str, object]) -> RunConfig | None:
    """The old run's config with these changes; none where there are none."""
    whole = merged(old.config.model_dump(), changes)
    try:
        config = RunConfig.model_validate(whole)
    except ValidationError as error:
        raise InvalidInput("The options are not valid:", field_errors(error)) from error
    return None if config == old.config else config
