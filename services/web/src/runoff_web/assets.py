"""Styles and scripts, served under the hash of all of them: a browser keeps them for good.

There is no build step. Every file is read and packed once, at the start.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

_FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_IMPORT: Final = re.compile(r'^import\s[^"]*"(\.[^"]+)";', re.MULTILINE)
_PACKED_FROM: Final = 500
STYLES: Final = (
    "tokens", "base", "layout", "components", "pages", "shell", "entries", "compare", "launch",
)  # fmt: skip
"""In this order they are one file, `css/all.css`: a page asks for styles once."""
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file."""

    content: bytes
    packed: bytes | None
    media_type: str


class Assets:
    """All files of the static folder."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        paths = sorted(path for path in folder.rglob("*") if path.suffix in _TYPES)
        self._files = {path.relative_to(folder).as_posix(): _asset(path) for path in paths}
        styles = [self._files[f"css/{name}.css"].content for name in STYLES]
        self._files["css/all.css"] = _packed(b"\n".join(styles), ".css")
        digest = hashlib.sha256()
        for name, asset in self._files.items():
            digest.update(name.encode() + b"\0" + asset.content)
        self.hash = digest.hexdigest()[:12]
        self._imports = {
            name: _imports(name, asset.content.decode())
            for name, asset in self._files.items()
            if name.endswith(".js")
        }

    def url(self, name: str) -> str:
        """Where a file is.

        Raises:
            KeyError: When there is none of that name.
        """
        return f"/static/{self.hash}/{self._known(name)}"

    def module_urls(self, *names: str) -> list[str]:
        """These scripts and every one that they import: named at once, they load at once."""
        found: dict[str, None] = {}
        left = list(names)
        while left:
            name = self._known(left.pop(0))
            if name not in found:
                found[name] = None
                left += self._imports[name]
        return [self.url(name) for name in found]

    def _known(self, name: str) -> str:
        if name not in self._files:
            raise KeyError(name)
        return name

    async def serve(self, request: Request) -> Response:
        """One file; an older hash is answered with the present file, which is not kept."""
        asset = self._files.get(request.path_params["name"])
        if asset is None:
            return PlainTextResponse("There is no such file.", 404)
        is_current = request.path_params["hash"] == self.hash
        headers = {
            "Cache-Control": _FOR_EVER if is_current else "no-cache",
            "Vary": "Accept-Encoding",
        }
        content = asset.content
        if asset.packed and "gzip" in request.headers.get("accept-encoding", ""):
            content, headers["Content-Encoding"] = asset.packed, "gzip"
        return Response(content, 200, headers, media_type=asset.media_type)


def _asset(path: Path) -> Asset:
    return _packed(path.read_bytes(), path.suffix)


def _packed(content: bytes, suffix: str) -> Asset:
    # No time in it: the same content has the same bytes.
    packed = gzip.compress(content, mtime=0) if len(content) >= _PACKED_FROM else None
    return Asset(content, packed, _TYPES[suffix])


def _imports(name: str, text: str) -> list[str]:
    base = Path("/") / Path(name).parent
    found = []
    for relative in _IMPORT.findall(text):
        parts: list[str] = []
        for part in (base / relative).as_posix().split("/"):
            if part == "..":
                parts.pop()
            elif part not in {"", "."}:
                parts.append(part)
        found.append("/".join(parts))
    return found
