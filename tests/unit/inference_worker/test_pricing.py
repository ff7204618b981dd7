"""What a language model would take for some entries, before it is asked."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from runoff_contracts.commands import Accepted, PricePrompts
from runoff_contracts.estimate import PromptsPriced
from runoff_contracts.run_config import Selection
from runoff_contracts.specs.llm import LlmSpec
from runoff_inference_worker.llm.pricing import price_prompts
from runoff_inference_worker.provider import Kit
from runoff_objects.entry_set import EntryRow, EntrySetWriter
from tests.unit.inference_worker.making import a_kit

FILE = "sha256:" + "1" * 64


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    return a_kit(tmp_path)


async def price(
    kit: Kit,
    *rows: EntryRow,
    model: str = "openai/gpt-4o",
    selection: Selection | None = None,
    **spec: object,
) -> PromptsPriced:
    writer = EntrySetWriter(kit.objects)
    await writer.add(rows)
    command = PricePrompts(
        command_id="c",
        sent_at=datetime.now(UTC),
        model=model,
        spec=LlmSpec.model_validate(spec),
        entries=(await writer.finish()).digest,
        selection=selection,
    )
    done = await price_prompts(command, kit)
    assert isinstance(done, Accepted)
    return PromptsPriced.model_validate(done.data)


async def test_a_prompt_costs_its_tokens_at_list_price(kit: Kit) -> None:
    """2.50 and 10 dollars a million tokens of gpt-4o: https://openai.com/api/pricing."""
    rows = [EntryRow(id="a", text="x" * 400), EntryRow(id="b", text="x" * 800)]

    found = await price(kit, *rows, prompt="{{text}}", max_tokens=50)
    one = await price(kit, *rows, max_tokens=50, selection=Selection(ids=["a"]))

    assert (found.n_sample, found.n_input_tokens, found.n_output_tokens) == (2, 150.0, 50.0)
    assert found.cost_usd == pytest.approx((150 * 2.5 + 50 * 10) / 1e6)
    assert (one.n_sample, one.n_input_tokens) == (1, 100.0)


async def test_what_is_not_known_has_no_cost_and_a_reason(kit: Kit) -> None:
    """No length of the answers, no tokens of an image, no price of a model of one's own."""
    text, image = EntryRow(id="a", text="hello"), EntryRow(id="i", file=FILE)

    endless = await price(kit, text)
    looked_at = await price(kit, text, image, max_tokens=5)
    own = await price(kit, text, model="llm/mine", api="openai", max_tokens=5)
    chosen = await price(kit, text, choices=["a", "elephants"])

    assert (endless.cost_usd, endless.n_output_tokens) == (None, None)
    assert "max_tokens" in str(endless.reason)
    assert (looked_at.cost_usd, looked_at.n_input_tokens) == (None, None)
    assert "images" in str(looked_at.reason)
    assert (own.cost_usd, own.reason) == (None, "no price is known of mine")
    assert (chosen.n_output_tokens, chosen.reason) == (3.0, None)
