"""What is left out of asking over the OpenAI protocol changes neither request nor answer."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from openai import AsyncOpenAI
from pydantic_ai.direct import model_request
from pydantic_ai.messages import (
    BinaryContent,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    SystemPromptPart,
    UserPromptPart,
)
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.settings import ModelSettings

from runoff_inference_worker.llm.inline import carried
from runoff_inference_worker.llm.openai import logprob_settings, make_model
from runoff_inference_worker.llm.target import Target
from runoff_inference_worker.llm.wire import Wire
from runoff_testkit.http_wire import Request, listening, read_request, send
from runoff_testkit.llm_shapes import answer_body

_MODEL = "gpt-4o"
_KEY = "sk-sentinel"
_USAGE = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}


@dataclass
class Server:
    """Answers every request with the same."""

    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    base_url: str = ""
    requests: list[Request] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            self.requests.append(await read_request(reader))
            headers = {"content-type": "application/json", **self.headers}
            await send(writer, self.status, headers, self.body.encode())


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    async with listening(made.serve) as address:
        made.base_url = f"{address.replace('127.0.0.1', 'localhost')}/v1"
        yield made


@asynccontextmanager
async def ours(base_url: str) -> AsyncIterator[Model]:
    """The model as a worker makes it."""
    wire = Wire()
    try:
        yield make_model(Target("openai", _MODEL, base_url, _KEY), await wire.open())
    finally:
        await wire.close()


def body(**changed: Any) -> str:
    """A fine answer, with other fields."""
    return json.dumps({**json.loads(answer_body("openai", "Paris", {"model": _MODEL})), **changed})


def choice(message: dict[str, Any], **changed: Any) -> str:
    """An answer whose one choice has this message."""
    message = {"role": "assistant", "content": "Paris", **message}
    return body(choices=[{"index": 0, "finish_reason": "stop", "message": message, **changed}])


def usage(**more: Any) -> str:
    """An answer that was charged for like this."""
    return body(usage={**_USAGE, **more})


ANSWERS = {
    "plain": body(),
    "nothing cached": usage(prompt_tokens_details={"cached_tokens": 0, "audio_tokens": 0}),
    "some cached": usage(prompt_tokens_details={"cached_tokens": 64}),
    "some reasoned": usage(completion_tokens_details={"reasoning_tokens": 12}),
    "some heard": usage(prompt_tokens_details={"audio_tokens": 7}),
    "a field of another vendor": usage(prompt_cache_hit_tokens=64),
    "free of charge": body(usage=None),
    "refused": choice({"content": None, "refusal": "I will not"}),
    "thought": choice({"reasoning_content": "France, so"}),
    "content in parts": choice({"content": [{"type": "text", "text": "Paris"}]}),
    "no reason to end": choice({}, finish_reason=None),
    "another reason to end": choice({}, finish_reason="guardrail_intervened"),
    "cut off": choice({}, finish_reason="length"),
    "another tier": body(service_tier="on_demand"),
    "no number of its own": body(id="", created=None),
    "log probabilities": answer_body("openai", "Paris", {"model": _MODEL}, logprobs=True),
}

FORMS = {
    "text": ModelRequestParameters(),
    "schema": ModelRequestParameters(
        output_mode="native",
        output_object=OutputObjectDefinition(
            json_schema={"type": "object", "properties": {"city": {"type": "string"}}},
            name="answer",
        ),
    ),
}

SETTINGS: dict[str, ModelSettings] = {
    "none": {},
    "some": {"temperature": 0.5, "top_p": 0.9, "seed": 7, "max_tokens": 50, **logprob_settings()},
}


async def ask(
    model: Model,
    form: str = "text",
    settings: str = "none",
    prompt: str | list[str | BinaryContent] = "Which city?",
) -> ModelResponse:
    request = ModelRequest(parts=[SystemPromptPart("Be brief."), UserPromptPart(prompt)])
    return await model_request(
        model,
        [request],
        model_settings=SETTINGS[settings],
        model_request_parameters=FORMS[form],
    )


async def ask_over_sdk(server: Server, *args: Any) -> ModelResponse:  # as `ask` takes them
    """As pydantic-ai and the SDK do it by themselves."""
    async with AsyncOpenAI(api_key=_KEY, base_url=server.base_url, max_retries=0) as api:
        model = OpenAIChatModel(_MODEL, provider=OpenAIProvider(openai_client=api))
        return await ask(model, *args)


@pytest.mark.parametrize("answer", ANSWERS)
async def test_an_answer_is_read_as_the_libraries_read_it(server: Server, answer: str) -> None:
    """Shortcuts are taken where they come out the same, and nowhere else."""
    server.body = ANSWERS[answer]
    theirs = await ask_over_sdk(server)
    async with ours(server.base_url) as model:
        made = [await ask(model) for _ in range(2)]

    for each in made:
        assert each.parts == theirs.parts
        assert each.finish_reason == theirs.finish_reason
        assert each.provider_details == theirs.provider_details
        assert charged(each) == charged(theirs)


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("form", FORMS)
async def test_a_request_is_as_the_libraries_make_it(
    server: Server, form: str, settings: str
) -> None:
    """What is kept from call to call is what would be made anew."""
    server.body = body()
    await ask_over_sdk(server, form, settings)
    async with ours(server.base_url) as model:
        for _ in range(2):
            await ask(model, form, settings)

    theirs, *made = [json.loads(each.body) for each in server.requests]
    assert len(made) == 2
    assert all(each == theirs for each in made)
    assert {each.headers["authorization"] for each in server.requests} == {f"Bearer {_KEY}"}


PROMPTS: list[list[ModelRequestPart]] = [
    [UserPromptPart("Which city?")],
    [SystemPromptPart("Be brief."), UserPromptPart('"quoted"\n\\ and {braces} \u2028 \U0001f600')],
    [SystemPromptPart("Be long."), UserPromptPart("Which city?")],
    [SystemPromptPart("Be brief."), UserPromptPart("")],
    [SystemPromptPart(""), UserPromptPart("Which city?")],
    [UserPromptPart(["Which", "city?"])],
    [UserPromptPart("Which"), UserPromptPart("city?")],
    [UserPromptPart("Which city?"), SystemPromptPart("Be brief.")],
]


async def test_words_come_into_a_request_as_the_libraries_write_them(server: Server) -> None:
    """The first request's fields are kept for others of its form, and for no others."""
    server.body = body()
    async with AsyncOpenAI(api_key=_KEY, base_url=server.base_url, max_retries=0) as api:
        theirs = OpenAIChatModel(_MODEL, provider=OpenAIProvider(openai_client=api))
        for parts in PROMPTS:
            await model_request(theirs, [ModelRequest(parts=parts)])
    wanted = [json.loads(each.body) for each in server.requests]
    for first in PROMPTS:
        server.requests.clear()
        async with ours(server.base_url) as model:
            for parts in [first, *PROMPTS]:
                await model_request(model, [ModelRequest(parts=parts)])
        assert [json.loads(each.body) for each in server.requests[1:]] == wanted


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (200, "no JSON"),
        (200, '{"choices": 7}'),
        (400, '{"error": {"message": "too long", "code": "context_length_exceeded"}}'),
        (429, '{"error": {"message": "slower", "code": "insufficient_quota"}}'),
        (503, "busy"),
    ],
)
async def test_what_is_no_answer_is_told_alike_in_each_call(
    server: Server, status: int, said: str
) -> None:
    """From a fine answer on requests are made without pydantic-ai, which still reads the others."""
    async with ours(server.base_url) as model:
        server.body = body()
        await ask(model)
        server.status, server.body = status, said
        with pytest.raises(Exception, match=r".") as made:
            await ask(model)
    async with ours(server.base_url) as model:
        with pytest.raises(Exception, match=r".") as first:
            await ask(model)

    assert len(server.requests) == 3
    assert type(made.value) is type(first.value)
    assert str(made.value) == str(first.value)


@pytest.mark.parametrize("n_bytes", [4_000, 400_001])
async def test_an_image_is_sent_as_the_libraries_send_it(server: Server, n_bytes: int) -> None:
    """It is put into the body later; the words of a prompt cannot be taken for its place."""
    server.body, content = body(), random.Random(7).randbytes(n_bytes)
    words = ["What is it? data:image/png;base64,", '"quoted"']
    picture = BinaryContent(content, media_type="image/png")
    await ask_over_sdk(server, "text", "none", [*words, picture])
    async with ours(server.base_url) as model:
        with carried(content, "image/png") as place:
            await ask(model, prompt=[*words, place])

    theirs, made = [json.loads(each.body) for each in server.requests]
    assert made == theirs


async def test_what_is_kept_is_of_one_form_and_settings(server: Server) -> None:
    """A model that is asked in turns is asked for the right thing each time."""
    server.body = body()
    turns = [("text", "none"), ("schema", "some"), ("text", "some"), ("schema", "none")]
    async with ours(server.base_url) as model:
        for form, settings in turns:
            await ask(model, form, settings)

    made = [json.loads(each.body) for each in server.requests]
    assert ["response_format" in each for each in made] == [False, True, False, True]
    assert ["seed" in each for each in made] == [False, True, True, False]


async def test_cookies_are_not_sent_back(server: Server) -> None:
    """What one server sets is not told to the next model behind the same name."""
    server.body, server.headers = body(), {"set-cookie": "who=you; path=/"}
    async with ours(server.base_url) as model:
        for _ in range(2):
            await ask(model)

    assert len(server.requests) == 2
    assert not any("cookie" in each.headers for each in server.requests)


async def test_the_proxy_of_the_environment_is_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that reaches the world through a proxy alone asks through it."""
    server.body = body()
    for name in ("no_proxy", "NO_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", server.base_url.removesuffix("/v1"))
    async with ours("http://models.invalid/v1") as model:
        answer = await ask(model)

    assert answer.text == "Paris"
    assert server.requests[0].path == "http://models.invalid/v1/chat/completions"


def charged(response: ModelResponse) -> dict[str, int]:
    """Tokens by kind, those that there are."""
    used = response.usage
    kinds = ("input", "output", "cache_read", "cache_write", "input_audio", "cache_audio_read")
    counts = {kind: getattr(used, f"{kind}_tokens") for kind in kinds}
    return {kind: count for kind, count in counts.items() if count}
