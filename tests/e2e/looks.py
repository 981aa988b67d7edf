"""What every screen owes its readers: no axe violation, no sideways scroll, at both widths."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = (1280, 390)
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def faults_of(page: Page) -> list[str]:
    """Everything wrong with the look of the page, in words."""
    faults = [_in_words(page, violation) for violation in Axe().run(page).response["violations"]]
    if overflow := page.evaluate(_OVERFLOW):
        faults.append(f"{page.url}: {overflow} px too wide")
    return faults


def assert_looks_right(page: Page) -> None:
    """No axe violation (WCAG A, AA and good practice), nothing wider than the screen."""
    faults = faults_of(page)
    assert not faults, "\n".join(faults)


def look_at_both(page: Page, name: str) -> None:
    """Nothing wrong to see or to hear at either width; pictures are kept when a folder is named."""
    faults = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        keep(page, f"{name}-{width}")
        faults += faults_of(page)
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    assert faults == []


def keep(page: Page, name: str) -> None:
    """A picture, when a folder is given for them."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def _in_words(page: Page, violation: dict[str, Any]) -> str:
    places = "; ".join(str(node["target"][0]) for node in violation["nodes"][:5])
    return f"{page.url}: {violation['id']}: {violation['help']} at {places}"
