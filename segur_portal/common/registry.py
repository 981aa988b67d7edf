"""The State's registers of companies: « Recherche d'entreprises » (Sirene) and BODACC.

Read for display and for the officers, never to decide: a register that does not answer, or answers
nonsense, raises RegistryUnavailableError, and the caller goes on without. After a failure a
register is left alone for a minute, so that a page never waits twice for a register that is down.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from django.conf import settings
from django.core.cache import cache

MAX_BYTES = 2 * 1024 * 1024
MAX_ANNOUNCEMENTS = 5
LEFT_ALONE_SECONDS = 60
_REMEMBERED_SECONDS = 600


class RegistryUnavailableError(Exception):
    """A register did not answer, or not intelligibly; the message says what happened, in French."""


@dataclass(frozen=True, slots=True)
class Company:
    """An establishment and its company, as Sirene knows them. `is_open`: neither is closed."""

    siret: str
    name: str
    address: str
    legal_form: str
    activity: str
    created_on: date | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Announcement:
    """A notice of BODACC. `is_insolvency`: a collective procedure."""

    id: str
    published_on: str
    family: str
    court: str
    url: str
    is_insolvency: bool


def find_company(siret: str) -> Company | None:
    """The company of a SIRET, remembered ten minutes; None when Sirene does not know it.

    Raises RegistryUnavailableError.
    """
    key = f"registry-company-{siret}"
    known = cache.get(key)
    if known is None:
        data = _fetch(settings.REGISTRY_COMPANIES_URL, {"q": siret, "per_page": "5"})
        company = _company_of(data, siret)
        known = {"company": asdict(company) if company else None}
        cache.set(key, known, _REMEMBERED_SECONDS)
    return Company(**known["company"]) if known["company"] else None


def find_announcements(siren: str) -> list[Announcement]:
    """The latest notices of BODACC about a company, the latest first.

    Raises RegistryUnavailableError.
    """
    query = {
        "where": f'registre like "{siren}"',
        "order_by": "dateparution desc",
        "limit": str(MAX_ANNOUNCEMENTS),
    }
    rows = _list_of(_fetch(settings.REGISTRY_ANNOUNCEMENTS_URL, query), "results")
    return [
        Announcement(
            id=_text(row, "id"),
            published_on=_text(row, "dateparution")[:10],
            family=_text(row, "familleavis_lib"),
            court=_text(row, "tribunal"),
            url=_web_address(_text(row, "url_complete")),
            is_insolvency=_text(row, "familleavis") == "collective",
        )
        for row in rows
    ]


def _fetch(url: str, query: dict[str, str]) -> Any:
    """The JSON at an address, or RegistryUnavailableError; then the register is left alone."""
    circuit = f"registry-left-alone-{urlsplit(url).netloc}"
    if cache.get(circuit):
        raise RegistryUnavailableError("Le registre ne répondait pas il y a un instant.")
    try:
        return orjson.loads(b"".join(_chunks(url, query)))
    except (requests.RequestException, ValueError, OSError) as failure:
        cache.set(circuit, True, LEFT_ALONE_SECONDS)
        reason = str(failure) if isinstance(failure, _AnswerError) else type(failure).__name__
        raise RegistryUnavailableError(
            f"Le registre n’a pas répondu correctement ({reason})."
        ) from failure


class _AnswerError(ValueError):
    """An answer that is of no use; the message says why, in French."""


def _chunks(url: str, query: dict[str, str]) -> Iterator[bytes]:
    """The body of the answer, within its size and the time a page may wait."""
    limit = settings.REGISTRY_TIMEOUT
    deadline = time.monotonic() + 2 * limit
    size = 0
    with requests.get(
        url,
        params=query,
        timeout=limit,
        stream=True,
        allow_redirects=False,
        headers={"Accept": "application/json", "User-Agent": "portail-segur-vague-2"},
    ) as response:
        if response.status_code != requests.codes.ok:
            raise _AnswerError(f"code {response.status_code}")
        for chunk in response.iter_content(64 * 1024):
            size += len(chunk)
            if size > MAX_BYTES or time.monotonic() > deadline:
                raise _AnswerError("réponse trop longue")
            yield chunk


def _company_of(data: Any, siret: str) -> Company | None:
    for unit in _list_of(data, "results"):
        sites = [unit.get("siege"), *(unit.get("matching_etablissements") or [])]
        for site in sites:
            if isinstance(site, dict) and site.get("siret") == siret:
                return _company(unit, site, siret)
    return None


def _company(unit: dict[str, Any], site: dict[str, Any], siret: str) -> Company:
    name = _text(unit, "nom_raison_sociale") or _text(unit, "nom_complet")
    if not name:
        raise RegistryUnavailableError("Le registre n’a pas donné la raison sociale.")
    states = {_text(unit, "etat_administratif"), _text(site, "etat_administratif")}
    return Company(
        siret=siret,
        name=name[:200],
        address=_text(site, "adresse")[:300],
        legal_form=_text(unit, "nature_juridique")[:10],
        activity=_text(unit, "activite_principale")[:10],
        created_on=_day(_text(unit, "date_creation")),
        is_open=states == {"A"},
    )


def _list_of(data: Any, key: str) -> list[dict[str, Any]]:
    rows = data.get(key) if isinstance(data, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RegistryUnavailableError("La réponse du registre n’a pas la forme attendue.")
    return rows


def _text(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    return value.strip() if isinstance(value, str) else ""


def _web_address(text: str) -> str:
    """The address, if it is one that a browser may follow."""
    return text if text.startswith("https://") else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
