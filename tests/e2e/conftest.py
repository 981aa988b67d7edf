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
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django import Settings

from enrolment.actions import sync_groups
from enrolment.models import User
from segur_portal.common import clock
from tests.factories import A_DAY, the_programme
from tests.funding.accepted import Staff, the_staff

from .looks import look_at_both
from .stories import DB, MDV

OpenPage = Callable[..., Page]
Look = Callable[[Page, str], None]


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
    # On a machine that is busy a page may take its time: what is awaited comes, or never does.
    expect.set_options(timeout=30_000)
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


@pytest.fixture
def staff(transactional_db: None, settings: Settings) -> Staff:
    """The programme on a day when all is open, and the people who instruct and pay."""
    settings.DEMONSTRATION = True
    the_programme()
    clock.move_to(A_DAY)
    staff = the_staff()
    for scheme in (MDV, DB):
        staff.preparer.assignments.create(scheme_id=scheme)
    sync_groups()
    return staff


@pytest.fixture
def look() -> Look:
    """Both widths: nothing wrong to see or to hear; pictures are kept when a folder is named."""
    return look_at_both


def session_cookie(user: User, url: str) -> Any:
    """The cookie of a session opened for this user, without the sign-in page."""
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": url}


def _note(faults: list[str], page: Page, message: Any) -> None:
    if message.type in {"error", "warning"}:
        faults.append(f"{page.url}: {message.text}")
