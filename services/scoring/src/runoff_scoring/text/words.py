"""Texts without what does not matter: case, articles, punctuation and blanks.

Source: the normalisation of the SQuAD evaluation (Rajpurkar et al. 2016, arXiv:1606.05250), with
the punctuation of every script as in MLQA (Lewis et al. 2020, arXiv:1910.07475) and numbers left
whole as in DROP (Dua et al. 2019, arXiv:1903.00161), without which 1.5 and 15 would be equal. A
text of nothing else, as "A" or "+", keeps its articles or its punctuation.
"""

import re
import unicodedata
from functools import lru_cache

_ARTICLES = frozenset({"a", "an", "the"})
_NUMBER = re.compile(
    r"((?<![\w.])(?:(?<![)\]%])-)?"  # not the dash of 3-4, nor a digit of x2 or 1.2.3
    r"(?:(?:\d{1,3}(?:,\d{3}){1,12}+(?!\d)|\d++)(?:\.\d++)?|\.\d++))"
)
_SIGN_OR_POINT = re.compile(r"[-.]\d")
_CACHED_LENGTH = 10_000
"""Several scorers ask for the same text in a row; longer ones would fill the memory."""


class _Punctuation(dict[int, int | None]):
    """What `str.translate` leaves of a character: none of punctuation; learnt as it is met."""

    def __missing__(self, code: int) -> int | None:
        character = chr(code)
        # The signs $+<=>^`|~ are punctuation to SQuAD and symbols to Unicode.
        dropped = character in "$+<=>^`|~" or unicodedata.category(character).startswith("P")
        self[code] = None if dropped else code
        return self[code]


_PUNCTUATION = _Punctuation()


def normalised(text: str) -> str:
    """The text in NFKC, casefolded, without articles and punctuation, one blank between words.

    Equal texts stay equal; 1,000.50 and 1000.5 become equal. Time and memory are linear in the
    length, but for a character of NFKC that stands for up to 18.
    """
    return _cached(text) if len(text) <= _CACHED_LENGTH else _normalised(text)


def words(text: str) -> list[str]:
    """The words of `normalised`."""
    return normalised(text).split()


def _normalised(text: str) -> str:
    if text.isascii():
        return _bare(text.lower())
    # Casefolding may take a text out of NFKC, and so may what is taken from between two
    # characters: an accent then has another letter before it.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFKC", _bare(folded))


def _bare(folded: str) -> str:
    found = _without_punctuation(folded).split()
    return " ".join([word for word in found if word not in _ARTICLES] or found or folded.split())


_cached = lru_cache(maxsize=256)(_normalised)


def _without_punctuation(text: str) -> str:
    if not _SIGN_OR_POINT.search(text):
        return text.translate(_PUNCTUATION)  # of 1,000 too nothing but the comma goes
    parts = _NUMBER.split(text)
    parts[::2] = [part.translate(_PUNCTUATION) for part in parts[::2]]
    parts[1::2] = [_plain(number) for number in parts[1::2]]
    return "".join(parts)


def _plain(number: str) -> str:
    """Without separators; one with a sign or a point is a word by itself, as in 1.5kg."""
    digits = number.replace(",", "")
    whole, point, rest = digits.partition(".")
    if not point:
        return f" {digits} " if digits.startswith("-") else digits
    if whole in {"", "-"}:
        whole += "0"
    return " " + f"{whole}.{rest}".rstrip("0").rstrip(".") + " "
