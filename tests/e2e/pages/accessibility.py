"""What axe-core finds on a page: all of its rules in the light, contrast in the dark as well."""

from __future__ import annotations

import json
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

_VIOLATIONS = {"resultTypes": ["violations"]}
_CONTRAST = {**_VIOLATIONS, "runOnly": ["color-contrast"]}


class Look:
    """Looks at pages of a context that bypasses the policy: axe is injected."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.found: dict[str, list[tuple[str, str]]] = {}
        """Rule and first element of each violation, by what was looked at."""

    def at(self, name: str) -> None:
        """Look at what the page shows now, and note what is wrong under this name."""
        # It is half a megabyte: once a page, and not once a theme.
        if not self._page.evaluate("typeof globalThis.axe === 'object'"):
            self._page.evaluate(AXE_SCRIPT)
        violations = self._violations(_VIOLATIONS)
        self._page.emulate_media(color_scheme="dark")
        violations += self._violations(_CONTRAST)
        self._page.emulate_media(color_scheme="light")
        for each in violations:
            self.found.setdefault(name, []).append((each["id"], each["nodes"][0]["html"]))

    def _violations(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        # Of what is right nothing is sent: with each element it would be megabytes.
        script = f"axe.run({json.dumps(options)}).then((results) => results.violations)"
        violations: list[dict[str, Any]] = self._page.evaluate(script)
        return violations
