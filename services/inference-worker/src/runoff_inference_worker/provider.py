"""What a provider is: it opens models, and a model answers entries.

A provider owes three things: `view` says what of an image it wants, `answer` asks the model, and
whatever goes wrong is raised, or stands in a reply, as an `AttemptFailed`. Slots, batches,
retries and the record of every attempt are the same for all of them (`attempts.py`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import JsonValue

from runoff_contracts.answers import Box, Point
from runoff_contracts.commands import CheckModel
from runoff_contracts.events.entry import Usage
from runoff_contracts.events.lifecycle import Contender
from runoff_inference_worker.errors import AttemptFailed, Unavailable
from runoff_inference_worker.views import View
from runoff_objects.store import Objects

if TYPE_CHECKING:
    from runoff_inference_worker.settings import WorkerSettings
    from runoff_inference_worker.threads import Threads

Picture = Image.Image | NDArray[np.uint8]
"""The decoded image, or a model's view of it."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The answer that a variation starts from, and what it is to keep of it."""

    mode: Literal["lexical", "semantic"]
    """`lexical`: its vocabulary, with another candidate meaning. `semantic`: its meaning, in
    other words."""
    text: str


class Piece:
    """A slice that was handed to this worker; made anew where it is handed out again."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.has_kept: bool | None = None
        """Whether another worker may have answered some of it; none until someone has looked."""
        self.looking = asyncio.Lock()


@dataclass(slots=True)
class Ask:
    """What a model may know of an entry; its target is not among it.

    As `Answer` and `Reply` it is never changed, and yet not frozen: making frozen ones takes three
    times as long, which models that answer in microseconds feel.
    """

    entry_id: str
    text: str | None = None
    metadata: dict[str, JsonValue] | None = None
    picture: Picture | None = None
    """Shared by all models that want the same view, so never changed. None without a file."""
    section: str | None = None
    split: str | None = None
    file: str | None = None
    """Digest of the image's file, for models that take it as it is."""
    size: tuple[int, int] | None = None
    """Width and height of the original image, upright; None without a file."""
    anchor: Anchor | None = None
    """None but for variations."""
    piece: Piece | None = None
    """Where the entry comes from; none where it is asked about by itself."""
    index: int = 0
    """Place in the run's entry set."""


@dataclass(slots=True)
class Answer:
    """A prediction: one of label, boxes, point and text, as the run's task wants it."""

    label: str | None = None
    confidence: float | None = None
    probabilities: dict[str, float] | None = None
    """At most ten, the likeliest first."""
    boxes: list[Box] | None = None
    """In pixels of the original image, the most confident first; so is a point."""
    point: Point | None = None
    text: str | None = None
    data: JsonValue = None
    """What `text` says, where it was asked for as JSON."""
    logprob: float | None = None


@dataclass(slots=True)
class Reply:
    """What one entry got out of a call."""

    outcome: Answer | AttemptFailed
    started_at: datetime
    duration_s: float
    n_batch: int = 1
    """Entries that were in the very same call of the model, and so share its duration."""
    usage: Usage | None = None
    cost_usd: float | None = None
    """None where the price is not known."""
    is_cached: bool = False
    """The answer was kept from an equal request: nobody was asked."""
    is_timed: bool = True
    """Whether `duration_s` is the model's; no latency is said of an answer where it is not."""


class Model(Protocol):
    """One loaded model."""

    def n_wanted(self, batch_size: int) -> int:
        """How many entries are worth offering at once, where the run says `batch_size`."""

    @property
    def view(self) -> View | None:
        """What it wants of an image: a tensor of pixels, or (None) the decoded image itself."""

    async def answer(self, asks: Sequence[Ask], limit_s: float) -> Sequence[Reply]:
        """Ask about the entries, in order.

        May stop early and answer only the first of them, at least one: the others are asked in a
        later call. No call of the model may take longer than the limit.

        Raises:
            AttemptFailed: When the call failed as a whole. Where it held several entries, each is
                then asked by itself, so that one poisonous entry costs no other its answer.
        """

    async def close(self) -> None:
        """Give back what the model holds."""


@dataclass(frozen=True)
class Kit:
    """What providers work with; one for the whole process."""

    objects: Objects
    threads: "Threads"
    settings: "WorkerSettings"
    shared: dict[str, Any]
    """By provider name, what it keeps for all runs (hence `Any`): made once by its `Provider`."""


@dataclass(frozen=True)
class Provider:
    """One line of the table in `providers/__init__.py`."""

    open: Callable[[Contender, Kit], Awaitable[Model]]
    """Raises `Unavailable`, which settles every entry for this contender as failed."""
    check: Callable[[CheckModel, Kit], Awaitable[dict[str, JsonValue]]]
    """What CheckModel is answered with; raises `ModelRefused`."""
    adapts: bool = False
    """Its models are behind a network: how many calls they bear at once is found out by asking."""
    looks: Callable[[Contender], bool] = lambda _: True
    """Whether a model looks at the decoded picture of an entry. Where none of a run does, nothing
    is decoded; a model that sends the file itself looks at that (`images.check_file`)."""


class Unopened:
    """Stands in for a model that could not be opened: every call says why."""

    view: View | None = None

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def n_wanted(self, batch_size: int) -> int:
        """As many as there are: none is asked."""
        return batch_size

    async def answer(self, asks: Sequence[Ask], limit_s: float) -> Sequence[Reply]:
        """Raise that it is unavailable."""
        raise Unavailable(self._reason, retry=False)

    async def close(self) -> None:
        """Nothing is held."""
