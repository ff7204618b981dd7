"""JSON valid: 1 where the answer is JSON, and fits the schema where the run gives one.

Schemas are of JSON Schema, draft 2020-12, unless `$schema` names another, and are run by
jsonschema-rs with a regular expression engine of linear time. References leave the schema
nowhere: nothing is fetched from a network or a disk. As the draft has it, `format` is a note and
not checked.
"""

import json
from functools import lru_cache

import jsonschema_rs

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.problem import FieldError
from runoff_contracts.scorers import JsonValidParams
from runoff_scoring.scorers.scorer import Scorer
from runoff_scoring.text.structure import NotJson, answered_json


class _BadSchema(ValueError):
    """No validator can be made of it; the message says why."""


def score(prediction: Prediction, _: Target, params: JsonValidParams) -> float | str:
    """1.0 or 0.0; in words why not where the schema is none. No target is needed."""
    try:
        value = answered_json(prediction, fenced=False)
    except NotJson:
        return 0.0
    if params.json_schema is None:
        return 1.0
    try:
        validator = _validator(json.dumps(params.json_schema, sort_keys=True))
    except _BadSchema as error:
        return str(error)
    try:
        return float(validator.is_valid(value))
    except ValueError as error:  # nested too deep
        return f"the answer cannot be held against the schema: {error}"


@lru_cache(maxsize=64)
def _validator(schema: str) -> jsonschema_rs.Validator:
    try:
        return jsonschema_rs.validator_for(
            json.loads(schema),
            pattern_options=jsonschema_rs.RegexOptions(),
            offline=True,
        )
    except ValueError as error:
        message = str(error).partition("\n")[0]
        raise _BadSchema(f"the schema is none: {message}") from error


def check(params: JsonValidParams) -> FieldError | None:
    """Whether the schema is one."""
    if params.json_schema is None:
        return None
    try:
        _validator(json.dumps(params.json_schema, sort_keys=True))
    except _BadSchema as error:
        return FieldError(field="json_schema", message=str(error))
    return None


SCORER = Scorer.of("json_valid", score, needs_target=False, check=check)
