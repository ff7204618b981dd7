"""How a contender is written in one word: `RUN`, `RUN/model`, `RUN#position`."""

import re
from collections.abc import Mapping
from typing import Final, TypedDict

from runoff.errors import InvalidInput

FORM: Final = "RUN, RUN/model (one model of the run), or RUN#0 (by its position)"
_FORM: Final = re.compile(
    r"(?P<run>[^/#]+)(?:/(?P<model>.{1,300})|#(?P<position>[0-9]{1,4}))?", re.DOTALL
)


class Meant(TypedDict, total=False):
    """Contenders of a run as the API names them: one by model or position, else all."""

    run: str
    model: str
    position: int


def read_contender(text: str | Mapping[str, object]) -> Mapping[str, object]:
    """What is meant by a word; a mapping is taken as it is, and checked by the server.

    Raises:
        InvalidInput: When the word is none of the three forms.
    """
    if not isinstance(text, str):
        return dict(text)
    match = _FORM.fullmatch(text)
    if match is None:
        raise InvalidInput(f"{text!r} is no contender. It is written {FORM}.")
    run, model, position = match.group("run", "model", "position")
    if model is not None:
        return Meant(run=run, model=model)
    return Meant(run=run) if position is None else Meant(run=run, position=int(position))
