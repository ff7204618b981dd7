"""What is refused of runs that stop when decided, or are under a plan. Pure, as `decide.py`."""

from runoff_contracts.commands import CreateRun, RepeatRun
from runoff_contracts.events.lifecycle import Contender, RunCreated
from runoff_contracts.plan import Plan
from runoff_contracts.planned import contradictions, is_meant
from runoff_contracts.run_config import RunConfig
from runoff_contracts.sequential import MAX_MODELS_BY_PAIR, largest_value
from runoff_run_manager.errors import refusal
from runoff_run_manager.evolve import Run

_FIELD = "config.stop_when_decided"


def with_plan(command: CreateRun, plan: Plan) -> CreateRun:
    """The launch, with what the plan says where the launch says nothing."""
    config = command.config
    if config.stop_when_decided is None:
        config = config.model_copy(update={"stop_when_decided": plan.stop_when_decided})
    selection = plan.selection if command.selection is None else command.selection
    return command.model_copy(update={"selection": selection, "config": config})


def check_plan(plan: Plan, created: RunCreated) -> None:
    """Whether a launch keeps to its plan.

    Raises:
        Refusal: 422, with everything that contradicts it.
    """
    found = contradictions(plan, created)
    if found:
        raise refusal(
            "plan-contradicted",
            f"The run contradicts its plan: {'; '.join(found)}"[:2000],
            422,
            field="plan",
            hint="launch it as it was planned, or without the plan",
        )


def check_rule(created: RunCreated) -> None:
    """Whether it can be decided which of a run's models is better, as its config asks.

    Raises:
        Refusal: 422 on `config.stop_when_decided`.
    """
    rule = created.config.stop_when_decided
    if rule is None:
        return
    if len(created.contenders) < 2:
        raise refusal(
            "nothing-to-decide",
            "A run of one model has nothing to decide",
            422,
            field=_FIELD,
            hint="two models or more, or leave it out",
        )
    scorers = {each.name: each.params for each in created.scorers}
    metric = rule.metric or created.scorers[0].name
    bounded = [name for name, params in scorers.items() if largest_value(name, params) is not None]
    if metric not in bounded:
        what = "has no bounds" if metric in scorers else "is not a scorer of the run"
        raise refusal(
            "metric-not-watched",
            f"{metric} {what}, so that nothing is decided by it before the end",
            422,
            field=f"{_FIELD}.metric",
            hint=f"one of {', '.join(bounded)}",
        )
    if rule.baseline is not None and not _has(created.contenders, rule.baseline):
        raise refusal(
            "unknown-model",
            f"The baseline {rule.baseline} is not among the models",
            422,
            field=f"{_FIELD}.baseline",
            hint="one of the run's models",
        )
    if rule.baseline is None and len(created.contenders) > MAX_MODELS_BY_PAIR:
        raise refusal(
            "baseline-missing",
            f"More than {MAX_MODELS_BY_PAIR} models are decided against a baseline only",
            422,
            field=f"{_FIELD}.baseline",
            hint="name the model that the others are held against",
        )


def config_again(command: RepeatRun, old: Run) -> RunConfig:
    """The config of a run that repeats another one.

    Its entries are in the order of the old one's, and a decided run is repeated on the entries
    that were asked: so it stops as that one would, or not at all.

    Raises:
        Refusal: 422 where it is to stop by a rule of its own.
    """
    before = old.created.config.stop_when_decided
    config = command.config or old.created.config
    rule = config.stop_when_decided
    if command.config is not None and rule is not None and rule != before:
        raise refusal(
            "stop-not-repeated",
            "A run that takes over answers has the order of the old one",
            422,
            field=_FIELD,
            hint="leave it out, or launch a run of its own",
        )
    if command.what == "scores" or old.decided is not None:
        return config.model_copy(update={"stop_when_decided": None})
    return config


def _has(contenders: list[Contender], reference: str) -> bool:
    return any(is_meant(reference, each) for each in contenders)
