"""The `runoff` command: nouns, then verbs."""

import sys
from importlib import metadata
from typing import Annotated

import typer

from runoff.cli import (
    compare,
    dataset,
    demo,
    events,
    importing,
    model,
    plan,
    predictions,
    run,
    scorer,
    stack,
)
from runoff.cli.commands import Commands
from runoff.cli.output import fail
from runoff.errors import ProblemError, RunoffError

app = Commands(
    epilog="First steps: `runoff demo` shows it all on real images; `runoff up` starts a server.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def runoff(
    version: Annotated[
        bool, typer.Option("--version", help="Say which release this is.", is_eager=True)
    ] = False,
) -> None:
    """Find out which AI model is better, and how sure that is."""
    if version:
        sys.stdout.write(f"runoff {metadata.version('runoff')}\n")
        raise typer.Exit


_LISTED_BY = {
    "unknown-comparison": "runoff compare --help",
    "unknown-dataset": "runoff dataset list",
    "unknown-entry": "runoff run entries RUN",
    "unknown-plan": "runoff plan list",
    "unknown-run": "runoff run list",
}
"""By the name of a problem, the command that shows what could have been meant."""

app.command("up")(stack.up)
app.command("demo")(demo.demo)
app.add_typer(dataset.app, name="dataset")
app.add_typer(model.app, name="model")
app.add_typer(predictions.app, name="predictions")
app.add_typer(run.app, name="run")
app.add_typer(plan.app, name="plan")
app.add_typer(scorer.app, name="scorer")
app.command("import")(importing.import_)
app.command("compare", no_args_is_help=True)(compare.compare)
app.add_typer(events.app, name="events")
app.command("rebuild")(stack.rebuild)
app.command("health")(stack.health)


def main() -> None:
    """Run the command; every error of ours is a sentence and exit code 1, never a traceback."""
    try:
        app()
    except RunoffError as error:
        where = _LISTED_BY.get(error.name) if isinstance(error, ProblemError) else None
        try:
            fail(f"{error}\nWhat there is: {where}" if where else str(error))
        except typer.Exit as ended:
            sys.exit(ended.exit_code)
