"""What tokens cost: the list price of the API, where it is known.

Source: genai-prices, with the prices that its release holds; nothing is fetched.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from genai_prices import Usage as Tokens
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, Provider

from runoff_inference_worker.llm.target import Api

if TYPE_CHECKING:
    # It takes seconds to import, which a worker that only estimates does not spend.
    from pydantic_ai.usage import RequestUsage

_MILLION = 1_000_000


class Price:
    """Of one model."""

    def __init__(self, api: Api, model: str) -> None:
        """Look it up by name; also where the API is served elsewhere, as by a gateway."""
        self._found: tuple[Provider, ModelInfo] | None = None
        try:
            self._found = get_snapshot().find_provider_model(model, None, api, None)
        except LookupError:
            return

    def of(self, used: "RequestUsage") -> float | None:
        """In US dollars; none where the price is not known, which is not 0."""
        if self._found is None:
            return None
        provider, model = self._found
        now = datetime.now(UTC)
        if _is_plain(used):
            # Nine calls in ten: the general way takes longer than all else that is done of a call.
            prices = model.get_prices(now)
            each = prices.input_mtok, prices.output_mtok
            if isinstance(each[0], Decimal) and isinstance(each[1], Decimal):
                return float(each[0] * used.input_tokens + each[1] * used.output_tokens) / _MILLION
        try:
            price = model.calc_price(Tokens.from_raw(used), provider, genai_request_timestamp=now)
        except (ValueError, LookupError):
            return None
        return float(price.total_price)


def _is_plain(used: "RequestUsage") -> bool:
    """Whether tokens are of text or images alone, none of them from the API's own cache."""
    return not (
        used.cache_read_tokens
        or used.cache_write_tokens
        or used.input_audio_tokens
        or used.output_audio_tokens
        or used.cache_audio_read_tokens
    )
