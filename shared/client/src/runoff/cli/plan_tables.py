"""Plans for a person; every word in them is cleaned."""

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from runoff.cli import words
from runoff.cli.output import safe
from runoff.cli.tables import plain_table, short
from runoff_contracts.plan import Plan
from runoff_contracts.plan_size import PlanSize
from runoff_contracts.views import PlanView


def plans_table(plans: Sequence[PlanView]) -> Table:
    """One row a plan."""
    table = plain_table("plan", "title", "dataset", "metric", "runs", "sealed", right=["runs"])
    for each in plans:
        plan = each.plan
        table.add_row(
            short(each.digest),
            safe(plan.title, limit=60),
            safe(f"{plan.dataset.dataset}@{plan.dataset.number}"),
            safe(plan.metric),
            str(len(each.run_ids)),
            words.ago(each.sealed_at),
        )
    return table


def plan_lines(view: PlanView) -> Iterator[Text]:
    """A plan in words, a line each."""
    plan = view.plan
    yield safe(plan.title, style="bold")
    yield safe(view.digest, style="dim")
    if plan.hypothesis:
        yield safe(plan.hypothesis)
    yield safe(f"dataset   {plan.dataset.dataset}@{plan.dataset.number}")
    if plan.selection is not None:
        chosen = plan.selection.model_dump(exclude_none=True)
        parts = [
            f"{len(value)} ids" if name == "ids" else f"{name} {value}"
            for name, value in chosen.items()
        ]
        yield safe(f"entries   {', '.join(parts)}")
    for model in plan.models or ["any"]:
        mark = ", the baseline" if model == plan.baseline else ""
        yield safe(f"model     {model}{mark}")
    yield safe(f"decides   {_decides(plan)}")
    yield safe(f"ends      {_ends(plan)}")
    yield safe(f"sealed    {view.sealed_at:%Y-%m-%d %H:%M:%S} UTC, log sequence {view.seq}")
    for run_id in view.run_ids:
        yield safe(f"run       {run_id}")


def size_table(size: PlanSize) -> Table:
    """What other numbers of entries show; the one that was asked for is marked."""
    table = plain_table("entries", "smallest difference", right=["entries", "smallest difference"])
    for row in size.rows:
        shown = "none" if row.difference is None else _difference(size, row.difference)
        style = "bold" if row.n_entries == size.n_entries else ""
        table.add_row(f"{row.n_entries:,}", shown, style=style)
    return table


def _difference(size: PlanSize, value: float) -> str:
    return f"{100 * value:.2f} points" if size.kind == "pass_fail" else words.number(value)


def _decides(plan: Plan) -> str:
    direction = "higher" if plan.higher_is_better else "lower"
    margin = "" if plan.margin is None else f", margin {plan.margin:g}"
    family = f", {plan.adjust.replace('_', '-')}, alpha {plan.alpha:g}"
    return f"{plan.metric} ({direction} is better){margin}{family}, {plan.missing}"


def _ends(plan: Plan) -> str:
    rule = plan.stop_when_decided
    if rule is not None:
        most = "" if rule.max_entries is None else f", at most {rule.max_entries} entries"
        return f"when decided{most}, order of seed {rule.seed}"
    if plan.stopping.n_entries is not None:
        return f"after {plan.stopping.n_entries} entries"
    return "after every entry"
