"""The route that asks a worker whether a registered model can be asked right now."""

import uuid
from datetime import UTC, datetime

from fastapi import APIRouter

from runoff_contracts.commands import CheckModel
from runoff_contracts.declaring import read_declaration
from runoff_contracts.registry_views import ModelCheckView
from runoff_query.api.checking import check_model
from runoff_query.api.parts import PartsOf
from runoff_query.api.problems import ProblemRaised, unknown
from runoff_query.api.registry import model_meant

router = APIRouter(tags=["registry"])


@router.post("/models/{provider}/{name:path}/check", response_model=ModelCheckView)
async def check_registered(provider: str, name: str, parts: PartsOf) -> ModelCheckView:
    """Whether a worker can load or reach the model, as a launch would ask; nothing is changed.

    The newest version, or the one in `name@number`.
    """
    name, at, number = name.partition("@")
    model = f"{provider}/{name}"
    view = await model_meant(parts, model)
    version = next((each for each in view.versions if not at or number == str(each.number)), None)
    if version is None:
        raise unknown("model version", f"{model}@{number}")
    command = CheckModel(
        command_id=str(uuid.uuid4()),
        sent_at=datetime.now(UTC),
        model=model,
        file=version.file,
        spec=read_declaration(version.spec, provider=provider),
        task=view.task,
    )
    try:
        await check_model(parts, command, field="spec")
    except ProblemRaised as refused:
        return ModelCheckView(model=model, number=version.number, problem=refused.problem)
    return ModelCheckView(model=model, number=version.number)
