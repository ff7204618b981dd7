"""Whether models can say what entries are.

A set and a model that speak of other things give a run in which everything is wrong.
"""

from collections.abc import Iterable, Sequence

from runoff_contracts.answers import target_boxes
from runoff_contracts.events.lifecycle import Contender, RunCreated
from runoff_contracts.model_spec import LlmSpec, OipSpec, OipTextSpec, OnnxSpec
from runoff_contracts.task import Task
from runoff_objects.entry_set import CHUNK_ENTRIES, EntryRow, open_entry_set
from runoff_objects.errors import ObjectError
from runoff_objects.store import Objects

_SHOWN = 3
_LONGEST = 40


async def strange_labels(objects: Objects, created: RunCreated) -> list[str]:
    """A warning for each model that declares none of the labels of the first entries' targets.

    Not a refusal: whoever asks what a model says of things that it does not know may do so. Only
    the first chunk of entries is looked at, so that a launch costs the same however many there are.
    """
    asked = [(each, labels) for each in created.contenders if (labels := _declared(each))]
    if not asked:
        return []
    try:
        rows = await (await open_entry_set(objects, created.entries)).rows(0, CHUNK_ENTRIES)
    except ObjectError:
        return []  # the worker that is to answer says it, of the entries that it is about
    wanted = dict.fromkeys(_wanted(created.task, rows))
    if not wanted:
        return []
    return [
        f"{each.model}: none of its labels ({_some(labels)}) is a target of the first {len(rows)} "
        f"entries ({_some(wanted)}), so that it is right about none of them"
        for each, labels in asked
        if wanted.keys().isdisjoint(labels)
    ]


def _declared(contender: Contender) -> Sequence[str]:
    spec = contender.spec
    if isinstance(spec, OnnxSpec | OipSpec | OipTextSpec):
        return spec.labels
    return (spec.choices or ()) if isinstance(spec, LlmSpec) else ()


def _wanted(task: Task, rows: Iterable[EntryRow]) -> Iterable[str]:
    for row in rows:
        if task == "classification" and isinstance(row.target, str):
            yield row.target
        elif task == "detection" and row.target is not None:
            yield from (box.label for box in target_boxes(row.target))


def _some(words: Iterable[str]) -> str:
    """The first few, and how many there are."""
    found = list(words)
    shown = [each if len(each) <= _LONGEST else f"{each[: _LONGEST - 1]}…" for each in found]
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more
