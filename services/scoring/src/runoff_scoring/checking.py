"""What is wrong with a run's scorers that only this service can tell, before it is launched."""

from pydantic import ValidationError

from runoff_contracts.commands import Accepted, CheckScorers
from runoff_contracts.events.lifecycle import ScorerUsed
from runoff_contracts.problem import FieldError, Problem, problem
from runoff_contracts.scorers import CustomParams
from runoff_scoring.own.process import Unusable
from runoff_scoring.own.scorer import Functions
from runoff_scoring.scorers import SCORERS


async def check_scorers(command: CheckScorers, functions: Functions) -> Accepted | Problem:
    """Whether patterns and schemas can be compiled, and functions of one's own be called."""
    wrong: list[FieldError] = []
    for place, used in enumerate(command.scorers):
        error = await _wrong(used, functions)
        if error is not None:
            field = f"scorers.{place}.{error.field}"
            wrong.append(error.model_copy(update={"field": field}))
    if not wrong:
        return Accepted(seq=0)
    title = "A scorer cannot be used as it is wanted"
    return problem("bad-scorer-params", title, 422, wrong[0].message, wrong)


async def _wrong(used: ScorerUsed, functions: Functions) -> FieldError | None:
    scorer = SCORERS.get((used.name, used.version))
    try:
        if scorer is None:
            params = CustomParams.model_validate(used.params)
            await functions.check(used.name, params)
            return None
        ready = scorer.with_params(used.params)
    except Unusable as error:
        return FieldError(field=error.field, message=str(error))
    except ValidationError as error:
        return FieldError(field="params", message=str(error))
    found = scorer.check(ready.params) if scorer.check is not None else None
    return found and found.model_copy(update={"field": f"params.{found.field}"})
