"""What a person does with an answer: says what it is worth, or asks for another one.

Plain forms: they work without scripts, and lead back to the page that they stand on.
"""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, Literal

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from runoff.client import Client
from runoff.reviews import AnswerReview
from runoff_contracts.answers import AnswerBody
from runoff_contracts.task import Task
from runoff_contracts.views import ReviewView
from runoff_web.errors import BadForm, SaidMeanwhile
from runoff_web.format import path_segment
from runoff_web.pages.detail import said_of, seen_of
from runoff_web.pages.entry import Unsaved
from runoff_web.pages.entry import page as entry_page
from runoff_web.pages.shared import entry_of
from runoff_web.params import RunParams
from runoff_web.parts import parts_of
from runoff_web.problems import problem_page
from runoff_web.who import remembered, who_in

Order = Callable[[Request, str, str, FormData], int]
"""Carries out what a form of an entry says; the log sequence of it."""
_MAX_CONTENDER: Final = 1000
_DECISIONS: Final = {"approved": "approved", "rejected": "rejected", "cleared": "cleared"}


async def review(request: Request) -> Response:
    """Approve, reject or correct an answer, or take back what was said of it; if nobody said
    anything else meanwhile.
    """
    return await run_in_threadpool(_answered, request, await request.form(), _review)


async def again(request: Request) -> Response:
    """Ask once more, as it was, or starting from an answer."""
    return await run_in_threadpool(_answered, request, await request.form(), _again)


def _answered(request: Request, form: FormData, order: Order) -> Response:
    run_id, entry_id = request.path_params["run_id"], request.path_params["entry_id"]
    try:
        seq = order(request, run_id, entry_id, form)
    except BadForm as error:
        title = "The form was not understood; nothing was changed"
        return problem_page(request, HTTPStatus.UNPROCESSABLE_ENTITY, title, str(error))
    except SaidMeanwhile:
        return entry_page(request, HTTPStatus.CONFLICT, _unsaved(form))
    # The page is to show it when the browser asks.
    parts_of(request).client.versions.entry(run_id, entry_id, after=seq)
    params = RunParams.read(request.query_params)
    path = f"/runs/{run_id}/entries/{path_segment(entry_id)}{params.query()}"
    answer = RedirectResponse(f"{path}#c{_position(form)}", HTTPStatus.SEE_OTHER)
    return remembered(answer, form)


def _review(request: Request, run_id: str, entry_id: str, form: FormData) -> int:
    client = parts_of(request).client
    decision = _DECISIONS.get(str(form.get("decision", "")))
    there = _said(client, run_id, entry_id, form)
    # A double click is no conflict of somebody with himself.
    is_again = there and (there.decision, there.by) == (decision, who_in(form))
    if str(form.get("seen", "")) != seen_of(there) and not is_again:
        raise SaidMeanwhile
    edited = None
    if decision is None:
        edited = _edited(client.runs.show(run_id).task, form)
    said = AnswerReview.model_validate(
        {
            "entry": entry_id,
            "contender": _position(form),
            "answer_version": _version(form),
            "decision": decision,
            "edited": edited,
            "note": str(form.get("note", "")).strip()[:2000],
        }
    )
    has_new_labels = form.get("new_labels") == "yes"
    return client.reviews.review(run_id, said, by=who_in(form), new_labels=has_new_labels).seq


def _again(request: Request, run_id: str, entry_id: str, form: FormData) -> int:
    versions = parts_of(request).client.versions
    whose = None if form.get("all") == "yes" else [_position(form)]
    mode = str(form.get("mode", "rerun"))
    if mode == "rerun":
        return versions.rerun(run_id, [entry_id], contenders=whose).seq
    return versions.vary(
        run_id,
        entry_id,
        mode=_mode(mode),
        contenders=whose,
        seed_contender=_position(form),
        seed_version=_number(form, "seed_version", default=1),
        seed_text=str(form.get("seed_text", "")).strip() or None,
    ).seq


def _mode(given: str) -> Literal["lexical", "semantic"]:
    match given:
        case "lexical":
            return "lexical"
        case "semantic":
            return "semantic"
        case _:
            raise BadForm("mode", "a variation is lexical or semantic")


def _edited(task: Task, form: FormData) -> AnswerBody:
    """The corrected answer, in the field that the task has.

    Raises:
        BadForm: Where it is none.
    """
    text = str(form.get("edited", "")).strip()
    try:
        match task:
            case "classification":
                return AnswerBody(label=text)
            case "detection":
                return AnswerBody.model_validate({"boxes": json.loads(text or "[]")})
            case "coordinates":
                point = {name: str(form.get(name, "")) for name in ("x", "y")}
                return AnswerBody.model_validate({"point": point})
            case _:
                return AnswerBody(text=text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadForm("edited", f"the boxes are no JSON: {error.msg} at {where}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise BadForm("edited", f"{where}: {first['msg']}") from error
    except RecursionError as error:
        raise BadForm("edited", "the boxes are nested too deeply") from error


def _said(client: Client, run_id: str, entry_id: str, form: FormData) -> ReviewView | None:
    """What was said last of the answer that a form is about."""
    entry = entry_of(client, run_id, entry_id)
    if entry is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return said_of(entry.reviews, _position(form), _version(form))


def _unsaved(form: FormData) -> Unsaved:
    typed = [str(form.get(name, "")).strip() for name in ("edited", "x", "y")]
    words = ", ".join(each for each in typed if each)
    decision = str(form.get("decision", ""))
    return Unsaved(
        position=_position(form),
        answer_version=_version(form),
        words=decision if decision in _DECISIONS else words,
        note=str(form.get("note", "")).strip(),
    )


def _version(form: FormData) -> int:
    return max(_number(form, "answer_version", default=1), 1)


def _position(form: FormData) -> int:
    return min(_number(form, "contender", default=0), _MAX_CONTENDER)


def _number(form: FormData, name: str, *, default: int) -> int:
    text = str(form.get(name, ""))
    return int(text) if text.isdecimal() and len(text) < 9 else default


ROUTES = [
    Route("/runs/{run_id}/review/{entry_id:path}", review, methods=["POST"]),
    Route("/runs/{run_id}/again/{entry_id:path}", again, methods=["POST"]),
]
