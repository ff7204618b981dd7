"""What a run's lifecycle says of its parameters: a pure fold for whoever reads the log."""

from collections.abc import Iterable

from runoff_contracts.event import Event
from runoff_contracts.events.lifecycle import RunCreated, RunEdited
from runoff_contracts.params import Params


def params_now(lifecycle: Iterable[Event]) -> Params:
    """A run's parameters after these events, in order of the log; none before its launch."""
    params: Params = {}
    for event in lifecycle:
        if isinstance(event, RunCreated | RunEdited) and event.params is not None:
            params = event.params
    return params
