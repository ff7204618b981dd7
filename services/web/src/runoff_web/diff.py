"""Two texts word by word: what an answer has more, and what it lacks."""

import difflib
import re
from typing import Final

from markupsafe import Markup

from runoff_web.format import shown

MAX_WORDS: Final = 1500
"""Beyond this the comparison takes longer than a page may; the texts then stand as they are."""
_WORDS: Final = re.compile(r"\s+|\w+|[^\w\s]")


def word_diff(reference: str, given: str) -> Markup:
    """The given text with what it adds as `ins`, and what the reference has more as `del`."""
    before, after = _WORDS.findall(reference), _WORDS.findall(given)
    if len(before) > MAX_WORDS or len(after) > MAX_WORDS:
        return shown(given)
    parts: list[Markup] = []
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    for kind, a0, a1, b0, b1 in matcher.get_opcodes():
        if kind == "equal":
            parts.append(shown("".join(after[b0:b1])))
            continue
        if a1 > a0:
            parts.append(Markup("<del>{}</del>").format(shown("".join(before[a0:a1]))))
        if b1 > b0:
            parts.append(Markup("<ins>{}</ins>").format(shown("".join(after[b0:b1]))))
    return Markup("").join(parts)
