"""What judging models did, for people: beside the contenders, never among them."""

from collections.abc import Sequence

from rich.table import Table

from runoff.cli import words
from runoff.cli.output import safe
from runoff.cli.tables import plain_table
from runoff_contracts.report import JudgeReport
from runoff_contracts.views import RunView


def judges_table(run: RunView) -> Table:
    """One row a judge of a run, with its own tokens and cost."""
    heads = ["verdicts", "failed", "tokens in", "tokens out", "cost"]
    table = plain_table("judge", "model", *heads, right=heads)
    for each in run.judges:
        table.add_row(
            safe(each.scorer),
            safe(f"{each.model}@{each.number}" if each.number else each.model),
            str(each.n_verdicts),
            str(each.n_failed),
            *(
                "–" if n_tokens is None else str(n_tokens)
                for n_tokens in (each.n_input_tokens, each.n_output_tokens)
            ),
            words.money(each.cost_usd),
        )
    return table


def judge_reports_table(reports: Sequence[JudgeReport]) -> Table:
    """One row a judge: how far it agrees with itself, and how often the place decided."""
    heads = ["verdicts", "failed", "repeats agree", "bound to a place", "cost"]
    table = plain_table("judge", "model", *heads, right=heads)
    for each in reports:
        table.add_row(
            safe(each.scorer),
            safe(each.model),
            str(each.n_verdicts),
            str(each.n_failed),
            words.percent(each.agreement),
            words.percent(each.place_bound),
            words.money(each.cost_usd),
        )
    return table
