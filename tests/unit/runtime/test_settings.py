"""Settings come from the environment, and what is secret in them stays so."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from runoff_runtime.settings import ServiceSettings

URL = "nats://runoff:s3cret-word@10.0.0.7:4222"


def test_settings_are_read_when_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not at import: a supervisor sets them for each of its children."""
    monkeypatch.setenv("RUNOFF_NATS_URL", URL)
    monkeypatch.setenv("RUNOFF_PORT", "8123")
    monkeypatch.setenv("RUNOFF_LOG_FORMAT", "console")
    monkeypatch.setenv("RUNOFF_OBJECT_STORE", "s3://bucket/prefix")
    monkeypatch.setenv("RUNOFF_SOMETHING_ELSE", "of another service")
    settings = ServiceSettings()

    assert settings.nats_url.get_secret_value() == URL
    assert (settings.port, settings.log_format) == (8123, "console")
    assert settings.object_store == "s3://bucket/prefix"


def test_without_an_environment_they_name_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing listens on other interfaces unless somebody asks for it."""
    for name in ("NATS_URL", "HOST", "PORT", "OBJECT_STORE", "LOG_LEVEL", "LOG_FORMAT"):
        monkeypatch.delenv(f"RUNOFF_{name}", raising=False)
    settings = ServiceSettings()

    assert (settings.host, settings.port) == ("127.0.0.1", 0)
    assert settings.nats_url.get_secret_value() == "nats://127.0.0.1:4222"


def test_the_address_with_its_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings end up in logs and tracebacks."""
    monkeypatch.setenv("RUNOFF_NATS_URL", URL)
    settings = ServiceSettings()

    for text in (repr(settings), str(settings), settings.model_dump_json(), f"{settings.nats_url}"):
        assert "s3cret-word" not in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("PORT", "-1"),
        ("PORT", "http"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", ""),
    ],
)
def test_a_setting_that_makes_no_sense_is_said_at_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """By its name, before anything runs."""
    monkeypatch.setenv(f"RUNOFF_{name}", value)

    with pytest.raises(ValidationError, match=name.lower()):
        ServiceSettings()
