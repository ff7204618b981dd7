"""What a declaration may reach: hosts that the operator allows, and secrets that it only names."""

import os
import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

import httpx

from runoff_contracts.problem import FieldError
from runoff_inference_worker.errors import ModelRefused

_PORTS = {"http": 80, "https": 443}
_PATTERN = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>\d+|\*))?")
_HOST = re.compile(r"[a-z0-9._:-]+")
_IN_HEADER = re.compile(r"[!-~]+")


def check_host(url: str, patterns: Sequence[str], *, field: str) -> None:
    """Nothing where the address is one that models may be at.

    Args:
        patterns: Of `RUNOFF_MODEL_HOSTS`: `host` or `host:port`, with `*` for any characters.
            Without a port all of the host's are meant; without any pattern all hosts are.
        field: The declaration's, for the message.

    Raises:
        ModelRefused: Where it is not, or is no address.
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise _refused("malformed-address", "This is no address", field, str(error)) from error
    if "\\" in url:
        # A slash to some readers of addresses and a letter to others: they see two hosts.
        raise _refused("malformed-address", "This is no address", field, "it has a backslash")
    host = parsed.raw_host.decode().lower().rstrip(".")
    port = parsed.port or _PORTS.get(parsed.scheme, 0)
    if not _HOST.fullmatch(host) or not 0 < port < 65536:
        said = f"{host!r}, port {port} is no place to ask"
        raise _refused("malformed-address", "This is no address", field, said)
    if patterns and not any(_meets(host, port, pattern) for pattern in patterns):
        raise _refused(
            "host-not-allowed",
            "The host is not among those that models may be at",
            field,
            f"{host}:{port} is not allowed on this worker; allowed are: {', '.join(patterns)} "
            "(RUNOFF_MODEL_HOSTS)",
        )


def secret_of(variable: str | None) -> str | None:
    """The secret that a declaration names; none where it names none.

    Raises:
        ModelRefused: Where this worker's environment has no such variable, or one that cannot be
            sent. The message never holds the secret.
    """
    if variable is None:
        return None
    value = os.environ.get(variable, "").strip()
    if not value:
        said = f"this worker's environment has no variable {variable}"
    elif not _IN_HEADER.fullmatch(value):
        said = f"the value of {variable} has characters that an HTTP header cannot hold"
    else:
        return value
    raise _refused("missing-key", "The key of the model is missing", "spec.api_key_env", said)


def _meets(host: str, port: int, pattern: str) -> bool:
    parts = _PATTERN.fullmatch(pattern.lower())
    if parts is None:
        return False
    wanted = parts["host"].strip("[]").rstrip(".")
    return fnmatchcase(host, wanted) and parts["port"] in {None, "*", str(port)}


def _refused(name: str, title: str, field: str, message: str) -> ModelRefused:
    return ModelRefused(name, title, errors=[FieldError(field=field, message=message)])
