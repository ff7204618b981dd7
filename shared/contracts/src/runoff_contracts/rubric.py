"""What a judge judges by: words that may name fields of the entry, as `{{metadata.tone}}`.

A field is never put into the rubric. The judge is given its value apart, as material, and the
rubric refers to it by name: so nothing that an entry says can speak with the rubric's voice.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

PLAIN = ("text", "target", "id", "section", "split")
_METADATA = "metadata."
# No brace inside, so that the time is linear in whatever is written.
_FIELD = re.compile(r"\{\{([^{}]*)\}\}")


def rubric_fields(rubric: str) -> list[str]:
    """Fields that a rubric names, each once, in their order."""
    return list(dict.fromkeys(each.strip() for each in _FIELD.findall(rubric)))


def rubric_words(rubric: str) -> str:
    """The rubric as the judge reads it, with fields by their names."""
    return _FIELD.sub(lambda found: f"`{found[1].strip()}`", rubric)


def _known(rubric: str) -> str:
    for name in rubric_fields(rubric):
        if name not in PLAIN and not (name.startswith(_METADATA) and len(name) > len(_METADATA)):
            known = ", ".join(PLAIN)
            raise ValueError(f"{{{{{name}}}}} is no field: known are {known} and metadata.<key>")
    return rubric


Rubric = Annotated[
    str, StringConstraints(min_length=1, max_length=20_000, pattern=r"\S"), AfterValidator(_known)
]
"""In words, what makes an answer good."""
