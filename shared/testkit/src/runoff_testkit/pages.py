"""Web pages that answer like models, well and badly, on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs

from runoff_testkit.http_wire import Request, listening, read_request, send

_ASK = (
    '<textarea id="q"></textarea><button id="go">Ask</button><div id="answer">{placeholder}</div>'
)
_ON_ASK = """<script>
document.getElementById("go").onclick = () => {{
    const text = document.getElementById("q").value, place = document.getElementById("answer");
    const more = html => document.body.insertAdjacentHTML("beforeend", html);
    {script}
}};
</script>"""

_SCRIPTS = {
    # The answer grows for a while, as that of a chat does; only then the end is shown.
    "/chat": """
        let n = 0;
        const step = () => {
            place.textContent = text.toUpperCase().slice(0, ++n);
            if (n < text.length) setTimeout(step, 10);
            else more('<i id="done">done</i><b id="sure">93 %</b>');
        };
        step();""",
    # The same without a sign of the end.
    "/quiet": """
        place.textContent = "thinking";
        setTimeout(() => { place.textContent = text; }, 100);""",
    "/label": 'place.innerHTML = "  <span>cat</span>\\n "; more(`<b id="sure">${text}</b>`);',
    "/twice": 'more(`<p id="answer">${text}</p>`);',
    "/silent": "",
    "/long": 'place.textContent = "x".repeat(200000);',
    "/endless": "setTimeout(() => { for (;;) {} }, 0);",
    "/popup": 'window.open("/chat"); alert("hello"); confirm("sure?"); place.textContent = text;',
    "/download": """
        const link = document.createElement("a");
        link.href = "data:text/plain,x"; link.download = "x.txt"; link.click();
        place.textContent = text;""",
    "/kept": """
        place.textContent = `${localStorage.length}${document.cookie.length}${text}`;
        localStorage.setItem("a", "1"); document.cookie = "a=1";""",
    "/elsewhere": 'location = "ELSEWHERE/label";',
    "/asks-elsewhere": """
        fetch("ELSEWHERE/text").then(() => "reached", () => "not reached")
            .then(said => { place.textContent = said; });""",
}
_UPLOAD = """<input type="file" id="f"><div id="answer"></div><script>
document.getElementById("f").onchange = async event => {
    const file = event.target.files[0], bitmap = await createImageBitmap(file);
    document.getElementById("answer").textContent =
        `${file.name} ${file.type} ${bitmap.width}x${bitmap.height}`;
};
</script>"""
# Looks at the pixels of an image, as a model in the browser does.
_SIGHT = """<input type="file" id="f"><p id="label"></p><p id="sure"></p><p id="place"></p><script>
const say = (id, text) => { document.getElementById(id).textContent = text; };
document.getElementById("f").onchange = async event => {
    const bitmap = await createImageBitmap(event.target.files[0]);
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0);
    const pixels = context.getImageData(0, 0, bitmap.width, bitmap.height).data;
    let light = 0, x = 0, y = 0;
    for (let place = 0; place < pixels.length / 4; place++) {
        const share = pixels[4 * place] / 255;
        light += share;
        x += share * (place % bitmap.width + 0.5);
        y += share * (Math.floor(place / bitmap.width) + 0.5);
    }
    const share = light / (pixels.length / 4);
    say("place", `x: ${x / light}, y: ${y / light}`);
    say("sure", `${100 * Math.max(share, 1 - share)} %`);
    say("label", share > 0.5 ? "light" : "dark");
};
</script>"""
_FORM = '<form method="post"><input id="q" name="q"></form>'


class Pages:
    """A server of the pages; `elsewhere` is one of another origin with the same pages."""

    def __init__(self) -> None:
        self.url = ""
        self.elsewhere: str | None = None
        self.asked: list[Request] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        while True:
            request = await read_request(reader)
            self.asked.append(request)
            status, headers, page = self._answer(request)
            kind = {"Content-Type": "text/html; charset=utf-8"}
            await send(writer, status, {**kind, **headers}, page.encode())

    def _answer(self, request: Request) -> tuple[int, dict[str, str], str]:
        path = request.path
        if path in _SCRIPTS:
            script = _SCRIPTS[path].replace("ELSEWHERE", self.elsewhere or "")
            return 200, {}, _ASK.format(placeholder="") + _ON_ASK.format(script=script)
        match path:
            case "/placeholder":
                script = "setTimeout(() => { place.textContent = text; }, 100);"
                asking = _ASK.format(placeholder="Your answer will be here.")
                return 200, {}, asking + _ON_ASK.format(script=script)
            case "/upload":
                return 200, {}, _UPLOAD
            case "/sight":
                return 200, {}, _SIGHT
            case "/form":
                said = parse_qs(request.body.decode()).get("q", [""])[0]
                answer = f"<output id='answer'>{said[::-1]}</output>" if said else ""
                return 200, {}, _FORM + answer
            case "/text":
                return 200, {"Access-Control-Allow-Origin": "*"}, "text"
            case "/busy":
                return 429, {"Retry-After": "3"}, "later"
            case "/broken":
                return 500, {}, "broken"
            case "/moved":
                return 302, {"Location": f"{self.elsewhere}/label"}, ""
        return 404, {}, "nothing here"


@asynccontextmanager
async def pages() -> AsyncIterator[Pages]:
    """Started servers, the first of which knows the second one's address."""
    first, elsewhere = Pages(), Pages()
    async with listening(elsewhere.serve) as elsewhere.url, listening(first.serve) as first.url:
        first.elsewhere = elsewhere.url
        yield first
