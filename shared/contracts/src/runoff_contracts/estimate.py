"""A launch before it is launched: what is wrong with it, what it can show, what it would cost."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from runoff_contracts.events.lifecycle import Contender, JudgeUsed, ScorerUsed
from runoff_contracts.plan_size import PlanSize
from runoff_contracts.problem import Problem
from runoff_contracts.task import Task


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class LaunchChecked(_Said):
    """What run-manager says of a launch that nobody carries out."""

    task: Task | None = None
    dataset: str | None = None
    dataset_version: int | None = None
    entries: str | None = None
    """Digest of the version's entries, of which a selection is a part."""
    n_entries: int | None = None
    """That would be asked about; None where dataset or selection are not there."""
    contenders: list[Contender] = []
    """Those that are known."""
    scorers: list[ScorerUsed] = []
    """The primary first; none where the launch is refused before they are known."""
    judges: list[JudgeUsed] = []
    problems: list[Problem] = []
    warnings: list[str] = []


class PromptsPriced(_Said):
    """What a worker says of one language model over some entries: means an entry."""

    n_sample: int = Field(ge=0)
    """Entries whose prompts were made."""
    n_input_tokens: float | None
    """By four characters a token; None where a prompt has images."""
    n_output_tokens: float | None
    """As the declaration bounds it; None where it does not."""
    cost_usd: float | None
    """Of one entry; None where the price or the tokens are not known."""
    reason: str | None
    """Why there is no cost."""


class CostEstimate(_Said):
    """What one language model of a run would cost."""

    field: str
    """As in the launch: `models.0`, `scorers.1.params.model`."""
    model: str
    cost_usd: float | None
    """Over all entries of the run."""
    reason: str | None = None
    """Why there is none."""
    n_input_tokens: float | None = None
    """Mean an entry."""
    n_output_tokens: float | None = None
    basis: Literal["past_run", "prompt", "none"] = "none"
    """`past_run`: what the very same model took over this dataset. `prompt`: prompts of a sample,
    by four characters a token."""
    from_run: str | None = None


class EstimateView(_Said):
    """What a launch would be: whether it would be refused, what it can show, what it costs."""

    task: Task | None = None
    dataset: str | None = None
    dataset_version: int | None = None
    n_entries: int | None = None
    scorers: list[str] = []
    """As `exact_match@1`, the primary first."""
    problems: list[Problem] = []
    """What it would be refused for, on the fields of the launch; none where it would be taken."""
    warnings: list[str] = []
    differences: list[PlanSize] = []
    """The smallest difference that so many entries show, by how much entries may vary. What a past
    run of the dataset says of that comes first (`from_run`); the rest are assumptions."""
    cost_usd: float | None = None
    """Of the whole run; 0 where no language model is asked, None where one's cost is not known."""
    cost_reason: str | None = None
    """Why it is None."""
    costs: list[CostEstimate] = []
