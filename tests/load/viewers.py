"""Many browsers at once, without their windows: each read a page and follows it."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import psutil  # type: ignore[import-untyped]  # it ships no types

from runoff_testkit.live import LiveStack

SHOWING = ("web", "query")
"""The processes that answer those who look on."""


@contextmanager
def viewers(web_url: str, run_id: str, *, n: int) -> Iterator[None]:
    """So many, each with a connection of its own, as browsers on as many machines have."""
    with ExitStack() as opened:
        for _ in range(n):
            opened.enter_context(_viewer(web_url, run_id))
        yield


@contextmanager
def _viewer(web_url: str, run_id: str) -> Iterator[None]:
    address = urlsplit(web_url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
    connection.request("GET", f"/runs/{run_id}", headers={"Accept-Encoding": "gzip"})
    connection.getresponse().read()
    connection.request("GET", f"/live?topics=run.{run_id}")
    stream = connection.getresponse()
    done = threading.Event()

    def read() -> None:
        while not done.is_set() and stream.readline():
            pass

    reading = threading.Thread(target=read, daemon=True)
    reading.start()
    try:
        yield
    finally:
        done.set()
        if connection.sock is not None:
            connection.sock.close()


def resident_mb(stack: LiveStack) -> dict[str, float]:
    """What each of them has in memory now, in MB."""
    found = {each.name: each.pid for each in stack.info.processes if each.name in SHOWING}
    return {name: psutil.Process(pid).memory_info().rss / 1e6 for name, pid in found.items()}
