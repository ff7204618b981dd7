"""Templates: one environment, strict about names; all but our own markup is escaped."""

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, Response

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
    words.short_id,
    words.short_model,
    words.told_apart,
    words.named_shortly,
    words.by_name,
    words.middle,
    words.shown,
    words.one_line,
    words.answer,
    words.target,
    words.confidence_band,
    words.tojson_text,
    words.written,
    words.without_nothing,
)


class Pages:
    """Makes pages and their parts."""

    def __init__(self, assets: Assets) -> None:
        self._assets = assets
        self._env = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
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
