"""Prompts, answers and declarations of language models, without any server."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from runoff_contracts.commands import Accepted, CheckModel
from runoff_contracts.events.entry import Usage
from runoff_contracts.events.lifecycle import Contender
from runoff_contracts.problem import Problem
from runoff_contracts.specs.llm import LlmSpec
from runoff_inference_worker.app import check_model
from runoff_inference_worker.errors import BadEntry, MalformedAnswer, Unavailable
from runoff_inference_worker.llm.picture import picture_of
from runoff_inference_worker.llm.prompt import Prompts
from runoff_inference_worker.llm.reading import Reader, Said, schema_error
from runoff_inference_worker.llm.target import target_of
from runoff_inference_worker.llm.template import Template
from runoff_inference_worker.provider import Anchor, Ask
from runoff_inference_worker.providers import llm
from runoff_objects.image_type import image_type
from runoff_objects.store import Objects
from tests.unit.inference_worker.making import DIGEST, a_kit, an_image

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"n": {"type": "integer"}},
    "required": ["n"],
}


def read(text: str, **spec: Any) -> Any:  # as the field that the task wants
    answer = Reader(LlmSpec(**spec)).answer(Said(text))
    return answer.label or answer.boxes or answer.point or answer.text


def test_a_template_takes_every_field_of_an_entry() -> None:
    """Spaces inside the braces are of no matter; what is no text is put in as JSON."""
    ask = Ask("e1", "hello", {"who": "Ann", "tags": ["a", 1]}, section="s", split="test")
    template = Template(
        "{{id}}|{{ text }}|{{section}}|{{split}}|{{metadata.who}}|{{metadata.tags}}"
    )

    assert template.render(ask) == 'e1|hello|s|test|Ann|["a", 1]'


@given(st.text())
def test_what_an_entry_says_is_never_read_as_a_template(text: str) -> None:
    """An entry cannot make the prompt give away another field."""
    ask = Ask("secret-id", text)

    assert Template("<{{text}}>").render(ask) == f"<{text}>"
    assert Template("{{text}}{{text}}").render(Ask("x", "{{id}}")) == "{{id}}{{id}}"


@pytest.mark.parametrize("name", ["text", "section", "split", "metadata.who"])
def test_an_entry_without_a_named_field_is_a_bad_entry(name: str) -> None:
    """An empty place in a prompt would be a question that nobody meant to ask."""
    with pytest.raises(BadEntry, match=name):
        Template(f"a {{{{{name}}}}} b").render(Ask("e1"))


@pytest.mark.parametrize(
    "text", ["Cat", " cat\n", '"CAT."', "**Cat**", "cat!", "'cat',"], ids=lambda each: repr(each)
)
def test_a_choice_is_recognised_whatever_is_around_it(text: str) -> None:
    """Models add quotes and full stops."""
    assert read(text, choices=["Cat", "Dog"], task="classification") == "Cat"


@pytest.mark.parametrize("text", ["a cat", "cat or dog", "bird"])
def test_what_is_no_choice_is_malformed(text: str) -> None:
    """A guess which of them was meant would be our answer, not the model's."""
    with pytest.raises(MalformedAnswer, match="none of the choices"):
        read(text, choices=["Cat", "Dog"], task="classification")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("x" * 100_001, "100001 characters"),
        ("[" * 90_000, "no JSON"),
        ('{"n": NaN}', "no JSON"),
        ('{"n": "x"}', 'n: "x" is not of type'),
        ("[1]", "does not fit the schema"),
        ("The number is 7.", "no JSON"),
    ],
    ids=["nothing", "spaces", "long", "deep", "nan", "type", "list", "prose"],
)
def test_what_does_not_fit_the_schema_is_malformed(text: str, said: str) -> None:
    """Each says what is wrong, and what the call was charged is kept."""
    usage = Usage(n_input=1, n_output=2)
    with pytest.raises(MalformedAnswer, match=said) as caught:
        Reader(LlmSpec(json_schema=SCHEMA)).answer(Said(text, usage, 0.5))

    assert (caught.value.usage, caught.value.cost_usd) == (usage, 0.5)


def test_a_fenced_answer_is_read() -> None:
    """Models without structured output wrap JSON in Markdown."""
    answer = Reader(LlmSpec(json_schema=SCHEMA)).answer(Said('```json\n{"n": 7}\n```'))

    assert answer.data == {"n": 7}


def test_a_schema_fetches_nothing() -> None:
    """A declaration must not make the worker ask an address."""
    schema: dict[str, JsonValue] = {
        "type": "object",
        "properties": {"n": {"$ref": "http://127.0.0.1:9/x"}},
    }

    assert "127.0.0.1:9" in (schema_error(schema) or "")


def test_characters_that_no_database_takes_are_replaced() -> None:
    """Half a surrogate pair or a NUL would stop the slice on its way."""
    assert read("a\x00b\ud800c") == "a\ufffdb?c"


@pytest.mark.parametrize(
    "text",
    [
        '{"boxes": [{"label": "x", "x": 0, "y": 0, "width": -1, "height": 1}]}',
        '{"boxes": [{"label": "x", "x": 0, "y": 0, "width": 1e999, "height": 1}]}',
        '{"boxes": {}}',
        "{}",
    ],
)
def test_boxes_that_are_none_are_malformed(text: str) -> None:
    """A negative or endless box would be scored as an answer."""
    with pytest.raises(MalformedAnswer):
        read(text, task="detection")


@pytest.mark.parametrize(
    ("format_", "kind"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("WEBP", "image/webp")],
)
def test_a_files_type_is_told_by_its_content(format_: str, kind: str) -> None:
    """Its name may say anything."""
    assert image_type(an_image("RGB", format_=format_)) == kind


async def test_a_file_that_no_api_takes_is_a_bad_entry(tmp_path: Path) -> None:
    """It is said before a call is paid for."""
    kit = a_kit(tmp_path)
    file = await kit.objects.put(an_image("RGB", format_="BMP"))

    with pytest.raises(BadEntry, match="none of PNG"):
        await picture_of(kit.objects, file, max_pixels=1000)


async def checked(
    tmp_path: Path,
    model: str = "openai/gpt-4o",
    fields: list[str] | None = None,
    task: str = "text",
    settings: dict[str, Any] | None = None,
    **spec: Any,  # as LlmSpec takes them
) -> Accepted | Problem:
    command = CheckModel.model_validate(
        {
            "command_id": "c1",
            "sent_at": "2026-01-01T00:00:00Z",
            "model": model,
            "task": task,
            "fields": fields,
            "spec": {"kind": "llm", **spec} if spec else None,
        }
    )
    return await check_model(command, a_kit(tmp_path, **(settings or {})))


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-sentinel")


async def test_a_sound_declaration_is_accepted(tmp_path: Path) -> None:
    """It says who would be asked, and never with which key."""
    found = await checked(tmp_path, fields=["id", "text"])

    assert isinstance(found, Accepted)
    assert found.data == {
        "api": "openai",
        "model": "gpt-4o",
        "base_url": "https://api.openai.com/v1",
    }
    assert "sk-sentinel" not in found.model_dump_json()


async def test_a_picture_alone_is_a_prompt(tmp_path: Path) -> None:
    """A model that nobody registered can be asked about images."""
    assert isinstance(await checked(tmp_path, fields=["id", "image"]), Accepted)


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"fields": ["id"]}, "models", "'text'"),
        (
            {"fields": ["id", "text"], "prompt": "{{metadata.x}}"},
            "spec.prompt",
            "'metadata.x'",
        ),
        ({"fields": ["text"], "system": "{{split}}"}, "spec.system", "'split'"),
        ({"prompt": "{{wrong}}"}, "spec.prompt", "{{wrong}}"),
        ({"prompt": "{{target}}"}, "spec.prompt", "must not know the target"),
        ({"task": "classification"}, "spec.task", "declared for text"),
        ({"prompt": "x", "json_schema": {"type": "wrong"}}, "spec.json_schema", "no JSON Schema"),
        ({"json_schema": {"type": "array"}}, "spec.json_schema", "object"),
        ({"model": "anthropic/claude"}, "spec.api_key_env", "ANTHROPIC_API_KEY"),
        ({"model": "google/gemini"}, "spec.api_key_env", "GEMINI_API_KEY or GOOGLE_API_KEY"),
        ({"api_key_env": "RUNOFF_KEY_GONE"}, "spec.api_key_env", "RUNOFF_KEY_GONE"),
        ({"model": "llm/mine"}, "models", "openai, anthropic, google, ollama"),
        ({"model": "llm/mine", "prompt": "x"}, "spec.api", "openai, anthropic, google, ollama"),
        (
            {"base_url": "http://10.0.0.1/v1", "settings": {"model_hosts": "models.example.org"}},
            "spec.base_url",
            "10.0.0.1",
        ),
    ],
)
async def test_what_is_wrong_is_found_at_launch(
    tmp_path: Path, given: dict[str, Any], field: str, said: str
) -> None:
    """Named by field, before any entry is spent."""
    found = await checked(tmp_path, **given)

    assert isinstance(found, Problem)
    assert [each.field for each in found.errors] == [field]
    assert said in found.errors[0].message
    assert "sk-sentinel" not in found.model_dump_json()


async def test_classification_needs_choices(tmp_path: Path) -> None:
    """Labels that nobody named cannot be held against an answer."""
    command = CheckModel.model_validate(
        {
            "command_id": "c1",
            "sent_at": "2026-01-01T00:00:00Z",
            "model": "openai/gpt-4o",
            "spec": {"kind": "llm", "task": "classification"},
        }
    )
    found = await check_model(command, a_kit(tmp_path))

    assert isinstance(found, Problem)
    assert [each.field for each in found.errors] == ["spec.choices"]


async def test_the_apis_own_key_is_not_sent_to_another_address(tmp_path: Path) -> None:
    """Whoever may declare a model could else have the operator's key sent to a server of theirs."""
    spec = LlmSpec(base_url="http://stranger.example/v1")
    target = target_of("openai/gpt-4o", spec, a_kit(tmp_path).settings)

    assert target.key is None
    assert "sk-sentinel" not in repr(target)


async def test_a_key_that_is_gone_settles_entries_as_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run ends with its reason."""
    monkeypatch.delenv("OPENAI_API_KEY")
    contender = Contender(position=0, model="openai/gpt-4o", digest=DIGEST)

    with pytest.raises(Unavailable, match="OPENAI_API_KEY"):
        await llm.open_model(contender, a_kit(tmp_path))


@pytest.mark.parametrize(("mode", "kept"), [("lexical", "vocabulary"), ("semantic", "meaning")])
def test_a_variation_is_told_of_the_answer_it_starts_from(
    mode: Literal["lexical", "semantic"], kept: str
) -> None:
    """And what to keep of it; without one the prompt is as it was."""
    prompts = Prompts(LlmSpec(), Objects.open("memory:///"), max_pixels=1)
    plain = prompts.words(Ask("a", text="Which city?"))[0] or ""
    varied = prompts.words(Ask("a", text="Which city?", anchor=Anchor(mode, "Paris")))[0] or ""

    assert plain == "Which city?"
    assert varied.startswith(plain)
    assert "Paris" in varied
    assert f"keep its {kept}" in varied
