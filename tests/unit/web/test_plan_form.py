"""The form of a plan: the question that its fields make."""

from runoff_contracts.plan import PlanAsked
from runoff_contracts.problem import FieldError
from runoff_web.plan_form import DEFAULTS, PlanForm, errors_by_field

TYPED = {
    "title": "Better?", "dataset": "a@1", "split": "test", "models": "x/a\nx/b\n", "metric": "f1",
    "direction": "higher", "margin": "0.02", "alpha": "0.01", "stopping": "when_decided",
    "min_entries": "50", "max_entries": "", "n_entries": "7",
}  # fmt: skip


def test_fields_make_the_plan_that_they_name() -> None:
    """Only the stopping rule that is chosen counts, whatever stands in the fields of others."""
    plan = PlanAsked.model_validate(PlanForm(TYPED).asked())

    assert plan.models == ["x/a", "x/b"]
    assert plan.margin == 0.02
    assert plan.stopping.n_entries is None
    assert plan.stopping.when_decided is not None
    assert plan.stopping.when_decided.min_entries == 50
    assert plan.selection is not None
    assert plan.selection.split == "test"


def test_an_untouched_form_asks_for_nothing_that_was_not_typed() -> None:
    """What is lacking is told at its field by the page."""
    assert PlanForm(DEFAULTS).asked() == {
        "missing": "paired_only",
        "alpha": 0.05,
        "higher_is_better": True,
    }


def test_errors_stand_at_their_fields() -> None:
    """A bound of the stopping rule at the bound; a contradiction above the form."""
    told = [
        FieldError(field="stopping.when_decided.max_entries", message="is below min_entries"),
        FieldError(field="margin", message="is no number"),
        FieldError(field="", message="the baseline is not among the models"),
    ]

    assert errors_by_field(told) == {
        "max_entries": "is below min_entries",
        "margin": "is no number",
        "form": "the baseline is not among the models",
    }
