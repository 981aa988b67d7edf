"""An officer's decisions on a whole enrolment, and what its supplier is told of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from enrolment.actions.paperwork import (
    as_provided,
    current_bank_details,
    current_documents,
    facts_of,
)
from enrolment.models import (
    BankDetails,
    Distribution,
    Enrolment,
    Membership,
    Supplier,
    SupportingDocument,
)
from enrolment.rules.completeness import fault_of
from enrolment.rules.documents import Asked, anchor_of, documents_asked
from segur_portal.common import clock
from segur_portal.common.french import day, listed
from segur_portal.common.models import NoticeKind
from segur_portal.common.notices import notify
from segur_portal.common.workflow import ForbiddenMoveError

FACTS = {"vat": "assujettissement à la TVA", "osu": "habilitation OSU"}
TITLES = {
    "request_correction": "Une correction est demandée",
    "validate_early": "Votre enrôlement anticipé est validé",
    "validate_final": "Votre enrôlement définitif est validé",
    "refuse": "Votre enrôlement est refusé",
}
_BODIES = {
    "validate_early": "Le simulateur et la relecture de vos modèles vous sont ouverts. Dès que "
    "l’ANS a référencé vos solutions, déposez leurs certificats et finalisez.",
    "validate_final": "Vous pouvez déposer des demandes pour les solutions de cet enrôlement.",
}


def check_reviewed(enrolment: Enrolment, stage: str) -> None:
    """Refuse to validate before every document of the stage, and the bank details, are accepted.

    Raises ForbiddenMoveError with everything that is left.
    """
    bank = current_bank_details(enrolment)
    is_bank_left = bank is None or bank.state != "accepted"
    check_accepted(
        enrolment,
        documents_asked(facts_of(enrolment), stage),
        ["coordonnées bancaires"] if is_bank_left else [],
    )


def check_accepted(
    enrolment: Enrolment, documents: Iterable[Asked], others: Iterable[str] = ()
) -> None:
    """Raise ForbiddenMoveError with the documents that are not accepted, or do not hold, and the
    `others` that are left."""
    facts, current = facts_of(enrolment), current_documents(enrolment)
    left = []
    for asked in documents:
        row = current.get(asked.key)
        if row is None:
            left.append(f"{asked.name} (absent)")
        elif row.state != "accepted":
            left.append(f"{asked.name} ({row.get_state_display().lower()})")
        elif fault := fault_of(asked, as_provided(row), facts, clock.today()):
            left.append(f"{asked.name} ({fault})")
    if left := [*left, *others]:
        raise ForbiddenMoveError(f"Il reste à accepter : {', '.join(left)}.")


def take_facts(enrolment: Enrolment) -> None:
    """What the supplier changed in this file, and an officer validated, becomes what the rules
    read; what it left as the file began may have moved since, and stays as it is.

    Raises ForbiddenMoveError when a fact was changed both in the file and, otherwise, elsewhere.
    """
    supplier = Supplier.objects.select_for_update().get(pk=enrolment.supplier_id)
    declared, now = facts_in(enrolment), facts_in(supplier)
    # Validated early before this was kept: what it declared is written already.
    known = enrolment.known_facts or (declared if enrolment.early_validated_on else {})
    changed = {name for name, value in declared.items() if known.get(name) != value}
    if declared["osu"][0] is None:
        changed.discard("osu")
    moved = [
        f"{FACTS[name]} (dans l’enrôlement : {_said(declared[name])} ; pour l’organisation : "
        f"{_said(now[name])})"
        for name in sorted(changed & known.keys() & now.keys())
        if now[name] not in (known[name], declared[name])
    ]
    if moved:
        raise ForbiddenMoveError(
            f"Changé aussi pour l’organisation depuis le début de l’enrôlement : "
            f"{', '.join(moved)}. Corrigez le fournisseur, ou demandez une correction."
        )
    if "vat" in changed:
        supplier.is_vat_subject = enrolment.is_vat_subject
    if "osu" in changed:
        _renew_osu(supplier, enrolment)
    if "name" in changed and enrolment.wanted_name.strip():
        supplier.name = enrolment.wanted_name.strip()
    supplier.save()
    Enrolment.objects.filter(pk=enrolment.pk).update(known_facts=declared)


def _renew_osu(supplier: Supplier, declared: Enrolment) -> None:
    """Take the period declared; one that follows the former keeps its beginning, so that a renewal
    never takes away the days that are left."""
    granted, former_end = declared.osu_granted_on, supplier.osu_expires_on
    assert granted is not None
    if supplier.osu_granted_on is not None and supplier.osu_granted_on < granted:
        follows = former_end is None or granted <= former_end + timedelta(days=1)
        if not follows and former_end is not None and former_end >= clock.today():
            raise ForbiddenMoveError(
                f"La nouvelle habilitation OSU commence le {day(granted)}, après la fin de "
                f"l’actuelle ({day(former_end)}) : acceptez-la une fois l’actuelle finie, qui "
                "serait sinon perdue d’ici là."
            )
        if follows:
            granted = supplier.osu_granted_on
    supplier.osu_granted_on = granted
    supplier.osu_expires_on = declared.osu_expires_on


def facts_in(holder: Enrolment | Supplier) -> dict[str, Any]:
    """The organisation's facts as an enrolment declares them, or as the organisation has them."""
    osu = [one and one.isoformat() for one in (holder.osu_granted_on, holder.osu_expires_on)]
    found: dict[str, Any] = {"vat": holder.is_vat_subject, "osu": osu}
    # The other name that a supplier asks for is not the one that the register gives it.
    return {**found, "name": holder.wanted_name} if isinstance(holder, Enrolment) else found


def _said(fact: Any) -> str:
    """A fact, in words."""
    if isinstance(fact, bool):
        return "assujetti" if fact else "non assujetti"
    granted, expires = (day(date.fromisoformat(one)) if one else "" for one in fact)
    if not granted:
        return "aucune"
    return f"du {granted} au {expires}" if expires else f"depuis le {granted}"


def points_of(enrolment: Enrolment) -> Iterator[str]:
    """What an officer sent back and is still asked, point by point, in the officer's words."""
    asked = {one.key for one in documents_asked(facts_of(enrolment))}
    for key, row in current_documents(enrolment).items():
        if key in asked and row.state == "to_correct" and row.reason is not None:
            yield f"{row} : {row.reason.label} – {row.message}"
    bank = current_bank_details(enrolment)
    if bank is not None and bank.state == "to_correct" and bank.reason is not None:
        yield f"Coordonnées bancaires : {bank.reason.label} – {bank.message}"


def tell_decision(enrolment: Enrolment, name: str, *, note: str) -> None:
    """Tell the supplier's members of a decision: the points to answer, the page to open."""
    title = TITLES.get(name)
    if title is None:
        return
    points = list(points_of(enrolment)) if name == "request_correction" else []
    left = undeclared_words(enrolment) if name == "validate_final" else ""
    body = "\n".join(
        [
            about(enrolment),
            *([left or _BODIES[name]] if name in _BODIES else []),
            *([note] if note else []),
            *(f"– {point}" for point in points),
        ]
    )
    notify(
        users=members_of(enrolment.supplier_id),
        kind=NoticeKind.DECISION,
        title=f"{title} – {enrolment.scheme.software}",
        body=body,
        url=reverse("enrolment_detail", args=[enrolment.pk]),
    )


def tell_document_decision(document: SupportingDocument) -> None:
    """Tell the members what was decided of a document renewed after the validation."""
    enrolment = document.enrolment
    is_accepted = document.state == "accepted"
    words = "acceptée" if is_accepted else "à corriger"
    if is_accepted:
        end = document.expires_on
        body = f"Elle vaut jusqu’au {day(end)}." if end else "Vous n’avez rien à faire."
    else:
        former = enrolment.documents.filter(
            kind=document.kind, solution=document.solution_id, state="accepted"
        )
        kept = "la version acceptée auparavant vaut jusqu’à sa fin."
        body = (
            f"{document.reason} – {document.message}\n"
            f"Déposez-la de nouveau{f' : {kept}' if former.exists() else '.'}"
        )
    notify(
        users=members_of(enrolment.supplier_id),
        kind=NoticeKind.DECISION,
        title=f"Pièce {words} : {document} – {enrolment.scheme.software}",
        body=f"{about(enrolment)}\n{body}",
        url=page_of(document),
        key=f"document-{document.pk}-{document.state}-{document.reviewed_at:%Y%m%d%H%M%S%f}",
    )


def page_of(document: SupportingDocument) -> str:
    """Where its supplier deposits this document again."""
    step = reverse("enrolment_step", args=[document.enrolment_id, "documents"])
    return f"{step}#{anchor_of(document.kind, document.solution_id)}"


def tell_bank_decision(details: BankDetails, name: str, *, why: str = "") -> None:
    """Tell the members of a decision on bank details; `why` is its reason, then its text."""
    words = {
        "send_back": f"À corriger : {why}",
        "stop": f"L’ASP arrête ce changement : {why}\nLes coordonnées en vigueur restent les "
        "mêmes.",
        "accept": "Vos coordonnées bancaires sont acceptées.",
        "approve": "Un changement d’IBAN est en cours de vérification. Si vous ne l’avez pas "
        "demandé, prévenez l’ASP sans attendre.",
        "confirm": "Le changement d’IBAN est confirmé ; il prendra effet le "
        f"{details.effective_on:%d/%m/%Y}. Si vous ne l’avez pas demandé, prévenez l’ASP."
        if details.effective_on
        else "",
        "cancel": "Ce changement est annulé par votre organisation : les coordonnées en vigueur "
        "restent les mêmes.",
    }[name]
    notify(
        users=members_of(details.supplier_id),
        kind=NoticeKind.DECISION,
        title=f"Coordonnées bancaires {details.masked}",
        body=f"Organisation : {details.supplier}.\n{words}",
        url=reverse("bank_details"),
    )


def undeclared_words(enrolment: Enrolment) -> str:
    """What a validated distributor still waits for, in words; empty when it is declared for all
    that it distributes (ENR-003)."""
    rows = Distribution.objects.filter(
        distributor=enrolment.supplier_id, solution__enrolments=enrolment, declared_on=None
    )
    names = [str(row.solution) for row in rows.select_related("solution").order_by("pk")]
    if not names:
        return ""
    return (
        f"Il reste une étape : l’éditeur doit vous déclarer à l’ANS pour {listed(names)}. D’ici "
        "là, vos demandes d’avance pour cette distribution sont KO (ENR-003)."
    )


def about(enrolment: Enrolment) -> str:
    """Which organisation it is about: its members may act for several."""
    return f"Organisation : {enrolment.supplier}."


def members_of(supplier_id: int) -> list[Any]:
    """The people in force of a supplier."""
    rows = Membership.objects.in_force(clock.today()).filter(supplier=supplier_id)
    return [row.user for row in rows.select_related("user").order_by("pk")]
