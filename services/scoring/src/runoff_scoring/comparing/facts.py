"""What was chosen and used: which of it differs between contenders, and which is the same."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic import JsonValue

from runoff_contracts.compared import FieldCompared
from runoff_contracts.lineage import WorkerLineage
from runoff_scoring.comparing.taken import ContenderTaken, Scalar

MAX_FIELDS = 500
_MAX_TEXT = 300
_DEPTH = 4
_PACKAGES = "lineage.packages."


def facts_of(taken: ContenderTaken) -> dict[str, Scalar]:
    """Everything that could make a contender another one, by dotted name."""
    created, contender = taken.run.created, taken.contender
    nested: dict[str, JsonValue] = {
        "alias": taken.run.alias,
        "config": created.config.model_dump(mode="json"),
        "dataset": created.dataset.model_dump(mode="json"),
        "entries": created.entries,
        "labels": dict(taken.run.labels),
        "lineage": None if created.lineage is None else created.lineage.model_dump(mode="json"),
        "model": {
            "name": contender.model,
            "number": contender.number,
            "digest": contender.digest,
            "spec": None if contender.spec is None else contender.spec.model_dump(mode="json"),
        },
        "params": dict(taken.run.params),
        "plan": created.plan,
        "priority": created.priority,
        "server": None if created.server is None else created.server.model_dump(mode="json"),
        "scorers": {
            each.name: {"version": each.version, "params": each.params} for each in created.scorers
        },
        "status": str(taken.run.status),
        "worker": _workers(taken),
    }
    return dict(_flat("", nested, _DEPTH))


def _facts_of_all(taken: ContenderTaken) -> dict[str, Scalar]:
    """Of one that is pooled of several runs: where these are not alike, every value there is."""
    each = [facts_of(member) for member in taken.members]
    return {name: _several(one.get(name) for one in each) for name in set().union(*each)}


def _workers(taken: ContenderTaken) -> JsonValue:
    """What the run's workers ran on; where they are not alike, every value that there is."""
    each = [dict(_flat("", one.model_dump(mode="json"), _DEPTH)) for one in _ran_on(taken)]
    return {name: _several(one.get(name) for one in each) for name in sorted(set().union(*each))}


def _ran_on(taken: ContenderTaken) -> list[WorkerLineage]:
    return taken.run.record.columns.workers


def _several(values: Iterable[Scalar]) -> Scalar:
    """The one value; several in words, each once."""
    found = list(dict.fromkeys(values))
    if len(found) == 1:
        return found[0]
    return _short(" | ".join(sorted({_word(each) for each in found})))


def _word(value: Scalar) -> str:
    return "none" if value is None else str(value)


def compared_facts(
    contenders: Sequence[ContenderTaken], left_out: list[str]
) -> tuple[list[FieldCompared], dict[str, Scalar]]:
    """What differs, sorted by name, and what is the same for all; None says the same as nothing."""
    facts = [_facts_of_all(each) for each in contenders]
    # Packages are many: what else there is to say comes before them.
    names = sorted(set().union(*facts), key=lambda name: (name.startswith(_PACKAGES), name))
    if len(names) > MAX_FIELDS:
        left_out.append(f"params, config and lineage: {len(names) - MAX_FIELDS} further names")
    differing: list[FieldCompared] = []
    same: dict[str, Scalar] = {}
    for name in names[:MAX_FIELDS]:
        values = [each.get(name) for each in facts]
        # 1 and True, and 1 and 1.0, are equal to Python and not to whoever chose them.
        if len({(type(each), each) for each in values}) > 1:
            differing.append(FieldCompared(name=name, values=values))
        elif values[0] is not None:
            same[name] = values[0]
    return differing, same


def _flat(prefix: str, value: JsonValue, depth: int) -> Iterator[tuple[str, Scalar]]:
    if isinstance(value, Mapping) and depth:
        for key, inner in value.items():
            yield from _flat(f"{prefix}.{key}" if prefix else key, inner, depth - 1)
    elif isinstance(value, dict | list):
        yield prefix, _short(json.dumps(value, sort_keys=True, ensure_ascii=False))
    else:
        yield prefix, _short(value) if isinstance(value, str) else value


def _short(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 1]}…"
