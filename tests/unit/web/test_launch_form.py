"""The launch sheet's fields: the order that they make, and where its errors stand."""

from runoff.evaluation import Evaluation
from runoff_contracts.problem import FieldError
from runoff_web.launch_form import Judge, LaunchForm, errors_by_field


def test_what_is_left_empty_is_left_out() -> None:
    """So that the server's defaults hold, and not the form's."""
    form = LaunchForm(key="k", dataset="a", others="python/m:f\n\n", config={"retries": ""})

    assert form.order() == {
        "dataset": "a",
        "models": ["python/m:f"],
        "config": {"cache": False},
        "priority": "normal",
        "labels": {},
    }


def test_every_field_says_what_an_evaluation_says() -> None:
    """The whole sheet is an order that is taken as it stands."""
    form = LaunchForm(
        key="k",
        dataset="a@2",
        split="test",
        entries=["e1", "e2"],
        models=["onnx/net@1"],
        scorers=["accuracy"],
        more_scorers='[{"name": "top_k", "params": {"k": 3}}]',
        judge=Judge("openai/gpt-4o", "Is it right?", "3"),
        labels="team: vision",
        params='{"lr": 0.001, "warm": true}',
        plan="sha256:" + "0" * 64,
        start_at="2026-11-21T20:00",
        config={"max_failed": "0.2", "batch_size": "8"},
        stops=True,
        stop={"margin": "0.02", "max_entries": ""},
    )
    asked = Evaluation.checked(form.order(), "the form")

    assert asked.selection is not None
    assert asked.selection.ids == ["e1", "e2"]
    assert asked.config.max_failed == 0.2
    assert asked.config.stop_when_decided is not None
    assert asked.config.stop_when_decided.margin == 0.02
    assert [each.name for each in asked.scorers or []] == ["accuracy", "top_k", "judge"]
    assert asked.params == {"lr": 0.001, "warm": True}
    assert asked.start_at is not None
    assert asked.start_at.tzinfo is not None


def test_an_error_stands_at_its_field_and_names_what_within_it() -> None:
    """A model by its name, a scorer by its place; the rest stands above the form."""
    told = [
        FieldError(field="models.1", message="is not registered"),
        FieldError(field="scorers.0.params.model", message="has no key"),
        FieldError(field="config.sleep_s", message="is below 0"),
        FieldError(field="config.stop_when_decided.margin", message="is too large"),
        FieldError(field="params.lr", message="is a list"),
        FieldError(field="lineage.git", message="is odd"),
    ]

    assert errors_by_field(told, ["a/b", "c/d"]) == {
        "models": "c/d: is not registered",
        "scorers": "scorer 1.params.model: has no key",
        "sleep_s": "is below 0",
        "stop": "margin: is too large",
        "params": "lr: is a list",
        "form": "lineage.git: is odd",
    }
