"""Styles and scripts, served under the hash of all of them: a browser keeps them for good.

There is no build step. Every file is read and packed once, at the start; styles become one file
and scripts another, since a page that asks for thirty small ones waits for thirty answers.
"""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from runoff_web.scripts import joined

_FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_PACKED_FROM: Final = 500
STYLES: Final = (
    "tokens", "base", "layout", "components", "pages", "shell", "entries", "compare", "launch",
    "narrow",
)  # fmt: skip
"""In this order they are one file, `css/all.css`: a page asks for styles once."""
SCRIPTS: Final = "js/all.js"
"""`js/app.js` with all that it imports."""
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
        scripts = {
            name: asset.content.decode()
            for name, asset in self._files.items()
            if name.endswith(".js")
        }
        self._files[SCRIPTS] = _packed(joined("js/app.js", scripts).encode(), ".js")
        digest = hashlib.sha256()
        for name, asset in self._files.items():
            digest.update(name.encode() + b"\0" + asset.content)
        self.hash = digest.hexdigest()[:12]

    def url(self, name: str) -> str:
        """Where a file is.

        Raises:
            KeyError: When there is none of that name.
        """
        if name not in self._files:
            raise KeyError(name)
        return f"/static/{self.hash}/{name}"

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
