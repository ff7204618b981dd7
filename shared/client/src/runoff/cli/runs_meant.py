"""Whom `runoff compare` compares: runs and contenders by word, the newest ones, one a label."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import typer

from runoff.cli.output import fail
from runoff.cli.run_meant import LAST, run_id_of
from runoff.client import Client
from runoff.contender import read_contender
from runoff_contracts.task import Status
from runoff_contracts.views import RunView

Meant = Mapping[str, object]
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
        """Who is meant by `--baseline`: a contender, or a model where one run is compared."""
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
    one_each: str | None,
) -> Whom:
    """The contenders that the command's words and options mean.

    Args:
        last: So many newest completed runs of one dataset, oldest first, behind the words.
        one_each: `label:team` or `param:lr`: of the runs, the newest one for each value.
    """
    meant = Whom([_meant(client, word) for word in words])
    if last is not None:
        meant.contenders += [{"run": run.run_id} for run in _newest(client, last, dataset)]
    if one_each is not None:
        return _one_each(client, meant, one_each)
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


def _one_each(client: Client, meant: Whom, asked: str) -> Whom:
    kind, _, key = asked.partition(":")
    if any(set(each) != {"run"} for each in meant.contenders):
        raise typer.BadParameter(f"{asked} chooses among whole runs", param_hint="--by")
    newest: dict[str, RunView] = {}
    n_older, n_without = 0, 0
    for each in meant.contenders:
        run = client.runs.show(str(each["run"]))
        value = run.labels.get(key) if kind == "label" else _param(run, key)
        if value is None:
            n_without += 1
            continue
        known = newest.get(value)
        n_older += known is not None
        if known is None or known.created_at < run.created_at:
            newest[value] = run
    if len(newest) < 2:
        fail(f"Fewer than two values of {asked} are among these runs: nothing can be compared.")
    chosen: list[Meant] = [{"run": run.run_id} for run in newest.values()]
    notes = [f"{kind} {key} = {value}: run {run.run_id[:8]}" for value, run in newest.items()]
    if n_older:
        notes.append(f"Older runs of the same value are left out: {n_older}")
    if n_without:
        notes.append(f"Runs without {kind} {key} are left out: {n_without}")
    return Whom(chosen, notes)


def _param(run: RunView, key: str) -> str | None:
    # A server of an earlier release has none.
    params = run.model_dump().get("params") or {}
    return str(params[key]) if key in params else None
