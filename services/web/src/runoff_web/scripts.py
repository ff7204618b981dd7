"""One script out of many modules, so that a page asks for its scripts once.

Modules are written, typed and linted as they stand in their files. Here each becomes a function
that is called once and gives what it exports; whoever imports it takes it from there.
"""

import posixpath
import re
from collections.abc import Mapping
from typing import Final

_IMPORT: Final = re.compile(r'^import\s*\{([^}]*)\}\s*from\s*"(\.[^"]+)";', re.MULTILINE)
_EXPORT: Final = re.compile(
    r"^export (?=(?:async function|function|class|const)\s+(\w+))", re.MULTILINE
)
_LEFT: Final = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def joined(entry: str, sources: Mapping[str, str]) -> str:
    """The script `entry` with all that it imports, as one module.

    Args:
        sources: Text of each script by its path.

    Raises:
        ValueError: Where one imports what is not there, imports itself by a detour, or says
            `import` or `export` in another way than those that are known here.
    """
    order: dict[str, int] = {}
    _visit(entry, sources, order, ())
    return "\n".join(_wrapped(name, place, sources[name], order) for name, place in order.items())


def _visit(
    name: str, sources: Mapping[str, str], order: dict[str, int], above: tuple[str, ...]
) -> None:
    """Number this script after those that it needs."""
    if name in order:
        return
    if name in above or name not in sources:
        raise ValueError(f"{name}: {'not there' if name not in sources else 'imports itself'}")
    for _, path in _IMPORT.findall(sources[name]):
        _visit(_resolved(name, path), sources, order, (*above, name))
    order[name] = len(order)


def _wrapped(name: str, place: int, source: str, order: Mapping[str, int]) -> str:
    def taken(found: re.Match[str]) -> str:
        names = found[1].replace(" as ", ": ")
        return f"const {{{names}}} = m{order[_resolved(name, found[2])]};"

    text = _IMPORT.sub(taken, source)
    exported = ", ".join(_EXPORT.findall(text))
    text = _EXPORT.sub("", text)
    if left := _LEFT.search(text):
        raise ValueError(f"{name}: {left[0]}")
    return f"const m{place} = (() => {{\n{text}\nreturn {{ {exported} }};\n}})();"


def _resolved(name: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
