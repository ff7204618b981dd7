"""The system's Chromium, driven by Playwright: one a worker, up while a run needs it.

Playwright is an optional extra. It is imported here only, when the first model wants it: no
worker without such models carries its half second and its memory.
"""

import asyncio
import importlib
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from runoff_inference_worker.errors import ConnectionFailed, Unavailable, WorkerError

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_START_S = 30.0
_CLOSE_S = 5.0


class BrowserMissing(WorkerError):
    """Install what the message names: this worker has no Playwright or no Chromium."""


def first_line(error: BaseException) -> str:
    """What Playwright says, without the log of its steps."""
    return str(error).partition("\n")[0][:500] or type(error).__name__


class Chromium:
    """Gives out pages, each with storage of its own; starts again where the browser died."""

    def __init__(self, executable: Path | None, hosts: Sequence[str]) -> None:
        """Prepare; nothing is started.

        Args:
            executable: The browser's file; the first of the usual names on PATH where None.
            hosts: Patterns of `RUNOFF_MODEL_HOSTS`; pages reach no other, whatever they ask for.
        """
        self._executable, self._hosts = executable, hosts
        self._api: ModuleType | None = None
        self._playwright: Any = None  # its manager, which its module gives no type
        self._browser: Browser | None = None
        self._n_users = 0
        self._changing = asyncio.Lock()

    @property
    def api(self) -> ModuleType:
        """`playwright.async_api`, for its errors, after `use`."""
        assert self._api is not None, "whoever has a page has used it"
        return self._api

    async def use(self) -> None:
        """Count a user, until `leave`.

        Raises:
            BrowserMissing: When Playwright or the browser is not installed; nobody is counted.
        """
        if self._api is None:
            self._api = await asyncio.to_thread(_load)
        self._found()
        self._n_users += 1

    async def leave(self) -> None:
        """Count one user less; the last one ends the browser."""
        self._n_users -= 1
        async with self._changing:
            if self._n_users == 0:
                await self._end()

    async def start(self) -> None:
        """Start the browser where it does not run.

        Raises:
            Unavailable: When it does not start.
        """
        async with self._changing:
            if self._browser is not None and self._browser.is_connected():
                return
            await self._end()
            try:
                async with asyncio.timeout(_START_S):
                    self._playwright = self.api.async_playwright()
                    self._browser = await self._launch(await self._playwright.start())
            except (self.api.Error, TimeoutError, OSError) as error:
                await self._end()
                raise Unavailable(f"the browser does not start: {first_line(error)}") from error

    @asynccontextmanager
    async def page(self) -> AsyncIterator["Page"]:
        """A new page in a new context; both are gone after the block.

        Raises:
            ConnectionFailed: When the browser is not up.
        """
        if self._browser is None:
            raise ConnectionFailed("the browser ended")
        try:
            context = await self._browser.new_context(
                accept_downloads=False, service_workers="block"
            )
        except self.api.Error as error:
            raise ConnectionFailed(f"the browser ended: {first_line(error)}") from error
        try:
            page = await context.new_page()
            context.on("page", self._close_popup)
            yield page
        finally:
            await self._close(context)

    async def _launch(self, playwright: Any) -> "Browser":
        arguments = list(_ARGUMENTS)
        if self._hosts:
            # Holds for all that a page loads, not only for its own address.
            known = ", ".join(f"EXCLUDE {_host(each)}" for each in self._hosts)
            arguments.append(f"--host-resolver-rules=MAP * ~NOTFOUND, {known}")
        secret_free = {
            name: value for name, value in os.environ.items() if not name.startswith("RUNOFF_")
        }
        launched: Browser = await playwright.chromium.launch(
            executable_path=self._found(),
            args=arguments,
            # As root, which its sandbox refuses, Chromium runs without it.
            chromium_sandbox=os.geteuid() != 0,
            # The worker ends its browser itself; runs under way may still need it.
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
            env=secret_free,
        )
        return launched

    def _found(self) -> str:
        names = _NAMES if self._executable is None else (str(self._executable),)
        found = next((path for name in names if (path := shutil.which(name))), None)
        if found is None:
            raise BrowserMissing(
                f"no browser found ({', '.join(names)}): install Chromium on this worker, or name "
                "its file in RUNOFF_CHROMIUM"
            )
        return found

    async def _close(self, context: "BrowserContext") -> None:
        """A page may hang so that not even its context closes: then the browser has to go."""
        try:
            async with asyncio.timeout(_CLOSE_S):
                await context.close()
        except TimeoutError:
            async with self._changing:
                await self._end()
        except self.api.Error:
            return  # the browser is gone, and the context with it

    async def _end(self) -> None:
        """Close the browser, and Playwright's own process, which kills one that does not close."""
        browser, playwright = self._browser, self._playwright
        self._browser = self._playwright = None
        for end in (browser and browser.close, playwright and playwright.__aexit__):
            if end:
                try:
                    async with asyncio.timeout(_CLOSE_S):
                        await end()
                except (TimeoutError, self.api.Error):
                    continue  # the next one is rougher

    async def _close_popup(self, popup: "Page") -> None:
        try:
            await popup.close()
        except self.api.Error:
            return  # it closed itself


def _host(pattern: str) -> str:
    """The host of a pattern `host:port`; Chromium's rules know no ports beside a wildcard."""
    if pattern.startswith("["):
        return pattern.partition("]")[0] + "]"
    return pattern.partition(":")[0]


def _load() -> ModuleType:
    """In a thread: the import takes half a second."""
    try:
        return importlib.import_module("playwright.async_api")
    except ImportError as error:
        raise BrowserMissing(
            "Playwright is not installed on this worker: install runoff-inference-worker[browser]"
        ) from error
