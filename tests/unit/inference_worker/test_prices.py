"""Costs are list prices; the short way gives what genai-prices gives."""

from __future__ import annotations

import pytest
from genai_prices import Usage, calc_price
from pydantic_ai.usage import RequestUsage

from runoff_inference_worker.llm.prices import Price
from runoff_inference_worker.llm.target import Api


@pytest.mark.parametrize(
    ("api", "model"),
    [
        ("openai", "gpt-4o"),
        ("openai", "gpt-4o-mini"),
        ("anthropic", "claude-haiku-4-5"),
        ("google", "gemini-2.5-flash"),
        ("google", "gemini-2.5-pro"),
    ],
)
@pytest.mark.parametrize(
    "used",
    [
        RequestUsage(input_tokens=1234, output_tokens=567),
        RequestUsage(input_tokens=300_000, output_tokens=1),
        RequestUsage(input_tokens=5000, output_tokens=100, cache_read_tokens=4000),
    ],
    ids=["plain", "long", "cached"],
)
def test_a_cost_is_what_the_library_says(api: Api, model: str, used: RequestUsage) -> None:
    """Tiers and cached tokens have prices of their own."""
    tokens = Usage(
        input_tokens=used.input_tokens,
        output_tokens=used.output_tokens,
        cache_read_tokens=used.cache_read_tokens,
    )
    expected = calc_price(tokens, model, provider_id=api).total_price

    assert Price(api, model).of(used) == pytest.approx(float(expected))


def test_an_unknown_price_is_none() -> None:
    """A model of one's own is not free."""
    used = RequestUsage(input_tokens=1, output_tokens=1)

    assert Price("openai", "my-own-model").of(used) is None
    assert Price("ollama", "llama3.2").of(used) is None
