"""The page for subscribers: envelope, batch format, and every event with its fields."""

import json
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from runoff_contracts import subjects
from runoff_contracts.documents.asyncapi import Examples, is_sliced, type_of
from runoff_contracts.documents.headers import CONTEXT_HEADERS, HEADERS, SLICE_HEADERS
from runoff_contracts.documents.schemas import (
    REFERENCE,
    Schema,
    named_types,
    one_line,
    schemas_of,
    unit_of,
)
from runoff_contracts.event import Event
from runoff_contracts.events import TYPES

_HEAD = f"""\
<!-- Written by `make docs` from shared/contracts; edits here are lost. -->
# Events

Everything that happens is an event in the JetStream stream `{subjects.LOG_STREAM}`, in one order
for all. Events are never edited or removed. The same in machine-readable form:
[asyncapi.json](asyncapi.json).

## Reading them

- `runoff events tail` prints them, `Client.events.follow()` of the SDK yields them one by one, and
  `GET /api/events?after=SEQ` serves them over HTTP. On NATS, make a consumer of your own on
  `{subjects.LOG_STREAM}`; those named after Runoff's services belong to them.
- Delivery is at least once. An event's id is made of what happened, so the same event always has
  the same id: keep the ids, or the last sequence, to be idempotent.
- `type` and `version` stand in the body. A new optional field keeps the version, so ignore fields
  that you do not know. Any other change raises the version; old events stay as they were written,
  and `runoff_contracts.events.TYPES.read` leads them to the newest shape.
- Names and ids in a subject are one token each: what is no letter, digit, `-` or `_` stands in
  `%` form (`onnx/digits` is `onnx%2Fdigits`).
- Units ride in names: `_s` seconds, `_at` a time (RFC 3339, UTC), `n_` a count, `n_bytes` bytes.

## Headers

CloudEvents 1.0 in binary mode: the attributes are NATS headers, the body is the event.
"""

_BATCH = """\
## Slices of entries

Events of single entries travel in slices: one message holds a JSON array of CloudEvents (JSON batch
format), all of one type, and its body's items carry `specversion`, `id`, `source`, `type`, `time`
and `data`, the event. A slice's subject holds one message, ever. The message's own headers say:
"""


def events_page(*, examples: Examples, versions: Mapping[str, list[int]]) -> str:
    """The page as Markdown."""
    schemas = schemas_of(TYPES.classes)
    parts = [
        _HEAD,
        _table(("header", "says"), [(f"`{k}`", v) for k, v in HEADERS.items()]),
        "Where the writer knows them:\n",
        _table(("header", "says"), [(f"`{k}`", v) for k, v in CONTEXT_HEADERS.items()]),
        _BATCH,
        _table(("header", "says"), [(f"`{k}`", v) for k, v in SLICE_HEADERS.items()]),
    ]
    for subject, group in groupby(TYPES.classes, key=lambda each: each.subject_template):
        parts.append(f"## `{subject}`\n")
        parts += [_event(each, schemas, examples, versions) for each in group]
    parts.append("## What events are made of\n")
    events = {each.__name__ for each in TYPES.classes}
    parts += [
        f"### {name}\n\n{schema.get('description', '')}\n\n{_fields(schema)}"
        for name, schema in sorted(schemas.items())
        if name not in events and "properties" in schema
    ]
    parts += [
        "## Named types\n",
        _table(
            ("name", "type", "meaning"),
            [
                (f'<a id="{name.lower()}"></a>`{name}`', _constrained(schema), text)
                for name, (schema, text) in named_types().items()
            ],
        ),
    ]
    return "\n".join(parts).rstrip("\n") + "\n"


def _event(
    class_: type[Event],
    schemas: Mapping[str, Schema],
    examples: Examples,
    versions: Mapping[str, list[int]],
) -> str:
    type_ = type_of(class_)
    known = ", ".join(str(number) for number in versions[type_])
    text = json.dumps(examples[type_], indent=2, ensure_ascii=False)
    return "\n".join(
        [
            f"### {class_.__name__}\n",
            f"{schemas[class_.__name__]['description']}\n",
            f"Type `{type_}`, version{'s' if ',' in known else ''} {known}"
            f"{', a slice of them in a message' if is_sliced(class_) else ''}.\n",
            _fields(schemas[class_.__name__]),
            f"<details><summary>Example</summary>\n\n```json\n{text}\n```\n\n</details>\n",
        ]
    )


def _fields(schema: Schema) -> str:
    required = set(schema.get("required", ()))
    return _table(
        ("field", "type", "unit", "meaning"),
        [
            (
                f"`{name}`" + ("" if name in required or "const" in part else " (optional)"),
                _type_text(part),
                unit_of(name),
                part.get("description", ""),
            )
            for name, part in schema["properties"].items()
        ],
    )


def _type_text(schema: Schema) -> str:
    """A schema in words, with links to what has a name."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(REFERENCE)
        return "any JSON" if name == "JsonValue" else f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type_text(each) for each in schema["anyOf"])
    for name, (known, _) in named_types().items():
        if {k: v for k, v in schema.items() if k not in {"description", "default"}} == known:
            return f"[{name}](#{name.lower()})"
    if schema.get("type") == "array":
        items = schema["items"]
        if isinstance(items, list):
            return f"[{', '.join(_type_text(each) for each in items)}]"
        each = _type_text(items)
        return f"array of ({each})" if "anyOf" in items else f"array of {each}"
    if schema.get("type") == "object":
        return f"object of {_type_text(schema.get('additionalProperties', {}))}"
    return _constrained(schema)


def _constrained(schema: Schema) -> str:
    """A plain type with its limits."""
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    words = [schema.get("format") or schema.get("type", "any JSON")]
    signs: list[tuple[str, Any]] = [
        (sign, schema[key])
        for key, sign in (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"))
        if key in schema
    ]
    words += [f"{sign} {limit:g}" for sign, limit in signs]
    if "maxLength" in schema:
        words.append(f"of at most {schema['maxLength']} characters")
    if "pattern" in schema:
        words.append(f"`{schema['pattern']}`")
    return " ".join(words)


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join(f"| {' | '.join(_cell(cell) for cell in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return one_line(text).replace("|", "\\|")
