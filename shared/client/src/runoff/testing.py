"""Comparisons as tests: what the fixture `runoff` of the pytest plugin gives.

def test_the_new_prompt_is_not_worse(runoff):
    result = runoff.compare(baseline="01931b6c", candidate="01931c02", margin=0.02)
    result.assert_not_worse()
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Unpack

from rich.console import Console

from runoff.cli.verdict import print_document
from runoff.client import Client
from runoff.comparison import Comparison
from runoff.comparisons import ContenderWord, Options
from runoff.errors import RunNotCompleted, RunoffError, ServerUnreachable
from runoff.gate import Side, is_not_better, is_not_equivalent, may_be_worse, sides
from runoff.local import child_stack
from runoff.runs import Scorers
from runoff_contracts.compared import ComparedMetric, Estimate
from runoff_contracts.run_config import RunConfig, Selection
from runoff_contracts.task import Status

RecordProperty = Callable[[str, object], None]
_WIDTH = 100


class CheckFailed(AssertionError):
    """The comparison does not show what the test asks for; its text says what it does show."""


@dataclass(frozen=True)
class Connection:
    """A server that answers."""

    client: Client
    started: bool
    """Whether it is a local stack of this session."""
    compared: dict[str, Comparison] = field(default_factory=dict)
    """By what markers ask for: tests that ask for the same share one comparison."""


@contextmanager
def connect(url: str | None, *, start: bool, folder: Path) -> Iterator[Connection]:
    """The server that is meant; a local stack where none answers and `start` allows it.

    Raises:
        ServerUnreachable: When none answers, and none is to be started.
        ExtraMissing, StackFailed: When it cannot be started.
    """
    with Client(url) as client:
        try:
            client.server.health()
        except ServerUnreachable:
            if not start:
                raise
        else:
            yield Connection(client, started=False)
            return
    with child_stack(folder) as stack, Client(stack.wait_until_ready().api_url) as client:
        yield Connection(client, started=True)


class Checks:
    """What the fixture `runoff` is."""

    def __init__(self, connection: Connection, record_property: RecordProperty) -> None:
        self.client = connection.client
        """The whole SDK, to register datasets and models."""
        self._record, self._compared = record_property, connection.compared

    def marked(self, given: Mapping[str, Any]) -> "Result":
        """What `@pytest.mark.runoff(…)` asks for: `evaluate` with a dataset, else `compare`.

        Once a session: whoever asks for the same gets the same comparison.

        Raises:
            TypeError: For words that neither of them knows.
        """
        asked = repr(sorted(given.items()))
        if asked in self._compared:
            return Result(self._compared[asked], self._record)
        result = self.evaluate(**given) if "dataset" in given else self.compare(**given)
        self._compared[asked] = result.comparison
        return result

    def compare(
        self,
        *,
        baseline: ContenderWord,
        candidate: ContenderWord | Sequence[ContenderWord],
        **options: Unpack[Options],
    ) -> "Result":
        """Hold one contender, or several, against a baseline.

        Args:
            baseline: A run of one contender, `RUN/model`, or `RUN#position`.
            candidate: Likewise; a run of several contenders means all of them.
            options: As of `client.comparisons.create`: `margin=0.02`, `metrics=["f1"]`.

        Raises:
            ProblemError: When they cannot be compared honestly.
        """
        several = not isinstance(candidate, str | Mapping)
        others = list(candidate) if several else [candidate]
        comparison = self.client.comparisons.create(
            contenders=[baseline, *others],
            baseline=baseline,
            **options,
        )
        return Result(comparison, self._record)

    def evaluate(
        self,
        *,
        dataset: str,
        models: Sequence[str],
        baseline: str | None = None,
        selection: Selection | None = None,
        config: RunConfig | None = None,
        scorers: Scorers | None = None,
        labels: Mapping[str, str] | None = None,
        **options: Unpack[Options],
    ) -> "Result":
        """Run models over a dataset, wait, and compare them.

        Args:
            models: Two or more.
            baseline: One of them; the first when left out.
            options: As of `compare`.

        Raises:
            RunNotCompleted: When the run failed or was canceled.
            ProblemError: When it cannot be launched, or its models cannot be compared.
        """
        launched = self.client.runs.launch(
            dataset=dataset,
            models=models,
            selection=selection,
            config=config,
            scorers=scorers,
            labels=labels,
        )
        self._record("runoff_run", launched.id)
        *_, run = self.client.runs.watch(launched.id, after=launched.seq)
        if run.status is not Status.COMPLETED:
            raise RunNotCompleted(run.run_id, status=run.status, reason=run.reason)
        against = {"run": run.run_id, "model": baseline or models[0]}
        comparison = self.client.comparisons.create(runs=[run.run_id], baseline=against, **options)
        return Result(comparison, self._record)


class Result:
    """A comparison with a baseline, and what may be asserted of it.

    Nothing passes for want of evidence: what is not separable is neither better nor equal.
    """

    def __init__(self, comparison: Comparison, record_property: RecordProperty) -> None:
        self.comparison = comparison
        self.document = comparison.document
        for name, value in self._properties().items():
            record_property(name, value)

    @property
    def verdict(self) -> str:
        """In one or two sentences."""
        return self.comparison.verdict

    @property
    def url(self) -> str:
        """Where the document is served."""
        return self.comparison.url

    def estimate(self, model: str, metric: str | None = None) -> Estimate:
        """A contender's value of a metric, with its interval.

        Args:
            model: Its name in the document, or its model where no other contender has it.
            metric: The primary one when left out.

        Raises:
            LookupError: When the comparison has no such contender or metric.
        """
        return self._metric(metric).estimates[self._place(model)]

    def assert_not_worse(self) -> None:
        """No contender is worse than the baseline by the margin, and that is shown.

        Without a margin the best that can be asked for: none is shown to be worse.
        """
        __tracebackhide__ = True
        self._assert(may_be_worse, "is not worse than the baseline")

    def assert_better(self) -> None:
        """Every contender is shown to be better than the baseline."""
        __tracebackhide__ = True
        self._assert(is_not_better, "is better than the baseline")

    def assert_equivalent(self) -> None:
        """Every contender is shown to be equal to the baseline within the margin."""
        __tracebackhide__ = True
        if self.document.asked.margin is None:
            raise CheckFailed("Nothing is equal without a margin: give one, as margin=0.02.")
        self._assert(is_not_equivalent, f"is equal within {self.document.asked.margin:g}")

    def assert_at_least(
        self, value: float, *, model: str | None = None, metric: str | None = None
    ) -> None:
        """The metric's value is that good, of one contender or of each but the baseline.

        For a metric of which less is better: at most so large.
        """
        __tracebackhide__ = True
        measured = self._metric(metric)
        places = [self._place(model)] if model else [each.candidate for each in self._sides()]
        for place in places:
            found = measured.estimates[place].value
            sign = 1 if measured.higher_is_better else -1
            if found is None or sign * found < sign * value:
                name = self.document.contenders[place].name
                wanted = "at least" if measured.higher_is_better else "at most"
                said = f"{name}: {measured.name} is {found}, and {wanted} {value} is asked for."
                raise CheckFailed(self._text(said))

    def _assert(self, fails: Callable[[Side], bool], wanted: str) -> None:
        __tracebackhide__ = True
        failed = [side for side in self._sides() if fails(side)]
        if failed:
            names = ", ".join(self.document.contenders[each.candidate].name for each in failed)
            raise CheckFailed(self._text(f"It is not shown that {names} {wanted}."))

    def _sides(self) -> list[Side]:
        found = sides(self.document)
        if not found:
            raise CheckFailed(self._text("Nobody is held against the baseline."))
        return found

    def _metric(self, name: str | None) -> ComparedMetric:
        if name is None:
            return self.document.primary
        for metric in self.document.metrics:
            if metric.name == name:
                return metric
        known = ", ".join(each.name for each in self.document.metrics)
        raise LookupError(f"The comparison has no metric {name!r}; it has {known}")

    def _place(self, model: str) -> int:
        for attribute in ("name", "model"):
            found = [
                place
                for place, each in enumerate(self.document.contenders)
                if getattr(each, attribute) == model
            ]
            if len(found) == 1:
                return found[0]
        known = ", ".join(each.name for each in self.document.contenders)
        raise LookupError(f"The comparison has no one contender {model!r}; it has {known}")

    def _text(self, said: str) -> str:
        """What a person reads of a failed test: the claim, the verdict, the numbers, the link."""
        shown = io.StringIO()
        where = Console(file=shown, width=_WIDTH, highlight=False, markup=False)
        print_document(self.document, where)
        return f"{said}\n{shown.getvalue().rstrip()}\n\n{self.url}"

    def _properties(self) -> dict[str, object]:
        """For a JUnit report, and whoever reads it."""
        primary = self.document.primary
        found: dict[str, object] = {
            "runoff_comparison": self.comparison.digest,
            "runoff_url": self.url,
            "runoff_verdict": self.verdict,
            "runoff_metric": primary.name,
        }
        for side in sides(self.document):
            name = self.document.contenders[side.candidate].name
            found[f"runoff_outcome[{name}]"] = side.pair.outcome
            found[f"runoff_difference[{name}]"] = side.pair.difference
        return found


__all__ = ["CheckFailed", "Checks", "Connection", "Result", "RunoffError", "connect"]
