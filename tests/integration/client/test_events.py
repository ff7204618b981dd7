"""The event subscriber against the real log."""

import json
from collections.abc import Iterable, Iterator

from runoff import Client, LogEvent
from runoff_contracts.events.entry import EntryProcessed
from runoff_testkit.live import LiveStack
from tests.unit.client.calling import Runoff


def until_completed(events: Iterable[LogEvent]) -> Iterator[LogEvent]:
    """The last event of a run is that it completed: every entry is scored before."""
    for event in events:
        yield event
        if event.type == "run.completed":
            return


def test_a_subscriber_gets_each_event_of_a_run_once(client: Client, run_id: str) -> None:
    """Slices are how the log stores entries, not what a subscriber sees."""
    events = list(until_completed(client.events.follow(after=0, run=run_id)))

    n_entries = client.runs.show(run_id).n_entries
    types = [each.type for each in events]
    assert len({each.id for each in events}) == len(events)
    assert types[0] == "run.created"
    assert types.count("entry.processed") == n_entries
    assert types.count("entry.scored") == n_entries
    processed = [each.read() for each in events if each.type == "entry.processed"]
    assert all(isinstance(each, EntryProcessed) for each in processed)


def test_a_subscriber_survives_the_death_of_the_api(
    client: Client, run_id: str, stack: LiveStack
) -> None:
    """It goes on where it was, in the middle of a slice too: no gap, no repeat."""
    expected = [each.id for each in until_completed(client.events.follow(after=0, run=run_id))]

    following = client.events.follow(after=0, run=run_id)
    ids = [next(following).id for _ in range(len(expected) // 2)]
    stack.crash("query")
    ids += [each.id for each in until_completed(following)]

    assert ids == expected


def test_the_command_prints_one_event_a_line(runoff: Runoff, run_id: str) -> None:
    """For `jq` and everything else that reads lines."""
    done = runoff(
        *("events", "tail", "--after", "0", "--run", run_id),
        *("--type", "run.created", "--count", "1", "--json"),
    )

    assert done.code == 0, done.stderr
    assert [json.loads(line)["type"] for line in done.stdout.splitlines()] == ["run.created"]
