"""What a language model would take for the entries of a run, from prompts of some of them.

Nobody is asked. Tokens are counted by the rule of thumb that OpenAI's help pages give for English,
four characters a token: each API counts by a vocabulary of its own. Other languages take more.
"""

import asyncio
import math

from pydantic import JsonValue

from runoff_contracts.commands import Accepted, PricePrompts
from runoff_contracts.estimate import PromptsPriced
from runoff_contracts.problem import Problem, problem
from runoff_contracts.specs.llm import LlmSpec
from runoff_inference_worker.errors import BadEntry
from runoff_inference_worker.llm.prompt import Prompts
from runoff_inference_worker.llm.target import Api, api_of
from runoff_inference_worker.provider import Ask, Kit
from runoff_objects.entry_set import EntryRow, sample
from runoff_objects.errors import ObjectDamaged, ObjectMissing

CHARACTERS_A_TOKEN = 4
_N_SAMPLE = 200
_N_CHUNKS = 4


async def price_prompts(command: PricePrompts, kit: Kit) -> Accepted | Problem:
    """Means an entry, or why there are none."""
    try:
        rows = await sample(
            kit.objects,
            command.entries,
            command.selection,
            n_chunks=_N_CHUNKS,
            n_entries=_N_SAMPLE,
        )
    except (ObjectMissing, ObjectDamaged) as error:
        return problem("entries-missing", "The dataset's entries are gone", 500, str(error))
    prompts = Prompts(command.spec, kit.objects, max_pixels=kit.settings.max_pixels)
    n_input = await asyncio.to_thread(_n_input_tokens, prompts, rows)
    n_output, api = n_output_tokens(command.spec), api_of(command.model, command.spec)
    name = command.spec.model or command.model.partition("/")[2]
    cost, reason = None, _unknown(n_input, n_output)
    if reason is None and api is not None and n_input is not None and n_output is not None:
        cost = await asyncio.to_thread(_cost, api, name, n_input, n_output)
        reason = None if cost is not None else f"no price is known of {name}"
    told = PromptsPriced(
        n_sample=len(rows),
        n_input_tokens=n_input,
        n_output_tokens=n_output,
        cost_usd=cost,
        reason=reason,
    )
    data: dict[str, JsonValue] = told.model_dump(mode="json")
    return Accepted(seq=0, data=data)


def n_output_tokens(spec: LlmSpec) -> float | None:
    """The longest choice, or as many as the declaration allows; None where it says nothing."""
    if spec.choices:
        return float(math.ceil(max(map(len, spec.choices)) / CHARACTERS_A_TOKEN))
    return None if spec.max_tokens is None else float(spec.max_tokens)


def _n_input_tokens(prompts: Prompts, rows: list[EntryRow]) -> float | None:
    """Mean of a prompt; None where one has an image, or there is none."""
    lengths = []
    for row in rows:
        ask = Ask(row.id, row.text, row.metadata, None, row.section, row.split, row.file)
        try:
            prompt, system, file = prompts.words(ask)
        except BadEntry:
            if row.file is not None:
                return None
            # It will fail without being asked.
            continue
        if file is not None:
            return None
        lengths.append(len(prompt or "") + len(system or ""))
    return sum(lengths) / len(lengths) / CHARACTERS_A_TOKEN if lengths else None


def _unknown(n_input: float | None, n_output: float | None) -> str | None:
    if n_input is None:
        return "what images take is known only from a run"
    if n_output is None:
        return "how long its answers are is not known: declare max_tokens, or run a part first"
    return None


def _cost(api: Api, name: str, n_input: float, n_output: float) -> float | None:
    # In a thread and not before: the list of prices takes a while to import.
    from genai_prices import Usage

    from runoff_inference_worker.llm.prices import Price

    # Of one call: some prices depend on its length.
    used = Usage(input_tokens=math.ceil(n_input), output_tokens=math.ceil(n_output))
    # It has every field of pydantic-ai's usage that is read.
    return Price(api, name).of(used)  # type: ignore[arg-type]
