"""`runoff compare`: which contender is better, and how sure that is."""

import sys
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import typer
from rich.console import Console

from runoff.cli import compare_options as options
from runoff.cli.compare_options import FailOn
from runoff.cli.following import comparison_of
from runoff.cli.markdown import markdown
from runoff.cli.measured import letter, outcome
from runoff.cli.options import Json, Url
from runoff.cli.output import clean, console, for_people, print_exactly, safe
from runoff.cli.runs_meant import Meant, Whom, whom
from runoff.cli.verdict import (
    most_disputed,
    print_comparison,
    print_digests,
    print_document,
    print_entries,
)
from runoff.cli.waiting import waiting
from runoff.client import Client
from runoff.comparison import Comparison
from runoff.comparisons import Options
from runoff.errors import InvalidInput
from runoff.gate import failing
from runoff_contracts.compared_entries import ComparedEntryView

FAILED_CHECK = 100
"""Exit code of a comparison that fails the check of `--fail-on`; 1 is an error."""
_NONE = "none"
_CHOOSERS = ("label:", "param:")


def compare(
    runs: options.Runs = None,
    last: options.Last = None,
    dataset: options.OfDataset = None,
    baseline: options.Baseline = None,
    margin: options.Margin = None,
    metric: options.Metrics = None,
    by: options.By = None,
    missing: options.Missing = None,
    adjust: options.Adjust = None,
    cluster: options.Cluster = None,
    as_of: options.AsOf = None,
    partial: options.Partial = False,
    plan: options.Plan = None,
    entries: options.Entries = 0,
    fail_on: options.FailsOn = None,
    as_markdown: options.AsMarkdown = False,
    output: options.Output = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """Say which contender is better, and how sure that is.

    The verdict in words; then each contender's value with its interval, each pair's difference
    with interval and adjusted p-value, the same by section, what is not the same for all, and what
    to beware of. "Not separable" is never "equal": ask for that with --margin.

    All numbers come from one document that the server computes once; --json prints its very bytes.

    The models of the newest run:

        runoff compare last

    A new prompt against the old one, in CI:

        runoff compare 01931b6c 01931c02 --margin 0.02 --fail-on regression --markdown -o pr.md

    All runs of each team, pooled, against those of one:

        runoff compare --last 20 --by label:team --baseline vision
    """
    if json and as_markdown:
        raise typer.BadParameter("--json and --markdown are two forms: ask for one")
    if not runs and last is None:
        raise typer.BadParameter("name runs, or ask for --last N", param_hint="RUN")
    if fail_on in {FailOn.NOT_EQUIVALENT, FailOn.MAYBE_WORSE} and margin is None:
        raise typer.BadParameter(f"{fail_on} needs --margin, as 0.02", param_hint="--fail-on")
    dimensions, chooser = _dimensions(by)
    asked = {
        "margin": margin,
        "metrics": metric or None,
        "by": dimensions,
        "missing": missing and missing.value,
        "adjust": adjust and adjust.value,
        "clusters": cluster,
        "as_of": as_of,
        "plan": plan,
        "allow_partial": partial or None,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    with Client(url) as client:
        chosen = whom(client, runs or [], last=last, dataset=dataset, pooled_by=chooser)
        for note in chosen.notes:
            console(stderr=True).print(safe(note))
        against = chosen.baseline(client, baseline) if baseline else None
        if against is None and fail_on is not None:
            against = chosen.first
        with waiting("Comparing"):
            view = _compared(client, chosen, given, against)
        listed = _most_changed(client, view, entries) if entries else None
        if json:
            _write(output, view.raw)
        elif as_markdown:
            _write(output, markdown(view, listed).encode())
        else:
            _print(client, view, listed, output, whole_run=not given and chosen.run is not None)
    if fail_on is not None:
        _check(view, fail_on)


def _dimensions(by: list[str] | None) -> tuple[list[str] | None, str | None]:
    """What entries are grouped by (none: as by default), and the label or param that pools."""
    choosers = [each for each in by or [] if each.startswith(_CHOOSERS)]
    if len(choosers) > 1:
        raise typer.BadParameter("runs are pooled by one label or param", param_hint="--by")
    dimensions = [each for each in by or [] if not each.startswith(_CHOOSERS)]
    named = [each for each in dimensions if each != _NONE] if dimensions else None
    return named, choosers[0] if choosers else None


def _compared(
    client: Client, chosen: Whom, asked: Mapping[str, object], baseline: Meant | None
) -> Comparison:
    """The comparison that is asked for; a run's own where nothing special is."""
    if chosen.run is not None and not asked and baseline is None:
        return comparison_of(client, chosen.run)
    typed = Options(**asked)  # type: ignore[typeddict-item]  # read and checked by the server
    return client.comparisons.create(contenders=chosen.contenders, baseline=baseline, **typed)


def _most_changed(client: Client, view: Comparison, n: int) -> list[ComparedEntryView]:
    return client.comparisons.entries_page(view.digest, sort="change", limit=n).items


def _print(
    client: Client,
    view: Comparison,
    listed: list[ComparedEntryView] | None,
    output: Path | None,
    *,
    whole_run: bool,
) -> None:
    buffer = StringIO()
    where = for_people(json_wanted=False)
    if output is not None:
        where = Console(file=buffer, width=100, highlight=False, markup=False)
    pages = client.server.pages()
    if whole_run and listed is None:
        print_comparison(view, most_disputed(client, view.document), where, pages=pages)
    else:
        print_document(view.document, where)
        if listed is not None:
            print_entries(view.document, listed, "The entries whose scores changed most", where)
        print_digests(view, where, pages=pages)
    if output is not None:
        _write(output, buffer.getvalue().encode())


def _write(output: Path | None, content: bytes) -> None:
    if output is None:
        print_exactly(content)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise InvalidInput(f"{output} cannot be written: {error.strerror}.") from error


def _check(view: Comparison, fail_on: FailOn) -> None:
    """Say who failed, and end with 100."""
    failed = failing(view.document, fail_on.value)
    if not failed:
        return
    told = console(stderr=True)
    told.print(safe(f"Failed the check {fail_on}:", style="bold red"))
    for side in failed:
        name = clean(view.document.contenders[side.candidate].name)
        told.print(safe(f"  {letter(side.candidate)} {name}: {outcome(side.pair)}"))
    sys.stdout.flush()
    raise typer.Exit(FAILED_CHECK)
