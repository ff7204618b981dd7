"""Every API of language models behaves the same, whatever its server does."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from runoff_contracts.events.entry import ErrorClass, Usage
from runoff_contracts.events.lifecycle import Contender
from runoff_contracts.scorers import JudgeParams
from runoff_contracts.specs.llm import LlmSpec
from runoff_inference_worker.app import make_kit
from runoff_inference_worker.errors import AttemptFailed, RateLimited
from runoff_inference_worker.judging.prompts import JudgePrompts
from runoff_inference_worker.judging.questions import Question
from runoff_inference_worker.judging.slice import JudgeModel
from runoff_inference_worker.provider import Answer, Ask, Kit, Model, Reply
from runoff_inference_worker.providers import PROVIDERS
from runoff_inference_worker.settings import WorkerSettings
from runoff_testkit.llm_server import LlmServer
from tests.unit.inference_worker.making import an_image

MODELS = {
    "openai": "openai/gpt-4o",
    "anthropic": "anthropic/claude-haiku-4-5",
    "google": "google/gemini-2.5-flash",
    "ollama": "ollama/llama3.2",
}
SECRET = "sk-sentinel-7f3a9c"
_VARIABLES = {
    "openai": ("OPENAI_BASE_URL", "OPENAI_API_KEY"),
    "anthropic": ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"),
    "google": ("GOOGLE_GEMINI_BASE_URL", "GEMINI_API_KEY"),
    "ollama": ("OLLAMA_BASE_URL", "OLLAMA_API_KEY"),
}
DIGEST = "sha256:" + "0" * 64


@pytest.fixture(scope="module")
def server() -> Iterator[LlmServer]:
    with LlmServer() as running:
        yield running


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    return make_kit(WorkerSettings(object_store=str(tmp_path / "objects")))


class Asked:
    """One model of one API, opened for a test."""

    def __init__(self, api: str, server: LlmServer, kit: Kit) -> None:
        self.api, self.server, self.kit = api, server, kit
        self._open: list[Model] = []

    async def model(self, **spec: Any) -> Model:  # as LlmSpec takes them
        contender = Contender(
            position=0,
            model=MODELS[self.api],
            digest=DIGEST,
            spec=LlmSpec(**spec) if spec else None,
        )
        opened = await PROVIDERS[self.api].open(contender, self.kit)
        self._open.append(opened)
        return opened

    async def reply(self, ask: Ask | str, *, limit_s: float = 10.0, **spec: Any) -> Reply:
        model = await self.model(**spec)
        given = ask if isinstance(ask, Ask) else Ask("e1", text=ask)
        (reply,) = await model.answer([given], limit_s)
        return reply

    async def answer(self, ask: Ask | str, **spec: Any) -> Answer:
        outcome = (await self.reply(ask, **spec)).outcome
        assert isinstance(outcome, Answer), outcome
        return outcome

    async def error(self, ask: Ask | str, **given: Any) -> AttemptFailed:
        try:
            outcome = (await self.reply(ask, **given)).outcome
        except AttemptFailed as error:
            return error
        assert isinstance(outcome, AttemptFailed), outcome
        return outcome

    async def close(self) -> None:
        for each in self._open:
            await each.close()


@pytest_asyncio.fixture(params=list(MODELS))
async def asked(
    request: pytest.FixtureRequest, server: LlmServer, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Asked]:
    api = request.param
    base_url, key = _VARIABLES[api]
    monkeypatch.setenv(base_url, server.base_url(api))
    monkeypatch.setenv(key, SECRET)
    made = Asked(api, server, kit)
    yield made
    await made.close()


async def test_a_model_that_nobody_registered_is_asked_with_the_entrys_text(asked: Asked) -> None:
    """`openai/gpt-4o` works as it stands; tokens are counted, and the key is sent."""
    reply = await asked.reply("Which city? <<Paris>>")

    assert isinstance(reply.outcome, Answer)
    assert reply.outcome.text == "Paris"
    assert reply.usage == Usage(n_input=10, n_output=2)
    assert reply.duration_s > 0
    call = asked.server.calls[-1]
    assert call.prompt == "Which city? <<Paris>>"
    assert SECRET in call.secret


async def test_a_cost_is_the_list_price_or_unknown(asked: Asked) -> None:
    """An unknown price is none: 0 would say that it is free."""
    reply = await asked.reply("cost <<fine>>")

    prices = {"openai": (2.5, 10), "anthropic": (1, 5), "google": (0.3, 2.5)}
    if asked.api == "ollama":
        assert reply.cost_usd is None
    else:
        in_, out = prices[asked.api]
        assert reply.cost_usd == pytest.approx((10 * in_ + 2 * out) / 1e6)


@pytest.mark.parametrize(
    ("order", "error_class", "status"),
    [
        ("429", "rate_limit", 429),
        ("500", "server", 500),
        ("503", "server", 503),
        ("400", "rejected", 400),
        ("404", "rejected", 404),
        ("302", "rejected", 302),
        ("reset", "connection", None),
        ("half", "connection", None),
        ("badjson", "malformed_answer", None),
        ("wrongshape", "malformed_answer", None),
        ("empty", "malformed_answer", None),
        ("huge", "malformed_answer", None),
        ("long", "malformed_answer", None),
        ("packed", "malformed_answer", None),
    ],
)
async def test_what_goes_wrong_has_its_class(
    asked: Asked, order: str, error_class: ErrorClass, status: int | None
) -> None:
    """The class decides on retries; each call is made once, for every repetition is ours."""
    prompt = f"{asked.api} {order} once #{order} <<fine>>"

    error = await asked.error(prompt)

    assert len(error.message) < 1000
    assert (error.error_class, error.status_code) == (error_class, status), error.message
    assert asked.server.counts[prompt] == 1


async def test_a_server_that_names_a_wait_is_heard(asked: Asked) -> None:
    """The next attempt waits that long."""
    error = await asked.error(f"{asked.api} wait #429:7 <<fine>>")

    assert isinstance(error, RateLimited)
    assert error.retry_after_s == 7


async def test_a_server_that_stalls_is_left_at_the_limit(asked: Asked) -> None:
    """The limit is of the whole call, whatever has come of the answer."""
    error = await asked.error(f"{asked.api} stall #stall <<fine>>", limit_s=0.3)

    assert error.error_class == "timeout"


async def test_a_call_under_way_is_canceled_at_once(asked: Asked) -> None:
    """A canceled run does not wait for answers."""
    model = await asked.model()
    call = asyncio.ensure_future(model.answer([Ask("e1", text=f"{asked.api} #stall")], 3600))
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        while not asked.server.counts[f"{asked.api} #stall"]:
            await asyncio.sleep(0.01)
    call.cancel()
    async with asyncio.timeout(1):
        await asyncio.wait([call])

    assert call.cancelled()


async def test_the_key_is_never_told(asked: Asked, caplog: pytest.LogCaptureFixture) -> None:
    """A server that says back what it was sent does not bring a secret into the log."""
    caplog.set_level("DEBUG")
    error = await asked.error(f"{asked.api} who #401 <<fine>>")

    assert SECRET in asked.server.calls[-1].secret
    assert error.error_class == "rejected"
    assert "you are" in error.message
    assert "***" in error.message
    assert SECRET not in repr(error.fact())
    assert SECRET not in caplog.text


@pytest.mark.parametrize("n_more", [0, 1_000_000])
async def test_an_image_is_sent_as_it_is_stored(asked: Asked, n_more: int) -> None:
    """The API gets the file's own bytes, not a decoded copy, however many there are."""
    content = an_image("RGB", (8, 6)) + bytes(n_more)
    file = await asked.kit.objects.put(content)

    answer = await asked.answer(Ask("e1", text="What is it? <<a field>>", file=file))

    assert answer.text == "a field"
    body = json.dumps(asked.server.calls[-1].body)
    assert "image/png" in body
    sent = re.search(r"[A-Za-z0-9+/_-]{64,}={0,2}", body)
    assert sent
    assert base64.b64decode(sent[0].replace("-", "+").replace("_", "/")) == content


async def test_parameters_reach_the_api(asked: Asked) -> None:
    """What the declaration says is what is asked."""
    await asked.answer(
        Ask("e1", text="x", section="s", metadata={"n": 3}),
        system="Be {{metadata.n}} times brief.",
        prompt="{{section}}: {{text}} <<ok>>",
        temperature=0.5,
        max_tokens=77,
    )

    body = asked.server.calls[-1].body
    assert asked.server.calls[-1].prompt == "s: x <<ok>>"
    assert "Be 3 times brief." in str(body)
    given = body.get("generationConfig", body)
    assert given["temperature"] == 0.5
    assert 77 in given.values()


async def test_choices_are_named_and_held_against(asked: Asked) -> None:
    """Case, spaces and a full stop are of no matter; anything else is no answer."""
    spec = {"task": "classification", "choices": ["Cat", "Big dog"]}

    answer = await asked.answer("c1 << big  dog. >>", **spec)
    error = await asked.error("c2 <<horse>>", **spec)

    assert answer.label == "Big dog"
    assert "- Cat\n- Big dog" in asked.server.calls[-2].prompt
    assert error.error_class == "malformed_answer"
    assert (error.usage, error.retry) == (Usage(n_input=10, n_output=2), True)


async def test_structured_answers_are_asked_for_and_checked(asked: Asked) -> None:
    """The schema goes to the API; what comes back is held against it here too."""
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}

    answer = await asked.answer('s1 <<{"city": "Paris"}>>', json_schema=schema)
    error = await asked.error('s2 <<{"city": 7}>>', json_schema=schema)

    assert answer.data == {"city": "Paris"}
    assert answer.text == '{"city": "Paris"}'
    assert "city" in str(asked.server.calls[-1].body)
    assert error.error_class == "malformed_answer"
    assert "city" in error.message


async def test_boxes_and_points_are_in_pixels_of_the_image(asked: Asked) -> None:
    """The model is told the image's size, since it cannot know it."""
    content = an_image("RGB", (80, 60))
    file = await asked.kit.objects.put(content)
    picture = Image.new("RGB", (80, 60))
    box = '{"label": "cat", "x": 1, "y": 2, "width": 3.5, "height": 4}'

    found = await asked.answer(
        Ask("e1", text=f'<<{{"boxes": [{box}]}}>>', file=file, picture=picture), task="detection"
    )
    place = await asked.answer(
        Ask("e1", text='<<{"x": 7, "y": 8.5}>>', file=file, picture=picture), task="coordinates"
    )

    assert found.boxes is not None
    assert [(each.label, each.x, each.width) for each in found.boxes] == [("cat", 1, 3.5)]
    assert place.point is not None
    assert (place.point.x, place.point.y) == (7, 8.5)
    assert "80 pixels wide and 60 pixels high" in asked.server.calls[-1].prompt


async def test_log_probabilities_are_averaged_where_the_api_gives_them(asked: Asked) -> None:
    """The confidence of a label is the geometric mean of its tokens' probabilities."""
    answer = await asked.answer(
        "p <<cat>>", task="classification", choices=["cat", "dog"], logprobs=True
    )

    if asked.api == "anthropic":
        assert (answer.logprob, answer.confidence) == (None, None)
    else:
        assert answer.logprob == pytest.approx(-0.2)
        assert answer.confidence == pytest.approx(0.8187, abs=1e-4)


async def test_every_api_can_judge(asked: Asked) -> None:
    """The rubric goes apart from what is judged, and only a verdict of the schema is taken."""
    params = JudgeParams(model=MODELS[asked.api], rubric="Is it polite?")
    prompts = JudgePrompts(params)
    model = await asked.model(**prompts.spec(LlmSpec()).model_dump(exclude={"kind"}))
    judge = JudgeModel(model, prompts)

    def question(said: str) -> Question:
        return Question("e1", text="Greet me!", answers=(said,), contenders=(0,))

    (fine,) = await judge.answer([question('Hi! <<{"reason": "warm", "points": 1}>>')], 10.0)
    (wrong,) = await judge.answer([question('Yo! <<{"points": 1}>>')], 10.0)

    assert isinstance(fine.outcome, Answer)
    assert fine.outcome.data == {"reason": "warm", "points": 1}
    assert isinstance(wrong.outcome, AttemptFailed)
    assert wrong.outcome.error_class == "malformed_answer"
    call = asked.server.calls[-2]
    assert "Is it polite?" in json.dumps(call.body)
    assert "Is it polite?" not in call.prompt
    assert '"points"' in json.dumps(call.body)
