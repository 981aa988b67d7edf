"""Journeys in a real browser: one Chromium for all, one fresh context for each page.

    def test_…(open_page, live_server): page = open_page("/aide/", width=390)

A script error, a refused content (CSP) or a failed request of a page fails its test.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from enrolment.models import User

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium(chromium_path: str) -> Iterator[Browser]:
    # Playwright's loop runs in this thread: Django would take its own calls for asynchronous ones.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(chromium: Browser, live_server: Any) -> Iterator[OpenPage]:
    """Open a page of the portal at a width, signed in as a user (or not)."""
    contexts, faults = [], []

    def opened(path: str, *, width: int = 1280, user: User | None = None) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            locale="fr-FR",
            timezone_id="Europe/Paris",
            accept_downloads=True,
            reduced_motion="reduce",
        )
        contexts.append(context)
        if user is not None:
            context.add_cookies([session_cookie(user, live_server.url)])
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.on("console", lambda message: _note(faults, page, message))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults


def session_cookie(user: User, url: str) -> Any:
    """The cookie of a session opened for this user, without the sign-in page."""
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": url}


def _note(faults: list[str], page: Page, message: Any) -> None:
    if message.type in {"error", "warning"}:
        faults.append(f"{page.url}: {message.text}")
