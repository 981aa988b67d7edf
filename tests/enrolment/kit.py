"""Enrolment files to start from: a supplier, its people, documents of every kind."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.files.base import ContentFile

from enrolment.actions import (
    choose_solutions,
    deposit_document,
    review_document,
    save_bank_details,
    save_organisation,
    start_enrolment,
)
from enrolment.actions.paperwork import lacks_of
from enrolment.models import Enrolment, Membership, Solution, SupportingDocument, User
from enrolment.rules.documents import DATES, Dates, DocumentKind
from funding.demo.small_pdf import small_pdf
from segur_portal.common import clock
from segur_portal.common.models import Scheme
from tests.builders import SIRET
from tests.factories import a_member, a_supplier, the_programme

RIS = "SONS-IMG-RIS-Va2"
IBAN, BIC = "FR7630006000011234567890189", "AGRIFRPP"
OTHER_IBAN, OTHER_BIC = "FR1420041010050500013M02606", "PSSTFRPPPAR"
FAR = date(2031, 1, 1)
RECENT = date(2026, 9, 1)
ANSWERS = {"legal_representative": "Camille Martin", "hosts_data": False}


def a_file(name: str = "piece.pdf", *lines: str) -> ContentFile[bytes]:
    """A small readable PDF."""
    return ContentFile(small_pdf(*(lines or ("Pièce", name))), name=name)


def a_signatory(siret: str = SIRET, **fields: Any) -> Membership:
    """The legal representative of a new supplier."""
    the_programme()
    return a_member(a_supplier(siret, **fields)).memberships.get()


def a_draft(membership: Membership, scheme: str = RIS, **answers: Any) -> Enrolment:
    """An enrolment begun, its questions answered, with one solution of the supplier's own."""
    enrolment = start_enrolment(
        membership.supplier, Scheme.objects.get(pk=scheme), actor=membership.user
    )
    save_organisation(enrolment, {**ANSWERS, **answers})
    solution, _ = Solution.objects.get_or_create(
        scheme_id=scheme, editor=membership.supplier, name="RIS d’essai", version="1.0"
    )
    choose_solutions(enrolment, [solution], stage="early")
    enrolment.refresh_from_db()
    return enrolment


def dates_for(dates: str) -> dict[str, date]:
    """Dates with which a document holds."""
    return {
        Dates.EXPIRES: {"expires_on": FAR},
        Dates.ISSUED: {"issued_on": RECENT},
        Dates.PERIOD: {"starts_on": RECENT, "expires_on": FAR},
    }.get(Dates(dates), {})


def deposit(
    enrolment: Enrolment, actor: User, kind: str, solution_id: int | None = None, **fields: Any
) -> SupportingDocument:
    """One document, valid unless `fields` say otherwise."""
    fields = {**dates_for(DATES[DocumentKind(kind)]), **fields}
    file = fields.pop("file", None) or a_file(f"{kind}.pdf")
    return deposit_document(
        enrolment, kind=kind, solution_id=solution_id, file=file, actor=actor, **fields
    )


def complete(enrolment: Enrolment, membership: Membership) -> Enrolment:
    """Deposit everything that is missing for the stage asked."""
    enrolment.refresh_from_db()
    for lack in lacks_of(enrolment):
        if lack.asked is not None:
            deposit(enrolment, membership.user, *lack.asked.key)
    save_bank_details(
        membership.supplier,
        holder="Éditeur d’essai",
        iban=IBAN,
        bic=BIC,
        actor=membership.user,
    )
    assert not lacks_of(enrolment)
    return enrolment


def validated(membership: Membership, officer: User) -> Enrolment:
    """An enrolment validated for good, every document accepted by this officer."""
    enrolment = a_draft(membership)
    Enrolment.objects.filter(pk=enrolment.pk).update(stage_asked="final")
    complete(enrolment, membership)
    Enrolment.objects.filter(pk=enrolment.pk).update(state="in_review")
    for row in enrolment.documents.order_by("pk"):
        review_document(row, "accept", actor=officer)
    Enrolment.objects.filter(pk=enrolment.pk).update(
        state="final", final_validated_on=clock.today()
    )
    enrolment.refresh_from_db()
    return enrolment
