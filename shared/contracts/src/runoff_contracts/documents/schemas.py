"""JSON Schemas of the contracts, with what stands below their fields as descriptions."""

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from runoff_contracts import compared, ids, task
from runoff_contracts.events import entry

Schema = dict[str, Any]
"""JSON Schema, whose shape is JSON Schema's own (hence `Any`)."""

REFERENCE = "#/components/schemas/"

_NAMED: dict[str, ModuleType] = {
    "RunId": ids,
    "Name": ids,
    "Digest": ids,
    "ModelRef": ids,
    "EntryId": ids,
    "Task": task,
    "Priority": task,
    "ErrorClass": entry,
    "Certainty": compared,
}
"""Types with a name of their own, and the modules that describe them."""

_UNITS = {"_s": "seconds", "_at": "RFC 3339, UTC", "_bytes": "bytes"}


def schemas_of(classes: Sequence[type[BaseModel]]) -> dict[str, Schema]:
    """Schemas of the classes and of every class that they are made of, by name."""
    _, whole = models_json_schema(
        [(each, "validation") for each in classes], ref_template=REFERENCE + "{model}"
    )
    found: dict[str, Schema] = whole["$defs"]
    by_name = {each.__name__: each for each in _parts_of(classes)}
    for name, schema in found.items():
        docs = _field_docs(by_name[name]) if name in by_name else {}
        for field, part in schema.get("properties", {}).items():
            part.pop("title", None)
            if field in docs:
                part["description"] = docs[field]
        schema.pop("title", None)
        if "description" in schema:
            schema["description"] = one_line(schema["description"])
    return {name: _as_draft_07(schema) for name, schema in found.items()}


@cache
def named_types() -> dict[str, tuple[Schema, str]]:
    """Schema and description of every type that has a name of its own."""
    return {
        name: (
            TypeAdapter(getattr(module, name)).json_schema(),
            one_line(_docs_below(ast.parse(inspect.getsource(module)).body).get(name, "")),
        )
        for name, module in _NAMED.items()
    }


def unit_of(field: str) -> str:
    """The unit that a field's name carries; empty where it has none."""
    if field == "n" or field.startswith("n_"):
        return "bytes" if field.endswith("_bytes") else "count"
    return next((unit for end, unit in _UNITS.items() if field.endswith(end)), "")


def one_line(text: str) -> str:
    """The text without its line breaks, as a table cell or a description wants it."""
    return " ".join(inspect.cleandoc(text).split())


def _parts_of(classes: Iterable[type[BaseModel]]) -> set[type[BaseModel]]:
    modules = {name for name in sys.modules if name.startswith("runoff_contracts")}
    found, left = set(classes), [BaseModel]
    while left:
        for each in left.pop().__subclasses__():
            left.append(each)
            if each.__module__ in modules:
                found.add(each)
    return found


@cache
def _field_docs(class_: type[BaseModel]) -> dict[str, str]:
    docs: dict[str, str] = {}
    for each in reversed(class_.__mro__):
        if not each.__module__.startswith("runoff_contracts"):
            continue
        definition = ast.parse(textwrap.dedent(inspect.getsource(each))).body[0]
        if isinstance(definition, ast.ClassDef):
            docs |= _docs_below(definition.body)
    return {name: one_line(text) for name, text in docs.items()}


def _docs_below(body: Sequence[ast.stmt]) -> dict[str, str]:
    """Names that are assigned to, with the text that stands below the assignment."""
    docs = {}
    for statement, below in pairwise(body):
        target = _target(statement)
        if (
            target
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        ):
            docs[target] = below.value.value
    return docs


def _target(statement: ast.stmt) -> str:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target.id
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    return ""


def _as_draft_07(schema: Any) -> Any:  # any part of a schema
    """AsyncAPI's own schemas are a superset of draft 07, where a tuple is written otherwise."""
    if isinstance(schema, list):
        return [_as_draft_07(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _as_draft_07(part) for key, part in schema.items()}
    if "prefixItems" in made:
        made["items"] = made.pop("prefixItems")
    return made
