"""What was just done, as it comes back with the next page."""

from __future__ import annotations

import base64
import json
from http.cookies import SimpleCookie

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from runoff_contracts.ids import new_run_id
from runoff_web.toasts import COOKIE, MAX_RUNS, Undo, note, toast_of


def with_cookie(value: str) -> Request:
    headers = [(b"cookie", f"{COOKIE}={value}".encode("latin-1", "replace"))]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers})


def carried(response: Response) -> Request:
    cookie: SimpleCookie = SimpleCookie(response.headers["set-cookie"])
    return with_cookie(cookie[COOKIE].value)


def test_archiving_is_said_with_its_undo() -> None:
    """The most that a page can choose still fits into a cookie."""
    ids = [new_run_id() for _ in range(MAX_RUNS)]
    response = note(Response(), "archived", ids, n_refused=1)
    assert len(response.headers["set-cookie"]) < 4096
    toast = toast_of(carried(response))
    assert toast is not None
    assert toast.text == "100 runs archived; 1 refused"
    assert toast.undo == Undo("/runs/restore", [("run", each) for each in ids])


def test_a_deletion_has_no_undo_and_a_renaming_has_the_old_name() -> None:
    """An Undo that cannot undo would be a lie."""
    run = new_run_id()
    deleted = toast_of(carried(note(Response(), "deleted", [run])))
    assert deleted is not None
    assert (deleted.text, deleted.undo) == ("1 run deleted", None)
    renamed = toast_of(carried(note(Response(), "renamed", [run], before="<b>old")))
    assert renamed is not None
    assert renamed.undo == Undo(f"/runs/{run}/alias", [("alias", "<b>old")])


def packed(*value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "value",
    [
        "", "x", "bm90IGpzb24=", packed(), packed("exploded", 1, "", 0, ""),
        packed("archived", "1", "", 0, ""), packed("archived", 1, "YQ==", 0, ""),
        packed("archived", 1, 7, 0, ""), packed("renamed", 1, "", 0, "x" * 201),
        packed(["archived"], 1, "", 0, ""),
    ],
)  # fmt: skip
def test_a_cookie_of_somebody_else_says_nothing(value: str) -> None:
    """Every port of a host shares its cookies."""
    assert toast_of(with_cookie(value)) is None


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=';,"\\')))
def test_no_cookie_breaks_a_page(value: str) -> None:
    """Whatever it holds."""
    toast_of(with_cookie(value))
