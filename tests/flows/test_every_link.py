"""Every link of the demonstration, followed by each of its accounts: none leads to an error."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.test import Client, override_settings
from lxml import html

from enrolment.demo_accounts import DEMO_ACCOUNTS
from enrolment.models import User

# A fixture is found by its name.
from tests.demonstration import demonstration

__all__ = ["demonstration"]
pytestmark = pytest.mark.django_db

# Leaves the portal, or the account.
_LEFT_ALONE = re.compile(r"^/comptes/(logout|agents)|/(logout|login)/")
_VARYING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27,}|[A-Z]{2,}[\w-]*\d[\w-]*|\d+")
_AWAITED = {
    "imagerie@demo.fr": {"/demandes/N/", "/pilotes/N/", "/litiges/N/"},
    "lecteur@demo.fr": {"/demandes/N/", "/paiements/"},
    "admin@demo.fr": {"/gestion/funding/fundingrequest/N/change/"},
}


def shape(address: str) -> str:
    """What stands for every page of the same kind: 'a request', whichever it is."""
    return _VARYING.sub("N", re.split(r"[?#]", address)[0])


def links(body: bytes, address: str) -> list[str]:
    """The addresses of the portal that a page leads to."""
    anchors = html.fromstring(body).iter("a")
    found = (urljoin(address, one.get("href", "")) for one in anchors)
    return [one for one in found if one.startswith("/") and not _LEFT_ALONE.search(one)]


@pytest.mark.parametrize("mail", [account.email for account in DEMO_ACCOUNTS])
def test_no_link_leads_astray(demonstration: Path, client: Client, mail: str) -> None:
    """One link of each shape, from page to page, as a depositor, a reader, an officer…"""
    user = User.objects.get(email=mail)
    client.force_login(user)
    seen: set[str] = set()
    faults: list[str] = []
    waiting = [("/gestion/" if user.is_staff else "/", "")]
    with override_settings(DEMONSTRATION=True, VAR_DIR=demonstration.parent):
        while waiting:
            address, origin = waiting.pop(0)
            if shape(address) in seen:
                continue
            seen.add(shape(address))
            answer = client.get(address)
            if answer.status_code in (301, 302):
                waiting.append((urljoin(address, answer["Location"]), origin))
            elif answer.status_code != 200:
                faults.append(f"{origin} leads to {address}: {answer.status_code}")
            elif answer["Content-Type"].startswith("text/html") and not answer.streaming:
                waiting += [(found, address) for found in links(answer.content, address)]
    assert faults == []
    assert _AWAITED.get(mail, set()) <= seen
