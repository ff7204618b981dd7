"""`client.runs`: launch runs, follow them, read what came of them."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal

from runoff.evaluation import Evaluation
from runoff.finding import Finding
from runoff.lineage import capture
from runoff.reconnect import Patience
from runoff.transport import Body, StreamBroken, path_of
from runoff.user import user_name
from runoff_contracts.commands import ScorerAsked
from runoff_contracts.estimate import EstimateView
from runoff_contracts.finding_views import RunGrid
from runoff_contracts.lineage import Lineage
from runoff_contracts.params import ParamValue
from runoff_contracts.provenance_views import LineageView
from runoff_contracts.run_config import RunConfig, Selection
from runoff_contracts.task import Priority
from runoff_contracts.views import (
    AcceptedView,
    BulkView,
    EntryPage,
    EntryView,
    Page,
    ReportView,
    RunEventView,
    RunView,
)

Scorers = Sequence[ScorerAsked | str]
"""Scorers by name, or with version and parameters."""
EntrySort = Literal["difference", "index", "confidence_difference"]
ReviewState = Literal["approved", "rejected", "none"]


class Runs(Finding):
    """Everything that is done with runs."""

    def launch(
        self,
        *,
        dataset: str,
        models: Sequence[str],
        selection: Selection | None = None,
        config: RunConfig | None = None,
        priority: Priority = "normal",
        alias: str | None = None,
        labels: Mapping[str, str] | None = None,
        start_at: datetime | None = None,
        scorers: Scorers | None = None,
        params: Mapping[str, ParamValue] | None = None,
        template: str | None = None,
        seeds: Mapping[str, int] | None = None,
        lineage: Lineage | bool = True,
        plan: str | None = None,
        key: str | None = None,
    ) -> AcceptedView:
        """Start a run; `seq` of the answer is for `after`.

        Args:
            dataset: `name`, or `name@version`.
            models: `provider/name` or `provider/name@version`, at least one.
            start_at: Nothing is asked before; with a time zone.
            scorers: Those of the task when left out; the first has to pass or fail an answer.
            params: What is to be said of the run in booleans, numbers and texts.
            template: Take over the parameters of this run; `params` are put on top of them.
            seeds: Of random generators, by names of yours: a part of the lineage.
            lineage: What is known of this code and machine is sent along; False sends nothing.
            plan: Digest of a sealed plan; a run that contradicts it is refused.
            key: Names this order: the same key again is answered with the same run. Made anew
                when left out, so that a retry after a broken connection starts no second run.

        Raises:
            InvalidInput: With every field that is wrong; nothing was sent.
            ProblemError: When the server knows no such dataset, model or entries.
        """
        asked = {
            "dataset": dataset,
            "models": list(models),
            "selection": selection,
            "config": config or RunConfig(),
            "priority": priority,
            "alias": alias,
            "labels": dict(labels or {}),
            "start_at": start_at,
            "scorers": _asked(scorers),
            "params": dict(params or {}),
            "template": template,
            "plan": plan,
        }
        evaluation = Evaluation.checked(asked, "the order")
        said = capture(seeds=seeds) if lineage is True else lineage
        return self.launch_evaluation(evaluation, lineage=said, key=key)

    def launch_evaluation(
        self, asked: Evaluation, *, lineage: Lineage | bool = True, key: str | None = None
    ) -> AcceptedView:
        """Start the run that an evaluation file describes; `lineage` as of `launch`."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        data = asked.model_dump(mode="json", exclude_none=True)
        said = capture() if lineage is True else lineage
        if said is not False:
            data["lineage"] = said.model_dump(mode="json", exclude_none=True)
        return self._transport.send(
            AcceptedView,
            "POST",
            path_of("runs"),
            body=lambda: {"json": data, "headers": headers},
            repeatable=True,
        )

    def estimate(self, asked: Evaluation) -> EstimateView:
        """What a launch would be: `problems` that it would be refused for, the smallest difference
        that it can show, its cost. Nothing is launched and no model is asked.

        Raises:
            ProblemError: For an order that is malformed, or when no server carries it out.
        """
        data = asked.model_dump(mode="json", exclude_none=True)
        return self._transport.send(
            EstimateView,
            "POST",
            path_of("runs", "estimate"),
            body=lambda: {"json": data},
            repeatable=True,
        )

    def show(self, run_id: str, *, after: int | None = None) -> RunView:
        """One run as it stands."""
        return self._transport.get_again(RunView, path_of("runs", run_id), {"after": after})

    def watch(self, run_id: str, *, after: int | None = None) -> Iterator[RunView]:
        """The run each time it has moved on, until it is settled; the last one is the settled one.

        While it goes on, `watched` of a view says what may be said of the models so far. A broken
        connection is opened anew.
        """
        patience, path = Patience(), path_of("runs", run_id, "events")
        # This read waits for the own launch to be seen, and the stream need not.
        view = self.show(run_id, after=after)
        yield view
        while not view.status.settled:
            try:
                for event in self._transport.stream(path, opened=patience.renew):
                    if event.event in {"progress", "settled"}:
                        view = RunView.model_validate_json(event.data)
                        yield view
                    if event.event == "settled":
                        return
            except StreamBroken as broken:
                patience.spend(broken.error)

    def cancel(self, run_id: str) -> AcceptedView:
        """Stop a run; what was answered stays. Doing it twice is the same as once."""
        return self._order(run_id, "cancel")

    def pause(self, run_id: str) -> AcceptedView:
        """Halt a run: what is under way ends, nothing new begins until it is resumed."""
        return self._order(run_id, "pause")

    def resume(self, run_id: str) -> AcceptedView:
        """Let a paused run go on."""
        return self._order(run_id, "resume")

    def retry(
        self,
        run_id: str,
        *,
        config: RunConfig | None = None,
        scorers: Scorers | None = None,
        key: str | None = None,
    ) -> AcceptedView:
        """Launch a run that keeps what a settled one answered and asks its failed entries anew.

        Args:
            config: As the old run's when left out.
            scorers: The newest versions of the old run's when left out.
            key: As of `launch`.
        """
        asked = {"config": config and config.model_dump(mode="json"), "scorers": _json(scorers)}
        return self._repeat(run_id, "retry", asked, key)

    def rescore(
        self, run_id: str, *, scorers: Scorers | None = None, key: str | None = None
    ) -> AcceptedView:
        """Launch a run that scores the answers of a settled one anew; no model is asked.

        Args:
            scorers: The newest versions of the old run's when left out.
            key: As of `launch`.
        """
        return self._repeat(run_id, "rescore", {"scorers": _json(scorers)}, key)

    def edit(
        self,
        run_id: str,
        *,
        alias: str | None = None,
        labels: Mapping[str, str] | None = None,
        by: str | None = None,
    ) -> AcceptedView:
        """Give a run other words; what is left out stays. Parameters: `client.params`.

        Args:
            alias: An empty one takes it away.
            labels: In place of all labels.
            by: Who does it; the name of this account where it is left out.
        """
        given = {"alias": alias, "labels": None if labels is None else dict(labels)}
        data = {name: value for name, value in given.items() if value is not None}
        data["by"] = user_name() if by is None else by
        return self._transport.send(
            AcceptedView,
            "PATCH",
            path_of("runs", run_id),
            body=lambda: {"json": data},
            repeatable=True,
        )

    def report(self, run_id: str, *, after: int | None = None) -> ReportView:
        """Every metric of a completed run: over all entries and by section, split, metadata, class.

        Raises:
            ProblemError: `report-not-ready` while there is none, `no-report` when there will be
                none.
        """
        return self._transport.get(ReportView, path_of("runs", run_id, "report"), {"after": after})

    def lineage(self, run_id: str, *, after: int | None = None) -> LineageView:
        """Where a run comes from: code, packages, machine and command of its launch."""
        path = path_of("runs", run_id, "lineage")
        return self._transport.get(LineageView, path, {"after": after})

    def history(
        self, run_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[RunEventView]:
        """What happened to a run as a whole, oldest first: its launch, pauses, edits, its end."""
        params = {"limit": limit, "cursor": cursor}
        return self._transport.get(Page[RunEventView], path_of("runs", run_id, "history"), params)

    def delete(self, run_id: str) -> AcceptedView:
        """Take a settled run out of every view."""
        path = path_of("runs", run_id)
        return self._transport.send(AcceptedView, "DELETE", path, repeatable=True)

    def archive(self, *run_ids: str, by: str | None = None) -> BulkView:
        """Leave runs out of lists that do not ask for archived ones; `restore` undoes it.

        `refused` of the answer has those that could not be, with the reason; so of `restore` and
        `delete_all`.
        """
        return self._bulk("archive", run_ids, by=user_name() if by is None else by)

    def restore(self, *run_ids: str, by: str | None = None) -> BulkView:
        """Put archived runs back into every list."""
        return self._bulk("restore", run_ids, by=user_name() if by is None else by)

    def delete_all(self, *run_ids: str) -> BulkView:
        """Take settled runs out of every view, which cannot be undone; active ones are refused."""
        return self._bulk("delete", run_ids)

    def _bulk(self, verb: str, run_ids: Sequence[str], **named: str) -> BulkView:
        body: Body = {"json": {"run_ids": list(run_ids), **named}}
        path = path_of("runs", verb)
        return self._transport.send(BulkView, "POST", path, body=lambda: body, repeatable=True)

    def entries(
        self,
        run_id: str,
        *,
        sort: EntrySort | None = None,
        status: str | None = None,
        section: str | None = None,
        split: str | None = None,
        review: ReviewState | None = None,
        agreement: str | None = None,
        find: str | None = None,
        offset: int | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        after: int | None = None,
    ) -> EntryPage:
        """Entries with every contender's answer and scores.

        Args:
            agreement: `all_match`, `partial` or `all_different`; with `offset`.
            find: A part of the entry's id; with `offset`.
            offset: In place of a cursor: the part behind so many entries, with `n_matching`.
            review: Where some contender's own answer is approved or rejected, or none was
                reviewed.
        """
        params = {
            "sort": sort,
            "status": status,
            "section": section,
            "split": split,
            "agreement": agreement,
            "find": find,
            "offset": offset,
            "review": review,
            "limit": limit,
            "cursor": cursor,
            "after": after,
        }
        return self._transport.get_again(EntryPage, path_of("runs", run_id, "entries"), params)

    def entry(self, run_id: str, entry_id: str) -> EntryView:
        """One entry with all attempts."""
        return self._transport.get(EntryView, path_of("runs", run_id, "entries", entry_id))

    def grid(self, run_id: str, *, after: int | None = None) -> RunGrid:
        """A run at a glance: up to 400 cells of its entries, and the one that work came to."""
        return self._transport.get(RunGrid, path_of("runs", run_id, "grid"), {"after": after})

    def _order(self, run_id: str, verb: str) -> AcceptedView:
        path = path_of("runs", run_id, verb)
        return self._transport.send(AcceptedView, "POST", path, repeatable=True)

    def _repeat(
        self, run_id: str, verb: str, asked: Mapping[str, object], key: str | None
    ) -> AcceptedView:
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        data = {name: value for name, value in asked.items() if value is not None}
        body: Body = {"json": data, "headers": headers}
        path = path_of("runs", run_id, verb)
        return self._transport.send(AcceptedView, "POST", path, body=lambda: body, repeatable=True)

    def newest(self) -> RunView | None:
        """The run that was launched last."""
        found = self.list(limit=1).items
        return found[0] if found else None


def _asked(scorers: Scorers | None) -> list[ScorerAsked] | None:
    if scorers is None:
        return None
    return [ScorerAsked(name=each) if isinstance(each, str) else each for each in scorers]


def _json(scorers: Scorers | None) -> list[object] | None:
    asked = _asked(scorers)
    return None if asked is None else [each.model_dump(mode="json") for each in asked]
