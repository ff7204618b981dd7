"""Which of several choices an answer picks: "B", "(b)", "Answer: B", "**B.** Paris", "Paris"."""

import re
from collections.abc import Sequence
from string import ascii_uppercase
from typing import Literal

from runoff_scoring.text.words import normalised

_Kind = Literal["letter", "number"]

_OPENING = r"[*_`(\[{\"'$\\]{0,6}(?:boxed\{|text\{){0,2}"
_LETTER = r"([A-Za-z])(?!\w)"
_NUMBER = r"(\d{1,3})(?!\w|\.\d)"
_BEHIND = r"(?i:\s+is)?\s{0,3}[:=]?\s{0,3}"
# "The answer is C. Option B is wrong": an answer goes before what is called a choice.
_MARKS = (r"(?i:\banswers?)" + _BEHIND, r"(?i:\b(?:choice|option))" + _BEHIND)
_CLOSED = r"(?=[)\].:,;*_`\"'}]|\s*$|\s*\n"
_MARK = re.compile(_MARKS[0])
# After a mark a capital may be followed by words, but for the I of "the answer is I think".
_AFTER_MARK = {
    "letter": [
        re.compile(mark + _OPENING + _LETTER + _CLOSED + r"|(?<=[A-HJ-Z])\s)") for mark in _MARKS
    ],
    "number": [re.compile(mark + _OPENING + _NUMBER + _CLOSED + r"|\s)") for mark in _MARKS],
}
_FIRST = {
    # Capitals but the article and the pronoun may be followed by words: "B is right".
    "letter": re.compile(
        r"\s*" + _OPENING + _LETTER + r"(?=[)\].:*_`\"'}]|\s*$|\s*\n|\s+is\b|(?<=[B-HJ-Z])\s)"
    ),
    "number": re.compile(r"\s*" + _OPENING + _NUMBER + r"(?=[)\].:*_`\"'}]|\s*$|\s*\n)"),
}
_ALONE = {
    "letter": (re.compile(r"\(([A-Za-z])\)"), re.compile(r"\b([B-HJ-Z])\b(?!')")),
    "number": (re.compile(r"\((\d{1,3})\)"),),
}


def picked_label(answer: str, like: str) -> str | None:
    """The letter, in upper case, or the number that an answer picks; none where that is not plain.

    In this order: what stands behind the last "answer", or else the last "choice" or "option";
    what the answer begins with; the only one in brackets; the only capital by itself, as in "I
    take B".

    Args:
        answer: The whole answer.
        like: A letter where letters are asked for, else numbers are.
    """
    kind: _Kind = "letter" if like.isalpha() else "number"
    return _marked_or_first(answer, kind) or _alone(answer, kind)


def _marked_or_first(answer: str, kind: _Kind) -> str | None:
    for pattern in _AFTER_MARK[kind]:
        marked = pattern.findall(answer)
        if marked:
            return str(marked[-1]).upper()
    first = _FIRST[kind].match(answer)
    return first[1].upper() if first else None


def _alone(answer: str, kind: _Kind) -> str | None:
    for pattern in _ALONE[kind]:
        found = {str(each).upper() for each in pattern.findall(answer)}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def picked_choice(answer: str, choices: Sequence[str]) -> int | None:
    """The place of the choice that an answer picks; none where that is not plain.

    In this order: the choice that the answer says and nothing else; one picked by its letter; the
    one that stands behind the last "answer"; the only one that is named anywhere; the only letter
    by itself.
    """
    texts = [normalised(each) for each in choices]
    said = normalised(answer)
    if said in texts:
        return texts.index(said)
    picked = _place(_marked_or_first(answer, "letter"), len(choices))
    if picked is not None:
        return picked
    marks = list(_MARK.finditer(answer))
    if marks:
        behind = f"{normalised(answer[marks[-1].end() :])} "
        found = [place for place, text in enumerate(texts) if behind.startswith(f"{text} ")]
        if found:
            return max(found, key=lambda place: len(texts[place]))
    named = _named(f" {said} ", texts)
    if named:
        return named[0] if len(named) == 1 else None
    return _place(_alone(answer, "letter"), len(choices))


def _place(letter: str | None, n_choices: int) -> int | None:
    place = -1 if letter is None else ascii_uppercase.index(letter)
    return place if 0 <= place < n_choices else None


def _named(said: str, texts: Sequence[str]) -> list[int]:
    """Places of the texts that are said, less those inside of others: New York names York too."""
    named = [place for place, text in enumerate(texts) if f" {text} " in said]
    return [
        place
        for place in named
        if not any(texts[place] in texts[other] != texts[place] for other in named)
    ]
