"""The base in the admin: an officer uploads, reads the report, decides, restores."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enrolment.models import User
from orders.actions.base_queue import import_waiting
from orders.models import BaseImport, EligibleClient
from segur_portal.common.models import JournalEntry
from tests.orders.base_files import DAY, MDV, RIS, a_line, a_name, content_of, imported, lines

NEXT = date(2026, 9, 15)


def add(client: Client, content: bytes, name: str = a_name()) -> Any:
    upload = SimpleUploadedFile(name, content)
    return client.post(reverse("admin:orders_baseimport_add"), {"content": upload})


def page_of(client: Client, import_: BaseImport) -> str:
    return client.get(
        reverse("admin:orders_baseimport_change", args=(import_.pk,))
    ).content.decode()


def decide(client: Client, import_: BaseImport, name: str, note: str = "Motif d’essai") -> Any:
    url = reverse("admin:orders_baseimport_deed", args=(import_.pk, name))
    return client.post(url, {"note": note})


@pytest.fixture
def quarantined(staff: dict[str, User]) -> BaseImport:
    imported(lines(40))
    return imported(lines(20), day=NEXT)


def test_an_officer_uploads_a_file(sign_in: Any, staff: dict[str, User]) -> None:
    """Received at once under their name; a worker imports it; the page then holds the report."""
    client = sign_in("officer")
    response = add(client, content_of([*lines(40), a_line(41, is_liberal="oui")]))
    import_ = BaseImport.objects.get()
    page = reverse("admin:orders_baseimport_change", args=(import_.pk,))
    assert response.headers["Location"] == page
    assert (import_.state, import_.requested_by) == ("received", staff["officer"])
    assert client.get(page).headers["Refresh"] == "3"
    import_waiting()
    response = client.get(page)
    assert "Refresh" not in response.headers
    shown = response.content.decode()
    assert "Appliqué" in shown
    assert "liberal : attendu 0 ou 1" in shown
    assert "Cabinet d’imagerie n° 7" in shown


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("base.csv", b"x", "attendu base-eligibles_"),
        (a_name(scheme=MDV), b"x", "pas affecté au dispositif"),
        (a_name(), b"", "vide"),
    ],
)
def test_a_wrong_upload_is_told_beside_the_field(
    name: str, content: bytes, reason: str, sign_in: Any
) -> None:
    """Its name, another officer's scheme, nothing inside: nothing is received."""
    response = add(sign_in("officer"), content, name)
    assert response.status_code == 200
    assert reason in response.content.decode()
    assert not BaseImport.objects.exists()


def test_the_others_do_not_upload(sign_in: Any, staff: dict[str, User]) -> None:
    """ANS and accountants have no such page."""
    for role in ("ans", "accountant"):
        assert add(sign_in(role), content_of(lines(2))).status_code == 403


def test_a_quarantine_is_released_with_a_reason(
    sign_in: Any, quarantined: BaseImport, staff: dict[str, User]
) -> None:
    """The page says why and which clients would leave; without a reason nothing is done."""
    client = sign_in("officer")
    shown = page_of(client, quarantined)
    assert "20 client(s) sur 40" in shown
    assert "Clients qui sortiraient de la base" in shown
    assert decide(client, quarantined, "release", note="").status_code == 200
    assert decide(client, quarantined, "release", note="Fermetures réelles").status_code == 302
    import_waiting()
    quarantined.refresh_from_db()
    assert (quarantined.state, quarantined.version) == ("applied", 2)
    assert quarantined.released_by == staff["officer"]
    shown = page_of(client, quarantined)
    assert "Fermetures réelles" in shown
    assert "officer@asp.fr" in shown


def test_a_quarantine_is_rejected(sign_in: Any, quarantined: BaseImport) -> None:
    """The base in force does not change; the deed is gone from the page."""
    client = sign_in("officer")
    assert decide(client, quarantined, "reject").status_code == 302
    quarantined.refresh_from_db()
    assert quarantined.state == "rejected"
    assert "Lever la quarantaine" not in page_of(client, quarantined)
    assert EligibleClient.objects.current().count() == 40


def test_only_officers_of_the_scheme_decide(sign_in: Any, quarantined: BaseImport) -> None:
    """ANS reads; an officer of another scheme does not even see it."""
    assert "Lever la quarantaine" not in page_of(sign_in("ans"), quarantined)
    assert decide(sign_in("ans"), quarantined, "release").status_code == 403
    assert decide(sign_in("officer_elsewhere"), quarantined, "release").status_code == 404


def test_the_previous_version_is_restored_from_the_one_in_force(
    sign_in: Any, staff: dict[str, User]
) -> None:
    """One action, with a reason."""
    imported(lines(40))
    current = imported(lines(39), day=NEXT)
    client = sign_in("officer")
    assert "Rétablir la version 1" in page_of(client, current)
    assert decide(client, current, "restore", note="Base erronée").status_code == 302
    restored = BaseImport.objects.order_by("pk").last()
    assert restored is not None
    assert (restored.version, restored.restores_id) == (3, current.pk - 1)
    assert EligibleClient.objects.current().count() == 40
    assert "Base erronée" in page_of(client, restored)
    assert JournalEntry.objects.filter(verb="restore", actor=staff["officer"]).exists()


def test_a_failed_import_is_run_again(sign_in: Any, staff: dict[str, User]) -> None:
    """By hand, from its page and from the dashboard's list."""
    import_ = imported(lines(20))
    BaseImport.objects.filter(pk=import_.pk).update(state="failed", version=None)
    EligibleClient.objects.all().delete()
    client = sign_in("officer")
    assert "à relancer" in client.get(reverse("admin:index")).content.decode()
    assert decide(client, import_, "restart").status_code == 302
    import_waiting()
    import_.refresh_from_db()
    assert import_.state == "applied"


def test_the_dashboard_shows_the_alarms(sign_in: Any, quarantined: BaseImport) -> None:
    """What waits and what is late, on the officer's schemes only."""
    shown = sign_in("officer").get(reverse("admin:index")).content.decode()
    assert "En quarantaine" in shown
    assert "la nuit dernière" not in shown
    shown = sign_in("officer_elsewhere").get(reverse("admin:index")).content.decode()
    assert "En quarantaine" not in shown
    assert f"{MDV}\u00a0: aucun fichier" in shown
    assert f"{RIS}\u00a0: aucun fichier" not in shown


def test_files_are_downloaded_by_those_who_see_the_import(
    sign_in: Any, staff: dict[str, User]
) -> None:
    """The file received, and every refused line."""
    bad = [a_line(number, is_liberal="oui") for number in range(3001, 3130)]
    import_ = imported([*lines(2600), *bad])
    assert import_.refusals is not None
    names = ("orders_baseimport_file", "orders_baseimport_refusals")
    urls = [reverse(f"admin:{name}", args=(import_.pk,)) for name in names]
    client = sign_in("officer")
    assert client.get(urls[0]).content.startswith(b"type_identifiant;")
    assert client.get(urls[1]).content.count(b"\n") == 130
    for url in urls:
        assert url in page_of(client, import_)
        assert sign_in("officer_elsewhere").get(url).status_code == 404
        assert sign_in("accountant").get(url).status_code in (302, 403, 404)


def test_an_override_has_an_end_and_a_reason(sign_in: Any, staff: dict[str, User]) -> None:
    """Both are asked; the officer who decides is written by the portal."""
    from orders.models import EligibilityOverride

    client, url = sign_in("officer"), reverse("admin:orders_eligibilityoverride_add")
    data = {
        "scheme": RIS,
        "kind": "SIREN",
        "value": "552081317",
        "is_eligible": "on",
        "is_liberal": "unknown",
        "had_wave_1": "unknown",
        "starts_on": f"{DAY:%d/%m/%Y}",
        "ends_on": "31/12/2026",
        "reason": "Oubli de la base",
    }
    for missing in ("ends_on", "reason"):
        assert client.post(url, {**data, missing: ""}).status_code == 200
    backwards = client.post(url, {**data, "ends_on": "01/01/2026"})
    assert backwards.status_code == 200
    assert client.post(url, data).status_code == 302
    override = EligibilityOverride.objects.get()
    assert (override.decided_by, override.reason) == (staff["officer"], "Oubli de la base")
