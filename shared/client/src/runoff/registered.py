"""What registering a dataset or a model is answered with."""

from pydantic import ConfigDict

from runoff_contracts.views import AcceptedView


class RegisteredView(AcceptedView):
    """A version; `id` names it, as `digits@2`, and can be used wherever a name can."""

    model_config = ConfigDict(extra="allow")

    number: int
    created: bool
    """False where this very content was registered under this name before."""
