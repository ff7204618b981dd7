"""What `oip/<name>` makes of a server that fails: each fault has its class."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from runoff_contracts.commands import Accepted
from runoff_contracts.events.entry import Attempt, AttemptError
from runoff_contracts.model_spec import OipTextSpec
from runoff_inference_worker.errors import AttemptFailed
from runoff_inference_worker.http_calls import Http, retry_after_s
from runoff_inference_worker.provider import Ask, Kit
from runoff_inference_worker.providers import PROVIDERS
from runoff_testkit.oip.fake import FakeOip, Fault
from tests.contract.providers.asking import ask, checked, contender, image_spec, text_spec, wrong
from tests.unit.inference_worker.making import a_kit, text_rows

KEY = "secret-of-the-tests"
VARIABLE = "RUNOFF_KEY_TESTS"


async def failed(kit: Kit, fake: FakeOip, fault: Fault, **config: Any) -> AttemptError:
    """The error of one attempt that meets the fault."""
    fake.misbehave(fault)
    found = await ask(kit, text_spec(fake.url), text_rows("a"), **config)
    error = found[0].attempts[-1].error
    assert error is not None
    return error


def answer(outputs: object) -> Fault:
    return Fault("body", body=json.dumps({"model_name": "mood", "outputs": outputs}).encode())


def output(data: object, shape: object, datatype: object = "BYTES") -> dict[str, object]:
    return {"name": "label", "data": data, "shape": shape, "datatype": datatype}


@pytest.mark.parametrize(
    ("status", "class_"),
    [
        (429, "rate_limit"),
        (500, "server"),
        (502, "server"),
        (503, "server"),
        (400, "rejected"),
        (401, "rejected"),
        (404, "rejected"),
        (204, "malformed_answer"),
        (302, "rejected"),
    ],
)
async def test_a_status_has_its_class(kit: Kit, fake: FakeOip, status: int, class_: str) -> None:
    """The class decides whether asking again helps; the status is kept beside it."""
    body = b"" if status == 204 else b'{"error": "told\\u0007 why"}'
    fault = Fault("status", status, {"Location": "http://127.0.0.1:1/"}, body)

    error = await failed(kit, fake, fault)

    assert (error.error_class, error.status_code) == (class_, status)
    assert status == 204 or "told  why" in error.message
    assert fake.n_asked() == 1


@dataclass
class Case:
    """A fault, the class it has to get, and words of its message."""

    fault: Fault
    class_: str
    said: str


@pytest.mark.parametrize(
    "case",
    [
        Case(Fault("reset"), "connection", ""),
        Case(Fault("half"), "connection", "complete message body"),
        Case(Fault("huge"), "malformed_answer", "over the limit of 16777216 bytes"),
        Case(Fault("compressed"), "malformed_answer", "compressed"),
        Case(Fault("body", body=b"<html>"), "malformed_answer", "no JSON"),
        Case(Fault("body", body=b"[" * 100_000), "malformed_answer", "no JSON"),
        Case(Fault("body", body=b"\xff\xfe"), "malformed_answer", "no JSON"),
        Case(Fault("body", body=b"{}"), "malformed_answer", "outputs: Field required"),
        Case(answer([]), "malformed_answer", "no output 'label', it gave none"),
        Case(answer([output(["x"], [2])]), "malformed_answer", "has 1 values"),
        Case(answer([output(["x", "y"], [2])]), "malformed_answer", "needed is (1,)"),
        Case(answer([output(["x"], [-1])]), "malformed_answer", "outputs.0.shape.0"),
        Case(answer([output(["x"], [10**12])]), "malformed_answer", "too large"),
        Case(answer([output([3], [1])]), "malformed_answer", "no strings"),
        Case(answer([output([None], [1])]), "malformed_answer", "no strings"),
        Case(answer([output(None, [1])]), "malformed_answer", "no data"),
        Case(answer([output(["elated"], [1])]), "malformed_answer", "none of the labels"),
        Case(answer([output([5], [1], "INT64")]), "malformed_answer", "says label 5"),
        Case(answer([output([None, 1], [1, 2], "FP32")]), "malformed_answer", "no numbers"),
        Case(answer([output([[1], [2, 3]], [1, 3], "FP32")]), "malformed_answer", "no tensor"),
        Case(answer([output([1], [1], "COMPLEX")]), "malformed_answer", "COMPLEX"),
    ],
    ids=lambda case: f"{case.fault.kind}-{case.said[:20]}",
)
async def test_a_fault_on_the_wire_has_its_class(kit: Kit, fake: FakeOip, case: Case) -> None:
    """No answer is guessed out of what is no answer."""
    error = await failed(kit, fake, case.fault)

    assert error.error_class == case.class_
    assert case.said in error.message


async def test_an_answer_that_stalls_ends_at_the_limit(kit: Kit, fake: FakeOip) -> None:
    """The limit holds for the whole call, whatever it waits for."""
    error = await failed(kit, fake, Fault("stall"), timeout_s=0.2)

    assert (error.error_class, error.message) == ("timeout", "no answer within 0.2 s")


async def test_nobody_there_is_a_connection_error(kit: Kit) -> None:
    """A server that restarts is asked again; an attempt each."""
    spec = text_spec("http://127.0.0.1:1")

    found = await ask(kit, spec, text_rows("a"), retries=1)

    assert [_class(each) for each in found[0].attempts] == ["connection", "connection"]


@pytest.mark.parametrize("status", [429, 503])
async def test_what_the_server_asks_to_wait_is_kept(kit: Kit, fake: FakeOip, status: int) -> None:
    """Attempts are spaced by it; see `attempts.py`."""
    model = await PROVIDERS["oip"].open(contender(text_spec(fake.url)), kit)
    fake.misbehave(Fault("status", status, {"Retry-After": "7"}))

    with pytest.raises(AttemptFailed) as raised:
        await model.answer([Ask("a", "a")], 5.0)

    assert raised.value.retry_after_s == 7.0


@pytest.mark.parametrize(
    ("value", "wait_s"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("1" * 400, 86_400.0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 0.0),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, wait_s: float | None) -> None:
    """Anything else asks for nothing; nobody waits for more than a day."""
    now = datetime.now(UTC)

    assert retry_after_s(value, now=now) == wait_s
    later = format_datetime(now.replace(microsecond=0) + timedelta(seconds=30), usegmt=True)
    assert 29 <= (retry_after_s(later, now=now) or 0) <= 30


async def test_a_failed_attempt_is_followed_by_one_that_answers(kit: Kit, fake: FakeOip) -> None:
    """The connection that broke is not the next one's."""
    fake.misbehave(Fault("reset"), Fault("half"), Fault("huge"), Fault("status", 500))

    found = await ask(kit, text_spec(fake.url), text_rows("a :)"), retries=4)

    assert found[0].label == "happy"
    classes = [_class(attempt) for attempt in found[0].attempts]
    assert classes == ["connection", "connection", "malformed_answer", "server", None]


async def test_a_server_that_is_not_there_at_the_start_may_come_back(
    kit: Kit, fake: FakeOip
) -> None:
    """What it says of the model is asked for with the first entry, as often as needed."""
    fake.misbehave(Fault("status", 503), on="/models/mood")

    found = await ask(kit, text_spec(fake.url), text_rows("a :)"), retries=1)

    assert [_class(attempt) for attempt in found[0].attempts] == ["server", None]
    assert found[0].label == "happy"


async def test_a_server_that_is_not_ready_is_refused(kit: Kit, fake: FakeOip) -> None:
    """At launch, with what it said, before an entry is spent."""
    fake.unready = {"/v2/health/ready"}
    server = await wrong(kit, text_spec(fake.url))
    fake.unready = {"/v2/models/mood/ready"}
    model = await wrong(kit, text_spec(fake.url))
    nobody = await wrong(kit, text_spec("http://127.0.0.1:1"))

    assert [(each.field, "still loading" in each.message) for each in server] == [("spec.url", 1)]
    assert [(each.field, "still loading" in each.message) for each in model] == [("spec.model", 1)]
    assert [each.field for each in nobody] == ["spec.url"]
    assert fake.n_asked() == 0


async def test_metadata_that_are_none_are_refused(kit: Kit, fake: FakeOip) -> None:
    """A proxy's page of welcome is no server of the protocol."""
    fake.misbehave(Fault("body", body=b"<html>welcome"), on="/models/mood")

    assert "no JSON" in (await wrong(kit, text_spec(fake.url)))[0].message


async def test_a_trial_answer_that_is_none_is_refused(kit: Kit, fake: FakeOip) -> None:
    """Metadata may promise what the model does not keep."""
    fake.misbehave(answer([output(["x", "y"], [2])]))

    errors = await wrong(kit, text_spec(fake.url))

    assert [each.field for each in errors] == ["spec"]
    assert "needed is (1,)" in errors[0].message


async def test_a_server_that_is_busy_is_not_refused(kit: Kit, fake: FakeOip) -> None:
    """It is there and fits; that it has too much to do now is for the attempts to deal with."""
    fake.misbehave(Fault("status", 429))

    assert isinstance(await checked(kit, text_spec(fake.url)), Accepted)


async def test_a_model_without_declaration_is_refused(kit: Kit) -> None:
    """There is nothing to go by."""
    assert [each.field for each in await wrong(kit, None)] == ["spec"]


async def test_a_key_is_sent_and_never_told(
    kit: Kit, fake: FakeOip, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even where the server sends it back, in an error or in an answer."""
    caplog.set_level(0)
    monkeypatch.setenv(VARIABLE, f" {KEY}\n")
    spec = text_spec(fake.url, api_key_env=VARIABLE, labels=[])
    fake.key = KEY
    assert isinstance(await checked(kit, spec), Accepted)
    fake.key = "another"
    errors = await wrong(kit, spec)
    fake.key = KEY
    fake.misbehave(answer([output([KEY], [1])]), Fault("status", 500, body=KEY.encode()))

    found = await ask(kit, spec, text_rows("a", "b"), batch_size=1, concurrency=1)

    assert fake.asked[-1].headers["authorization"] == f"Bearer {KEY}"
    assert [each.field for each in errors] == ["spec.api_key_env"]
    assert "Bearer ***" in errors[0].message
    assert found[0].label == "***"
    assert KEY not in "".join(each.model_dump_json() for each in found)
    assert KEY not in caplog.text


async def test_a_key_that_cannot_be_sent_is_refused_without_being_told(
    kit: Kit, fake: FakeOip, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing, empty, or not a header's value."""
    spec = text_spec(fake.url, api_key_env=VARIABLE)
    missing = await wrong(kit, spec)
    monkeypatch.setenv(VARIABLE, f"{KEY}\nX-Other: 1")
    unfit = await wrong(kit, spec)
    found = await ask(kit, spec, text_rows("a"))

    assert [each.field for each in missing + unfit] == ["spec.api_key_env"] * 2
    assert VARIABLE in missing[0].message
    assert KEY not in unfit[0].message
    assert _class(found[0].attempts[0]) == "unavailable"
    assert KEY not in found[0].model_dump_json()
    assert fake.asked == []


async def test_only_hosts_that_the_operator_allows_are_asked(tmp_path: Any, fake: FakeOip) -> None:
    """At the check, and again when a run is opened: the setting may have changed meanwhile."""
    allowed = fake.url.removeprefix("http://")
    narrow = a_kit(tmp_path, model_hosts=f"models.example.org, {allowed}")
    closed = a_kit(tmp_path, model_hosts="*.example.org,127.0.0.1:1")

    assert isinstance(await checked(narrow, text_spec(fake.url)), Accepted)
    n_asked = len(fake.asked)
    errors = await wrong(closed, text_spec(fake.url))
    found = await ask(closed, text_spec(fake.url), text_rows("a"))

    assert [each.field for each in errors] == ["spec.url"]
    assert "RUNOFF_MODEL_HOSTS" in errors[0].message
    assert _class(found[0].attempts[0]) == "unavailable"
    assert len(fake.asked) == n_asked


async def test_cookies_are_not_kept(kit: Kit, fake: FakeOip) -> None:
    """One client asks for all runs: what one server sets must not ride with another's call."""
    body = {"outputs": [output(["sad"], [1])]}
    fake.misbehave(
        Fault("body", 200, {"Set-Cookie": "who=first; Path=/"}, json.dumps(body).encode())
    )

    await ask(kit, text_spec(fake.url), text_rows("a", "b"), batch_size=1, concurrency=1)

    assert "cookie" not in fake.asked[-1].headers


async def test_runs_share_their_connections(kit: Kit, fake: FakeOip) -> None:
    """One client a worker."""
    for model in ("mood", "shout"):
        spec = OipTextSpec(url=fake.url, model=model, task="text", output=None)
        await ask(kit, spec, text_rows("a"))

    assert [type(each) for each in kit.shared.values()] == [Http]


async def test_an_image_model_needs_an_image_and_a_text_model_a_text(
    kit: Kit, fake: FakeOip
) -> None:
    """The entry is to blame, so that the server is not asked."""
    image = await ask(kit, image_spec(fake.url), text_rows("a"))
    fake.asked.clear()

    assert _class(image[0].attempts[0]) == "bad_entry"
    assert fake.asked == []


def _class(attempt: Attempt) -> str | None:
    return attempt.error.error_class if attempt.error else None
