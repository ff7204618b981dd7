"""The route of two contenders' numbers against each other, entry by entry, for a scatter plot."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from runoff_contracts.compared_entries import ComparedPoints, PointsOf
from runoff_query.api.compared_entries import Place, metric_of, two_of
from runoff_query.api.documents import known_table
from runoff_query.api.parts import PartsOf
from runoff_query.api.problems import refuse
from runoff_query.api.reading import FreshOf
from runoff_query.compared.points import points_of

router = APIRouter(tags=["comparisons"])


@router.get("/comparisons/{digest}/points", response_model=ComparedPoints)
async def show_points(
    digest: str,
    parts: PartsOf,
    fresh: FreshOf,
    of: PointsOf = "score",
    contender: Place = None,
    versus: Place = None,
    metric: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Each entry's number by `versus` (x) and by `contender` (y), which are chosen as for entries.

    More than 5,000 come as counts of cells.
    """
    _, table = await known_table(parts, digest)
    a, b = two_of(table, contender, versus)
    name = metric_of(table, metric) if of == "score" else None
    values = {
        "score": None if name is None else table.scores[name],
        "confidence": table.confidence,
        "latency": table.latency_s,
    }[of]
    if values is None:
        raise refuse(
            "no-such-numbers",
            f"No entry of this comparison has a {of}",
            404,
            "Models that say none have none; comparisons of earlier releases kept scores alone: "
            "compare the same contenders again.",
        )

    def made() -> ComparedPoints:
        return points_of(table, values, of=of, metric=name, contender=a, versus=b)

    page = await asyncio.to_thread(made)
    return await asyncio.to_thread(fresh.answer, page)
