"""What a launch can show and what it costs, said before it starts."""

from collections.abc import Iterator

from rich.console import Console

from runoff.cli.output import fail, safe, warn
from runoff.client import Client
from runoff.evaluation import Evaluation
from runoff_contracts.estimate import EstimateView
from runoff_contracts.plan_size import PlanSize
from runoff_contracts.problem import Problem

_USUAL_DISCORDANCE = 0.1


def say_estimate(client: Client, asked: Evaluation, where: Console) -> None:
    """What is known before; nothing where it would be refused, for the launch says that."""
    view = client.runs.estimate(asked)
    if not view.problems:
        print_estimate(view, where)


def report_estimate(view: EstimateView, where: Console) -> None:
    """The same in place of a launch: ends with 1 where it would be refused."""
    warn(view.warnings)
    print_estimate(view, where)
    if view.problems:
        fail("\n".join(line for each in view.problems for line in _refused(each)))


def print_estimate(view: EstimateView, where: Console) -> None:
    """The smallest difference and the cost, a line each."""
    for line in estimate_lines(view):
        where.print(safe(line), soft_wrap=True)


def estimate_lines(view: EstimateView) -> Iterator[str]:
    """In sentences: how much is asked, what it can show, what it costs."""
    if view.n_entries is not None:
        version = "" if view.dataset is None else f" of {view.dataset}@{view.dataset_version}"
        scored = f", scored by {', '.join(view.scorers)}" if view.scorers else ""
        yield f"{view.n_entries:,} entries{version}{scored}."
    if size := chosen(view.differences):
        yield size.sentence
    if view.problems:
        return
    if view.cost_usd is None and view.cost_reason is not None:
        yield f"Cost: not known ({view.cost_reason})."
    elif view.costs and view.cost_usd is not None:
        how = {each.basis for each in view.costs}
        by = "what a past run took" if how == {"past_run"} else "prompts of a sample, list prices"
        yield f"Cost: about {view.cost_usd:.2g} USD, by {by}."


def chosen(sizes: list[PlanSize]) -> PlanSize | None:
    """The one to be told: by a past run of the dataset, else by the usual discordance."""
    for size in sizes:
        if size.from_run is not None or size.discordance == _USUAL_DISCORDANCE:
            return size
    return None


def _refused(told: Problem) -> Iterator[str]:
    yield told.title
    for error in told.errors:
        if error.message != told.title:
            yield f"  {error.field}: {error.message}"
