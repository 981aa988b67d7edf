"""Which role may do what on every model of the officers' side."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from funding.models import Deposit
from tests.admin.conftest import STAFF

# What each role may do: v(iew), a(dd), c(hange), d(elete). Superusers included: facts are facts.
VIEWERS = {role: "v" for role in STAFF if role != "accountant"}
RIGHTS: dict[str, dict[str, str]] = {
    "common.issueddocument": {**dict.fromkeys(STAFF, "v"), "officer_elsewhere": ""},
    "common.auditseal": {"superuser": "v", "programme": "v"},
    "common.journalentry": {"superuser": "v"},
    "common.outgoingmail": {"superuser": "v"},
    "common.parameter": {**dict.fromkeys(STAFF, "v"), "superuser": "vac", "programme": "vac"},
    "common.pricescale": {**dict.fromkeys(STAFF, "v"), "superuser": "vac", "programme": "vac"},
    "common.programmesnapshot": dict.fromkeys(STAFF, "v"),
    "common.reason": {**dict.fromkeys(STAFF, "v"), "superuser": "vac", "programme": "vac"},
    "common.statement": {**dict.fromkeys(STAFF, "v"), "superuser": "vac", "programme": "vac"},
    "common.retentionperiod": {**dict.fromkeys(STAFF, "v"), "superuser": "vc", "programme": "vc"},
    "common.filedeletion": {"superuser": "v"},
    "common.scheme": {**dict.fromkeys(STAFF, "v"), "superuser": "vc", "programme": "vc"},
    "common.storedfile": {"superuser": "v"},
    "common.window": {**dict.fromkeys(STAFF, "v"), "superuser": "vac", "programme": "vac"},
    "enrolment.bankdetails": {
        "superuser": "v",
        "officer": "v",
        "officer_elsewhere": "v",
        "programme": "v",
        "accountant": "v",
    },
    "enrolment.apitoken": VIEWERS,
    "enrolment.distribution": {
        "superuser": "vac",
        "officer": "vc",
        "officer_elsewhere": "vc",
        "programme": "vc",
        "ans": "vac",
    },
    "enrolment.enrolment": {
        "superuser": "vac",
        "officer": "vac",
        "officer_elsewhere": "a",
        "programme": "vac",
        "ans": "v",
    },
    "enrolment.invitation": VIEWERS,
    "enrolment.joinrequest": VIEWERS,
    "enrolment.membership": {
        "superuser": "vac",
        "officer": "v",
        "officer_elsewhere": "v",
        "programme": "v",
        "ans": "v",
    },
    "enrolment.officerassignment": {
        "superuser": "vacd",
        "officer": "v",
        "officer_elsewhere": "v",
        "programme": "v",
    },
    "enrolment.referencingimport": {**VIEWERS, "superuser": "va", "ans": "va"},
    "enrolment.solution": {
        "superuser": "vac",
        "officer": "v",
        "officer_elsewhere": "v",
        "programme": "v",
        "ans": "vac",
    },
    "enrolment.specimen": {
        "superuser": "vac",
        "officer": "vac",
        "officer_elsewhere": "a",
        "programme": "vac",
        "ans": "v",
    },
    "enrolment.supplier": {
        "superuser": "vac",
        "officer": "vac",
        "officer_elsewhere": "vac",
        "programme": "vac",
        "accountant": "v",
        "ans": "v",
    },
    "enrolment.user": {"superuser": "vac"},
    "funding.checklistitem": {**dict.fromkeys(STAFF, "v"), "superuser": "vac", "programme": "vac"},
    "funding.deposit": {**dict.fromkeys(STAFF, "v"), "officer_elsewhere": ""},
    "funding.depositdocument": {**dict.fromkeys(STAFF, "v"), "officer_elsewhere": ""},
    "funding.depositline": {**dict.fromkeys(STAFF, "v"), "officer_elsewhere": ""},
    "funding.fundingrequest": {**dict.fromkeys(STAFF, "v"), "officer_elsewhere": ""},
    "funding.ledgerentry": {**dict.fromkeys(STAFF, "v"), "officer_elsewhere": "", "ans": ""},
    "funding.payment": {**dict.fromkeys(STAFF, "v"), "officer_elsewhere": "", "ans": ""},
    "funding.paymentrun": {
        "superuser": "va",
        "officer": "va",
        "officer_elsewhere": "a",
        "programme": "va",
        "accountant": "v",
    },
    "funding.recovery": {**dict.fromkeys(STAFF, "v"), "officer_elsewhere": "", "ans": ""},
    "funding.simulationlog": {
        "superuser": "v",
        "officer": "v",
        "officer_elsewhere": "v",
        "programme": "v",
    },
    "orders.baseimport": {
        "superuser": "va",
        "officer": "va",
        "officer_elsewhere": "a",
        "programme": "va",
        "ans": "v",
    },
    "orders.claim": {**dict.fromkeys(STAFF, "v"), "officer_elsewhere": ""},
    "orders.eligibilityoverride": {
        "superuser": "vac",
        "officer": "vac",
        "officer_elsewhere": "a",
        "programme": "vac",
        "ans": "v",
    },
    "orders.eligibleclient": {"superuser": "v", "officer": "v", "programme": "v", "ans": "v"},
    "orders.order": {**dict.fromkeys(STAFF, "v"), "officer_elsewhere": ""},
    "funding.dispute": {**dict.fromkeys(STAFF, "v"), "officer_elsewhere": ""},
    "pilots.pilotproof": {"superuser": "v", "officer": "v", "programme": "v", "ans": "v"},
}
# Limited to their schemes: the list opens, empty, and an object is unknown.
LIMITED = {
    "common.issueddocument",
    "enrolment.enrolment",
    "enrolment.specimen",
    "funding.deposit",
    "funding.dispute",
    "funding.depositdocument",
    "funding.depositline",
    "funding.fundingrequest",
    "funding.ledgerentry",
    "funding.payment",
    "funding.paymentrun",
    "funding.recovery",
    "orders.baseimport",
    "orders.claim",
    "orders.eligibilityoverride",
    "orders.eligibleclient",
    "orders.order",
    "pilots.pilotproof",
}


def registered() -> dict[str, Any]:
    """The models with pages of ours."""
    return {model._meta.label_lower: page for model, page in admin.site._registry.items()}


def test_every_page_has_its_rights_written() -> None:
    """No model gets a page without saying who may do what there."""
    assert set(registered()) == set(RIGHTS)


def address(label: str, page: str, *args: Any) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_{page}", args=args)


def opens(client: Client, url: str) -> bool:
    """Whether the page is shown; otherwise it must be refused, unknown, or sent back."""
    status = client.get(url).status_code
    assert status in (200, 302, 403, 404), f"{url}: {status}"
    return status == 200


def accepts(client: Client, label: str, pk: Any) -> bool:
    """Whether a posted form is read: shown again with its errors, or saved."""
    response = client.post(address(label, "change", pk), {})
    assert response.status_code in (200, 302, 403)
    return response.status_code == 200 or response.headers.get("Location") == address(
        label, "changelist"
    )


@pytest.mark.parametrize("label", sorted(RIGHTS))
def test_rights(label: str, sign_in: Any, everything: Deposit) -> None:
    """Each role may view, add, change and delete what the table says, and nothing else."""
    page = registered()[label]
    row = page.model._default_manager.order_by("pk").first()
    assert row is not None, f"no row of {label} to look at"
    for role in STAFF:
        rights, client = RIGHTS[label].get(role, ""), sign_in(role)
        sees_list = "v" in rights or (role == "officer_elsewhere" and label in LIMITED)
        found = {
            "list": opens(client, address(label, "changelist")),
            "add": opens(client, address(label, "add")),
            "page": opens(client, address(label, "change", row.pk)),
            "delete": opens(client, address(label, "delete", row.pk)),
            "change": accepts(client, label, row.pk),
        }
        assert found == {
            "list": sees_list,
            "add": "a" in rights,
            "page": "v" in rights,
            "delete": "d" in rights,
            "change": "c" in rights,
        }, f"{role} on {label}"


def test_a_supplier_never_enters(client: Client, member: Any) -> None:
    """A supplier's member is refused everywhere under /gestion/; a visitor is sent to sign in."""
    urls = [reverse("admin:index"), *(address(label, "changelist") for label in RIGHTS)]
    for url in urls:
        response = client.get(url)
        assert response.status_code == 302
        assert client.get(response["Location"])["Location"].startswith(reverse("account_login"))
    client.force_login(member)
    for url in urls:
        assert client.get(url, follow=True).status_code == 403
