"""The first command that anyone types."""

from runoff import Client
from tests.unit.client.calling import Done, Runoff

CONTENDER = {"model", "n", "accuracy", "interval"}
PAIR = {"a", "b", "difference", "interval", "p_value", "test", "n_both", "n_disagree"}


def test_the_demo_prints_one_document_of_the_agreed_shape(demo: Done) -> None:
    """Scripts and the project's own checks read it."""
    assert demo.code == 0, demo.stderr
    document = demo.document
    assert set(document) == {"run_id", "comparison"}
    comparison = document["comparison"]
    assert isinstance(comparison, dict)
    assert set(comparison) == {"digest", "scores_digest", "contenders", "pairs"}
    assert [set(each) for each in comparison["contenders"]] == [CONTENDER] * 2
    assert [set(each) for each in comparison["pairs"]] == [PAIR]
    models = [each["model"] for each in comparison["contenders"]]
    assert models == ["onnx/digits-logreg", "onnx/digits-mlp"]
    assert (comparison["pairs"][0]["a"], comparison["pairs"][0]["b"]) == tuple(models)


def test_both_models_read_most_digits(demo: Done) -> None:
    """A preprocessing that differs from the training's would show as chance, one in ten."""
    comparison = demo.document["comparison"]
    assert isinstance(comparison, dict)
    for each in comparison["contenders"]:
        low, high = each["interval"]
        assert 0.8 < low < each["accuracy"] < high


def test_the_same_demo_again_gives_the_same_scores(
    runoff: Runoff, demo: Done, client: Client
) -> None:
    """Content is registered once, and the same work has the same digest."""
    again = runoff("demo", "--exit", "--json")

    first, second = demo.document["comparison"], again.document["comparison"]
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert again.document["run_id"] != demo.document["run_id"]
    assert second["scores_digest"] == first["scores_digest"]
    assert len(client.datasets.show("digits").versions) == 1
    assert len(client.models.show("onnx/digits-mlp").versions) == 1


def test_for_a_person_the_demo_ends_with_verdict_and_disputed_entries(runoff: Runoff) -> None:
    """What the newcomer came for."""
    done = runoff("demo", "--exit")

    assert done.code == 0, done.stderr
    assert "onnx/digits-mlp" in done.stdout
    assert "The most disputed of" in done.stdout
    assert done.stdout.count("all different") == 5
