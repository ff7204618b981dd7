"""Texts with fields of an entry in double braces: `{{text}}`, `{{metadata.author}}`.

One pass: what an entry says is put in as it stands, braces and all, and never read as a template.
"""

import json
import re

from runoff_inference_worker.errors import BadEntry
from runoff_inference_worker.provider import Ask

PLAIN = ("text", "id", "section", "split")
_METADATA = "metadata."
_FIELD = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)


class Template:
    """A text that is made of an entry's fields."""

    def __init__(self, text: str) -> None:
        parts = _FIELD.split(text)
        self._texts, self.fields = parts[0::2], parts[1::2]

    @property
    def unknown(self) -> list[str]:
        """Fields that no entry can have, as they are written."""
        return [each for each in self.fields if not _is_known(each)]

    def render(self, ask: Ask) -> str:
        """The text for an entry.

        Raises:
            BadEntry: When the entry lacks a field that the template names.
        """
        made = [self._texts[0]]
        for name, text in zip(self.fields, self._texts[1:], strict=True):
            made += [_value(ask, name), text]
        return "".join(made)


def _is_known(name: str) -> bool:
    return name in PLAIN or (name.startswith(_METADATA) and len(name) > len(_METADATA))


def _value(ask: Ask, name: str) -> str:
    value = _found(ask, name)
    if value is None:
        raise BadEntry(f"the entry has no {name}, which the prompt names")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _found(ask: Ask, name: str) -> object:
    match name:
        case "text":
            return ask.text
        case "id":
            return ask.entry_id
        case "section":
            return ask.section
        case "split":
            return ask.split
    return (ask.metadata or {}).get(name.removeprefix(_METADATA))
