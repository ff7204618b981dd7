"""`/runs/<id>/parameters`: how a run was set up, what people say of it, and every version of that.

Parameters carry a version, and the API refuses an edit of an older one. Alias and labels have
none: the form remembers what it showed, which is held against what is there now.
"""

from functools import partial
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from runoff.errors import ProblemError
from runoff_contracts.views import RunView
from runoff_web.errors import BadForm
from runoff_web.pages.run import top_of
from runoff_web.parts import parts_of
from runoff_web.run_form import (
    WordsForm,
    labels_in,
    params_in,
    params_text,
    seen_words,
    words_of,
)
from runoff_web.toasts import note
from runoff_web.who import remembered, who_in, who_is

_HISTORY = 50


def show(request: Request) -> Response:
    """The page."""
    return _page(request)


async def edit_words(request: Request) -> Response:
    """Give it another alias or other labels."""
    return await run_in_threadpool(_edit_words, request, await request.form())


async def rename(request: Request) -> Response:
    """Give it another alias alone: what an Undo sends."""
    form = await request.form()
    return await run_in_threadpool(_rename, request, _text(form, "alias"))


async def edit_params(request: Request) -> Response:
    """Put other parameters in place of all, or those of the launch."""
    return await run_in_threadpool(_edit_params, request, await request.form())


def _edit_words(request: Request, form: FormData) -> Response:
    parts, run_id = parts_of(request), request.path_params["run_id"]
    typed = WordsForm(_text(form, "alias"), _text(form, "labels"), _text(form, "seen"))
    run = parts.client.runs.show(run_id)
    if seen_words(run) != typed.seen:
        # As it is now goes along, so that sending the form again is meant.
        kept = WordsForm(typed.alias, typed.labels, seen_words(run))
        return _page(
            request, words=kept, now=words_of(run), status=HTTPStatus.CONFLICT, typed=typed
        )
    try:
        accepted = parts.client.runs.edit(
            run_id, alias=typed.alias, labels=labels_in(typed.labels), by=who_in(form)
        )
    except BadForm as error:
        return _page(request, words=typed, errors={error.field: str(error)})
    except ProblemError as error:
        return _page(request, words=typed, errors={"words": str(error)})
    done = _done(request, form, accepted.seq)
    return _noted(done, run, typed.alias)


def _rename(request: Request, alias: str) -> Response:
    parts, run_id = parts_of(request), request.path_params["run_id"]
    run = parts.client.runs.show(run_id)
    accepted = parts.client.runs.edit(run_id, alias=alias)
    parts.client.runs.show(run_id, after=accepted.seq)
    return _noted(RedirectResponse(f"/runs/{run_id}", HTTPStatus.SEE_OTHER), run, alias)


def _noted(response: Response, before: RunView, alias: str) -> Response:
    """Offer to take another alias back."""
    if (before.alias or "") == alias:
        return response
    return note(response, "renamed", [before.run_id], before=before.alias or "")


def _edit_params(request: Request, form: FormData) -> Response:
    parts, run_id = parts_of(request), request.path_params["run_id"]
    typed, version = _text(form, "params"), _text(form, "params_version")
    # What is no number fits no version: the page below then shows what there is.
    expected = int(version) if version.isdecimal() and len(version) < 9 else 1
    edits = parts.client.params
    try:
        if form.get("reset") == "yes":
            accepted = edits.reset(run_id, params_version=max(expected, 1), by=who_in(form))
        else:
            accepted = edits.replace(
                run_id, params_in(typed), params_version=max(expected, 1), by=who_in(form)
            )
    except BadForm as error:
        return _page(request, params=typed, errors={error.field: str(error)})
    except ProblemError as error:
        is_outdated = error.name == "params-changed"
        status = HTTPStatus.CONFLICT if is_outdated else HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(request, params=typed, errors={"params": str(error)}, status=status)
    return _done(request, form, accepted.seq)


def _done(request: Request, form: FormData, seq: int) -> Response:
    parts, run_id = parts_of(request), request.path_params["run_id"]
    parts.client.runs.show(run_id, after=seq)
    answer = RedirectResponse(f"/runs/{run_id}/parameters", HTTPStatus.SEE_OTHER)
    return remembered(answer, form)


def _page(
    request: Request,
    *,
    words: WordsForm | None = None,
    now: WordsForm | None = None,
    typed: WordsForm | None = None,
    params: str | None = None,
    errors: dict[str, str] | None = None,
    status: HTTPStatus | None = None,
) -> Response:
    """The page, with forms as they were typed where something was wrong.

    Args:
        now: What somebody else said meanwhile, beside what was `typed`.
    """
    parts, run_id = parts_of(request), request.path_params["run_id"]
    since = parts.hub.mark
    run, history = parts.at_once.both(
        partial(parts.client.runs.show, run_id),
        partial(parts.client.params.history, run_id, limit=_HISTORY),
    )
    wrong = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    return parts.pages.page(
        request,
        "run_setup.html",
        status=status or wrong,
        **top_of(parts, run, since),
        tab="parameters",
        words=words or words_of(run),
        now=now,
        typed=typed,
        params_text=params_text(run.params) if params is None else params,
        shown_params=params_text(run.params),
        is_params_typed=params is not None,
        errors=errors or {},
        history=history,
        config=run.config.model_dump(mode="json", exclude_none=True),
        who=who_is(request),
    )


def _text(form: FormData, name: str) -> str:
    return str(form.get(name, "")).strip()


ROUTES = [
    Route("/runs/{run_id}/parameters", show, methods=["GET"]),
    Route("/runs/{run_id}/parameters", edit_params, methods=["POST"]),
    Route("/runs/{run_id}/words", edit_words, methods=["POST"]),
    Route("/runs/{run_id}/alias", rename, methods=["POST"]),
]
