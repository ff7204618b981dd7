"""Asks for the rows of a statement that was put together for one request."""

from typing import Final

import asyncpg

from runoff_query.api.finding.conditions import Parameters
from runoff_query.api.problems import refuse
from runoff_query.database import Pool

FIND_S: Final = 5.0
"""A list that takes longer is refused: it would hold up the others."""


async def fetch(pool: Pool, text: str, parameters: Parameters) -> list[asyncpg.Record]:
    """The rows of a statement that was put together for one request.

    Raises:
        ProblemRaised: 422 where it takes too long.
    """
    async with pool.acquire() as connection:
        try:
            # Without a name: there are endless such texts, which would drive those that are asked
            # all the time out of the connection's memory; and each is planned for its own values.
            prepared = await connection.prepare(text, name="", timeout=FIND_S)
            return await prepared.fetch(*parameters.values, timeout=FIND_S)
        except TimeoutError as error:
            raise refuse(
                "filter-too-slow",
                "The filter takes too long",
                422,
                f"It was given {FIND_S:.0f} s.",
                field="filter",
                hint="fewer terms; `or`, `not` and LIKE look at many runs one by one",
            ) from error
