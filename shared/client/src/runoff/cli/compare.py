"""`runoff compare`: which contender is better, and how sure that is."""

import sys
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from runoff.cli.following import comparison_of
from runoff.cli.markdown import markdown
from runoff.cli.measured import letter, outcome
from runoff.cli.options import Json, Url
from runoff.cli.output import clean, console, for_people, print_exactly, safe
from runoff.cli.runs_meant import Whom, whom
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


class FailOn(StrEnum):
    """What is a failure, as `runoff.gate` has it."""

    REGRESSION = "regression"
    MAYBE_WORSE = "maybe-worse"
    NOT_EQUIVALENT = "not-equivalent"
    NOT_BETTER = "not-better"


class MissingPolicy(StrEnum):
    """As the server's `missing`."""

    PAIRED_ONLY = "paired_only"
    COUNT_AS_WRONG = "count_as_wrong"
    REFUSE = "refuse"


class AdjustMethod(StrEnum):
    """As the server's `adjust`."""

    HOLM = "holm"
    BENJAMINI_HOCHBERG = "benjamini_hochberg"


def compare(
    runs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="RUN…",
            help="Ids of completed runs (8 characters will do) or `last`: all contenders of them. "
            "RUN/MODEL or RUN#POSITION: one of them, as 01931b6c/onnx/net or 01931b6c#0.",
            show_default=False,
        ),
    ] = None,
    last: Annotated[
        int | None,
        typer.Option(
            "--last",
            min=1,
            max=100,
            metavar="N",
            help="Also the N newest completed runs of one dataset. As --last 2.",
            show_default=False,
        ),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(
            "--dataset", help="Which dataset --last means. As --dataset photos.", show_default=False
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            "--baseline",
            metavar="RUN[/MODEL]",
            help="Hold the others against this one; a model alone within one run. "
            "As --baseline 01931b6c.",
            show_default=False,
        ),
    ] = None,
    margin: Annotated[
        float | None,
        typer.Option(
            "--margin",
            help="Are they equal within it, is none worse by it? As --margin 0.02: two points.",
            show_default=False,
        ),
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            "--metric",
            help="By this scorer; again for each, the verdict's first. As --metric f1.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            metavar="DIMENSION",
            help="Also by what entries share: section, split, class, metadata.KEY; again for each, "
            "or none. label:NAME or param:NAME: of the runs, the newest one for each value. "
            "As --by metadata.camera.",
            show_default=False,
        ),
    ] = None,
    missing: Annotated[
        MissingPolicy | None,
        typer.Option(
            "--missing",
            metavar="POLICY",
            help="Entries that one did not answer: paired_only (compare what both answered), "
            "count_as_wrong, or refuse. As --missing refuse.",
            show_default=False,
        ),
    ] = None,
    adjust: Annotated[
        AdjustMethod | None,
        typer.Option(
            "--adjust",
            metavar="METHOD",
            help="P-values of several tests: holm (default) or benjamini_hochberg. "
            "As --adjust benjamini_hochberg.",
            show_default=False,
        ),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            metavar="DIMENSION",
            help="Entries that share it belong together. As --cluster metadata.document.",
            show_default=False,
        ),
    ] = None,
    as_of: Annotated[
        int | None,
        typer.Option(
            "--as-of",
            metavar="SEQ",
            min=1,
            help="As the event log stood at this sequence. As --as-of 1200.",
            show_default=False,
        ),
    ] = None,
    plan: Annotated[
        str | None,
        typer.Option(
            "--plan",
            metavar="DIGEST",
            help="Hold it against a sealed plan. As --plan sha256:….",
            show_default=False,
        ),
    ] = None,
    entries: Annotated[
        int,
        typer.Option(
            "--entries",
            min=0,
            max=1000,
            metavar="N",
            help="Also list the N entries whose scores changed most. As --entries 20.",
            show_default=False,
        ),
    ] = 0,
    fail_on: Annotated[
        FailOn | None,
        typer.Option(
            "--fail-on",
            metavar="CHECK",
            help="End with 100 if a contender is shown to be worse than the baseline (regression), "
            "is not shown to be worse by less than --margin at most (maybe-worse), is not shown to "
            "be equal within it (not-equivalent), or is not shown to be better (not-better). "
            "The first is the baseline if none is named. As --fail-on regression.",
            show_default=False,
        ),
    ] = None,
    as_markdown: Annotated[
        bool,
        typer.Option(
            "--markdown", help="Print Markdown for a pull request. As --markdown -o pr.md."
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Write it to a file. As -o comparison.md.", show_default=False
        ),
    ] = None,
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

    The newest run of each team:

        runoff compare --last 20 --by label:team
    """
    if json and as_markdown:
        raise typer.BadParameter("--json and --markdown are two forms: ask for one")
    if not runs and last is None:
        raise typer.BadParameter("name runs, or ask for --last N", param_hint="RUN…")
    if fail_on in {FailOn.NOT_EQUIVALENT, FailOn.MAYBE_WORSE} and margin is None:
        raise typer.BadParameter(f"{fail_on} needs --margin, as 0.02", param_hint="--fail-on")
    choosers = [each for each in by or [] if each.startswith(_CHOOSERS)]
    if len(choosers) > 1:
        raise typer.BadParameter("one label or param can choose runs", param_hint="--by")
    dimensions = [each for each in by or [] if not each.startswith(_CHOOSERS)]
    options: dict[str, object] = {
        "margin": margin,
        "metrics": metric or None,
        "by": None if not dimensions else [each for each in dimensions if each != _NONE],
        "missing": missing and missing.value,
        "adjust": adjust and adjust.value,
        "clusters": cluster,
        "as_of": as_of,
        "plan": plan,
    }
    with Client(url) as client:
        chosen = whom(
            client, runs or [], last=last, dataset=dataset, one_each=next(iter(choosers), None)
        )
        for note in chosen.notes:
            console(stderr=True).print(safe(note))
        against = chosen.baseline(client, baseline) if baseline else None
        if against is None and fail_on is not None:
            against = chosen.first
        given = {name: value for name, value in options.items() if value is not None}
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


def _compared(
    client: Client, chosen: Whom, options: dict[str, object], baseline: object
) -> Comparison:
    """The comparison that is asked for; a run's own where nothing special is."""
    if chosen.run is not None and not options and baseline is None:
        return comparison_of(client, chosen.run)
    typed = Options(**options)  # type: ignore[typeddict-item]  # read and checked by the server
    if baseline is not None:
        assert isinstance(baseline, dict)
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
    if whole_run and listed is None:
        print_comparison(view, most_disputed(client, view.document), where)
    else:
        print_document(view.document, where)
        if listed is not None:
            print_entries(view.document, listed, "The entries whose scores changed most", where)
        print_digests(view, where)
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
