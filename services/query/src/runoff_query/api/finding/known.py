"""Names that no run has are typing errors: an empty list would hide them."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

from runoff_query.api.finding.fields import Condition, Field, terms_of
from runoff_query.api.finding.tokens import did_you_mean
from runoff_query.api.problems import refuse
from runoff_query.database import Pool
from runoff_query.statements import statement

COUNTED: Final = (
    "accuracy",
    "cost_usd",
    "latency_mean_s",
    "n_answered",
    "n_correct",
    "n_failed",
    "n_input_tokens",
    "n_output_tokens",
    "n_scored",
)
"""Metrics that may be asked for before any run has them; scorers and reports give the others."""
_MAX_KNOWN: Final = 500
_MAX_NAMED: Final = 30
_WORDS: Final = {"metric": "metric", "param": "parameter", "tag": "tag"}


async def refuse_unknown_terms(pool: Pool, condition: Condition) -> None:
    """Look for every name of a filter, but for those whose absence is asked for.

    Raises:
        ProblemRaised: 422, with the names that are near.
    """
    fields = [each.field for each in terms_of(condition) if "null" not in each.operator]
    await refuse_unknown(pool, fields, field="filter")


async def refuse_unknown(pool: Pool, fields: Iterable[Field], *, field: str) -> None:
    """Look for every name of a metric, parameter or tag.

    Args:
        field: Of the request, that names them.

    Raises:
        ProblemRaised: 422, with the names that are near.
    """
    asked = sorted({(each.space, each.name) for each in fields if each.space in _WORDS})
    asked = [each for each in asked if each[0] != "metric" or each[1] not in COUNTED]
    if not asked:
        return
    spaces, names = zip(*asked, strict=True)
    unknown = await pool.fetch(statement("read/unknown_names"), list(spaces), list(names))
    if not unknown:
        return
    space, name = unknown[0]["space"], unknown[0]["name"]
    rows = await pool.fetch(statement(f"read/known_{space}s"), _MAX_KNOWN)
    known = [row["key"] for row in rows]
    if space == "metric":
        known = sorted({*COUNTED, *known})
    word = _WORDS[space]
    # In a thread: hundreds of long names take longer to compare than others may wait.
    meant = await asyncio.to_thread(did_you_mean, name, known)
    raise refuse(
        f"bad-{field.replace('_', '-')}",
        f"The {field.replace('_', ' ')} names an unknown {word}",
        422,
        field=field,
        hint=f"no run has the {word} {name!r}{meant}; {_there_are(known)}",
    )


def _there_are(known: Sequence[str]) -> str:
    more = " and more" if len(known) > _MAX_NAMED else ""
    return f"there are {', '.join(known[:_MAX_NAMED])}{more}" if known else "there are none yet"
