"""What a page may cost: bytes over the wire, requests of the browser, requests to the API."""

from __future__ import annotations

import re

import httpx
from lxml import html

from runoff_web.assets import SCRIPTS, Assets
from tests.contract.api.running import World
from tests.integration.web.hostile import hostile_registry, hostile_run
from tests.integration.web.test_security import addresses

PAGE_BYTES = 60_000
"""HTML, styles and scripts together, packed, and without images."""
NAMED = 6
"""Files that a page names, without images: half of the 12 requests, its scripts have the others."""
ASKED = 8
"""Requests to the API for any page, however much it shows."""
PACKED = {"Accept-Encoding": "gzip"}


async def test_every_page_is_small_and_asks_for_little(
    world: World, pages: httpx.AsyncClient
) -> None:
    """With more than a hundred entries of long texts, and a registry to show."""
    assets, shared = Assets(), 0
    for name in ("css/all.css", SCRIPTS):
        shared += (await pages.get(assets.url(name), headers=PACKED)).num_bytes_downloaded
    assert shared > 20_000
    plan, run = await hostile_registry(world), await hostile_run(world)
    for address in addresses(run, plan):
        answer = await pages.get(address, headers=PACKED)
        if not answer.text or "html" not in answer.headers["content-type"]:
            continue
        assert answer.num_bytes_downloaded + shared <= PAGE_BYTES, address
        page = html.fromstring(answer.text)
        assert len([*page.iter("link", "script")]) <= NAMED, address
        told = re.search(r'desc="(\d+) requests"', answer.headers["server-timing"])
        assert told is not None
        assert int(told[1]) <= ASKED, (address, told[1])
