"""Which language models a run's scorers judge by: pure functions, or a refusal by field."""

from collections.abc import Iterable, Mapping, Sequence

from runoff_contracts.commands import ScorerAsked
from runoff_contracts.comparison import canonical, digest_of
from runoff_contracts.events.lifecycle import Contender, JudgeUsed, RunCreated, ScorerUsed
from runoff_contracts.model_spec import LlmSpec
from runoff_contracts.problem import FieldError
from runoff_contracts.rubric import rubric_fields
from runoff_contracts.scorers import is_judged, judging_params
from runoff_contracts.scorers import n_questions as questions_of_scorer
from runoff_run_manager import contenders
from runoff_run_manager.errors import Refusal, refusal
from runoff_run_manager.evolve import Model
from runoff_run_manager.slicing import verdict_bytes

MOST_QUESTIONS = 240
"""That all judges are asked about one entry: as many as sixteen contenders have places in pairs."""
_ROOM_BYTES = 600_000
"""For verdicts, of the message that an entry has to fit: with many attempts at each they are
fewer."""
_KEPT = {
    "api", "model", "base_url", "api_key_env", "image", "temperature", "top_p", "seed", "max_tokens"
}  # fmt: skip
"""What a judge has of a declaration; its prompt and the form of its answers are the scorer's."""

Models = Mapping[str, Model | None]
"""What the log has under each name that a judge is asked for by."""


def models_asked(asked: Iterable[ScorerAsked] | None) -> list[str]:
    """Models that scorers are to judge by, as they are named."""
    named = [each.params.get("model") for each in asked or () if is_judged(each.name)]
    return [each for each in named if isinstance(each, str)]


def places(asked: Iterable[ScorerAsked | ScorerUsed] | None) -> dict[str, str]:
    """By scorer, where whoever launches named the model that it judges by."""
    return {
        each.name: f"scorers.{place}.params.model"
        for place, each in enumerate(asked or ())
        if is_judged(each.name)
    }


def pinned(
    used: Sequence[ScorerUsed],
    asked: Sequence[ScorerAsked] | None,
    models: Models,
    *,
    n_contenders: int,
    n_attempts: int,
    fields: Sequence[str] | None,
) -> list[JudgeUsed] | None:
    """The judge of each scorer that has one; none where there is no such scorer.

    Args:
        used: The run's scorers, with whole parameters.
        asked: As the launch names them: what is wrong is said of their places.
        n_attempts: At each question, at most.
        fields: What every entry has, as `DatasetVersionAdded.fields`.

    Raises:
        Refusal: 422, when the model is unknown or no language model, when the rubric names what
            entries do not have, or when too much would be asked.
    """
    at = places(asked)
    check_questions(used, at, n_contenders=n_contenders, n_attempts=n_attempts)
    judges = [
        _judge(each, at.get(each.name, "scorers"), models, fields)
        for each in used
        if is_judged(each.name)
    ]
    return judges or None


def n_questions(created: RunCreated) -> int:
    """What all judges of a run are asked about one entry, at most."""
    n_contenders = len(created.contenders)
    return sum(
        questions_of_scorer(each.name, each.params, n_contenders)
        for each in created.scorers
        if is_judged(each.name)
    )


def _judge(used: ScorerUsed, at: str, models: Models, fields: Sequence[str] | None) -> JudgeUsed:
    params = judging_params(used.name, used.params)
    in_params = at.removesuffix(".model")
    _check_rubric(params.rubric, fields, in_params)
    model = _model(params.model, models.get(params.model.partition("@")[0]), at)
    spec = model.spec
    if not isinstance(spec, LlmSpec):
        raise refusal(
            "no-judge",
            f"{model.model} is no language model",
            422,
            field=at,
            hint=f"a model of {', '.join(contenders.DIRECT_LLMS)}, or one registered as llm/…",
        )
    asked_as = LlmSpec.model_validate(spec.model_dump(include=_KEPT))
    identity: dict[str, object] = {
        "model": model.model,
        "spec": asked_as.model_dump(mode="json"),
        "scorer": f"{used.name}@{used.version}",
        "params": {name: value for name, value in used.params.items() if name != "model"},
    }
    return JudgeUsed(
        scorer=used.name,
        model=model.model,
        number=model.number,
        digest=digest_of(canonical(identity)),
        spec=asked_as,
    )


def _model(reference: str, model: Model | None, at: str) -> Contender:
    try:
        return contenders.contender(reference, model, position=0, task="text")
    except Refusal as refused:
        told = refused.problem
        errors = [FieldError(field=at, message=each.message) for each in told.errors]
        raise Refusal(told.model_copy(update={"errors": errors})) from refused


def check_questions(
    used: Sequence[ScorerUsed], at: Mapping[str, str], *, n_contenders: int, n_attempts: int
) -> None:
    """Nothing where every judge has something to be asked, and an entry fits a message with it.

    Args:
        at: As `places` gives them.

    Raises:
        Refusal: 422, on the scorer that is one too many.
    """
    most = min(MOST_QUESTIONS, _ROOM_BYTES // verdict_bytes(n_attempts))
    total = 0
    for each in used:
        if not is_judged(each.name):
            continue
        place = at.get(each.name, "scorers").removesuffix(".params.model")
        if each.name == "judge_pairwise" and n_contenders < 2:
            raise refusal(
                "one-contender",
                "There is no pair of answers to judge",
                422,
                field=f"{place}.name",
                hint="two models or more, or the scorer judge",
            )
        total += questions_of_scorer(each.name, each.params, n_contenders)
        if total > most:
            raise refusal(
                "too-many-questions",
                f"Judges would be asked {total} times about one entry",
                422,
                field=f"{place}.params.repeats",
                hint=f"fewer repeats, models or retries: with {n_attempts} attempts at each, "
                f"{most} questions an entry are the most",
            )


def _check_rubric(rubric: str, fields: Sequence[str] | None, at: str) -> None:
    # What goes along in any case may be missing: the judge is then told nothing of it.
    missing = [
        each
        for each in rubric_fields(rubric)
        if fields is not None and each not in {*fields, "text", "target"}
    ]
    if fields is not None and missing:
        raise refusal(
            "model-does-not-suit",
            "The rubric does not suit the entries",
            422,
            field=f"{at}.rubric",
            hint=f"it needs {missing[0]!r} of every entry, all of them have {', '.join(fields)}",
        )
