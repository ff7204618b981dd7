"""Spans of what goes over the bus; only what has telemetry imports this."""

from typing import Any

from faststream.nats.opentelemetry.provider import NatsTelemetrySettingsProvider
from faststream.opentelemetry.middleware import TelemetryMiddleware

from runoff_contracts.subjects import template


def middleware() -> TelemetryMiddleware:
    """A span for each message taken and sent."""
    return TelemetryMiddleware(settings_provider_factory=lambda _: _ByTemplate())


class _ByTemplate(NatsTelemetrySettingsProvider):
    """Names spans by the subject's template: names by run and slice would never end."""

    def get_consume_attrs_from_message(self, msg: Any) -> dict[str, Any]:  # as FastStream has it
        attributes = super().get_consume_attrs_from_message(msg)
        return {key: value for key, value in attributes.items() if "publish" not in key}

    def get_consume_destination_name(self, msg: Any) -> str:  # a StreamMessage of FastStream
        return template(super().get_consume_destination_name(msg))

    def get_publish_destination_name(self, cmd: Any) -> str:  # a publish command of FastStream
        return template(cmd.destination)
