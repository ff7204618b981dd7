"""The term that few runs fit, of those on metrics: their places are looked up before the rest.

PostgreSQL knows how values are spread over all metrics together, and takes `accuracy > 0.94` for
something that every other run fits, for most metrics go beyond it. So it is counted, as far as it
matters: among 100,000 runs, the few that fit are 1 to 2 ms away, a walk to the oldest one is 13.
"""

from typing import Final

from runoff_query.api.finding.conditions import Parameters, metric_sql
from runoff_query.api.finding.fetching import fetch
from runoff_query.api.finding.fields import Condition, Every, Few, Term
from runoff_query.database import Pool
from runoff_query.statements import pieces

MAX_FEW: Final = 10_000
"""Of more, a walk from the newest on finds a part of the list about as soon."""
_MAX_COUNTED: Final = 5
"""Terms: each takes up to 2 ms."""


async def few_first(pool: Pool, condition: Condition) -> Condition:
    """The same condition, with the term on a metric that fewest runs fit marked where few do.

    Raises:
        ProblemRaised: 422 where counting takes too long.
    """
    terms = _counted(condition)
    if not isinstance(condition, Every) or not terms:
        return condition
    parameters = Parameters()
    limit = parameters.add(MAX_FEW + 1, "bigint")
    counts = [metric_sql("counted", term, parameters, limit=limit) for term in terms]
    text = pieces("finding/terms")["counts"].format(counts=", ".join(counts))
    [row] = await fetch(pool, text, parameters)
    n_fewest, place = min((count, place) for place, count in enumerate(row.values()))
    if n_fewest > MAX_FEW:
        return condition
    fewest = terms[place]
    return Every(tuple(Few(fewest) if each is fewest else each for each in condition.parts))


def _counted(condition: Condition) -> list[Term]:
    """Terms that hold of every run of the list, and of which an index knows the runs."""
    if not isinstance(condition, Every):
        return []
    terms = (each for each in condition.parts if isinstance(each, Term))
    return [each for each in terms if each.field.space == "metric" and each.operator != "is null"][
        :_MAX_COUNTED
    ]
