"""`runoff run review`: approve, reject or correct what models answered."""

import json as jsons
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich.table import Table

from runoff.cli.options import By, Json, Run, Url
from runoff.cli.output import for_people, print_json, safe
from runoff.cli.run_meant import run_id_of
from runoff.cli.tables import answer_text, plain_table
from runoff.cli.words import counted, percent
from runoff.client import Client
from runoff.reviews import AnswerReview
from runoff_contracts.answers import AnswerBody, Box, Point
from runoff_contracts.events.review import Decision
from runoff_contracts.task import Task
from runoff_contracts.views import EntryView, RunView

_BOXES = TypeAdapter(list[Box])


def review(
    run: Run,
    entries: Annotated[
        list[str], typer.Argument(metavar="ENTRY...", help="Ids of entries of the run.")
    ],
    approve: Annotated[bool, typer.Option("--approve", help="The answer is right.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="The answer is wrong.")] = False,
    edit: Annotated[
        str | None,
        typer.Option(
            "--edit",
            metavar="ANSWER",
            help="It should have been this: a label, a text, X,Y, or boxes as JSON.",
            show_default=False,
        ),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take back what was said.")] = False,
    contender: Annotated[
        int | None,
        typer.Option(
            "--contender",
            min=0,
            help="Position of whose answer; needed where the run has several models.",
            show_default=False,
        ),
    ] = None,
    answer_version: Annotated[
        int, typer.Option("--answer-version", min=1, help="Which version of it.")
    ] = 1,
    note: Annotated[str, typer.Option("--note", help="In your words.", show_default=False)] = "",
    new_label: Annotated[
        bool, typer.Option("--new-label", help="Take a label that no target of the run has.")
    ] = False,
    by: By = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """Approve, reject or correct answers; the newest review of each counts.

    The model's answer and its scores stay; a corrected answer counts as a rejected one.

    For example:

        runoff run review last img-0007 img-0012 --approve --contender 0

        runoff run review last img-0013 --edit cat --note "a cat's tail"
    """
    decision = _decision(approve=approve, reject=reject, edited=edit is not None, clear=clear)
    with Client(url) as client:
        view = client.runs.show(run_id_of(client, run))
        edited = None if edit is None else read_answer(view.task, edit)
        said = [
            AnswerReview(
                entry=each,
                contender=contender,
                answer_version=answer_version,
                decision=decision,
                edited=edited,
                note=note,
            )
            for each in entries
        ]
        done = client.reviews.review(view.run_id, *said, by=by, new_labels=new_label)
        after = client.runs.show(view.run_id, after=done.seq)
    if json:
        print_json(after)
        return
    where = for_people(json_wanted=False)
    where.print(f"{counted(done.n_reviews, 'answer', 'answers')} {decision}.")
    where.print(approvals_table(after))


def read_answer(task: Task, text: str) -> AnswerBody:
    """An answer of a task as a person types it.

    Raises:
        typer.BadParameter: When it is none.
    """
    try:
        match task:
            case "classification":
                return AnswerBody(label=text)
            case "text":
                return AnswerBody(text=text)
            case "detection":
                return AnswerBody(boxes=_BOXES.validate_json(text))
            case "coordinates":
                x, y = jsons.loads(f"[{text}]")
                return AnswerBody(point=Point(x=x, y=y))
    except (ValueError, ValidationError) as error:
        example = {"coordinates": "10.5,20"}.get(
            task, '[{"label": "cat", "x": 10, "y": 20, "width": 30, "height": 40}]'
        )
        hint = f"{text!r} is no answer for {task}; write {example}"
        raise typer.BadParameter(hint, param_hint="--edit") from error


def approvals_table(run: RunView) -> Table:
    """One row a model: how many of its own answers stand approved and rejected."""
    heads = ["approved", "rejected", "approval rate"]
    table = plain_table("", "model", *heads, right=heads)
    for each in run.contenders:
        table.add_row(
            str(each.position),
            safe(each.model),
            str(each.n_approved),
            str(each.n_rejected),
            percent(each.approval_rate),
        )
    return table


def reviews_table(run: RunView, entry: EntryView) -> Table:
    """What people said of an entry's answers, oldest first; what counts no more is dimmed."""
    models = {each.position: each.model for each in run.contenders}
    table = plain_table("review", "model", "version", "instead", "note", "by", "when")
    for each in entry.reviews:
        table.add_row(
            each.decision,
            safe(models.get(each.contender, "?")),
            f"v{each.answer_version}",
            safe((each.edited and answer_text(each.edited)) or "", limit=200),
            safe(each.note, limit=200),
            safe(each.by or "–"),
            f"{each.reviewed_at:%Y-%m-%d %H:%M:%S}",
            style="" if each.counts else "dim",
        )
    return table


def _decision(*, approve: bool, reject: bool, edited: bool, clear: bool) -> Decision:
    said = {
        "--approve": approve,
        "--reject": reject and not edited,
        "--edit": edited,
        "--clear": clear,
    }
    given = [name for name, is_given in said.items() if is_given]
    if len(given) != 1:
        raise typer.BadParameter("give one of --approve, --reject, --edit and --clear")
    return "approved" if approve else "cleared" if clear else "rejected"
