"""What sort of run one is, told by what is asked of whom."""

from typing import Literal

from runoff_contracts.events.lifecycle import RunCreated

Kind = Literal["analyze", "rescore", "retry", "upload"]
"""`analyze` asks models. `retry` asks anew what failed in another run, `rescore` asks nothing and
scores another run's answers. `upload` scores answers that were given elsewhere, all of them."""
KINDS: tuple[Kind, ...] = ("analyze", "rescore", "retry", "upload")


def kind_of(run: RunCreated) -> Kind:
    """The kind of a run, which never changes."""
    if run.answers_from is not None:
        return "rescore" if run.answers_from.what == "all" else "retry"
    return "upload" if all(each.provider == "upload" for each in run.contenders) else "analyze"
