"""`/runs/params`: whether what stands in the editor can be the parameters of a run."""

from collections import Counter

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runoff_contracts.params import Params
from runoff_web.errors import BadJson
from runoff_web.json_text import read_json
from runoff_web.parts import parts_of

_PARAMS: TypeAdapter[Params] = TypeAdapter(Params)
_SHOWN = 5


async def check(request: Request) -> Response:
    """A line of text: how many of which kind, or what is wrong, with the place where it breaks."""
    pages = parts_of(request).pages
    form = await request.form()
    text = form.get("text", "")
    try:
        value = read_json(text if isinstance(text, str) and text.strip() else "{}", "params")
        params = _PARAMS.validate_python(value)
    except BadJson as error:
        return pages.part(
            "params_said.html", errors=[str(error)], line=error.line, column=error.column
        )
    except ValidationError as error:
        said = [_said(each["loc"], each["msg"]) for each in error.errors()[:_SHOWN]]
        return pages.part("params_said.html", errors=said, line=None, column=None)
    kinds = Counter(_kind(each) for each in params.values())
    return pages.part("params_said.html", errors=[], n=len(params), kinds=dict(kinds))


def _said(place: tuple[int | str, ...], message: str) -> str:
    where = f"{place[0]}: " if place else ""
    return where + message.removeprefix("Value error, ")


def _kind(value: bool | float | str) -> str:
    if isinstance(value, bool):
        return "true or false"
    return "text" if isinstance(value, str) else "number"


ROUTES = [Route("/runs/params", check, methods=["POST"])]
