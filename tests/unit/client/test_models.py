"""What is said of a model before anything is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from runoff import Client, InvalidInput
from runoff.models import read_spec
from runoff_contracts.model_spec import LlmSpec

NOWHERE = "http://127.0.0.1:9"


def test_a_declaration_is_json_or_yaml(tmp_path: Path) -> None:
    """Tabs indent JSON and break YAML; long prompts are pleasant in YAML only."""
    (tmp_path / "a.json").write_text('{\n\t"prompt": "{{text}}!"\n}')
    (tmp_path / "a.yaml").write_text("prompt: |\n  {{text}}!\n")

    of_json = read_spec(tmp_path / "a.json", provider="openai")
    of_yaml = read_spec(tmp_path / "a.yaml", provider="openai")
    assert isinstance(of_json, LlmSpec)
    assert isinstance(of_yaml, LlmSpec)
    assert (of_json.prompt, of_yaml.prompt) == ("{{text}}!", "{{text}}!\n")
    assert read_spec(of_json, provider="openai") == of_json


@pytest.mark.parametrize(
    ("name", "file", "spec", "says"),
    [
        ("openai/a", "m.onnx", {}, "has no file"),
        ("onnx/a", None, {"labels": ["a", "b"], "input": {"size": [8, 8]}}, "is a file"),
        ("python/a:b", None, {}, "are not registered"),
        ("openai/a", None, {"promt": "x"}, "promt: "),
        ("openai/a", None, Path("gone.yaml"), "gone.yaml cannot be read"),
    ],
)
def test_what_cannot_be_registered_is_said_in_a_sentence(
    name: str, file: str | None, spec: dict[str, object] | Path, says: str
) -> None:
    """Nothing is sent: nobody answers at that address."""
    with Client(NOWHERE) as client, pytest.raises(InvalidInput, match=says):
        client.models.add(file, name=name, spec=spec)
