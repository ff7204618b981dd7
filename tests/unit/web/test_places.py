"""The arithmetic of a long table's scroll bar, run where it runs: in JavaScript."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from deno import find_deno_bin

import runoff_web

SCRIPT = Path(runoff_web.__file__).parent / "static/js/core/places.js"
HEIGHT = 640
PROGRAM = """
import { above, barFor, missing, placeAt, scale, surplus, whole } from "%s";
const found = [];
for (const total of [60, 100000, 375000, 400000, 1000000, 20000000]) {
  const rows = { total, rowHeight: 32 };
  const end = whole(rows) - 640;
  const place = Math.floor(total / 3);
  const bar = barFor(rows, place, 640);
  found.push({ total, whole: whole(rows), scale: scale(rows, 640), last: placeAt(rows, end, 640),
    first: placeAt(rows, 0, 640), back: placeAt(rows, bar, 640) - place,
    seen: above(rows, place, bar, 640) - bar });
}
const walks = [];
for (const { total, steps } of %s) {
  let have = { first: 0, n: Math.min(30, total) };
  for (const from of steps) {
    const seen = { from, to: Math.min(from + 21, total) };
    const asked = [];
    for (let part = missing(have, seen, total); part; part = missing(have, seen, total)) {
      asked.push(part);
      const { offset, limit, joins } = part;
      if (!joins) have = { first: offset, n: limit };
      else have = { first: Math.min(have.first, offset), n: have.n + limit };
      const far = surplus(have, seen);
      have = { first: have.first + far.above, n: have.n - far.above - far.below };
      if (asked.length > 5) break;
    }
    walks.push({ total, seen, have, asked });
  }
}
console.log(JSON.stringify({ found, walks }));
"""
WALKS = [
    {"total": 100_000, "steps": [0, 50_000, 50_012, 50_024, 50_000, 49_980, 99_979, 99_955, 3, 0]},
    {"total": 60, "steps": [0, 5, 39, 20, 0]},
    {"total": 12, "steps": [0]},
]
"""Places that somebody looks at, one after the other: jumps, and steps within what is there."""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    folder = tmp_path_factory.mktemp("deno")
    program = folder / "places.mjs"
    program.write_text(PROGRAM % (SCRIPT.as_uri(), json.dumps(WALKS)))
    done = subprocess.run(
        [find_deno_bin(), "run", "--no-remote", str(program)],
        capture_output=True,
        text=True,
        env={"DENO_DIR": str(folder), "NO_COLOR": "1", "PATH": "/usr/bin:/bin"},
        timeout=60,
        check=True,
    )
    made: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)
    return made


@pytest.fixture(scope="module")
def found(said: dict[str, list[dict[str, Any]]]) -> list[dict[str, float]]:
    return said["found"]


def test_the_scroll_bar_reaches_the_first_and_the_last_row_of_any_table(
    found: list[dict[str, float]],
) -> None:
    """Browsers end elements at some 16 million pixels, which are 500,000 rows."""
    for each in found:
        assert each["whole"] <= 12_000_000
        assert each["first"] == 0
        assert each["last"] == pytest.approx(each["total"] - HEIGHT / 32)


def test_a_row_is_found_again_where_the_bar_was_put_for_it(
    found: list[dict[str, float]],
) -> None:
    """An address names a place; the row stands at the upper edge of what is seen."""
    for each in found:
        assert each["back"] == pytest.approx(0, abs=1e-6)
        assert each["seen"] == pytest.approx(0, abs=1e-3)
        assert (each["scale"] > 1) == (each["total"] > 375_000)


def test_whatever_is_looked_at_is_asked_for_in_one_or_two_parts_and_no_more(
    said: dict[str, list[dict[str, Any]]],
) -> None:
    """A jump is one small part. What is near joins what is there, and what is far is let go."""
    for each in said["walks"]:
        (seen, have), asked = (each["seen"], each["have"]), each["asked"]
        end = have["first"] + have["n"]
        assert have["first"] <= seen["from"]
        assert seen["to"] <= end <= each["total"]
        assert have["n"] <= 100
        assert len(asked) <= 2
        assert all(part["limit"] <= 21 + 2 * 4 for part in asked)
    jumps = [each for each in said["walks"] if any(not part["joins"] for part in each["asked"])]
    assert [each["seen"]["from"] for each in jumps] == [50_000, 99_979, 3, 39]
    assert all(len(each["asked"]) == 1 for each in jumps)


def test_nothing_is_asked_for_where_enough_is_there(
    said: dict[str, list[dict[str, Any]]],
) -> None:
    """Nor for what is not: a table ends."""
    first, *_, only = said["walks"]
    assert first["asked"] == []
    assert only["asked"] == []
