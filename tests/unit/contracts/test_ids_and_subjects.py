"""Names of people become tokens of subjects, and subjects become few enough to be labels."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from runoff_contracts import subjects
from runoff_contracts.ids import Digest, Name, RunId, from_token, new_run_id, token

RUN = "01936f2a-7c40-7b1e-9d53-0a4f6c2e8b17"


@given(st.text(min_size=1))
def test_any_name_is_one_token_and_comes_back(name: str) -> None:
    """A dot would make two tokens, a star a wildcard, a line end another order to the server."""
    made = token(name)

    assert re.fullmatch(r"[A-Za-z0-9_%-]+", made)
    assert from_token(made) == name


@given(st.text(min_size=1), st.text(min_size=1))
def test_two_names_never_share_a_token(one: str, other: str) -> None:
    """They would share a subject, and with it each other's versions."""
    assert (token(one) == token(other)) == (one == other)


def test_a_line_end_does_not_pass_for_a_safe_name() -> None:
    """A dollar sign in a pattern matches before a last line end, too."""
    assert token("abc\n") == "abc%0A"


def test_run_ids_sort_by_the_time_they_were_made_at() -> None:
    """Version 7 of RFC 9562: the newest runs are the last of an index."""
    ids = [new_run_id(now_s=1_763_000_000 + second / 10) for second in range(50)]

    assert ids == sorted(ids)
    assert {UUID(id_).version for id_ in ids} == {7}
    assert {UUID(id_).variant for id_ in ids} == {"specified in RFC 4122"}
    assert len({new_run_id(now_s=1.0) for _ in range(1000)}) == 1000
    assert all(TypeAdapter(RunId).validate_python(id_) == id_ for id_ in ids)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (RunId, RUN.upper()),
        (RunId, f"{RUN}\n"),
        (RunId, f"{RUN}.>"),
        (Digest, "sha256:" + "g" * 64),
        (Digest, "sha256:" + "a" * 63),
        (Digest, "sha256:" + "a" * 64 + "\n"),
        (Name, ""),
        (Name, "-starts-with-a-dash"),
        (Name, "two words"),
        (Name, "a" * 101),
        (Name, "a/b"),
    ],
)
def test_what_is_no_id_is_refused(kind: type[str], text: str) -> None:
    """Ids stand in subjects, paths and file names: nothing else may pass for one."""
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(text)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (subjects.dataset("digits"), "runoff.dataset.*"),
        (subjects.model("onnx/net.v2"), "runoff.model.*"),
        (subjects.lifecycle(RUN), "runoff.run.*.lifecycle"),
        (subjects.scorecards(RUN), "runoff.run.*.scorecards"),
        (subjects.processed(RUN, 17), "runoff.run.*.slice.*.processed"),
        (subjects.scored(RUN, 17), "runoff.run.*.slice.*.scored"),
        (subjects.comparison("sha256:ab"), "runoff.comparison.*"),
        (subjects.plan("sha256:ab"), "runoff.plan.*"),
        (subjects.work("high", RUN, 17), "work.high.*.*"),
        (subjects.command("run.create"), "runoff.command.run.create"),
        (subjects.PROJECTED, "runoff.signal.projected"),
        (subjects.canceled(RUN), "runoff.signal.canceled.*"),
        (subjects.verdict(RUN), "runoff.signal.verdict.*"),
        (subjects.worker_beat("host-1"), "runoff.worker.*.beat"),
        (subjects.worker_lease("host-1"), "runoff.worker.*.lease"),
        ("_INBOX.abc.def", "_INBOX.*"),
        ("runoff", "runoff"),
        ("", ""),
    ],
)
def test_labels_come_from_templates(subject: str, expected: str) -> None:
    """One label for each run and slice would never end."""
    assert subjects.template(subject) == expected


@given(st.text(alphabet="runofwk.*>_INBOX$ 0", max_size=40))
def test_every_subject_has_a_template(subject: str) -> None:
    """Telemetry must not break the message that it is about."""
    assert isinstance(subjects.template(subject), str)


def test_filters_match_the_subjects_that_they_are_for() -> None:
    """Each `…_of` and `ALL_…` covers its subjects and no others."""
    named = {
        subjects.ALL_LIFECYCLES: subjects.lifecycle(RUN),
        subjects.ALL_PROCESSED: subjects.processed(RUN, 3),
        subjects.ALL_SCORED: subjects.scored(RUN, 3),
    }
    for wanted in named.values():
        assert [f for f in named if _matches(f, wanted)] == [
            f for f, subject in named.items() if subject == wanted
        ]
        assert _matches(subjects.run_events(RUN), wanted)
        assert any(_matches(pattern, wanted) for pattern in subjects.LOG_SUBJECTS)
    assert _matches(subjects.processed_of(RUN), subjects.processed(RUN, 3))
    assert _matches(subjects.scored_of(RUN), subjects.scored(RUN, 3))
    assert _matches(subjects.work_of_run(RUN), subjects.work("low", RUN, 3))
    assert _matches(subjects.work_of_priority("low"), subjects.work("low", RUN, 3))
    assert not any(_matches(p, subjects.command("run.create")) for p in subjects.LOG_SUBJECTS)
    assert not any(_matches(p, subjects.PROJECTED) for p in subjects.LOG_SUBJECTS)


def _matches(pattern: str, subject: str) -> bool:
    """NATS: `*` is one token, `>` at the end one or more."""
    expression = re.escape(pattern).replace(r"\*", "[^.]+").replace(">", ".+")
    return re.fullmatch(expression, subject) is not None
