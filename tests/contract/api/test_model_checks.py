"""Whether a registered model is ready: what a worker says of it now."""

from __future__ import annotations

from runoff_contracts import subjects
from runoff_contracts.events.model import ModelRegistered, ModelVersionAdded
from runoff_contracts.model_spec import LlmSpec
from tests.contract.api.running import World, problem
from tests.integration.query import facts

PROMPT = "ollama/terse"


async def test_a_model_is_ready_where_a_worker_says_so(world: World) -> None:
    """As a launch would ask; what is in the way is an answer, and no error of the request."""
    await world.start_worker()
    await world.scribe.registry()
    await world.scribe.tell(
        subjects.model(PROMPT),
        ModelRegistered(model=PROMPT, task="text", registered_at=facts.NOW),
        ModelVersionAdded(
            model=PROMPT,
            number=1,
            digest=facts.digest(78),
            spec=LlmSpec(model="llama3.2"),
            added_at=facts.NOW,
        ),
    )
    await world.get("/api/models")
    ready = await world.http.post(f"/api/models/{PROMPT}/check")
    lost = await world.http.post("/api/models/onnx/net-0@1/check")

    assert ready.json() == {"model": PROMPT, "number": 1, "problem": None}
    assert lost.status_code == 200
    assert lost.json()["problem"]["errors"][0]["message"]
    problem(await world.http.post("/api/models/onnx/none/check"), 404, "unknown-model")
    problem(await world.http.post("/api/models/onnx/net-0@9/check"), 404, "unknown-model version")
