"""What scoring says against scorers, as told to whoever launches."""

from __future__ import annotations

from runoff_contracts.problem import FieldError, problem
from runoff_run_manager.scorer_checks import moved


def test_what_is_said_stands_on_the_places_of_the_launch() -> None:
    """Scoring is asked about some of them alone; the rest of the field stays."""
    fields = ["scorers.0.name", "scorers.1.params.json_schema", "", "scorers.7.name"]
    told = problem("bad", "No", 422, "", [FieldError(field=each, message="no") for each in fields])

    found = [each.field for each in moved(told, [2, 5]).errors]

    assert found == ["scorers.2.name", "scorers.5.params.json_schema", "", "scorers.7.name"]
