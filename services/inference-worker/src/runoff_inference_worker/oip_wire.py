"""The Open Inference Protocol v2 as JSON: what is sent, and what comes back.

Source: Open Inference Protocol, HTTP/REST (https://github.com/kserve/open-inference-protocol).
"""

import math
from typing import Annotated, Any

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from runoff_inference_worker.errors import MalformedAnswer

Array = NDArray[Any]
"""Of numbers, or of strings as objects: the server says which."""

FLOATS = ("FP16", "FP32", "FP64")
INTEGERS = ("INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64")
NUMBERS = (*FLOATS, *INTEGERS, "BOOL")
BYTES = "BYTES"
_N_IN_CHUNK = 16 * 1024
_MOST_VALUES = 16 * 1024 * 1024


class TensorInfo(BaseModel):
    """An input or output, as the server describes it."""

    name: str
    datatype: str
    shape: list[int]
    """-1 where it may be anything."""


def _none_is_empty(value: object) -> object:
    return [] if value is None else value


_Tensors = Annotated[list[TensorInfo], BeforeValidator(_none_is_empty), Field(max_length=1000)]


class Metadata(BaseModel):
    """What a server says of a model. Servers may leave out tensors that they do not know."""

    inputs: _Tensors = []
    outputs: _Tensors = []


class _Output(BaseModel):
    name: str
    datatype: str
    shape: list[Annotated[int, Field(ge=0)]]
    data: list[Any] | None = None


class _Answer(BaseModel):
    outputs: list[_Output] = Field(max_length=1000)


def metadata_of(body: bytes) -> Metadata:
    """A model's metadata.

    Raises:
        MalformedAnswer: When the body is something else.
    """
    try:
        return Metadata.model_validate(orjson.loads(body))
    except ValueError as error:  # of the JSON, or a ValidationError of its shape
        raise MalformedAnswer(f"the model's metadata cannot be read: {_first(error)}") from error


def request_of(name: str, values: Array, datatype: str, outputs: list[str]) -> bytes:
    """The body of an inference request with one input.

    Args:
        values: Numbers of any shape, or strings (objects) of datatype BYTES.
        outputs: Those wanted; none means all that the model has.
    """
    tensor: dict[str, Any] = {
        "name": name,
        "shape": list(values.shape),
        "datatype": datatype,
        "data": orjson.Fragment(_data(values)),
    }
    body: dict[str, Any] = {"inputs": [tensor]}
    if datatype == BYTES:
        # MLServer's way to say that bytes are text; others ignore parameters that they do not know.
        tensor["parameters"] = {"content_type": "str"}
    if outputs:
        body["outputs"] = [{"name": each} for each in outputs]
    return orjson.dumps(body)


def tensors_of(body: bytes) -> dict[str, Array]:
    """The output tensors of an answer, by name, in the server's order.

    Raises:
        MalformedAnswer: When the body is no such answer, with what is wrong about it.
    """
    try:
        answer = _Answer.model_validate(orjson.loads(body))
    except ValueError as error:
        raise MalformedAnswer(f"the answer cannot be read: {_first(error)}") from error
    return {output.name: _array(output) for output in answer.outputs}


def _data(values: Array) -> bytes:
    """Values as one flat JSON list.

    In chunks: a single call would keep the interpreter, and with it the event loop, for as long
    as it lasts, which is 6 ms for an image of 224 x 224. A number has as many digits as its type
    needs to come back the same.
    """
    flat = np.ascontiguousarray(values).ravel()
    if flat.dtype == object:
        return orjson.dumps(flat.tolist())
    parts = [
        orjson.dumps(flat[start : start + _N_IN_CHUNK], option=orjson.OPT_SERIALIZE_NUMPY)[1:-1]
        for start in range(0, len(flat), _N_IN_CHUNK)
    ]
    return b"[" + b",".join(parts) + b"]"


def _array(output: _Output) -> Array:
    if output.data is None:
        raise MalformedAnswer(f"output {output.name!r} has no data; binary data was not asked for")
    n_values = math.prod(output.shape)
    if n_values > _MOST_VALUES:
        raise MalformedAnswer(f"output {output.name!r} has shape {output.shape}: too large")
    if output.datatype == BYTES:
        values = _strings(output)
    elif output.datatype in NUMBERS:
        values = _numbers(output)
    else:
        raise MalformedAnswer(f"output {output.name!r} has datatype {output.datatype[:50]!r}")
    if values.size != n_values:
        raise MalformedAnswer(
            f"output {output.name!r} has {values.size} values, its shape {output.shape} needs "
            f"{n_values}"
        )
    return values.reshape(output.shape)


def _numbers(output: _Output) -> Array:
    """Nested or flat, both of which the protocol allows."""
    try:
        values = np.asarray(output.data)
    except (ValueError, OverflowError) as error:
        raise MalformedAnswer(f"output {output.name!r} is no tensor: {error}") from error
    if values.size and values.dtype.kind not in "biuf":
        raise MalformedAnswer(f"output {output.name!r} holds values that are no numbers")
    return values.astype(np.float64) if output.datatype in FLOATS else values


def _strings(output: _Output) -> Array:
    flat: list[str] = []
    rest: list[Any] = list(reversed(output.data or []))
    while rest:
        value = rest.pop()
        if isinstance(value, list):
            rest.extend(reversed(value))
        elif isinstance(value, str):
            flat.append(value)
        else:
            raise MalformedAnswer(f"output {output.name!r} holds values that are no strings")
    return np.array(flat, dtype=object)


def _first(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return f"no JSON: {error}"
    found = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in found['loc'])}: {found['msg']}"
