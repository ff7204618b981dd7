"""`/search`: pages, actions and whatever words find; `/runs/complete`: the rest of a filter."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runoff.client import Client
from runoff.errors import ProblemError
from runoff_contracts.finding_views import Hit
from runoff_contracts.ids import short_id
from runoff_web.completing import complete
from runoff_web.format import named_shortly, told_apart
from runoff_web.parts import parts_of
from runoff_web.problems import FRAGMENT_HEADER
from runoff_web.rendering import Theme, theme_of

_MAX_WORDS: Final = 200
_MAX_FILTER: Final = 2000
_UNREADABLE: Final = 422
_PAGES: Final = (
    ("Dashboard", "/", "what runs, what ended, what to compare"),
    ("Runs", "/runs", "every run"),
    ("Runs under way", "/runs?view=board", "as a board"),
    ("Archived runs", "/runs?archived=yes", "out of the lists"),
    ("Comparisons", "/comparisons", "every verdict"),
    ("Datasets", "/datasets", "entries to ask about"),
    ("Models", "/models", "whom to ask"),
)
_THEMES: Final[dict[Theme, str]] = {
    "light": "Light colours",
    "dark": "Dark colours",
    "": "Colours as the system has them",
}
_NAMES: Final = {"run": "Runs", "dataset": "Datasets", "model": "Models",
                 "comparison": "Comparisons"}  # fmt: skip

_BETWEEN: Final = " · "
"""The names of a comparison's models."""


@dataclass(frozen=True)
class Choice:
    """Something to go to, or to do."""

    title: str
    note: str
    href: str = ""
    """Where it leads; empty where it is a form's button."""
    theme: Theme | None = None


@dataclass(frozen=True)
class Group:
    """Choices of one kind."""

    name: str
    choices: list[Choice]


def search(request: Request) -> Response:
    """What fits: a page of its own, and the list within the palette."""
    parts = parts_of(request)
    words = " ".join(request.query_params.get("q", "").split())[:_MAX_WORDS]
    groups, problem = _fixed(words, theme_of(request)), ""
    try:
        groups += _found(parts.client, words) if words else _newest(parts.client)
    except ProblemError as error:
        if error.problem.status != _UNREADABLE:
            raise
        problem = "; ".join(each.message for each in error.problem.errors) or str(error)
    groups = [each for each in groups if each.choices]
    if FRAGMENT_HEADER in request.headers:
        return parts.pages.part("choices.html", groups=groups, words=words, problem=problem)
    return parts.pages.page(request, "search.html", groups=groups, words=words, problem=problem)


def completions(request: Request) -> Response:
    """What can come next in a filter, as options of a list."""
    parts, query = parts_of(request), request.query_params
    text, at = query.get("q", "")[:_MAX_FILTER], query.get("at", "")
    place = min(int(at), len(text)) if at.isdecimal() and len(at) < 6 else len(text)
    found = complete(text, place, parts.client.runs.fields().fields)
    return parts.pages.part("completions.html", found=found)


def _fixed(words: str, theme: Theme) -> list[Group]:
    """Pages and actions, which are always there."""
    pages = [Choice(title, note, href) for title, href, note in _PAGES]
    actions = [
        Choice("Launch run", "models over the entries of a dataset", "/runs/new"),
        *(
            Choice(title, "from here on", theme=each)
            for each, title in _THEMES.items()
            if each != theme
        ),
    ]
    return [Group("Pages", _fitting(pages, words)), Group("Actions", _fitting(actions, words))]


def _fitting(choices: list[Choice], words: str) -> list[Choice]:
    wanted = words.lower().split()
    return [
        each for each in choices
        if all(word in f"{each.title} {each.note}".lower() for word in wanted)
    ]  # fmt: skip


def _newest(client: Client) -> list[Group]:
    """Before anything is typed: what was done last, and comparing it."""
    runs = client.runs.list(limit=5).items
    compared = client.comparisons.list(limit=1).items
    actions = [
        Choice(
            "Open the newest comparison",
            named_shortly(each.verdict, each.models),
            f"/comparisons/{each.digest}",
        )
        for each in compared
    ]
    ended = [each for each in runs if each.status == "completed"][:2]
    if len(ended) == 2 and len({each.dataset for each in ended}) == 1:
        query = urlencode([("run", each.run_id) for each in ended])
        names = " and ".join(each.alias or short_id(each.run_id) for each in ended)
        actions.append(Choice("Compare the two newest runs", names, f"/runs/compare?{query}"))
    shown = [
        Choice(name, f"{run.status} · {run.dataset}", f"/runs/{run.run_id}")
        for run in runs
        for name in [run.alias or short_id(run.run_id)]
    ]
    return [Group("Compare", actions), Group("Newest runs", shown)]


def _found(client: Client, words: str) -> list[Group]:
    # Without a letter or digit there is nothing that the API could look for.
    hits = client.server.search(words).hits if re.search(r"[^\W_]", words) else []
    return [
        Group(name, [_choice(each) for each in hits if each.kind == kind])
        for kind, name in _NAMES.items()
    ]


def _choice(hit: Hit) -> Choice:
    of_kind = {
        "run": f"/runs/{hit.id}",
        "dataset": f"/datasets/{quote(hit.id, safe='')}",
        "model": f"/models/{quote(hit.id)}",
        "comparison": f"/comparisons/{hit.id}",
    }
    if hit.kind == "comparison":
        models = hit.title.split(_BETWEEN)
        title = _BETWEEN.join(told_apart(models))
        return Choice(title, named_shortly(hit.note, models), of_kind[hit.kind])
    return Choice(hit.title, hit.note, of_kind[hit.kind])


ROUTES = [Route("/search", search), Route("/runs/complete", completions)]
