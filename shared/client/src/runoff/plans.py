"""`client.plans`: say what is asked before anybody sees a result, and how large it has to be."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from runoff.errors import InvalidInput
from runoff.transport import Transport, path_of
from runoff.validation import field_errors
from runoff_contracts.plan import PlanAsked
from runoff_contracts.plan_size import PlanSize, PlanSizeAsked
from runoff_contracts.views import Page, PlanView, SealedView

Checked = TypeVar("Checked", bound=BaseModel)


class Plans:
    """Everything that is done with plans."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def seal(self, plan: PlanAsked | dict[str, object]) -> SealedView:
        """Seal a plan; `id` of the answer is its digest, for `runs.launch(plan=…)`.

        The dataset's version is pinned to what it is now. The same plan again is answered with the
        one that is there.

        Raises:
            InvalidInput: With every field that is wrong; nothing was sent.
            ProblemError: When the server knows no such dataset.
        """
        asked = plan if isinstance(plan, PlanAsked) else checked(PlanAsked, plan, "the plan")
        data = asked.model_dump(mode="json", exclude_unset=True)
        return self._transport.send(
            SealedView, "POST", path_of("plans"), body=lambda: {"json": data}, repeatable=True
        )

    def list(
        self, *, limit: int | None = None, cursor: str | None = None, after: int | None = None
    ) -> Page[PlanView]:
        """Plans, newest first."""
        params = {"limit": limit, "cursor": cursor, "after": after}
        return self._transport.get(Page[PlanView], path_of("plans"), params)

    def show(self, digest: str, *, after: int | None = None) -> PlanView:
        """One plan and its runs; the first eight characters of its digest will do."""
        return self._transport.get(PlanView, path_of("plans", digest), {"after": after})

    def size(
        self,
        *,
        difference: float | None = None,
        n_entries: int | None = None,
        discordance: float | None = None,
        sd: float | None = None,
        from_run: str | None = None,
        metric: str | None = None,
        power: float = 0.8,
        alpha: float = 0.05,
    ) -> PlanSize:
        """How many entries show a difference, or which difference so many entries show.

        Args:
            difference: Wanted, in the metric's unit: 0.02 for two points. Or else `n_entries`.
            n_entries: That there are.
            discordance: Of a metric that passes or fails: share of entries that exactly one of two
                models gets right. Or else `sd`, or `from_run`.
            sd: Of another metric: standard deviation of the models' differences, per entry.
            from_run: A completed run that says either.
            metric: Of that run; its primary one when left out.
            power: Chance of seeing the difference where it is there.
            alpha: Chance of seeing one where there is none.

        Raises:
            InvalidInput: With what is missing or wrong; nothing was sent.
            ProblemError: For a difference that no number of entries shows, or an unknown run.
        """
        given = {
            "difference": difference,
            "n_entries": n_entries,
            "discordance": discordance,
            "sd": sd,
            "from_run": from_run,
            "metric": metric,
            "power": power,
            "alpha": alpha,
        }
        asked = checked(PlanSizeAsked, given, "the question")
        data = asked.model_dump(mode="json", exclude_none=True)
        return self._transport.send(
            PlanSize, "POST", path_of("plans", "size"), body=lambda: {"json": data}, repeatable=True
        )


def checked(kind: type[Checked], data: object, name: str) -> Checked:
    """What `data` says, as `kind`; `name` is what errors call it.

    Raises:
        InvalidInput: With every field that is wrong.
    """
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise InvalidInput(f"{name} is not valid:", field_errors(error)) from error
