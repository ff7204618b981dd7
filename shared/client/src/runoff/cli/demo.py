"""`runoff demo`: two models, real entries, one verdict."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console

from runoff.address import given
from runoff.cli.demo_material import ANSWERERS, Material, material
from runoff.cli.estimating import say_estimate
from runoff.cli.following import comparison_of, watch_run
from runoff.cli.options import Json, Url
from runoff.cli.output import for_people, print_json, safe
from runoff.cli.picture import half_blocks
from runoff.cli.progress import progress_of
from runoff.cli.verdict import most_disputed, print_comparison
from runoff.client import Client
from runoff.comparison import Comparison
from runoff.errors import RunNotCompleted
from runoff.evaluation import Evaluation
from runoff.local import FOLDER, ChildStack, child_stack, find_stack
from runoff_contracts.run_config import Selection
from runoff_contracts.task import Status, Task


def demo(
    task: Annotated[
        Task, typer.Option("--task", help="What the models are asked to do.")
    ] = "classification",
    exit_: Annotated[bool, typer.Option("--exit", help="End when the verdict is printed.")] = False,
    url: Url = None,
    json: Json = False,
) -> None:
    """Compare two models on real images or texts, from nothing to the verdict.

    Starts the local stack (or uses the one that is up, or --url), writes the entries (1,797 scans
    of handwritten digits, canvases with digits on them, or questions), trains two models, registers
    everything, runs both and says which is better and how sure that is. Then it stays up until
    Ctrl-C.

    For example:

        runoff demo --task detection --exit
    """
    where = for_people(json_wanted=json)
    with _server(url, where) as server:
        made = material(task, FOLDER / "demo", on_step=where.print)
        with Client(server.url()) as client:
            run_id = _evaluate(client, made, task, where)
            view = comparison_of(client, run_id)
            pages = client.server.pages()
            if json:
                print_json(demo_document(run_id, view))
            else:
                _print(client, view, made, where, pages=pages)
            _print_address(pages, run_id, where, ends=exit_ and server.child is not None)
        if not exit_:
            server.stay(where)


def demo_document(run_id: str, view: Comparison) -> dict[str, object]:
    """What `--json` prints: the comparison by the primary metric, with models by name."""
    document, primary = view.document, view.document.primary
    names = [each.model for each in document.contenders]
    return {
        "run_id": run_id,
        "comparison": {
            "digest": view.digest,
            "scores_digest": document.scores_digest,
            "contenders": [
                {
                    "model": each.model,
                    "n": found.n,
                    "accuracy": found.value,
                    "interval": found.interval,
                }
                for each, found in zip(document.contenders, primary.estimates, strict=True)
            ],
            "pairs": [
                {
                    "a": names[pair.a],
                    "b": names[pair.b],
                    "difference": pair.difference,
                    "interval": pair.interval,
                    "p_value": pair.p_value,
                    "test": primary.test,
                    "n_both": pair.n_both,
                    "n_disagree": agreed.n_disagree,
                }
                for pair, agreed in zip(primary.pairs, document.agreement, strict=True)
            ],
        },
    }


_MODULES = "RUNOFF_PYTHON_MODULES"


@dataclass
class _Server:
    """The server that the demo uses: one that was there, or an own child."""

    found: str | None
    child: ChildStack | None = None

    def url(self) -> str:
        """The address of its API; waits until an own one is ready."""
        if self.found is None:
            assert self.child is not None
            self.found = self.child.wait_until_ready().api_url
        return self.found

    def stay(self, where: Console) -> None:
        """Keep an own one up until Ctrl-C; another one stays up by itself."""
        if self.child is None:
            return
        where.print("The stack stays up until Ctrl-C.")
        try:
            self.child.process.wait()
        except KeyboardInterrupt:
            where.print("Stopping …")
            return
        raise self.child.ended()


@contextmanager
def _server(url: str | None, where: Console) -> Iterator[_Server]:
    address = given(url)
    found = address.url if address else find_stack()
    if found:
        where.print(safe(f"Using the server at {found}"))
        yield _Server(found)
        return
    where.print("Starting the local stack …")
    allowed = os.environ.get(_MODULES, "")
    env = {_MODULES: f"{allowed},{ANSWERERS}" if allowed else ANSWERERS}
    with child_stack(env=env) as child:
        yield _Server(None, child)


def _evaluate(client: Client, made: Material, task: Task, where: Console) -> str:
    name = made.demo.dataset
    with progress_of(f"Uploading {name}", counted=False) as report:
        dataset = client.datasets.add(made.entries, name=name, task=task, progress=report)
    spec = made.demo.declaration()
    models = [client.models.add(file, name=name, spec=spec) for name, file in made.models.items()]
    split = made.demo.split
    asked = Evaluation(
        dataset=dataset.id,
        models=[*(each.id for each in models), *made.demo.functions],
        selection=Selection(split=split) if split else None,
        alias="demo",
    )
    say_estimate(client, asked, where)
    accepted = client.runs.launch_evaluation(asked)
    run = watch_run(client, accepted.id, after=accepted.seq)
    if run.status is not Status.COMPLETED:
        raise RunNotCompleted(run.run_id, status=run.status, reason=run.reason)
    return run.run_id


def _print(
    client: Client, view: Comparison, made: Material, where: Console, *, pages: str | None
) -> None:
    disputed = most_disputed(client, view.document)
    in_color = where.color_system in {"256", "truecolor"}
    pixels = made.pixels([each.entry_id for each in disputed])
    pictures = [half_blocks(each, in_color=in_color) for each in pixels]
    print_comparison(view, disputed, where, pages=pages, pictures=pictures)


def _print_address(pages: str | None, run_id: str, where: Console, *, ends: bool) -> None:
    where.print()
    where.print("To look at it" + (", after `runoff up`:" if ends else ":"))
    if pages:
        where.print(safe(f"  {pages}/runs/{run_id}"), soft_wrap=True)
    where.print(f"  runoff compare {run_id}")
