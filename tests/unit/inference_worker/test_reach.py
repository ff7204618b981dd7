"""Where a declaration may send a worker."""

from __future__ import annotations

import pytest

from runoff_contracts.commands import CheckModel
from runoff_inference_worker.errors import ModelRefused
from runoff_inference_worker.reach import check_host, secret_of
from runoff_inference_worker.settings import WorkerSettings


@pytest.mark.parametrize(
    ("url", "patterns"),
    [
        ("http://models.example.org", "models.example.org"),
        ("https://MODELS.example.org./v", "models.example.org:443"),
        ("http://models.example.org", "models.example.org:80"),
        ("http://models.example.org:8080/a", "models.example.org:8080"),
        ("http://models.example.org:8080/a", "models.example.org"),
        ("http://a.b.example.org", "*.example.org"),
        ("http://10.1.2.3:9000", "10.1.2.*:*"),
        ("http://[::1]:9000", "[::1]:9000"),
        ("http://[::1]:9000", "elsewhere, [::1]"),
        ("http://anything", ""),
    ],
)
def test_a_host_that_is_named_may_be_asked(url: str, patterns: str) -> None:
    """By name, with or without port, or by wildcard; all of them where none is named."""
    allowed = WorkerSettings(model_hosts=patterns).model_hosts

    check_host(url, allowed, field="spec.url")


@pytest.mark.parametrize(
    ("url", "patterns"),
    [
        ("http://models.example.org.evil.net", "models.example.org"),
        ("http://evilexample.org", "*.example.org"),
        ("http://example.org", "*.example.org"),
        ("http://models.example.org:8081", "models.example.org:8080"),
        ("https://models.example.org", "models.example.org:80"),
        ("http://127.0.0.1", "localhost"),
        ("http://evil.net/models.example.org", "models.example.org"),
        ("http://models.example.org", "http://models.example.org"),
        ("http://[::2]", "[::1]"),
    ],
)
def test_another_host_is_refused(url: str, patterns: str) -> None:
    """Nothing is matched that only looks like it."""
    with pytest.raises(ModelRefused, match="RUNOFF_MODEL_HOSTS") as refused:
        check_host(url, [patterns], field="spec.url")

    assert [each.field for each in refused.value.problem.errors] == ["spec.url"]


@pytest.mark.parametrize(
    "url",
    [
        "http://[",
        "http://:80",
        "http://a:99999",
        "http://\x00/",
        "http://a%2fb",
        "http:///a",
        "http://a\\.b",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    """With the field, whatever stands in the declaration."""
    with pytest.raises(ModelRefused, match="no address"):
        check_host(url, [], field="spec.url")


@pytest.mark.parametrize(
    "url",
    [
        "http://user:secret@example.org",
        "http://example.org\\@evil.net",
        "http://example.org?key=secret",
        "file:///etc/passwd",
        "http://a b",
    ],
)
def test_a_declaration_takes_no_such_address(url: str) -> None:
    """Secrets in it would be in the log."""
    command = {
        "command_id": "check",
        "sent_at": "2026-01-01T00:00:00Z",
        "model": "oip/a",
        "spec": {"kind": "oip_text", "task": "text", "model": "a", "url": url},
    }
    with pytest.raises(ValueError, match="url"):
        CheckModel.model_validate(command)


def test_only_keys_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A declaration is a stranger's: it must not have other variables sent to its server."""
    spec = {"kind": "oip_text", "task": "text", "model": "a", "url": "http://a"}
    command = {"command_id": "check", "sent_at": "2026-01-01T00:00:00Z", "model": "oip/a"}
    monkeypatch.setenv("RUNOFF_KEY_A", "the-key")

    assert secret_of("RUNOFF_KEY_A") == "the-key"
    assert secret_of(None) is None
    for variable in ("PATH", "RUNOFF_POSTGRES_DSN", "RUNOFF_KEY_", "RUNOFF_KEY_a"):
        with pytest.raises(ValueError, match="api_key_env"):
            CheckModel.model_validate({**command, "spec": {**spec, "api_key_env": variable}})
