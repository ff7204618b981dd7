"""A text of the filter language, taken token by token, and where it is wrong."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, NoReturn

from runoff_query.api.finding.fields import (
    ATTRIBUTES,
    ELSEWHERE,
    SPACES,
    Field,
)
from runoff_query.api.problems import ProblemRaised, refuse

MAX_LENGTH: Final = 10_000
MAX_NAME: Final = 200
_SHOWN: Final = 20

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<name>[A-Za-z_][\w.]*)"
    r"|(?P<comparison>>=|<=|!=|[<>=])"
    r"|(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))"
    r"|(?P<text>'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")"
    r"|(?P<quoted>`[^`]+`)"
    r"|(?P<mark>[(),]))",
    re.ASCII,
)
_FIELD: Final = "metrics.<name>, params.<name>, tags.<name> or an attribute"
EXAMPLE: Final = (
    "A filter is like: metrics.accuracy > 0.9 and params.lr = '0.001' and tags.team = 'vision'"
)


@dataclass(frozen=True)
class Token:
    """A piece of the text; `kind` is empty at the end and where nothing can be read."""

    kind: str
    text: str
    start: int
    end: int


class Tokens:
    """What is still to be read; `problem` is the name of what is told where it is wrong."""

    def __init__(self, text: str, *, problem: str = "filter") -> None:
        self._text, self._problem = text, problem
        if len(text) > MAX_LENGTH:
            self.wrong(f"the end: {MAX_LENGTH} characters are the most", MAX_LENGTH)
        if "\x00" in text:
            self.wrong("no U+0000, which no value of a run has", text.index("\x00"))
        self.next = self._read(0)

    @property
    def at_end(self) -> bool:
        """Whether nothing is left."""
        return not self.next.kind and self.next.start == len(self._text)

    def take(self, kind: str, meaning: str) -> Token:
        """The next token, which has to be of this kind."""
        if self.next.kind != kind:
            self.wrong(meaning)
        return self.skip()

    def skip(self) -> Token:
        """The next token, whatever it is."""
        taken, self.next = self.next, self._read(self.next.end)
        return taken

    def word(self, *words: str) -> str | None:
        """Take the next token if it is one of these words, in upper or lower case."""
        if self.next.kind == "name" and self.next.text.lower() in words:
            return self.skip().text.lower()
        return None

    def mark(self, mark: str) -> bool:
        """Take the next token if it is this mark."""
        if self.next.kind == "mark" and self.next.text == mark:
            self.skip()
            return True
        return False

    def number(self, meaning: str = "a number") -> float:
        """A finite number."""
        token = self.take("number", meaning)
        value = float(token.text)
        if not math.isfinite(value):
            self.wrong("a number below 1.8e308", token.start)
        return value

    def text(self, meaning: str = "a text in quotes") -> str:
        """A text without its quotes; a quote within stands twice."""
        token = self.take("text", meaning)
        mark = token.text[0]
        return token.text[1:-1].replace(mark * 2, mark)

    def field(self) -> tuple[Field, int]:
        """What a term speaks of, and where it is named."""
        token = self.take("name", _FIELD)
        first, dot, name = token.text.partition(".")
        if not dot:
            if first not in ATTRIBUTES:
                self._no_attribute(first, token.start, bare=True)
            return Field("attribute", first), token.start
        space = SPACES.get(first.lower())
        if space is None:
            near = _near(first.lower(), SPACES)
            self.wrong(_FIELD + _meant(f"{near}.{name}" if near else None), token.start)
        if not name:
            name = self._quoted_name(token)
        if len(name) > MAX_NAME:
            self.wrong(f"a name of at most {MAX_NAME} characters", token.start)
        if space == "attribute" and name not in ATTRIBUTES:
            self._no_attribute(name, token.start)
        return Field(space, name), token.start

    def wrong(self, meaning: str, place: int | None = None) -> NoReturn:
        """Say what was expected where.

        Raises:
            ProblemRaised: Always.
        """
        at = self.next.start if place is None else place
        rest = self._text[at:]
        seen = repr(rest[:_SHOWN].replace("\x00", "\N{SYMBOL FOR NULL}")) if rest else "the end"
        raise self.refusal(f"at character {at + 1}: expected {meaning}, found {seen}")

    def refusal(self, hint: str) -> ProblemRaised:
        """A problem of this text."""
        what = self._problem.replace("_", " ")
        return refuse(
            f"bad-{self._problem.replace('_', '-')}",
            f"The {what} cannot be read",
            422,
            EXAMPLE if self._problem == "filter" else "",
            field=self._problem,
            hint=hint,
        )

    def _read(self, at: int) -> Token:
        match = _TOKEN.match(self._text, at)
        if match is None or match.lastgroup is None:
            rest = self._text[at:]
            start = at + len(rest) - len(rest.lstrip())
            return Token("", "", start, start)
        return Token(
            match.lastgroup, match.group(match.lastgroup), match.start(match.lastgroup), match.end()
        )

    def _quoted_name(self, before: Token) -> str:
        if self.next.kind == "quoted" and self.next.start == before.end:
            return self.skip().text[1:-1]
        name = self.text("a name, in quotes where it is more than letters, digits, . and _")
        if not name:
            self.wrong("a name that is not empty", before.start)
        return name

    def _no_attribute(self, name: str, start: int, *, bare: bool = False) -> NoReturn:
        near = ELSEWHERE.get(name.lower()) or _near(name.lower(), ATTRIBUTES)
        if bare:
            # A metric's or a parameter's bare name is what is meant most often.
            self.wrong(_FIELD + _meant(near or f"metrics.{name}"), start)
        self.wrong(f"one of the attributes {', '.join(ATTRIBUTES)}{_meant(near)}", start)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'accuracy'?`, or nothing where no known name is near."""
    near = _near(name, known)
    return _meant(repr(near) if near else None)


def _meant(what: str | None) -> str:
    return f" (did you mean {what}?)" if what else ""


def _near(name: str, known: Iterable[str]) -> str | None:
    found = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else None
