"""The route of what changed from one comparison to another."""

import asyncio

from fastapi import APIRouter
from starlette.responses import Response

from runoff_contracts.comparison_changes import ComparisonChanges
from runoff_objects.errors import BadArrays, ObjectDamaged, ObjectMissing
from runoff_query.api.documents import read_document
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.problems import refuse
from runoff_query.api.reading import FreshOf
from runoff_query.compared.changes import Compared, changes
from runoff_query.compared.matching import matched
from runoff_query.compared.table import EntriesTable

router = APIRouter(tags=["comparisons"])


@router.get("/comparisons/{digest}/diff/{other}", response_model=ComparisonChanges)
async def diff_comparisons(digest: str, other: str, parts: PartsOf, fresh: FreshOf) -> Response:
    """What is otherwise in `other`: the same runs as of another time, or the models in new runs."""
    before, after = await read_document(parts, digest), await read_document(parts, other)
    if len(matched(before, after)) < 2:
        raise refuse(
            "nothing-in-common",
            "Fewer than two contenders stand in both comparisons",
            422,
            field="other",
            hint="a comparison of the same runs, or of the same models in other runs",
        )
    old = Compared(digest, before, await _table(parts, before.entries))
    new = Compared(other, after, await _table(parts, after.entries))
    return fresh.answer(await asyncio.to_thread(changes, old, new))


async def _table(parts: Parts, digest: str) -> EntriesTable | None:
    """None where it is gone: the documents say the rest."""
    try:
        return await parts.compared.table(digest)
    except (ObjectMissing, ObjectDamaged, BadArrays):
        return None
