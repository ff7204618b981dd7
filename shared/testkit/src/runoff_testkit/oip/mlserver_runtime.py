"""What MLServer runs, in its own environment: the models of `served.py`, which lies beside."""

from __future__ import annotations

from typing import Any

import numpy as np
import served  # type: ignore[import-not-found]  # lies beside it where MLServer runs
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.errors import InferenceError
from mlserver.types import Datatype, InferenceRequest, InferenceResponse


class Served(MLModel):  # type: ignore[misc]  # mlserver is in another environment
    """One model by its name."""

    async def load(self) -> bool:
        """Nothing is read."""
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Decode, ask, encode."""
        given = payload.inputs[0]
        if given.datatype == Datatype.BYTES.value:
            values: Any = np.array(StringCodec.decode_input(given), object)
        else:
            values = NumpyCodec.decode_input(given)
        try:
            outputs = served.MODELS[self.name].answer(values)
        except served.Poisoned as error:
            raise InferenceError(str(error)) from error
        wanted = {each.name for each in payload.outputs or []} or set(outputs)
        return InferenceResponse(
            model_name=self.name,
            outputs=[_encoded(name, values) for name, values in outputs.items() if name in wanted],
        )


def _encoded(name: str, values: Any) -> Any:
    if values.dtype == object:
        return StringCodec.encode_output(name, values.tolist())
    return NumpyCodec.encode_output(name, values)
