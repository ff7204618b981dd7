"""One model behind a server of the Open Inference Protocol: its addresses, and is it there."""

from urllib.parse import quote

from runoff_contracts.problem import FieldError
from runoff_contracts.specs.oip import OipServer
from runoff_inference_worker.errors import AttemptFailed, ConnectionFailed, ModelRefused
from runoff_inference_worker.http_calls import Http
from runoff_inference_worker.oip_wire import Metadata, metadata_of
from runoff_inference_worker.reach import check_host, secret_of


class OipCalls:
    """The calls of the protocol that concern one model."""

    def __init__(self, http: Http, spec: OipServer, secret: str | None) -> None:
        self._http, self._spec, self._secret = http, spec, secret
        self._server = spec.url.rstrip("/") + "/v2"
        self._model = f"{self._server}/models/{quote(spec.model, safe='')}"
        if spec.model_version is not None:
            self._model += f"/versions/{quote(spec.model_version, safe='')}"

    @classmethod
    def reach(cls, http: Http, spec: OipServer, hosts: tuple[str, ...]) -> "OipCalls":
        """The model's calls, where the operator allows them and the key is there.

        Raises:
            ModelRefused: With the field that is wrong.
        """
        check_host(spec.url, hosts, field="spec.url")
        for field, name in (("model", spec.model), ("model_version", spec.model_version)):
            if name in {".", ".."}:
                raise ModelRefused(
                    "malformed-model",
                    "The model's name is a step in a path",
                    errors=[FieldError(field=f"spec.{field}", message=f"{name!r} names no model")],
                )
        return cls(http, spec, secret_of(spec.api_key_env))

    async def metadata(self) -> Metadata:
        """What the server says of the model.

        Raises:
            AttemptFailed: When it does not.
        """
        return metadata_of(await self._http.call("GET", self._model, secret=self._secret))

    async def infer(self, request: bytes) -> bytes:
        """The body of the server's answer.

        Raises:
            AttemptFailed: When there is none.
        """
        return await self._http.call(
            "POST", f"{self._model}/infer", secret=self._secret, content=request
        )

    async def check_ready(self) -> None:
        """Nothing where server and model are ready.

        Raises:
            ModelRefused: With the field that names what is not.
        """
        model = "model" if self._spec.model_version is None else "model_version"
        steps = (
            (f"{self._server}/health/ready", "server-not-ready", "The server is not ready", "url"),
            (f"{self._model}/ready", "model-not-ready", "The model is not ready", model),
        )
        for url, name, title, field in steps:
            try:
                await self._http.call("GET", url, secret=self._secret)
            except AttemptFailed as error:
                wrong = FieldError(field=f"spec.{_to_blame(error, field)}", message=error.message)
                raise ModelRefused(name, title, errors=[wrong]) from error


def _to_blame(error: AttemptFailed, field: str) -> str:
    if isinstance(error, ConnectionFailed):
        return "url"
    return "api_key_env" if error.status_code in {401, 403} else field
