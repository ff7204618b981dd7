"""`client.params`: what is said of a run in booleans, numbers and texts."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from runoff.exports import download_to
from runoff.transport import Transport, path_of
from runoff.user import user_name
from runoff_contracts.provenance_views import ParamsChangeView, ParamsView
from runoff_contracts.views import AcceptedView, Page

Value = bool | int | float | str


class Params:
    """Parameters of runs. They can be changed at any time, and every version of them is kept.

    Each change takes `params_version`: where somebody else changed them since that version, it
    is refused (`params-changed`) and the problem shows both. And it takes `by`: the name of this
    account where it is left out.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def show(self, run_id: str, *, after: int | None = None) -> ParamsView:
        """A run's parameters as they are now."""
        return self._transport.get(ParamsView, path_of("runs", run_id, "params"), {"after": after})

    def set(
        self,
        run_id: str,
        params: Mapping[str, Value],
        *,
        params_version: int | None = None,
        by: str | None = None,
    ) -> AcceptedView:
        """Add parameters, or change them; the others stay."""
        return self._edit(run_id, {"set_params": dict(params)}, params_version, by)

    def unset(
        self,
        run_id: str,
        names: Sequence[str],
        *,
        params_version: int | None = None,
        by: str | None = None,
    ) -> AcceptedView:
        """Take parameters away; the others stay."""
        return self._edit(run_id, {"unset_params": list(names)}, params_version, by)

    def replace(
        self,
        run_id: str,
        params: Mapping[str, Value],
        *,
        params_version: int | None = None,
        by: str | None = None,
    ) -> AcceptedView:
        """Put these in place of all."""
        return self._edit(run_id, {"params": dict(params)}, params_version, by)

    def reset(
        self, run_id: str, *, params_version: int | None = None, by: str | None = None
    ) -> AcceptedView:
        """Put back what was there at launch."""
        return self._edit(run_id, {"reset_params": True}, params_version, by)

    def copy(
        self,
        template: str,
        run_id: str,
        *,
        params_version: int | None = None,
        by: str | None = None,
    ) -> AcceptedView:
        """Put those of another run, the template, in place of all that a run has."""
        return self._edit(run_id, {"template": template}, params_version, by)

    def history(
        self,
        run_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        after: int | None = None,
    ) -> Page[ParamsChangeView]:
        """Every version, newest first: who made it, when, and what changed."""
        path = path_of("runs", run_id, "params", "history")
        params = {"limit": limit, "cursor": cursor, "after": after}
        return self._transport.get(Page[ParamsChangeView], path, params)

    def download(self, run_id: str, path: Path | str, *, after: int | None = None) -> int:
        """Write them to a JSON file, and answer its bytes.

        Raises:
            InvalidInput: When the file cannot be written.
        """
        source = path_of("runs", run_id, "params.json")
        return download_to(self._transport, source, {"after": after}, Path(path))

    def _edit(
        self, run_id: str, change: Mapping[str, object], params_version: int | None, by: str | None
    ) -> AcceptedView:
        data = {**change, "by": user_name() if by is None else by}
        if params_version is not None:
            data["params_version"] = params_version
        return self._transport.send(
            AcceptedView,
            "PATCH",
            path_of("runs", run_id),
            body=lambda: {"json": data},
            repeatable=True,
        )
