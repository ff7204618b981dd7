"""Declarations of models as people write them, and what is said of wrong ones."""

from __future__ import annotations

from typing import Any

import pytest

from runoff_contracts.declaring import KINDS, read_declaration
from runoff_contracts.errors import BadDeclaration
from runoff_contracts.model_spec import BrowserSpec, LlmSpec, OipSpec, OipTextSpec, OnnxSpec

INPUT = {"size": [8, 8], "color": "L"}
SERVED = {"url": "http://127.0.0.1:8080", "model": "m"}
PAGE = {"task": "text", "url": "http://a/b", "text_input": "#q", "answer": "#a"}
SECRET = "sk-" + "a1" * 20


@pytest.mark.parametrize(
    ("provider", "data", "kind"),
    [
        ("onnx", {"labels": ["a", "b"], "input": INPUT}, OnnxSpec),
        ("oip", {**SERVED, "labels": ["a", "b"], "input": INPUT}, OipSpec),
        ("oip", {**SERVED, "task": "text"}, OipTextSpec),
        ("oip", {**SERVED, "task": "classification", "input": "question"}, OipTextSpec),
        ("openai", {}, LlmSpec),
        ("llm", {"api": "ollama", "base_url": "http://127.0.0.1:11434"}, LlmSpec),
        (
            "browser",
            {"task": "text", "url": "http://a/b", "text_input": "#q", "answer": "#a"},
            BrowserSpec,
        ),
    ],
)
def test_the_kind_follows_from_the_name(provider: str, data: dict[str, Any], kind: type) -> None:
    """`oip/net` is served, `openai/terse` is a prompt: nobody has to say it twice."""
    assert type(read_declaration(data, provider=provider)) is kind


def test_every_kind_belongs_to_a_provider() -> None:
    """A kind that no name leads to could not be registered."""
    kinds = {kind for kinds in KINDS.values() for kind in kinds}

    assert kinds == {"onnx", "oip", "oip_text", "llm", "upload", "browser"}


@pytest.mark.parametrize(
    ("provider", "data", "field", "told"),
    [
        ("oip", {"model": "m", "task": "text"}, "url", "is needed"),
        ("oip", {**SERVED, "input": INPUT, "labels": ["a"]}, "labels", "2 or more"),
        ("openai", {"Prompt": "x"}, "Prompt", "typing error"),
        ("openai", {"temperature": 9}, "temperature", "less than or equal to 2"),
        ("openai", {"kind": "onnx"}, "kind", "declared as llm"),
        ("llm", {}, "api", "openai, anthropic, google, ollama"),
        ("browser", {**PAGE, "task": "detection"}, "task", "'coordinates'"),
        ("browser", {**PAGE, "task": "coordinates"}, "file_input", "coordinates are of an image"),
        ("browser", {**PAGE, "text_input": None}, "file_input", "where an entry is put"),
        ("onnx", {"labels": ["a", "b"], "input": {"size": [8]}}, "input.size.1", "is needed"),
        (
            "onnx",
            {"task": "detection", "labels": ["a"], "input": INPUT, "output": {"shape": "x"}},
            "output.shape",
            "'yolo'",
        ),
        ("python", {}, "", "onnx/"),
        ("onnx", ["labels"], "", "no mapping"),
    ],
)
def test_a_wrong_field_is_named_as_it_was_written(
    provider: str, data: Any, field: str, told: str
) -> None:
    """Without the names of classes or tags, which nobody wrote."""
    with pytest.raises(BadDeclaration) as refused:
        read_declaration(data, provider=provider)

    assert told in {each.field: each.message for each in refused.value.errors}[field]


@pytest.mark.parametrize(
    "data",
    [
        {"api_key": SECRET},
        {"Authorization": SECRET},
        {"api_key_env": SECRET},
        {"base_url": f"https://me:{SECRET}@example.com/v1"},
    ],
    ids=lambda data: next(iter(data)),
)
def test_a_secret_is_refused_and_never_repeated(data: dict[str, str]) -> None:
    """Declarations are in the log for ever, and errors in the logs of whoever sent them."""
    with pytest.raises(BadDeclaration) as refused:
        read_declaration(data, provider="openai")

    (error,) = refused.value.errors
    assert error.field == next(iter(data))
    assert SECRET not in str(refused.value)
