"""Each run is told once what its answers were made with."""

from __future__ import annotations

from runoff_inference_worker.environment import Environment, lineage
from tests.unit.scoring import given


async def test_a_run_is_told_once_and_again_where_nothing_reached_the_log() -> None:
    """Versions on every entry would be a tenth of the log; versions on none answer no question."""
    environment = Environment()
    facts = [(str(index), given.processed(index, ("x", ("x", "y")))) for index in range(3)]

    first = await environment.tell("run", facts)
    again = await environment.tell("run", facts)
    environment.told("run")
    after, other = await environment.tell("run", facts), await environment.tell("other", facts)

    assert [each.environment for _, each in first] == [lineage(), None, None]
    assert again == first
    assert after == facts
    assert other == first
    assert "onnxruntime" in lineage().packages
