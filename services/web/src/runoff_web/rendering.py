"""Templates: one environment, strict about names; all but our own markup is escaped."""

import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Final, Literal

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, Response

from runoff_contracts.ids import short_id
from runoff_web import format as words
from runoff_web.assets import Assets
from runoff_web.charts.cells import cells_map
from runoff_web.charts.dots import dots
from runoff_web.charts.forest import forest
from runoff_web.charts.interval import interval_bar
from runoff_web.charts.latency import ridges
from runoff_web.charts.waits import waits_bar
from runoff_web.toasts import forget, toast_of

THEME_COOKIE: Final = "runoff_theme"
Theme = Literal["", "light", "dark"]
THEMES: Final[tuple[Theme, ...]] = ("", "light", "dark")
KEPT: Final = {"Cache-Control": "private, no-cache"}
"""A browser may keep a page for going back, and asks again otherwise."""
_FOLDER: Final = Path(__file__).parent / "templates"
_COMPILED: Final = _FOLDER / "__pycache__"
_OPENED_FIRST: Final = ("pages/run.html", "fragments/entry_panel.html", "pages/runs.html")
_REFERENCE: Final = re.compile(r'"([a-z_/]+\.html)"')
_FILTERS: Final = (
    words.number,
    words.setting,
    words.adjustment,
    words.count,
    words.percent,
    words.points,
    words.seconds,
    words.value,
    words.difference,
    words.dollars,
    words.p_value,
    words.ago,
    words.exactly,
    short_id,
    words.short_model,
    words.told_apart,
    words.named_shortly,
    words.by_name,
    words.path_segment,
    words.middle,
    words.shown,
    words.one_line,
    words.direction,
    words.answer,
    words.target,
    words.confidence_band,
    words.tojson_text,
    words.written,
    words.without_nothing,
)


class _Compiled(FileSystemBytecodeCache):
    """Templates as they were compiled, kept as Python keeps modules: where it may write."""

    def __init__(self) -> None:
        super().__init__(str(_COMPILED), "%s.cache")

    def load_bytecode(self, bucket: Bucket) -> None:
        """One that was kept."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep one; to go without only takes longer."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            _COMPILED.mkdir(exist_ok=True)
            super().dump_bytecode(bucket)


class Pages:
    """Makes pages and their parts."""

    def __init__(self, assets: Assets) -> None:
        self._assets = assets
        self._env = Environment(
            loader=FileSystemLoader(_FOLDER),
            bytecode_cache=_Compiled(),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._env.filters |= {each.__name__: each for each in _FILTERS}
        self._env.globals |= {
            "asset": assets.url,
            "took": words.duration,
            "cells_map": cells_map,
            "dots": dots,
            "forest": forest,
            "interval_bar": interval_bar,
            "latency_ridges": ridges,
            "waits_bar": waits_bar,
        }

    def make_ready(self) -> None:
        """Load what people open first, with all that it refers to: to compile the templates of a
        run's page takes 100 ms, which the first visitor would wait for.
        """
        found: dict[str, None] = dict.fromkeys(_OPENED_FIRST)
        left = list(found)
        while left:
            name = left.pop()
            self._env.get_template(name)
            for each in _REFERENCE.findall((_FOLDER / name).read_text("utf-8")):
                if each not in found:
                    found[each] = None
                    left.append(each)

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = HTTPStatus.OK,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> Response:
        """A whole page."""
        text = self._env.get_template(f"pages/{template}").render(
            theme=theme_of(request),
            path=request.url.path,
            toast=toast_of(request),
            status=int(status),
            **values,
        )
        response = HTMLResponse(text, status, {**KEPT, **(headers or {})})
        forget(request, response)
        return response

    def head(self, theme: Theme) -> str:
        """What every page begins with, whatever it shows."""
        return self._env.get_template("components/head.html").render(theme=theme)

    def fragment(self, template: str, **values: object) -> str:
        """A part of a page: the same file that the page includes."""
        return self._env.get_template(f"fragments/{template}").render(**values)

    def part(self, template: str, **values: object) -> Response:
        """A part of a page as an answer."""
        return HTMLResponse(
            self.fragment(template, **values), headers={"Cache-Control": "no-store"}
        )


def theme_of(request: HTTPConnection) -> Theme:
    """What the viewer chose; nothing is what his system has."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""


__all__ = ["KEPT", "THEMES", "THEME_COOKIE", "Pages", "Theme", "theme_of"]
