"""What cannot be compared: each refusal with its stable type, and what would be right."""

from runoff_contracts.comparison_asked import MAX_COMPARED, MAX_POOLED, ContenderMeant
from runoff_scoring.errors import NotComparable


def check_count(contenders: list[ContenderMeant]) -> None:
    """See that there are two or more, not too many, and none twice.

    Raises:
        NotComparable: Where it is not so.
    """
    n = len(contenders)
    if n < 2:
        raise NotComparable(
            "one-contender",
            "A comparison needs two contenders",
            status=422,
            detail="name another run, or launch one with two models or more",
        )
    if n > MAX_COMPARED:
        raise NotComparable(
            "too-many-contenders",
            f"A comparison takes {MAX_COMPARED} contenders",
            status=422,
            detail=f"{n} are asked for; leave out those that are out of the race",
        )
    places = [place for each in contenders for place in each.places]
    if len(places) > MAX_POOLED:
        raise NotComparable(
            "too-many-contenders",
            f"A comparison takes {MAX_POOLED} runs, pooled ones included",
            status=422,
            detail=f"{len(places)} are asked for; leave out the oldest",
        )
    for run_id, position in places:
        if places.count((run_id, position)) > 1:
            raise NotComparable(
                "same-contender-twice",
                "A contender is asked for twice",
                status=422,
                detail=f"position {position} of run {run_id}: name it once",
            )


def unknown_run(run_id: str) -> NotComparable:
    """The log has no such run."""
    return NotComparable("unknown-run", f"There is no run {run_id}", status=404)


def deleted_run(run_id: str) -> NotComparable:
    """A person took it away."""
    return NotComparable(
        "run-deleted", f"Run {run_id} is deleted", status=404, detail="leave it out"
    )


def unknown_contender(run_id: str, position: int, n_contenders: int) -> NotComparable:
    """The run has fewer."""
    return NotComparable(
        "unknown-contender",
        f"Run {run_id} has no contender {position}",
        status=404,
        detail=f"it has {n_contenders}, counted from 0",
    )


def unsettled_run(run_id: str, status: str) -> NotComparable:
    """It goes on."""
    return NotComparable(
        "run-not-completed",
        f"Run {run_id} has not completed",
        detail=f"it is {status}, and a comparison needs every entry's scores; wait for it, or ask "
        f"with `allow_partial` for what is scored by now",
    )


def not_yet(as_of: int, last_seq: int) -> NotComparable:
    """What is to come is not known."""
    return NotComparable(
        "sequence-not-reached",
        f"The log has not reached sequence {as_of}",
        status=422,
        detail=f"its last one is {last_seq}",
    )


def different_tasks(tasks: list[str]) -> NotComparable:
    """Labels and boxes have no score in common."""
    return NotComparable(
        "different-tasks",
        "The runs have different tasks",
        status=422,
        detail=f"{' and '.join(tasks)}: compare runs of one task",
    )


def no_shared_entries() -> NotComparable:
    """Nothing that all were asked."""
    return NotComparable(
        "no-shared-entries",
        "The contenders share no entry",
        status=422,
        detail="no entry with the same id and target was put to all of them; compare runs over "
        "one dataset, or versions of one",
    )


def no_shared_scorers(notes: list[str]) -> NotComparable:
    """Each was scored in another way."""
    return NotComparable(
        "no-shared-scorers",
        "No scorer scored all of the runs",
        status=422,
        detail="; ".join(
            [*notes, "score the runs again with the same scorers: `runoff run rescore`"]
        ),
    )


def unknown_metric(name: str, known: list[str]) -> NotComparable:
    """A metric that is asked for, and not shared."""
    return NotComparable(
        "metric-not-shared",
        f"The runs do not share the metric {name}",
        status=422,
        detail=f"they share {', '.join(known)}",
    )


def no_ranking(name: str, reason: str) -> NotComparable:
    """Average precision that cannot be."""
    return NotComparable(
        "metric-not-shared", f"The runs do not share the metric {name}", status=422, detail=reason
    )


def bad_method(name: str, reason: str) -> NotComparable:
    """A method that does not fit the scores."""
    return NotComparable(
        "bad-method", f"{name} cannot be compared in this way", status=422, detail=reason
    )


def bad_margin(reason: str) -> NotComparable:
    """A margin that says nothing."""
    return NotComparable("bad-margin", "The margin cannot be used", status=422, detail=reason)


def unknown_baseline(meant: ContenderMeant) -> NotComparable:
    """The baseline has to be compared, too."""
    return NotComparable(
        "unknown-baseline",
        "The baseline is none of the contenders",
        status=422,
        detail=f"add position {meant.position} of run {meant.run_id} to them",
    )


def unknown_clusters(name: str) -> NotComparable:
    """Entries have no such value, or too many of them."""
    return NotComparable(
        "unknown-clusters",
        f"Entries cannot be clustered by {name}",
        status=422,
        detail="no entry has a value there, or there are too many to keep",
    )


def something_missing(name: str, metric: str, n: int) -> NotComparable:
    """The policy is to refuse."""
    return NotComparable(
        "scores-missing",
        f"{name} has no {metric} for {n} entries",
        status=422,
        detail="the policy for what is missing is `refuse`; `paired_only` and `count_as_wrong` "
        "compare what there is",
    )


def unknown_plan(digest: str) -> NotComparable:
    """Nothing was sealed under this digest."""
    return NotComparable("unknown-plan", f"There is no plan {digest}", status=404)
