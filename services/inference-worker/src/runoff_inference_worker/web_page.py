"""Asks a web page about one entry: puts it in, sends it, reads the answer once it is whole."""

import asyncio
import math
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from runoff_contracts.answers import Point
from runoff_contracts.specs.browser import BrowserSpec
from runoff_inference_worker.chromium import Chromium, first_line
from runoff_inference_worker.errors import (
    AttemptFailed,
    ConnectionFailed,
    MalformedAnswer,
    Rejected,
    TimedOut,
)
from runoff_inference_worker.http_calls import failure

if TYPE_CHECKING:
    from playwright.async_api import Frame, Locator, Page, Response

_LONGEST_POLL_S = 0.1
_SHORTEST_POLL_S = 0.02
_CHARACTERS = 100_001
"""Read of an answer: one more than it may have, so that a longer one is seen to be."""
_READ = """(element, most) => {
    const text = element.matches("input, textarea, select")
        ? element.value : element.innerText ?? element.textContent;
    return text.slice(0, most);
}"""
_PLACE = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)\s*(%?)")


@dataclass(frozen=True)
class Put:
    """What of an entry goes into the page."""

    text: str | None = None
    file: Path | None = None
    """Read by the browser itself."""


@dataclass(frozen=True)
class Said:
    """What the page answered."""

    text: str
    confidence: float | None


@dataclass(frozen=True)
class Step:
    """What is waited for."""

    field: str
    """Of the declaration."""
    selector: str = ""

    def __str__(self) -> str:
        return f"{self.field} {self.selector!r}" if self.selector else "the page"


class Waited(TimedOut):
    """The page was not where it should be at the limit."""

    def __init__(self, limit_s: float, step: Step) -> None:
        super().__init__(limit_s)
        self.message, self.step = f"{self.message}: {step} was waited for", step


class Broke(ConnectionFailed):
    """The page, or what a selector says, could not be used."""

    def __init__(self, step: Step, error: Exception) -> None:
        super().__init__(f"{step}: {first_line(error)}")
        self.step = step


class WebPage:
    """One visit of a page. Every error of Playwright's becomes ours at its edge, `visit`."""

    def __init__(self, page: "Page", spec: BrowserSpec, broke: type[Exception]) -> None:
        """Prepare.

        Args:
            broke: What Playwright raises.
        """
        self._page, self._spec, self._broke = page, spec, broke
        self._origin = _origin(spec.url)
        self._refused: asyncio.Future[AttemptFailed] = asyncio.get_running_loop().create_future()
        self._step = Step("url")
        page.on("framenavigated", self._stay)
        page.on("response", self._look)

    async def use(self, put: Put | None) -> Said | None:
        """Load the page and put the entry in; stop at once where the page is not to be used.

        Raises:
            AttemptFailed: Where it is not, and why; or when what it says is no answer.
        """
        work = asyncio.ensure_future(self._use(put))
        either: set[asyncio.Future[Any]] = {work, self._refused}  # of different results
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if self._refused.done():
                raise self._refused.result()
            return work.result()
        finally:
            work.cancel()
            await asyncio.wait({work})
            if not work.cancelled():
                work.exception()  # seen, where it came with the refusal

    async def _use(self, put: Put | None) -> Said | None:
        await self._page.goto(self._spec.url, wait_until="domcontentloaded")
        await self._inputs()
        return None if put is None else await self._ask(put)

    async def _inputs(self) -> None:
        """Wait until everything is there that an entry needs."""
        for field in ("text_input", "file_input", "submit"):
            if selector := getattr(self._spec, field):
                self._step = Step(field, selector)
                await self._page.locator(selector).wait_for(state="attached")
        for field in ("done", "answer", "confidence"):
            if selector := getattr(self._spec, field):
                self._step = Step(field, selector)
                await self._page.locator(selector).count()

    async def _ask(self, put: Put) -> Said:
        before = await self._text("answer", self._spec.answer)
        await self._send(put)
        text = await self._whole(before)
        confidence = None
        if self._spec.confidence is not None:
            found = await self._text("confidence", self._spec.confidence)
            confidence = confidence_of(found or "")
        return Said(text, confidence)

    async def _send(self, put: Put) -> None:
        spec, page = self._spec, self._page
        if spec.file_input is not None:
            self._step = Step("file_input", spec.file_input)
            await page.locator(spec.file_input).set_input_files(put.file or [])
        if spec.text_input is not None:
            self._step = Step("text_input", spec.text_input)
            await page.locator(spec.text_input).fill(put.text or "")
        if spec.submit is not None:
            self._step = Step("submit", spec.submit)
            await page.locator(spec.submit).click()
        elif spec.text_input is not None:
            await page.locator(spec.text_input).press("Enter")

    async def _whole(self, before: str | None) -> str:
        """The answer once it stayed the same for `settle_s`.

        Args:
            before: What stood there before the entry was sent. Without `done` to say when the
                answer is there, only another text is one.
        """
        spec = self._spec
        if spec.done is not None:
            self._step = Step("done", spec.done)
            await self._page.locator(spec.done).first.wait_for(state="visible")
            before = None
        poll_s = min(max(spec.settle_s / 4, _SHORTEST_POLL_S), _LONGEST_POLL_S)
        last, since_s = None, 0.0
        while True:
            text = await self._text("answer", spec.answer)
            if not text or text == before:
                last = None
            elif text != last:
                last, since_s = text, time.monotonic()
            elif time.monotonic() - since_s >= spec.settle_s:
                return text
            await asyncio.sleep(poll_s)

    async def _text(self, field: str, selector: str) -> str | None:
        """What an element says, stripped; none where there is no such element now."""
        self._step = Step(field, selector)
        locator: Locator = self._page.locator(selector)
        try:
            n_found = await locator.count()
            if n_found > 1:
                raise MalformedAnswer(f"{n_found} elements meet {self._step}, not one")
            if n_found == 0:
                return None
            return str(await locator.first.evaluate(_READ, _CHARACTERS)).strip()
        except self._broke:
            if self._page.is_closed():
                raise
            return None  # another page of the origin takes this one's place just now

    def _stay(self, frame: "Frame") -> None:
        """What stands on a page of another origin is not the model's answer."""
        if frame != self._page.main_frame or not frame.url.startswith("http"):
            return
        if _origin(frame.url) != self._origin:
            self._refuse(Rejected(f"the page went to another origin, {_origin(frame.url)}"))

    def _look(self, response: "Response") -> None:
        """A page that is an error is no page to use; what it loads besides may be."""
        if response.status < 400 or not response.request.is_navigation_request():
            return
        if response.frame == self._page.main_frame:
            self._refuse(failure(response.status, response.headers, b""))

    def _refuse(self, error: AttemptFailed) -> None:
        if not self._refused.done():
            self._refused.set_result(error)

    def failed(self, error: Exception, limit_s: float) -> AttemptFailed:
        """What an error of Playwright's, or the end of the time, means for the attempt."""
        if isinstance(error, TimeoutError):
            return Waited(limit_s, self._step)
        return Broke(self._step, error)


async def visit(
    chromium: Chromium, spec: BrowserSpec, limit_s: float, put: Put | None
) -> Said | None:
    """Open the page and ask it; without an entry, only look whether all of it is there.

    The browser was started before: that is not the page's time.

    Raises:
        AttemptFailed: Whatever went wrong, by its class.
    """
    found: WebPage | None = None
    try:
        async with asyncio.timeout(limit_s), chromium.page() as page:
            page.set_default_timeout(0)  # the one limit is ours
            found = WebPage(page, spec, chromium.api.Error)
            return await found.use(put)
    except (TimeoutError, chromium.api.Error) as error:
        if found is None:
            raise TimedOut(limit_s) from error
        raise found.failed(error, limit_s) from error


def confidence_of(text: str) -> float:
    """The one number of a text: 0.93, or 93 %.

    Raises:
        MalformedAnswer: When there is none or are several, or it is not within 0 and 1.
    """
    found = _NUMBER.findall(text)
    if len(found) != 1:
        raise MalformedAnswer(f"the confidence reads {text[:100]!r}, one number is needed")
    number = float(found[0][0].replace(",", ".")) / (100 if found[0][1] else 1)
    if number > 1 or "-" in text:
        raise MalformedAnswer(f"the confidence reads {text[:100]!r}, not within 0 and 1")
    return number


def point_of(text: str) -> Point:
    """The two numbers of a text, x and then y: `x: 12.5, y: 40`. A comma parts them.

    Raises:
        MalformedAnswer: When there are more or fewer, or one is not finite.
    """
    found = [float(each) for each in _PLACE.findall(text.replace("\N{MINUS SIGN}", "-"))]
    if len(found) != 2 or not all(map(math.isfinite, found)):
        raise MalformedAnswer(f"the answer reads {text[:100]!r}, two numbers are needed: x and y")
    return Point(x=found[0], y=found[1])


def _origin(url: str) -> str:
    parsed = httpx.URL(url)
    return f"{parsed.scheme}://{parsed.netloc.decode()}"
