"""Templates are compiled once a machine, and before anybody waits for them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from lxml import html

from runoff_contracts.compared import MarginTested
from runoff_web import rendering
from runoff_web.assets import Assets
from runoff_web.rendering import Pages


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "compiled"
    monkeypatch.setattr(rendering, "_COMPILED", folder)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return folder


def test_all_that_a_runs_page_refers_to_is_compiled_beforehand(compiled: Path) -> None:
    """To compile it takes 100 ms: the first visitor after a start would wait for it."""
    pages = Pages(Assets())
    pages.make_ready()
    ready = {path.name for path in compiled.iterdir()}
    pages.fragment("entry_rows.html", rows=[], params=NoParams(), run_id="x")
    pages.head("")

    assert len(ready) > 15
    assert {path.name for path in compiled.iterdir()} == ready


def test_what_was_compiled_is_read_by_the_next_process(compiled: Path) -> None:
    """And not written anew: a start would take as long as the first one."""
    Pages(Assets()).make_ready()
    before = {path: path.stat().st_mtime_ns for path in compiled.iterdir()}
    again = Pages(Assets())
    again.make_ready()

    assert {path: path.stat().st_mtime_ns for path in compiled.iterdir()} == before
    assert again.head("dark") == Pages(Assets()).head("dark")


def test_pages_are_made_where_nothing_may_be_written(compiled: Path) -> None:
    """An image of a container may be read only, or belong to somebody else."""
    compiled.write_text("no folder")
    pages = Pages(Assets())
    pages.make_ready()

    assert "<!doctype html>" in pages.head("")


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (True, ["equivalent", "first not inferior"]),
        (False, ["not shown to be equivalent", "inferiority not ruled out"]),
        (None, ["whether equivalent cannot be said", "whether first is inferior cannot be said"]),
    ],
)
def test_a_margin_of_which_nothing_can_be_said_is_not_one_that_was_not_shown(
    shown: bool | None, said: list[str]
) -> None:
    """Too few entries have no interval: then the document says neither, and why."""
    tested = MarginTested(
        margin=0.02, equivalent=shown, not_inferior=shown, interval=None, equivalence_p=None,
        non_inferiority_p=None, method="none", reason="too few entries",
    )  # fmt: skip
    text = '{% import "components/compare/macros.html" as cmp %}{{ cmp.margin(tested) }}'
    template = Pages(Assets())._env.from_string(text)
    made = html.fragment_fromstring(template.render(tested=tested), create_parent=True)

    assert [each.text for each in made.find_class("chip")] == said
    assert "too few entries" in made.text_content()


class NoParams:
    """An address that asks for nothing."""

    def query(self, **_: object) -> str:
        """No query."""
        return ""
