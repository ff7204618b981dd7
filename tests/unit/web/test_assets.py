"""Styles and scripts: what is in the package, and what holds for all of it."""

import re
import subprocess
from pathlib import Path

import pytest
from deno import find_deno_bin

import runoff_web
from runoff_web.scripts import joined

FOLDER = Path(runoff_web.__file__).parent
CSS, JS = FOLDER / "static/css", FOLDER / "static/js"
TEMPLATES = sorted((FOLDER / "templates").rglob("*.html"))
MAX_JS, MAX_CSS = 3500, 1500
PAIRS = [
    ("ink", "bg"), ("ink", "surface"), ("ink-2", "raise"), ("ink-3", "bg"), ("ink-3", "raise"),
    ("ink-3", "accent-bg"), ("on-accent", "accent"), ("accent", "surface"),
    ("accent", "accent-bg"), ("ok", "ok-bg"), ("warn", "warn-bg"), ("bad", "bad-bg"),
    ("ok", "surface"), ("warn", "surface"), ("bad", "surface"), ("info", "surface"),
    ("r0", "surface"), ("r1", "surface"), ("r2", "surface"), ("r3", "surface"),
]  # fmt: skip


def tokens(theme: str) -> dict[str, str]:
    """Colours by name."""
    pattern = r"--([\w-]+):\s*light-dark\((#\w+), (#\w+)\)"
    found = re.findall(pattern, (CSS / "tokens.css").read_text())
    return {name: light if theme == "light" else dark for name, light, dark in found}


def luminance(colour: str) -> float:
    """Source: WCAG 2.2, relative luminance."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_can_be_read_on_what_it_stands_on(theme: str) -> None:
    """At least 4.5 to 1, as WCAG 2.2 AA wants of text."""
    colours = tokens(theme)
    for text, ground in PAIRS:
        first, second = sorted((luminance(colours[text]), luminance(colours[ground])))
        assert (second + 0.05) / (first + 0.05) >= 4.5, (text, ground)


def test_scripts_and_styles_stay_within_their_budget() -> None:
    """What is small is read before it is changed."""
    n_js = sum(len(path.read_text().splitlines()) for path in JS.rglob("*.js"))
    n_css = sum(len(path.read_text().splitlines()) for path in CSS.glob("*.css"))

    assert n_js <= MAX_JS
    assert n_css <= MAX_CSS


def test_html_gets_into_a_page_in_one_place() -> None:
    """Every other sink would be one more way for a model's answer to be run."""
    sinks = re.compile(r"(inner|outer|Adjacent)HTML|document\.write|\beval\(|Function\(")
    found = [
        path.name for path in JS.rglob("*.js") for line in path.read_text().splitlines()
        if sinks.search(line)
    ]  # fmt: skip

    assert found == ["fragment.js"]


def test_nothing_is_fetched_from_elsewhere() -> None:
    """Pages work on a machine without a network, and tell nobody that they are looked at."""
    away = re.compile(r"https?://(?!www\.w3\.org/)|url\(|@import|src\s*=\s*[\"']//")
    found = [
        path.name
        for path in [*CSS.rglob("*.css"), *JS.rglob("*.js"), *TEMPLATES, FOLDER / "static/icon.svg"]
        if away.search(path.read_text())
    ]

    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_nothing_that_the_policy_forbids(path: Path) -> None:
    """No styles or scripts in the text, no handler, no text that is taken for safe."""
    text = path.read_text()

    assert "|safe" not in text.replace(" ", "")
    assert not re.search(r"\sstyle\s*=|\son\w+\s*=|<style|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


def test_every_script_is_in_the_one_that_a_page_asks_for() -> None:
    """A script that is forgotten in `app.js` would be an element that does nothing."""
    sources = {
        path.relative_to(JS.parent).as_posix(): path.read_text() for path in JS.rglob("*.js")
    }
    whole = joined("js/app.js", sources)

    for name, source in sources.items():
        for first in re.findall(r"^(?:export )?(?:function|class) \w+", source, re.MULTILINE)[:1]:
            is_there = first.removeprefix("export ") in whole
            assert is_there == (name != "js/core/live-worker.js"), name


@pytest.mark.parametrize(
    ("sources", "wrong"),
    [
        ({"a.js": 'import { b } from "./b.js";'}, "b.js: not there"),
        ({"a.js": 'import { b } from "./b.js";', "b.js": 'import { a } from "./a.js";'}, "itself"),
        ({"a.js": "export let counted = 0;"}, "export let"),
        ({"a.js": "export default 1;"}, "export default"),
    ],
)
def test_a_script_that_cannot_be_joined_is_refused_at_the_start(
    sources: dict[str, str], wrong: str
) -> None:
    """Rather than by a browser, in the middle of a page."""
    with pytest.raises(ValueError, match=wrong):
        joined("a.js", sources)


def test_joined_scripts_do_what_they_did_apart(tmp_path: Path) -> None:
    """Names are each script's own, one that two import runs once, others take their order."""
    sources = {
        "a.js": 'import { word as said } from "./deep/b.js";\n'
        'import {\n  count,\n} from "./c.js";\nconst own = "a";\n'
        "console.log(own, said(), count());\n",
        "deep/b.js": 'import { count } from "../c.js";\nconst own = "b";\n'
        "export function word() {\n  return own + count();\n}\n",
        "c.js": "let own = 0;\nexport const count = () => ++own;\n",
    }
    (tmp_path / "all.js").write_text(joined("a.js", sources))
    done = subprocess.run(
        [find_deno_bin(), "run", tmp_path / "all.js"],
        capture_output=True, text=True, timeout=60, check=True,
        env={"DENO_DIR": str(tmp_path), "NO_COLOR": "1", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip

    assert done.stdout == "a b1 2\n"


def test_scripts_are_typed_and_linted(tmp_path: Path) -> None:
    """They are checked as strictly as the rest, without Node."""
    deno = find_deno_bin()
    config = FOLDER.parents[1] / "deno.json"
    env = {"DENO_DIR": str(tmp_path), "NO_COLOR": "1", "PATH": "/usr/bin:/bin"}
    for arguments in (["check"], ["lint"], ["fmt", "--check"]):
        files = [str(JS)] if arguments[0] != "check" else [str(p) for p in JS.rglob("*.js")]
        done = subprocess.run(
            [deno, *arguments, "--config", str(config), *files],
            capture_output=True,
            text=True,
            env=env,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
