"""ANS's lists for the tests: written, uploaded, decided on, looked at."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enrolment.models import ReferencingImport, Solution
from enrolment.rules.referencing import COLUMNS
from tests.admin.conftest import OTHER_SIRET, RIS
from tests.factories import a_supplier
from tests.rule_cases import plain

HEADER = ";".join(COLUMNS)
DISTRIBUTOR = "73282932000074"
ADD = "admin:enrolment_referencingimport_add"


def ten_solutions() -> list[Solution]:
    """Ten solutions of one editor, none referenced; a distributor who has an account."""
    editor = a_supplier(OTHER_SIRET, "Éditeur de liste")
    a_supplier(DISTRIBUTOR, "Distributeur de liste")
    return [
        Solution.objects.create(scheme_id=RIS, editor=editor, name=f"Logiciel {n}", version="1")
        for n in range(10)
    ]


def a_line(
    name: str = "Logiciel 0",
    *,
    number: str = "VA2-0",
    submitted: str = "2026-01-15",
    obtained: str = "2026-03-02",
    distributor: str = "",
    declared: str = "",
    editor: str = OTHER_SIRET,
    scheme: str = RIS,
    version: str = "1",
) -> str:
    """One line of a list; what is not given is as in the first."""
    cells = (scheme, editor, name, version, number, submitted, obtained, distributor, declared)
    return ";".join(cells)


def a_file(*lines: str, header: str = HEADER, encoding: str = "utf-8-sig") -> SimpleUploadedFile:
    """A list of these lines."""
    content = "\r\n".join([header, *lines, ""]).encode(encoding)
    return SimpleUploadedFile("liste.csv", content)


def upload(client: Client, *lines: str, **options: str) -> Any:
    """Send a list by the form of its import."""
    return client.post(reverse(ADD), {"content": a_file(*lines, **options)})


def decide(client: Client, name: str, note: str = "Vu avec l’ANS") -> Any:
    """Do a deed on the last list."""
    import_ = ReferencingImport.objects.latest("pk")
    url = reverse("admin:enrolment_referencingimport_deed", args=[import_.pk, name])
    return client.post(url, {"note": note})


def page(client: Client) -> str:
    """The page of the last list, its no-break spaces made plain."""
    import_ = ReferencingImport.objects.latest("pk")
    url = reverse("admin:enrolment_referencingimport_change", args=[import_.pk])
    return plain(client.get(url).content.decode())
