"""The arithmetic of a long table's scroll bar, run where it runs: in JavaScript."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from deno import find_deno_bin

import runoff_web

SCRIPT = Path(runoff_web.__file__).parent / "static/js/core/places.js"
HEIGHT = 640
PROGRAM = """
import { above, barFor, placeAt, scale, whole } from "%s";
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
console.log(JSON.stringify(found));
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, float]]:
    folder = tmp_path_factory.mktemp("deno")
    program = folder / "places.mjs"
    program.write_text(PROGRAM % SCRIPT.as_uri())
    done = subprocess.run(
        [find_deno_bin(), "run", "--no-remote", str(program)],
        capture_output=True,
        text=True,
        env={"DENO_DIR": str(folder), "NO_COLOR": "1", "PATH": "/usr/bin:/bin"},
        timeout=60,
        check=True,
    )
    made: list[dict[str, float]] = json.loads(done.stdout)
    return made


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
