"""Which plan a person means."""

import asyncpg

from runoff_query.api.parts import Parts
from runoff_query.api.problems import refuse, unknown
from runoff_query.statements import statement

_DIGEST = "sha256:"
_MIN_PREFIX = 8


async def resolve_plan(parts: Parts, text: str) -> str:
    """The digest that a whole digest or its beginning means.

    A whole one is taken as it is: the plan may be too new to be in the read models.

    Raises:
        ProblemRaised: When no plan or more than one begins so.
    """
    digits = text.removeprefix(_DIGEST)
    if len(digits) == 64 and not set(digits) - set("0123456789abcdef"):
        return f"{_DIGEST}{digits}"
    return str((await plan_row(parts, text))["digest"])


async def plan_row(parts: Parts, text: str) -> asyncpg.Record:
    digits = text.removeprefix(_DIGEST)
    if set(digits) - set("0123456789abcdef") or not _MIN_PREFIX <= len(digits) <= 64:
        raise refuse(
            "unknown-plan",
            f"{text!r} names no plan",
            404,
            f"Give its digest, or at least {_MIN_PREFIX} characters of it.",
        )
    rows = await parts.pool.fetch(statement("read/plans_between"), f"{_DIGEST}{digits}")
    if not rows:
        raise unknown("plan", text)
    if len(rows) > 1:
        raise refuse(
            "ambiguous-plan",
            f"Several plans begin with {text!r}",
            422,
            field="plan",
            hint=f"more characters; {rows[0]['digest']} and {rows[1]['digest']} begin so",
        )
    return rows[0]
