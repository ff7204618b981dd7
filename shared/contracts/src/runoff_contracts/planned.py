"""Whether runs and comparisons keep to a plan: pure functions, so that all services say the same.

A run that is launched under a plan and contradicts it is refused. A comparison is never refused:
whatever differs from the plan is told in words, and with one of them it is exploratory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runoff_contracts.comparison_asked import ComparisonAsked, ComparisonOptions, ContenderMeant
from runoff_contracts.events.lifecycle import Contender, RunCreated
from runoff_contracts.ids import Digest, ModelRef, RunId, short_id
from runoff_contracts.plan import Plan
from runoff_contracts.run_config import Selection, StopWhenDecided
from runoff_contracts.scorers import higher_is_better
from runoff_contracts.sequential import largest_value


@dataclass(frozen=True)
class Sealed:
    """A plan as it stands in the log."""

    digest: Digest
    plan: Plan
    seq: int


@dataclass(frozen=True)
class Launched:
    """A run as it was launched."""

    created: RunCreated
    seq: int


def is_meant(reference: ModelRef, contender: Contender) -> bool:
    """Whether `provider/name`, with or without `@number`, means this contender."""
    return reference in {contender.model, named(contender)}


def named(contender: Contender) -> ModelRef:
    """The contender with its version, where it has one."""
    return contender.model if contender.number is None else f"{contender.model}@{contender.number}"


def contradictions(plan: Plan, created: RunCreated) -> list[str]:
    """What of a launch contradicts the plan, in words; none where it keeps to it."""
    return [
        *_of_entries(plan, created),
        *_of_stopping(plan, created),
        *_of_models(plan, created.contenders),
        *_of_metric(plan, created),
    ]


def deviations(sealed: Sealed, asked: ComparisonAsked, runs: Sequence[Launched]) -> list[str]:
    """How a comparison differs from a plan, in words; none where it keeps to it.

    Args:
        asked: With what the plan says filled in, as `bound` gives it.
        runs: Of the contenders that are asked for, each once.
    """
    plan = sealed.plan
    by_id = {run.created.run_id: run.created for run in runs}
    found = []
    for run in runs:
        name = short_id(run.created.run_id)
        if run.seq < sealed.seq:
            found.append(f"run {name} was launched before the plan was sealed")
        elif run.created.plan != sealed.digest:
            found.append(f"run {name} was not launched under the plan")
        parts = (_of_entries, _of_stopping, _of_metric)
        found += [f"run {name}: {said}" for part in parts for said in part(plan, run.created)]
    if any(each.repeats for each in asked.contenders):
        found.append("contenders are pooled of several runs, which was not planned")
    meant = [_contender(each, by_id) for each in asked.contenders]
    found += _of_models(plan, [each for each in meant if each is not None])
    baseline = _contender(asked.baseline, by_id) if asked.baseline else None
    if plan.baseline is None:
        if baseline is not None:
            found.append(f"the plan has no baseline, and {named(baseline)} is one here")
    elif baseline is None or not is_meant(plan.baseline, baseline):
        is_here = named(baseline) if baseline else "none"
        found.append(f"the baseline is {is_here}, planned was {plan.baseline}")
    return [*found, *_of_options(plan, asked)]


def bound(plan: Plan, asked: ComparisonAsked, runs: Sequence[Launched]) -> ComparisonAsked:
    """What is asked, with what the plan says wherever a choice is left at its default."""
    by_id = {run.created.run_id: run.created for run in runs}
    values: dict[str, object] = {
        "family": plan.family,
        "adjust": plan.adjust,
        "missing": plan.missing,
        "margin": plan.margin,
        "metrics": [plan.metric],
        "by": plan.by,
        "clusters": plan.clusters,
        "methods": plan.methods,
        "alpha": plan.alpha,
        "confidence": 1 - plan.alpha,
        "baseline": None,
    }
    for each in asked.contenders:
        contender = _contender(each, by_id)
        if plan.baseline and contender and is_meant(plan.baseline, contender):
            values["baseline"] = each
    if (values["baseline"] or asked.baseline) is None and plan.family == "baseline":
        # Told as a deviation: the planned baseline is not there.
        values["family"] = None
    defaults = {name: field.default for name, field in ComparisonOptions.model_fields.items()}
    defaults["methods"] = {}
    left = {name: each for name, each in values.items() if getattr(asked, name) == defaults[name]}
    return ComparisonAsked.model_validate(asked.model_copy(update=left).model_dump())


def options_of(digest: Digest, plan: Plan, created: RunCreated) -> ComparisonOptions:
    """How a run that was launched under a plan is compared when it is completed."""
    every = [
        ContenderMeant(run_id=created.run_id, position=each.position) for each in created.contenders
    ]
    asked = ComparisonAsked(contenders=every, plan=digest)
    filled = bound(plan, asked, [Launched(created, 0)])
    return ComparisonOptions.model_validate(filled.model_dump(exclude={"contenders"}))


def _of_entries(plan: Plan, created: RunCreated) -> list[str]:
    found = []
    if created.dataset.digest != plan.dataset.digest:
        found.append(
            f"its dataset is {created.dataset.dataset}@{created.dataset.number}, planned was "
            f"{plan.dataset.dataset}@{plan.dataset.number}"
        )
    if _chosen(created.selection) != _chosen(plan.selection):
        found.append("it selects other entries than planned")
    n_planned = plan.stopping.n_entries
    if n_planned is not None and created.n_entries != n_planned:
        found.append(f"it asks {created.n_entries} entries, planned were {n_planned}")
    return found


def _of_stopping(plan: Plan, created: RunCreated) -> list[str]:
    here, planned = created.config.stop_when_decided, plan.stop_when_decided
    # Answers that were taken over of a run that stopped are those that it asked.
    if here is None and (planned is None or created.stopped is not None):
        return []
    if here is None:
        return ["it asks every entry, planned was to stop when decided"]
    if planned is None:
        return ["it stops when decided, which was not planned"]
    return (
        []
        if _rule(here, created) == _rule(planned, created)
        else ["it stops when decided by another rule than planned"]
    )


def _of_models(plan: Plan, contenders: Sequence[Contender]) -> list[str]:
    if plan.models is None:
        if plan.baseline and not any(is_meant(plan.baseline, each) for each in contenders):
            return [f"the planned baseline {plan.baseline} is not there"]
        return []
    lacking = [
        each for each in plan.models if not any(is_meant(each, found) for found in contenders)
    ]
    others = [
        named(each) for each in contenders if not any(is_meant(ref, each) for ref in plan.models)
    ]
    found = [f"the planned model {each} is not there" for each in lacking]
    return [*found, *(f"model {each} was not planned" for each in others)]


def _of_metric(plan: Plan, created: RunCreated) -> list[str]:
    for scorer in created.scorers:
        if scorer.name == plan.metric:
            higher = higher_is_better(scorer.name, scorer.params)
            if higher is not None and higher != plan.higher_is_better:
                wanted = "higher" if plan.higher_is_better else "lower"
                return [f"{plan.metric} is not better where it is {wanted}, as was planned"]
            largest = largest_value(scorer.name, scorer.params)
            if plan.margin is not None and largest is not None and plan.margin >= largest:
                return [f"no difference of {plan.metric} is beyond the margin {plan.margin:g}"]
            return []
    return [f"it has no scorer {plan.metric}, which decides by the plan"]


def _of_options(plan: Plan, asked: ComparisonOptions) -> list[str]:
    metrics = asked.metrics or []
    found = []
    if metrics[:1] != [plan.metric]:
        here = metrics[0] if metrics else "left open"
        found.append(f"the primary metric is {here}, planned was {plan.metric}")
    if more := [each for each in metrics if each != plan.metric]:
        found.append(f"{', '.join(more)} tested besides, which was not planned")
    choices: dict[str, tuple[object, object]] = {
        "margin": (asked.margin, plan.margin),
        "alpha": (asked.alpha, plan.alpha),
        "adjust": (asked.adjust, plan.adjust),
        "missing": (asked.missing, plan.missing),
        "family": (_family(asked.family, asked.baseline), _family(plan.family, plan.baseline)),
        "clusters": (asked.clusters, plan.clusters),
        "by": (asked.by, plan.by),
        "methods": (asked.methods, plan.methods),
    }
    for name, (chosen, planned) in choices.items():
        if chosen != planned:
            found.append(f"{name} is {_said(chosen)}, planned was {_said(planned)}")
    return found


def _family(family: str | None, baseline: object) -> str:
    return family or ("baseline" if baseline is not None else "all_pairs")


def _said(value: object) -> str:
    if value is None or value in ([], {}):
        return "none"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "another" if isinstance(value, Mapping) else str(value)


def _chosen(selection: Selection | None) -> dict[str, object]:
    chosen = {} if selection is None else selection.model_dump(exclude_none=True)
    return {key: set(value) if key == "ids" else value for key, value in chosen.items()}


def _rule(rule: StopWhenDecided, created: RunCreated) -> StopWhenDecided:
    """With everything named as the run names it, so that rules can be held against each other."""
    primary = created.scorers[0].name if created.scorers else None
    baseline = next(
        (named(each) for each in created.contenders if is_meant(rule.baseline or "", each)),
        rule.baseline,
    )
    return rule.model_copy(update={"metric": rule.metric or primary, "baseline": baseline})


def _contender(meant: ContenderMeant, runs: Mapping[RunId, RunCreated]) -> Contender | None:
    created = runs.get(meant.run_id)
    for each in created.contenders if created else ():
        if each.position == meant.position:
            return each
    return None
