"""Whom `runoff compare` compares: runs and contenders by word, the newest ones, one a label.

A contender for each value of a label or parameter is all runs that have it, pooled by the server.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import typer

from runoff.cli.output import clean, fail
from runoff.cli.run_meant import LAST, run_id_of
from runoff.client import Client
from runoff.contender import read_contender
from runoff_contracts.ids import short_id
from runoff_contracts.params import param_text
from runoff_contracts.task import Status
from runoff_contracts.views import RunView

Meant = Mapping[str, object]
MAX_NAME = 200
"""As the API takes it."""
_HEXADECIMAL = frozenset("0123456789abcdef-")


@dataclass
class Whom:
    """Contenders as the API takes them, and what a person is told of the choice."""

    contenders: list[Meant]
    notes: list[str] = field(default_factory=list)

    @property
    def run(self) -> str | None:
        """The one run that all are of, whole; none where there are several, or parts of one."""
        if len(self.contenders) == 1 and set(self.contenders[0]) == {"run"}:
            return str(self.contenders[0]["run"])
        return None

    @property
    def first(self) -> Meant:
        """One contender: the first."""
        first = self.contenders[0]
        return first if set(first) != {"run"} else {**first, "position": 0}

    def baseline(self, client: Client, word: str) -> Meant:
        """Who is meant by `--baseline`: a contender, a model where one run is compared, or a value
        where runs are pooled by it.
        """
        for each in self.contenders:
            name = str(each.get("name", ""))
            if name and word in {name, name.partition(" = ")[2]}:
                return each
        runs = {str(each["run"]) for each in self.contenders}
        if len(runs) == 1 and not _names_a_run(word):
            (run,) = runs
            if word.startswith("#") and word[1:].isdecimal():
                return {"run": run, "position": int(word[1:])}
            return {"run": run, "model": word}
        return _meant(client, word)


def whom(
    client: Client,
    words: Sequence[str],
    *,
    last: int | None,
    dataset: str | None,
    pooled_by: str | None,
) -> Whom:
    """The contenders that the command's words and options mean.

    Args:
        last: So many newest completed runs of one dataset, oldest first, behind the words.
        pooled_by: `label:team` or `param:lr`: all runs of a value are one contender.
    """
    meant = Whom([_meant(client, word) for word in words])
    if last is not None:
        meant.contenders += [{"run": run.run_id} for run in _newest(client, last, dataset)]
    if pooled_by is not None:
        return _pooled(client, meant, pooled_by)
    return meant


def _meant(client: Client, word: str) -> Meant:
    found = dict(read_contender(word))
    if found["run"] == LAST:
        found["run"] = run_id_of(client, LAST)
    return found


def _names_a_run(word: str) -> bool:
    run = word.partition("/")[0].partition("#")[0].lower()
    return run == LAST or (len(run) >= 8 and not set(run) - _HEXADECIMAL)


def _newest(client: Client, n: int, dataset: str | None) -> list[RunView]:
    status = str(Status.COMPLETED)
    if dataset is None:
        newest = client.runs.list(status=status, limit=1).items
        if not newest:
            fail("There is no completed run yet. Launch one: runoff run launch")
        dataset = newest[0].dataset
    found = client.runs.list(status=status, dataset=dataset, limit=n).items
    if not found:
        fail(f"There is no completed run over {dataset}.")
    return found[::-1]


def _pooled(client: Client, meant: Whom, asked: str) -> Whom:
    """One contender for each value, of all runs that have it; several where these have more models
    than one.
    """
    kind, _, key = asked.partition(":")
    if any(set(each) != {"run"} for each in meant.contenders):
        raise typer.BadParameter(f"{asked} pools whole runs", param_hint="--by")
    by_value: dict[str, dict[str, list[tuple[RunView, int]]]] = {}
    n_without = 0
    for each in meant.contenders:
        run = client.runs.show(str(each["run"]))
        value = run.labels.get(key) if kind == "label" else _param(run, key)
        if value is None:
            n_without += 1
            continue
        of_value = by_value.setdefault(value, {})
        for position, contender in enumerate(run.contenders):
            of_value.setdefault(contender.model, []).append((run, position))
    if len(by_value) < 2:
        fail(f"Fewer than two values of {asked} are among these runs: nothing can be compared.")
    chosen: list[Meant] = []
    notes = []
    for value, models in by_value.items():
        for model, found in models.items():
            name = f"{key} = {value}" + (f", {model}" if len(models) > 1 else "")
            chosen.append(_together(name, found))
            ids = ", ".join(short_id(run.run_id) for run, _ in found)
            notes.append(f"{name}: run{'s' if len(found) > 1 else ''} {ids}")
    if n_without:
        notes.append(f"Runs without {kind} {key} are left out: {n_without}")
    return Whom(chosen, notes)


def _together(name: str, runs: Sequence[tuple[RunView, int]]) -> Meant:
    """One contender, the newest of its runs first: that one's answers are shown."""
    (first, at), *others = sorted(runs, key=lambda each: each[0].created_at, reverse=True)
    return {
        "run": first.run_id,
        "position": at,
        "repeats": [{"run": run.run_id, "position": position} for run, position in others],
        "name": clean(name, limit=MAX_NAME),
    }


def _param(run: RunView, key: str) -> str | None:
    return param_text(run.params[key]) if key in run.params else None
